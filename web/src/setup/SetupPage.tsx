import { useState } from "react";
import { useLocation } from "wouter";
import { useAction } from "../action";
import { api, data, type Schemas } from "../api";
import { signedIn, teamsChanged } from "../session";
import { Button, Card, Copy, Field, Form, Page, QrCode } from "../ui";
import { account } from "../words/account";
import { words } from "../words/app";

// The code comes in the link; it leaves the address bar, and so the history, at once. That happens as the
// page is loaded: a rendering may be done twice.
const linked = codeOfLink();

function codeOfLink(): string {
  const code = new URLSearchParams(location.search).get("code") ?? "";
  if (code) history.replaceState(history.state, "", location.pathname);
  return code;
}

type Made = { team: Schemas["TeamsTeam"]; code: string };

/** SetupPage makes the first owner of a new server, their team, and the first invite. */
export default function SetupPage() {
  const [token, setToken] = useState("");
  const [made, setMade] = useState<Made>();
  if (made) return <Ready made={made} />;
  if (token) return <NewTeam token={token} onMade={setMade} />;
  return <Owner code={linked} onToken={setToken} />;
}

function Owner({ code, onToken }: { code: string; onToken: (token: string) => void }) {
  const { go, busy, failed } = useAction(async ({ code, displayName, email, password }: Record<string, string>) => {
    const body = { code: code.trim(), displayName, cookie: true, ...(email && { email }), ...(password && { password }) };
    const grant = await data(api.POST("/api/setup", { body }));
    await signedIn();
    onToken(grant!.token);
  });
  return (
    <Page title={account.setup.title} lead={account.setup.help} narrow>
      <Card>
        <Form onSubmit={go} failed={failed}>
          <Field
            label={account.setup.code}
            help={account.setup.codeHelp}
            name="code"
            defaultValue={code}
            required
            autoComplete="off"
            spellCheck={false}
            autoCapitalize="characters"
            fault={failed?.field("code")}
          />
          <Field
            label={account.setup.name}
            name="displayName"
            required
            maxLength={60}
            autoComplete="nickname"
            autoFocus={!!code}
            fault={failed?.field("displayName")}
          />
          <Field
            label={account.setup.email}
            help={account.setup.mayBeEmpty}
            name="email"
            type="email"
            autoComplete="username"
            fault={failed?.field("email")}
          />
          <Field
            label={account.setup.password}
            help={account.setup.passwordHelp}
            name="password"
            type="password"
            minLength={12}
            maxLength={128}
            autoComplete="new-password"
            fault={failed?.field("password")}
          />
          <Button type="submit" look="main" busy={busy}>
            {account.setup.create}
          </Button>
        </Form>
      </Card>
    </Page>
  );
}

function NewTeam({ token, onMade }: { token: string; onMade: (made: Made) => void }) {
  const [, go] = useLocation();
  const create = useAction(async ({ teamNumber, name }: Record<string, string>) => {
    const team = (await data(api.POST("/api/user-teams", { body: { teamNumber: Number(teamNumber), ...(name && { name }) } })))!;
    const invite = await data(api.POST("/api/user-teams/{id}/invites", { params: { path: { id: team.id } }, body: { role: "STUDENT" } }));
    await teamsChanged(team.id);
    onMade({ team, code: invite!.code! });
  });
  return (
    <Page title={account.setup.teamTitle} narrow>
      <Card title={account.setup.token}>
        <p className="text-quiet">{account.setup.tokenHelp}</p>
        <Copy text={token} label={account.setup.token} />
      </Card>
      <Card>
        <Form onSubmit={create.go} failed={create.failed}>
          <Field
            label={account.setup.teamNumber}
            name="teamNumber"
            type="number"
            inputMode="numeric"
            min={1}
            max={99999}
            required
            fault={create.failed?.field("teamNumber")}
          />
          <Field
            label={account.setup.teamName}
            help={account.setup.mayBeEmpty}
            name="name"
            maxLength={100}
            fault={create.failed?.field("name")}
          />
          <div className="flex flex-wrap gap-2">
            <Button type="submit" look="main" busy={create.busy}>
              {account.setup.createTeam}
            </Button>
            <Button look="quiet" onClick={() => go("/")}>
              {account.setup.later}
            </Button>
          </div>
        </Form>
      </Card>
    </Page>
  );
}

function Ready({ made: { team, code } }: { made: Made }) {
  const [, go] = useLocation();
  const link = `${location.origin}/join/${code}`;
  return (
    <Page title={account.setup.ready(team.teamNumber)} lead={account.setup.readyHelp} narrow>
      <Card>
        <Copy text={code} big label={account.join.code} />
        <QrCode text={link} label={link} />
        <Copy text={link} label={words.nav.join} />
      </Card>
      <Button look="main" onClick={() => go("/")}>
        {account.setup.done}
      </Button>
    </Page>
  );
}
