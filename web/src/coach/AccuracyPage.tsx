import { useQuery } from "@tanstack/react-query";
import { get, type Schemas } from "../api";
import type { EventRef } from "../event";
import { may, type Team, useSession } from "../session";
import { Card, type Column, DataTable, Empty, Loaded } from "../ui";
import { words } from "../words/coach";
import { AtEvent, ChooseEvent } from "./AtEvent";
import { CoachPage } from "./CoachPage";

type Scout = Schemas["ScoutingScoutAccuracy"];

/** AccuracyPage says how far scouts are from official points, and what that does and does not mean. */
export default function AccuracyPage() {
  const { team } = useSession();
  return (
    <CoachPage title={words.accuracy.title} lead={words.accuracy.lead} actions={team && <ChooseEvent team={team} />}>
      <AtEvent>{(team, event) => <Scouts team={team} event={event} />}</AtEvent>
      <Card title={words.accuracy.how}>
        <ul className="grid list-disc gap-1 pl-5 text-quiet">
          {words.accuracy.explained.map((line) => (
            <li key={line}>{line}</li>
          ))}
        </ul>
      </Card>
    </CoachPage>
  );
}

const points = (n: number) => n.toFixed(1);
const signed = (n: number) => (Math.abs(n) < 0.05 ? points(0) : n > 0 ? `+${points(n)}` : points(n).replace("-", "−"));

function columns(): Column<Scout>[] {
  const phase = (key: "auto" | "teleop" | "total"): Column<Scout> => ({
    key,
    title: words.accuracy[key],
    number: true,
    by: (s) => s[key]?.error,
    cell: (s) => {
      const measured = s[key];
      if (!measured) return words.answer.none;
      return (
        <>
          <span className="font-semibold">{points(Math.max(0, measured.error))}</span>
          <span className="ml-2 inline-block min-w-10 text-sm text-quiet">{signed(measured.bias)}</span>
        </>
      );
    },
  });
  return [
    {
      key: "scout",
      title: words.feed.scout,
      by: (s) => s.scouter.displayName,
      cell: (s) => <span className="font-medium">{s.scouter.displayName}</span>,
    },
    {
      key: "matches",
      title: words.accuracy.matches,
      number: true,
      by: (s) => s.matches,
      cell: (s) => (s.enough ? s.matches : <span className="text-quiet">{words.accuracy.few(s.matches, s.needed)}</span>),
    },
    phase("auto"),
    phase("teleop"),
    phase("total"),
  ];
}

function Scouts({ team, event }: { team: Team; event: EventRef }) {
  const query = { scoutingTeamId: team.id, season: event.season, eventCode: event.eventCode };
  const accuracy = useQuery(get("/api/scouting/accuracy", { query }));
  return (
    <Loaded from={accuracy} rows={4}>
      {(list) =>
        list.length === 0 ? (
          <Empty icon="analysis" title={words.accuracy.nothing}>
            {words.accuracy.nothingHelp}
          </Empty>
        ) : (
          <>
            {!may(team, "MENTOR", "LEADER") && <p className="text-quiet">{words.accuracy.onlyYou}</p>}
            <DataTable
              caption={words.accuracy.title}
              columns={columns()}
              rows={list}
              rowKey={(s) => s.scouter.id}
              sort={{ key: "total", down: false }}
            />
          </>
        )
      }
    </Loaded>
  );
}
