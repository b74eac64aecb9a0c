import { useState } from "react";
import { useLocation, useParams } from "wouter";
import { useAction } from "../action";
import { api, data } from "../api";
import { signedIn, teamsChanged, useSession } from "../session";
import { Providers, useProviders } from "../signin/Providers";
import { Button, ButtonLink, Card, Field, Form, Page, toast } from "../ui";
import { account } from "../words/account";
import { agentName, signin } from "../words/signin";

/** JoinPage brings somebody into a team by its code: typed, of a link, or of a QR code. */
export default function JoinPage() {
  const { code: linked = "" } = useParams<{ code?: string }>();
  const [code, setCode] = useState(linked);
  const { me } = useSession();
  const [, go] = useLocation();
  const providers = useProviders();
  const join = useAction(async ({ displayName = "" }: Record<string, string>) => {
    const wanted = code.trim();
    if (me) {
      const team = await data(api.POST("/api/user-teams/join", { body: { code: wanted } }));
      await teamsChanged(team!.id);
      toast(account.join.welcome(team!.teamNumber));
    } else {
      const { team } = (await data(
        api.POST("/api/join", {
          body: { code: wanted, displayName: displayName.trim(), device: agentName(navigator.userAgent), cookie: true },
        }),
      ))!;
      await signedIn(team.id);
      toast(account.join.welcome(team.teamNumber));
    }
    go("/", { replace: true });
  });
  const spent = join.failed?.code === "bad-invite-code";
  return (
    <Page title={account.join.title} lead={account.join.help} narrow>
      <Card>
        <Form onSubmit={join.go} failed={spent ? null : join.failed}>
          {spent && (
            <div role="alert" className="rounded-lg bg-bad-wash p-3">
              <p className="font-semibold">{account.join.badCode}</p>
              <p>{account.join.badCodeHelp}</p>
            </div>
          )}
          <Field
            label={account.join.code}
            className="font-mono text-xl tracking-widest uppercase placeholder:normal-case"
            value={code}
            onChange={(event) => setCode(event.target.value)}
            required
            autoComplete="off"
            autoCapitalize="characters"
            spellCheck={false}
            autoFocus={!linked}
            fault={join.failed?.field("code")}
          />
          {me ? (
            <p className="text-sm text-quiet">{account.join.notYou}</p>
          ) : (
            <Field
              label={account.join.name}
              help={account.join.nameHelp}
              name="displayName"
              required
              maxLength={60}
              autoComplete="nickname"
              autoFocus={!!linked}
              fault={join.failed?.field("displayName")}
            />
          )}
          <Button type="submit" look="main" busy={join.busy}>
            {me ? account.join.as(me.displayName) : account.join.go}
          </Button>
        </Form>
      </Card>
      {me === null && code.trim() && providers.length > 0 && (
        <Card>
          <p className="text-quiet">{signin.joinHelp}</p>
          <Providers word={signin.joinWith} code={code.trim()} to={`/join/${code.trim()}`} />
        </Card>
      )}
      {me && (
        <div>
          <ButtonLink look="quiet" to="/team/new">
            {account.setup.createTeam}
          </ButtonLink>
        </div>
      )}
      {me === null && (
        <div>
          <ButtonLink look="quiet" to="/sign-in">
            {account.join.signIn}
          </ButtonLink>
        </div>
      )}
    </Page>
  );
}
