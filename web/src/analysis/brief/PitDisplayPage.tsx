import { useQuery } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { get } from "../../api";
import { allianceOf, Button, ButtonLink, Empty, Loaded, Robot } from "../../ui";
import { words } from "../../words/analysis";
import { AtEvent } from "../AtEvent";
import type { At } from "../at";
import { percent, points } from "../figures";
import { addressOf, type Match, nextOf } from "./brief";
import { useBrief } from "./useBrief";

/** PitDisplayPage is for a screen in the pit: our next match, big, and by itself the one after it. */
export default function PitDisplayPage() {
  return <AtEvent title={words.brief.pit}>{(at) => <Display at={at} />}</AtEvent>;
}

function Display({ at }: { at: At }) {
  const box = useRef<HTMLElement>(null);
  const [full, setFull] = useState(false);
  const matches = useQuery(get("/api/events/{code}/matches", at.event));
  useAwake();
  useEffect(() => {
    document.title = words.brief.pit;
    const turned = () => setFull(document.fullscreenElement !== null);
    document.addEventListener("fullscreenchange", turned);
    return () => document.removeEventListener("fullscreenchange", turned);
  }, []);
  return (
    <main ref={box} id="content" className="grid min-h-dvh grid-rows-[auto_1fr] gap-4 overflow-auto bg-ground p-6">
      <header className="flex flex-wrap items-center justify-between gap-2">
        <h1>{words.brief.ofTeam(at.team.teamNumber)}</h1>
        {!full && (
          <span className="flex gap-2">
            <Button icon="full" onClick={() => box.current?.requestFullscreen?.()}>
              {words.brief.full}
            </Button>
            <ButtonLink icon="back" to="/analysis/brief">
              {words.brief.leave}
            </ButtonLink>
          </span>
        )}
      </header>
      <Loaded from={matches}>
        {(list) => {
          const match = nextOf(list, at.team.teamNumber);
          return match ? (
            <Next key={addressOf(match)} at={at} match={match} />
          ) : (
            <Empty icon="event" tall title={words.brief.none(at.team.teamNumber)}>
              {words.brief.pitWaits}
            </Empty>
          );
        }}
      </Loaded>
    </main>
  );
}

function Next({ at, match }: { at: At; match: Match }) {
  const { red, blue, forecast } = useBrief(at, match);
  const told = forecast.data;
  const sides = [
    { side: "RED", numbers: red, chance: told?.redWins, score: told?.red, look: "border-red bg-red-wash rounded-sm" },
    { side: "BLUE", numbers: blue, chance: told?.blueWins, score: told?.blue, look: "border-blue bg-blue-wash rounded-[2rem]" },
  ];
  return (
    <div className="grid content-center gap-6">
      <p className="text-center text-[clamp(2rem,7vw,6rem)] leading-none font-bold" data-match={addressOf(match)}>
        {words.match(match.tournamentLevel, match.series, match.matchNumber)}
      </p>
      {match.scheduledAt && (
        <p className="text-center text-[clamp(1.25rem,3vw,2.5rem)] text-quiet">
          {words.brief.atTime(match.scheduledAt, match.state === "started")}
        </p>
      )}
      <div className="grid gap-4 sm:grid-cols-2">
        {sides.map(({ side, numbers, chance, score, look }) => (
          <section key={side} className={`grid justify-items-center gap-3 border-4 p-6 ${look}`} aria-label={words.alliance[side]}>
            <ul className="grid gap-2">
              {numbers.map((number, i) => (
                <li key={number} className="flex items-center gap-4 text-[clamp(1.75rem,5vw,4.5rem)] leading-none font-bold">
                  <Robot alliance={allianceOf(side)} station={i + 1} size="big" />
                  <span className={number === at.team.teamNumber ? "underline" : ""}>{number}</span>
                </li>
              ))}
            </ul>
            {chance !== undefined && (
              <p className="text-[clamp(1.25rem,3vw,2.5rem)]">{words.brief.chance(percent(chance), points(score))}</p>
            )}
          </section>
        ))}
      </div>
    </div>
  );
}

// useAwake keeps the screen on while it shows the display, where the browser can.
function useAwake() {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let gone = false;
    const ask = async () => {
      if (gone || document.visibilityState !== "visible") return;
      lock = await navigator.wakeLock?.request("screen").catch(() => undefined); // low battery, or not allowed
      if (gone) void lock?.release();
    };
    void ask();
    document.addEventListener("visibilitychange", ask);
    return () => {
      gone = true;
      document.removeEventListener("visibilitychange", ask);
      void lock?.release();
    };
  }, []);
}
