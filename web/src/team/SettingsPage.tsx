import { useState } from "react";
import { useLocation } from "wouter";
import { useAction } from "../action";
import { api } from "../api";
import { type Team, teamsChanged } from "../session";
import { Button, ButtonLink, Card, Choice, Confirm, Dialog, Field, Form, Switch, toast } from "../ui";
import { words as app } from "../words/app";
import { team as words } from "../words/team";
import { TeamPage } from "./TeamPage";

type Change = { name?: string; sharingLevel?: Sharing; publicEntries?: boolean; friendChannels?: boolean };
type Sharing = "PRIVATE" | "EVENT" | "PUBLIC";
const levels: Sharing[] = ["PRIVATE", "EVENT", "PUBLIC"];

/** SettingsPage is the team's name, what it shares, and the ways out of it. */
export default function SettingsPage() {
  return <TeamPage>{(team) => <Settings key={team.id} team={team} />}</TeamPage>;
}

function Settings({ team }: { team: Team }) {
  const mentor = team.role === "MENTOR";
  const change = useAction(async (next: Change, told: string, undo?: Change) => {
    await api.PATCH("/api/user-teams/{id}", { params: { path: { id: team.id } }, body: next });
    await teamsChanged();
    toast(told, { action: undo && { word: app.undo, run: () => change.go(undo, words.settings.changed) } });
  });
  const level = team.sharingLevel as Sharing;
  return (
    <div className="grid max-w-2xl gap-4">
      {!mentor && <p className="text-quiet">{words.settings.mentors}</p>}
      <Card>
        <Form
          key={team.name}
          failed={change.failed}
          onSubmit={({ name }) => change.go({ name }, words.settings.renamed, { name: team.name })}
        >
          <Field
            label={words.settings.name}
            name="name"
            defaultValue={team.name}
            maxLength={100}
            required
            disabled={!mentor}
            fault={change.failed?.field("name")}
          />
          {mentor && (
            <div>
              <Button type="submit" busy={change.busy}>
                {words.settings.save}
              </Button>
            </div>
          )}
        </Form>
      </Card>
      <Card>
        {mentor ? (
          <Choice
            label={words.settings.sharing}
            value={level}
            onChange={(sharingLevel) =>
              change.go({ sharingLevel }, words.settings.shares(words.settings[sharingLevel]), { sharingLevel: level })
            }
            options={levels.map((value) => ({ value, word: words.settings[value] }))}
          />
        ) : (
          <p>{words.settings.shares(words.settings[level])}</p>
        )}
        <p className="text-sm text-quiet">{words.settings[`${level}_help`]}</p>
        <Switch
          label={words.settings.publicEntries}
          help={words.settings.publicEntriesHelp}
          checked={team.publicEntries}
          disabled={!mentor}
          onChange={(publicEntries) => change.go({ publicEntries }, words.settings.changed)}
        />
        <Switch
          label={words.settings.friendChannels}
          help={words.settings.friendChannelsHelp}
          checked={team.friendChannels}
          disabled={!mentor}
          onChange={(friendChannels) => change.go({ friendChannels }, words.settings.changed)}
        />
      </Card>
      <WayOut team={team} />
    </div>
  );
}

function WayOut({ team }: { team: Team }) {
  const [asking, setAsking] = useState<"leave" | "delete" | null>(null);
  const [typed, setTyped] = useState("");
  const [, go] = useLocation();
  const params = { path: { id: team.id } };
  const gone = async (told: string) => {
    setAsking(null);
    await teamsChanged();
    toast(told, { tone: "plain" });
    go("/");
  };
  const leave = useAction(
    async () => {
      await api.POST("/api/user-teams/{id}/leave", { params });
      await gone(words.settings.left(team.name));
    },
    { toasted: true },
  );
  const remove = useAction(
    async () => {
      await api.DELETE("/api/user-teams/{id}", { params });
      await gone(words.settings.deleted(team.name));
    },
    { toasted: true },
  );
  return (
    <Card title={words.settings.wayOut}>
      <div className="flex flex-wrap gap-2">
        {team.role === "MENTOR" && <ButtonLink to="/team">{words.members.handOver}</ButtonLink>}
        <Button onClick={() => setAsking("leave")}>{words.settings.leave}</Button>
        {team.role === "MENTOR" && (
          <Button look="danger" onClick={() => setAsking("delete")}>
            {words.settings.delete}
          </Button>
        )}
      </div>
      {asking === "leave" && (
        <Confirm
          title={words.settings.leaveTitle(team.name)}
          confirm={words.settings.leave}
          busy={leave.busy}
          onConfirm={leave.go}
          onClose={() => setAsking(null)}
        >
          <p>{words.settings.leaveHelp}</p>
        </Confirm>
      )}
      {asking === "delete" && (
        <Dialog title={words.settings.deleteTitle(team.name)} onClose={() => setAsking(null)}>
          <p>{words.settings.deleteHelp}</p>
          <Form onSubmit={remove.go}>
            <Field
              label={words.settings.deleteType(team.teamNumber)}
              inputMode="numeric"
              autoComplete="off"
              value={typed}
              onChange={(event) => setTyped(event.target.value)}
            />
            <div className="flex flex-wrap justify-end gap-2">
              <Button onClick={() => setAsking(null)}>{app.cancel}</Button>
              <Button type="submit" look="danger" busy={remove.busy} disabled={typed.trim() !== String(team.teamNumber)}>
                {words.settings.deleteGo}
              </Button>
            </div>
          </Form>
        </Dialog>
      )}
    </Card>
  );
}
