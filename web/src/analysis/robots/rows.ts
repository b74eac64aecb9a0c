import type { Schemas } from "../../api";
import { average, median, spread } from "../figures";

/** Row is a robot at the FTC event: what our scouts saw beside what the officials' results make of it. */
export interface Row {
  teamNumber: number;
  name: string;
  rank: number | null;
  record: string;
  rankingScore: number | null;
  epa: number | null;
  npOpr: number | null;
  thin: boolean;
  average: number | null;
  median: number | null;
  best: number | null;
  width: number | null; // of the middle half
  auto: number | null;
  teleop: number | null;
  endgame: number | null;
  scouted: number; // matches
  played: number;
}

type Consensus = Schemas["ScoutingRobotConsensus"];

interface Sources {
  teams: Schemas["FtcTeam"][];
  standing?: Schemas["RatingsStanding"];
  epa?: Schemas["RatingsEventRatings"];
  opr?: Schemas["RatingsPowers"];
  matches: Schemas["LiveMatchState"][];
  consensus: Consensus[];
}

/** rowsOf puts together what is known of each robot, those that only scouts have seen too. */
export function rowsOf({ teams, standing, epa, opr, matches, consensus }: Sources): Row[] {
  const names = new Map(teams.map(({ teamNumber, name }) => [teamNumber, name]));
  const places = new Map(standing?.teams?.map((place) => [place.teamNumber, place]));
  const rated = new Map(epa?.teams?.map((team) => [team.teamNumber, team]));
  const powers = new Map(opr?.teams?.map((team) => [team.teamNumber, team]));
  const seen = new Map<number, Consensus[]>();
  for (const robot of consensus) {
    if (robot.tournamentLevel === "practice") continue;
    seen.set(robot.scoutedTeamNumber, [...(seen.get(robot.scoutedTeamNumber) ?? []), robot]);
  }
  const played = playedBy(matches);
  const numbers = new Set([...names.keys(), ...places.keys(), ...seen.keys(), ...played.keys()]);
  return [...numbers]
    .sort((a, b) => a - b)
    .map((teamNumber) => {
      const place = places.get(teamNumber);
      const power = powers.get(teamNumber);
      const robots = seen.get(teamNumber) ?? [];
      const totals = robots.map(({ totalScore }) => totalScore);
      const phase = (key: "autoScore" | "teleopScore" | "endgameScore") => average(robots.map((robot) => robot[key]));
      return {
        teamNumber,
        name: names.get(teamNumber) || place?.name || "",
        rank: place?.rank || null,
        record: place ? `${place.wins}–${place.losses}–${place.ties}` : "",
        rankingScore: place?.rankingScore ?? null,
        epa: rated.get(teamNumber)?.epa ?? null,
        npOpr: power?.shown ?? null,
        thin: power?.thin ?? false,
        average: average(totals),
        median: median(totals),
        best: totals.length > 0 ? Math.max(...totals) : null,
        width: totals.length > 1 ? spread(totals)!.width : null,
        auto: phase("autoScore"),
        teleop: phase("teleopScore"),
        endgame: phase("endgameScore"),
        scouted: robots.length,
        played: Math.max(played.get(teamNumber) ?? 0, robots.length),
      };
    });
}

// playedBy counts the matches that each robot has played, practice aside.
function playedBy(matches: Schemas["LiveMatchState"][]): Map<number, number> {
  const counts = new Map<number, number>();
  for (const { state, tournamentLevel, robots } of matches) {
    if (tournamentLevel === "practice") continue;
    for (const { teamNumber } of robots ?? []) counts.set(teamNumber, (counts.get(teamNumber) ?? 0) + (state === "completed" ? 1 : 0));
  }
  return counts;
}
