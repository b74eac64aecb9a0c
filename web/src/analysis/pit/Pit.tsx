import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { get, key, type Schemas } from "../../api";
import { queries } from "../../queries";
import { may } from "../../session";
import { Button, Empty, Loaded } from "../../ui";
import { words } from "../../words/analysis";
import { ago } from "../../words/time";
import type { At } from "../at";
import { PitForm } from "./PitForm";

/** Pit is what the robot is like, as somebody of the team saw it in the pits this season. */
export function Pit({ at, number }: { at: At; number: number }) {
  const reports = useQuery(
    get("/api/scouting/pit", { query: { scoutingTeamId: at.team.id, season: at.season, scoutedTeamNumber: number } }),
  );
  const [writing, setWriting] = useState(false);
  const writer = may(at.team, "MENTOR", "LEADER", "STUDENT");
  const done = () => queries.invalidateQueries({ queryKey: key("/api/scouting/pit") }).then(() => setWriting(false));
  return (
    <Loaded from={reports}>
      {(list) => {
        const report = list.find(({ eventCode }) => !eventCode);
        if (writing) return <PitForm at={at} number={number} report={report} onDone={done} onCancel={() => setWriting(false)} />;
        const edit = writer && (
          <Button icon="list" onClick={() => setWriting(true)}>
            {report ? words.pit.edit : words.pit.write}
          </Button>
        );
        if (list.length === 0) return <Empty icon="search" title={words.pit.none} action={edit} />;
        return (
          <>
            {list.map((one) => (
              <Report key={one.id} report={one} />
            ))}
            {edit && <div>{edit}</div>}
          </>
        );
      }}
    </Loaded>
  );
}

function Report({ report }: { report: Schemas["ScoutingPitReport"] }) {
  const { drivetrain, drivetrainOther, lengthMm, widthMm, heightMm, weightGrams, capabilities, text, editor, updatedAt, eventCode } =
    report;
  const facts = [
    [words.pit.drivetrain, drivetrain && (drivetrainOther || words.pit.drivetrains[drivetrain])],
    [words.pit.size, words.pit.millimetres(lengthMm, widthMm, heightMm)],
    [words.pit.weight, weightGrams && words.pit.kilograms(weightGrams)],
    ...Object.entries(report.fields ?? {}).map(([name, value]) => [name, words.pit.value(value)] as const),
  ].filter(([, value]) => value);
  return (
    <article className="grid gap-2">
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-1">
        {facts.map(([word, value]) => (
          <div key={word} className="contents">
            <dt className="text-quiet">{word}</dt>
            <dd>{value}</dd>
          </div>
        ))}
      </dl>
      {capabilities && capabilities.length > 0 && (
        <ul className="flex flex-wrap gap-1.5" aria-label={words.pit.capabilities}>
          {capabilities.map((tag) => (
            <li key={tag} className="rounded-full border border-edge/60 px-2.5 py-0.5 text-sm">
              {tag}
            </li>
          ))}
        </ul>
      )}
      {text && <p className="break-words whitespace-pre-wrap">{text}</p>}
      <p className="text-sm text-quiet">{[editor.displayName, ago(updatedAt), eventCode].filter(Boolean).join(" · ")}</p>
    </article>
  );
}
