import { Events } from "../public/Events";
import { may, nameOf, useSession } from "../session";
import { ButtonLink, Card, Page } from "../ui";
import { account } from "../words/account";
import { words } from "../words/app";

/** HomePage is what somebody sees first: a stranger the FTC events, a member what is next for their team. */
export default function HomePage() {
  const { me, team } = useSession();
  if (!me) {
    return (
      <Page title={account.home.events} lead={account.home.startHelp} actions={<ButtonLink to="/join">{account.join.title}</ButtonLink>}>
        <Events />
      </Page>
    );
  }
  const lead = team ? `${account.home.team(team.teamNumber, nameOf(team))}. ${account.home.role(team.role)}` : words.problem.noTeamHelp;
  return (
    <Page title={account.home.hello(me.displayName)} lead={lead}>
      {!team && !me.deviceOf && (
        <div className="flex flex-wrap gap-2">
          <ButtonLink look="main" to="/join">
            {account.join.title}
          </ButtonLink>
          <ButtonLink to="/team/new">{account.setup.createTeam}</ButtonLink>
        </div>
      )}
      {may(team, "MENTOR", "LEADER") && (
        <Card title={account.home.invite} actions={<ButtonLink to="/team/invites">{account.home.newInvite}</ButtonLink>}>
          <p className="text-quiet">{account.home.inviteHelp}</p>
        </Card>
      )}
      <Card title={account.home.events}>
        <Events />
      </Card>
    </Page>
  );
}
