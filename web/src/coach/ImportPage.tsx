import { useQueryClient } from "@tanstack/react-query";
import { useId, useState } from "react";
import { useAction } from "../action";
import { api, data, key, Problem, type Schemas } from "../api";
import { type Team, useSession } from "../session";
import { Button, ButtonLink, Card, Icon } from "../ui";
import { words } from "../words/coach";
import { CoachPage } from "./CoachPage";

type Out = Schemas["ImportOut"];

/** ImportPage reads entries from a file: first it shows what would become of each row. */
export default function ImportPage() {
  const { team } = useSession();
  return (
    <CoachPage
      title={words.import.title}
      lead={words.import.lead}
      actions={<ButtonLink to="/coach/entries">{words.entries.title}</ButtonLink>}
    >
      {team && <Import team={team} />}
    </CoachPage>
  );
}

async function send(teamId: string, name: string, text: string, dryRun: boolean): Promise<Out> {
  const params = { query: { scoutingTeamId: teamId, dryRun: dryRun ? ("true" as const) : ("false" as const) } };
  if (/\.json$/i.test(name)) {
    let body: Schemas["ImportEntriesIn"];
    try {
      body = JSON.parse(text);
    } catch {
      throw new Problem(400, "", words.import.noJson);
    }
    return data(api.POST("/api/scouting/import", { params, body }));
  }
  const csv = { bodySerializer: (body: string) => body, headers: { "Content-Type": "text/csv" } };
  return data(api.POST("/api/scouting/import.csv", { params, body: text, ...csv } as never));
}

function Import({ team }: { team: Team }) {
  const input = useId();
  const cache = useQueryClient();
  const [file, setFile] = useState<{ name: string; text: string; out: Out }>();
  const [done, setDone] = useState<Out>();
  const check = useAction(async (chosen: File) => {
    setDone(undefined);
    setFile(undefined);
    const text = await chosen.text();
    setFile({ name: chosen.name, text, out: await send(team.id, chosen.name, text, true) });
  });
  const store = useAction(async ({ name, text }: { name: string; text: string }) => {
    setDone(await send(team.id, name, text, false));
    setFile(undefined);
    await cache.invalidateQueries({ queryKey: key("/api/scouting/entries") });
  });
  const failed = check.failed ?? store.failed;
  return (
    <div className="grid max-w-3xl gap-4">
      <label
        htmlFor={input}
        className="flex min-h-16 cursor-pointer items-center gap-3 rounded-card border border-dashed border-edge px-4 font-semibold has-focus-visible:outline-3"
        aria-busy={check.busy || undefined}
      >
        <Icon name="upload" />
        {file ? words.import.other(file.name) : words.import.choose}
        <input
          id={input}
          type="file"
          accept=".csv,.json,text/csv,application/json"
          className="sr-only"
          onChange={(event) => {
            const [chosen] = event.target.files ?? [];
            event.target.value = "";
            if (chosen) check.go(chosen);
          }}
        />
      </label>
      {failed && (
        <p role="alert" className="rounded-lg bg-bad-wash p-3 text-bad">
          {failed.detail}
        </p>
      )}
      {file && (
        <Card title={words.import.preview}>
          <Outcome out={file.out} />
          <div>
            <Button look="main" busy={store.busy} disabled={file.out.created === 0} onClick={() => store.go(file)}>
              {words.import.go(file.out.created)}
            </Button>
          </div>
        </Card>
      )}
      {done && (
        <Card title={words.import.done}>
          <Outcome out={done} />
        </Card>
      )}
    </div>
  );
}

const mostRows = 200; // refusals of one file that anybody reads

function Outcome({ out }: { out: Out }) {
  const refused = (out.rows ?? []).filter(({ problem }) => problem);
  return (
    <div className="grid gap-2" data-created={out.created} data-known={out.known} data-refused={out.refused}>
      <p>{words.import.sum(out.created, out.known, out.refused)}</p>
      {refused.length > 0 && (
        <ul className="grid max-h-96 gap-1 overflow-y-auto">
          {refused.slice(0, mostRows).map(({ row, line, problem }) => (
            <li key={row} className="rounded-lg bg-bad-wash px-3 py-2">
              <span className="font-semibold">{words.import.row(line ?? row)}</span>{" "}
              {problem?.errors?.map(({ detail }) => detail).join(" ") || problem?.detail}
            </li>
          ))}
        </ul>
      )}
    </div>
  );
}
