import { useLocation } from "wouter";
import { chooseTeam, nameOf, useSession } from "../session";
import { words } from "../words/app";

const another = "another";

/** TeamSwitcher says which team the app works for, and changes that. */
export function TeamSwitcher() {
  const { me, teams, team } = useSession();
  const [, go] = useLocation();
  if (me?.deviceOf) return <span className="truncate px-2 font-semibold">{team?.teamNumber}</span>;
  return (
    <select
      aria-label={words.nav.chooseTeam}
      className="min-h-11 min-w-0 max-w-60 flex-shrink truncate rounded-lg border border-transparent bg-card px-2 font-semibold hover:border-line"
      value={team?.id ?? ""}
      onChange={(event) => (event.target.value === another ? go("/join") : chooseTeam(event.target.value))}
    >
      {!team && <option value="">{words.nav.noTeam}</option>}
      {teams.map((each) => (
        <option key={each.id} value={each.id}>
          {each.teamNumber} {nameOf(each)}
        </option>
      ))}
      <option value={another}>{words.nav.addTeam}</option>
    </select>
  );
}
