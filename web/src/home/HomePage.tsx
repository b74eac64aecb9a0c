import { Events } from "../public/Events";
import { may, nameOf, useSession } from "../session";
import { ButtonLink, Card, Page } from "../ui";
import { words } from "../words/app";

/** HomePage is what somebody sees first: a stranger the FTC events, a member what is next for their team. */
export default function HomePage() {
  const { me, team } = useSession();
  if (!me) {
    return (
      <Page title={words.home.events} lead={words.home.startHelp} actions={<ButtonLink to="/join">{words.join.title}</ButtonLink>}>
        <Events />
      </Page>
    );
  }
  const lead = team ? `${words.home.team(team.teamNumber, nameOf(team))}. ${words.home.role(team.role)}` : words.problem.noTeamHelp;
  return (
    <Page title={words.home.hello(me.displayName)} lead={lead}>
      {!team && !me.deviceOf && (
        <div className="flex flex-wrap gap-2">
          <ButtonLink look="main" to="/join">
            {words.join.title}
          </ButtonLink>
          <ButtonLink to="/team/new">{words.setup.createTeam}</ButtonLink>
        </div>
      )}
      {may(team, "MENTOR", "LEADER") && (
        <Card title={words.home.invite} actions={<ButtonLink to="/team/invites">{words.home.newInvite}</ButtonLink>}>
          <p className="text-quiet">{words.home.inviteHelp}</p>
        </Card>
      )}
      <Card title={words.home.events}>
        <Events />
      </Card>
    </Page>
  );
}
