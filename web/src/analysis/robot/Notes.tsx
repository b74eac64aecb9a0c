import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../../action";
import { api, get, key, type Schemas } from "../../api";
import { queries } from "../../queries";
import { may, useSession } from "../../session";
import { Button, Confirm, Empty, IconButton, Loaded } from "../../ui";
import { words } from "../../words/analysis";
import { ago } from "../../words/time";
import type { At } from "../at";
import { NoteForm } from "./NoteForm";

type Note = Schemas["ScoutingNote"];

const changed = () =>
  Promise.all([
    queries.invalidateQueries({ queryKey: key("/api/scouting/notes") }),
    queries.invalidateQueries({ queryKey: key("/api/scouting/team-summary/{number}") }),
  ]);

/** Notes are what people of the team wrote about the robot this season. */
export function Notes({ at, number }: { at: At; number: number }) {
  const notes = useQuery(
    get("/api/scouting/notes", { query: { scoutingTeamId: at.team.id, season: at.season, scoutedTeamNumber: number, limit: 100 } }),
  );
  const [writing, setWriting] = useState(false);
  const writer = may(at.team, "MENTOR", "LEADER", "STUDENT");
  return (
    <>
      {writer && !writing && (
        <div>
          <Button icon="plus" onClick={() => setWriting(true)}>
            {words.notes.write}
          </Button>
        </div>
      )}
      {writing && (
        <NoteForm at={at} number={number} onDone={() => changed().then(() => setWriting(false))} onCancel={() => setWriting(false)} />
      )}
      <Loaded from={notes}>
        {(list) =>
          list.length === 0 ? (
            <Empty title={words.notes.none}>{words.notes.noneHelp}</Empty>
          ) : (
            <ul className="grid gap-3">
              {list.map((note) => (
                <One key={note.id} note={note} at={at} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </>
  );
}

function One({ note, at }: { note: Note; at: At }) {
  const { me } = useSession();
  const [doing, setDoing] = useState<"edit" | "delete" | null>(null);
  const mine = may(at.team, "MENTOR", "LEADER") || (note.author.id === me?.id && may(at.team, "STUDENT"));
  const remove = useAction(
    async () => {
      await api.DELETE("/api/scouting/notes/{id}", { params: { path: { id: note.id } } });
      await changed();
    },
    { toasted: true },
  );
  if (doing === "edit")
    return (
      <li>
        <NoteForm
          at={at}
          number={note.scoutedTeamNumber}
          note={note}
          onDone={() => changed().then(() => setDoing(null))}
          onCancel={() => setDoing(null)}
        />
      </li>
    );
  const about = note.matchNumber ? words.match(note.tournamentLevel ?? "qual", note.series ?? 0, note.matchNumber) : note.eventCode;
  const rated = (["reliability", "driverSkill", "defence"] as const).filter((what) => note[what]);
  return (
    <li className="flex items-start gap-2 border-t border-line pt-3 first:border-t-0 first:pt-0">
      <div className="min-w-0 flex-1">
        {note.text && <p className="break-words whitespace-pre-wrap">{note.text}</p>}
        {rated.length > 0 && (
          <ul className="flex flex-wrap gap-x-4">
            {rated.map((what) => (
              <li key={what} className="text-sm">
                {words.notes[what]} <strong>{words.notes.ofFive(note[what]!)}</strong>
              </li>
            ))}
          </ul>
        )}
        <p className="text-sm text-quiet">{[note.author.displayName, ago(note.updatedAt), about].filter(Boolean).join(" · ")}</p>
      </div>
      {mine && (
        <div className="flex">
          <IconButton icon="list" label={words.notes.edit} onClick={() => setDoing("edit")} />
          <IconButton icon="trash" label={words.notes.remove} onClick={() => setDoing("delete")} />
        </div>
      )}
      {doing === "delete" && (
        <Confirm
          title={words.notes.removeTitle}
          confirm={words.notes.remove}
          busy={remove.busy}
          onConfirm={remove.go}
          onClose={() => setDoing(null)}
        >
          <p>{words.notes.removeHelp}</p>
        </Confirm>
      )}
    </li>
  );
}
