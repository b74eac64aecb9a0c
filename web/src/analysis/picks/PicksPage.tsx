import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { Link, useLocation } from "wouter";
import { useAction } from "../../action";
import { api, data, get, key } from "../../api";
import { queries } from "../../queries";
import { usePusher } from "../../realtime";
import { may } from "../../session";
import { Button, Dialog, Empty, Field, Form, Icon, Loaded, Page, Select } from "../../ui";
import { words } from "../../words/analysis";
import { ago } from "../../words/time";
import { AnalysisTabs } from "../AnalysisTabs";
import { AtEvent, OtherEvent } from "../AtEvent";
import type { At } from "../at";
import { useRows } from "../robots/useRows";

/** PicksPage lists the team's pick lists at the FTC event. */
export default function PicksPage() {
  return <AtEvent title={words.picks.title}>{(at) => <Lists at={at} />}</AtEvent>;
}

function Lists({ at }: { at: At }) {
  const lists = useQuery(get("/api/scouting/picklists", { query: at.query }));
  const [making, setMaking] = useState(false);
  const again = () => void queries.invalidateQueries({ queryKey: key("/api/scouting/picklists") });
  usePusher({ channelName: `private-team-${at.team.id}`, eventName: "scouting:picklist-changed", onEvent: again, onReset: again });
  const make = may(at.team, "MENTOR", "LEADER") && (
    <Button look="main" icon="plus" onClick={() => setMaking(true)}>
      {words.picks.make}
    </Button>
  );
  const actions = (
    <>
      <OtherEvent at={at} path="/analysis/picks" />
      {make}
    </>
  );
  return (
    <Page title={words.picks.title} lead={words.event.at(at.eventCode)} actions={actions}>
      <AnalysisTabs />
      <Loaded from={lists}>
        {(all) =>
          all.length === 0 ? (
            <Empty icon="list" title={words.picks.none}>
              {words.picks.noneHelp}
            </Empty>
          ) : (
            <ul className="grid gap-2">
              {all.map(({ id, name, teamCount, updatedAt }) => (
                <li key={id}>
                  <Link
                    href={`/analysis/picks/${id}`}
                    className="flex min-h-16 items-center justify-between gap-3 rounded-lg border border-line bg-card px-4 py-2 text-ink no-underline"
                  >
                    <span className="min-w-0">
                      <span className="block truncate font-semibold">{name}</span>
                      <span className="block text-sm text-quiet">{words.picks.about(teamCount, ago(updatedAt))}</span>
                    </span>
                    <Icon name="next" className="text-quiet" />
                  </Link>
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {making && <Making at={at} onClose={() => setMaking(false)} />}
    </Page>
  );
}

type Start = keyof typeof words.picks.starts;

function Making({ at, onClose }: { at: At; onClose: () => void }) {
  const [id] = useState(() => crypto.randomUUID());
  const [, go] = useLocation();
  const { rows } = useRows(at);
  const make = useAction(async ({ name, start }: Record<string, string>) => {
    const by = start as Start;
    const known = rows.filter((row) => row[by] !== null && row.teamNumber !== at.team.teamNumber);
    const sign = by === "rank" ? 1 : -1;
    const teamNumbers = known.sort((a, b) => sign * (a[by]! - b[by]!)).map(({ teamNumber }) => teamNumber);
    const list = await data(
      api.POST("/api/scouting/picklists", { body: { id, ...at.query, name, teamNumbers: teamNumbers.slice(0, 200), allTeams: true } }),
    );
    await queries.invalidateQueries({ queryKey: key("/api/scouting/picklists") });
    go(`/analysis/picks/${list!.id}`);
  });
  return (
    <Dialog title={words.picks.make} onClose={onClose}>
      <Form onSubmit={make.go} failed={make.failed}>
        <Field
          label={words.picks.name}
          name="name"
          required
          maxLength={60}
          defaultValue={words.picks.firstName}
          fault={make.failed?.field("name")}
        />
        <Select label={words.picks.start} name="start">
          {Object.entries(words.picks.starts).map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </Select>
        <div>
          <Button type="submit" look="main" busy={make.busy}>
            {words.picks.makeIt}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
