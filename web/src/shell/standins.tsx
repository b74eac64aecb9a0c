import { ButtonLink, Page } from "../ui";
import { words } from "../words/app";

/** NotFound stands at addresses without a page. */
export function NotFound() {
  return (
    <Page title={words.problem.notFound} lead={words.problem.notFoundHelp} narrow>
      <div>
        <ButtonLink to="/">{words.problem.home}</ButtonLink>
      </div>
    </Page>
  );
}

/** NoTeam stands in for the pages of a team until there is one. */
export function NoTeam() {
  return (
    <Page title={words.problem.noTeam} lead={words.problem.noTeamHelp} narrow>
      <div className="flex flex-wrap gap-2">
        <ButtonLink look="main" to="/join">
          {words.problem.joinTeam}
        </ButtonLink>
        <ButtonLink to="/team/new">{words.problem.createTeam}</ButtonLink>
      </div>
    </Page>
  );
}

/** WrongRole stands in for a page that is for others of the team. */
export function WrongRole() {
  return (
    <Page title={words.problem.role} lead={words.problem.roleHelp} narrow>
      <div>
        <ButtonLink to="/">{words.problem.home}</ButtonLink>
      </div>
    </Page>
  );
}
