import { useQueryClient } from "@tanstack/react-query";
import { useAction } from "../action";
import { key } from "../api";
import type { Team } from "../session";
import { allianceOf, Button, cx, Dialog, Robot } from "../ui";
import { roleNames } from "../words/app";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import type { Coverage, MatchRow, RobotRow } from "./board";
import { seatOf } from "./board";
import { busyOn, carryOut, give, loads, type Scout, type Step } from "./plan";
import { useScouts } from "./scouts";

/** useSheet carries out steps on the board's assignments and reads the board anew, also after a refusal. */
export function useSheet(team: Team, board: Coverage) {
  const cache = useQueryClient();
  return useAction(
    async (steps: Step[], done?: () => void) => {
      const { season, eventCode, rev } = board;
      try {
        await carryOut({ scoutingTeamId: team.id, season, eventCode, rev }, steps);
      } finally {
        await cache.invalidateQueries({ queryKey: key("/api/scouting/coverage") });
      }
      done?.();
    },
    { toasted: true },
  );
}

type Props = { team: Team; board: Coverage; match: MatchRow; robot: RobotRow; close: () => void };

/** SeatDialog says who watches a robot in a match, and changes that. */
export function SeatDialog({ team, board, match, robot, close }: Props) {
  const scouts = useScouts(team);
  const sheet = useSheet(team, board);
  const load = loads(board);
  const assigned = robot.assigned ?? [];
  const [only] = assigned.length === 1 ? assigned : [];
  const free = scouts
    .filter(({ id }) => !assigned.some((s) => s.id === id))
    .sort((a, b) => Number(!!busyOn(match, a.id)) - Number(!!busyOn(match, b.id)) || (load.get(a.id) ?? 0) - (load.get(b.id) ?? 0));
  return (
    <Dialog title={words.seat.title(matchName(match), robot.scoutedTeamNumber)} onClose={close}>
      <div className="flex items-center gap-3">
        <Robot alliance={allianceOf(robot.alliance)} station={robot.station} />
        <p>{assigned.length > 0 ? words.seat.assigned(assigned.map((s) => s.displayName).join(", ")) : words.seat.nobody}</p>
      </div>
      {assigned.length > 0 && (
        <ul className="flex flex-wrap gap-2">
          {assigned.map(({ id, displayName }) => (
            <li key={id}>
              <Button look="danger" icon="close" busy={sheet.busy} onClick={() => sheet.go([{ kind: "clear", match, scout: id }], close)}>
                {words.seat.takeOff(displayName)}
              </Button>
            </li>
          ))}
        </ul>
      )}
      <div>
        <h3 className="mb-1 font-semibold">{only ? words.seat.instead(only.displayName) : words.seat.choose}</h3>
        {free.length === 0 && <p className="text-quiet">{words.seat.noScouts}</p>}
        <ul>
          {free.map((scout) => (
            <li key={scout.id} className="border-t border-line first:border-t-0">
              <button
                type="button"
                disabled={sheet.busy}
                className={cx("flex min-h-12 w-full items-center justify-between gap-3 text-left", sheet.busy && "opacity-50")}
                onClick={() => sheet.go(give({ match, robot, scout: only?.id }, scout.id), close)}
              >
                <span className="truncate font-medium">{scout.displayName}</span>
                <span className="text-sm whitespace-nowrap text-quiet">{standing(scout, match, load.get(scout.id) ?? 0)}</span>
              </button>
            </li>
          ))}
        </ul>
      </div>
      {only && <p className="text-sm text-quiet">{words.seat.swapHelp}</p>}
    </Dialog>
  );
}

function standing(scout: Scout, match: MatchRow, load: number) {
  const busy = busyOn(match, scout.id);
  const where = busy && words.seat.busy(seatOf(busy) || String(busy.scoutedTeamNumber));
  return [where, words.seat.load(load), roleNames[scout.role]].filter(Boolean).join(" · ");
}
