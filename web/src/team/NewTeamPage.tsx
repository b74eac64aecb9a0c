import { useLocation } from "wouter";
import { useAction } from "../action";
import { api, data } from "../api";
import { teamsChanged } from "../session";
import { Button, Card, Field, Form, Page, toast } from "../ui";
import { account } from "../words/account";
import { team as words } from "../words/team";

/** NewTeamPage makes another team's workspace. */
export default function NewTeamPage() {
  const [, go] = useLocation();
  const create = useAction(async ({ teamNumber, name }: Record<string, string>) => {
    const made = (await data(api.POST("/api/user-teams", { body: { teamNumber: Number(teamNumber), ...(name && { name }) } })))!;
    await teamsChanged(made.id);
    toast(words.create.done(made.teamNumber));
    go("/team/invites");
  });
  return (
    <Page title={words.create.title} lead={words.create.help} narrow>
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
          <Button type="submit" look="main" busy={create.busy}>
            {account.setup.createTeam}
          </Button>
        </Form>
      </Card>
    </Page>
  );
}
