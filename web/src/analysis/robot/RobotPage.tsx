import { useQuery } from "@tanstack/react-query";
import { useParams } from "wouter";
import { get } from "../../api";
import { ButtonLink, Card, Empty, Loaded, Page } from "../../ui";
import { words } from "../../words/analysis";
import { AtEvent } from "../AtEvent";
import type { At } from "../at";
import { useLivePit } from "../live";
import { Media } from "../pit/Media";
import { Pit } from "../pit/Pit";
import { Matches } from "./Matches";
import { Notes } from "./Notes";
import { Capabilities, Fields, Official, Points } from "./Summary";
import { Trend } from "./Trend";

/** RobotPage is all that the team knows of one robot. */
export default function RobotPage() {
  const number = Number(useParams<{ number: string }>().number);
  const title = words.robot.title(number);
  return <AtEvent title={title}>{(at) => <Robot key={number} at={at} number={number} />}</AtEvent>;
}

function Robot({ at, number }: { at: At; number: number }) {
  useLivePit(at);
  const teams = useQuery(get("/api/events/{code}/teams", at.event));
  const summary = useQuery(get("/api/scouting/team-summary/{number}", { path: { number }, query: at.query }));
  const name = teams.data?.find(({ teamNumber }) => teamNumber === number)?.name;
  return (
    <Page
      title={words.robot.title(number)}
      lead={[name, words.event.at(at.eventCode)].filter(Boolean).join(" · ")}
      actions={
        <>
          <ButtonLink icon="back" to="/analysis">
            {words.robot.all}
          </ButtonLink>
          <ButtonLink icon="analysis" to={`/analysis/compare?robots=${number}`}>
            {words.robot.compare}
          </ButtonLink>
        </>
      }
    >
      <Loaded from={summary} rows={6}>
        {(about) => (
          <div className="grid grid-cols-1 gap-4 wide:grid-cols-2">
            {about.sources.scouted === 0 ? (
              <Empty icon="scout" title={words.robot.notScouted}>
                {words.robot.notScoutedHelp}
              </Empty>
            ) : (
              <Points summary={about} />
            )}
            <Official summary={about} />
            <Trend summary={about} />
            {about.sources.scouted > 0 && <Capabilities summary={about} />}
            <Matches at={at} number={number} summary={about} />
            {about.sources.scouted > 0 && <Fields summary={about} />}
          </div>
        )}
      </Loaded>
      <div className="grid grid-cols-1 items-start gap-4 wide:grid-cols-2">
        <Card title={words.notes.title}>
          <Notes at={at} number={number} />
        </Card>
        <Card title={words.pit.title}>
          <Pit at={at} number={number} />
        </Card>
      </div>
      <Card title={words.media.title}>
        <Media at={at} number={number} />
      </Card>
    </Page>
  );
}
