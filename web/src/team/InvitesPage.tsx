import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useEffect, useRef, useState } from "react";
import { useAction } from "../action";
import { api, data, get, key, type Schemas } from "../api";
import type { Team } from "../session";
import { useProviders } from "../signin/Providers";
import { Button, Card, Confirm, Copy, Empty, Field, Form, Loaded, QrCode, Select, toast } from "../ui";
import { roleNames } from "../words/app";
import { signin } from "../words/signin";
import { team as words } from "../words/team";
import { until } from "../words/time";
import { Address } from "./Address";
import { grantable } from "./MembersPage";
import { TeamPage } from "./TeamPage";

type Invite = Schemas["TeamsInvite"];

/** InvitesPage makes and closes the codes by which people join. */
export default function InvitesPage() {
  return <TeamPage>{(team) => <Invites key={team.id} team={team} />}</TeamPage>;
}

function Invites({ team }: { team: Team }) {
  const params = { path: { id: team.id } };
  const invites = useQuery(get("/api/user-teams/{id}/invites", params));
  const cache = useQueryClient();
  const changed = () => cache.invalidateQueries({ queryKey: key("/api/user-teams/{id}/invites", params) });
  const [made, setMade] = useState<Invite>();
  return (
    <div className="grid items-start gap-4 wide:grid-cols-2">
      <NewInvite
        team={team}
        onMade={(invite) => {
          setMade(invite);
          changed();
        }}
      />
      {made?.code && <Shown key={made.id} invite={made} code={made.code} />}
      <Card title={words.invites.open} className={made ? "wide:col-span-2" : undefined}>
        <Loaded from={invites} rows={2}>
          {(list) =>
            list.length === 0 ? (
              <Empty icon="qr" title={words.invites.none}>
                {words.invites.noneHelp}
              </Empty>
            ) : (
              <ul className="grid">
                {list.map((invite) => (
                  <Row key={invite.id} team={team} invite={invite} onChanged={changed} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Card>
      <Address />
    </div>
  );
}

const hours = { hour: 1, day: 24, week: 7 * 24, month: 30 * 24 };
type Lifetime = keyof typeof hours;

function NewInvite({ team, onMade }: { team: Team; onMade: (invite: Invite) => void }) {
  const withProviders = useProviders().length > 0;
  const make = useAction(async ({ role, maxUses, lives, email }: Record<string, string>) => {
    // A day is the server's own default, and its clock is right: such codes are short.
    const expiresAt = lives === "day" ? undefined : new Date(Date.now() + hours[lives as Lifetime] * 3_600_000).toISOString();
    const body = { role: role as "STUDENT", maxUses: Number(maxUses), expiresAt, email: email?.trim() || undefined };
    onMade((await data(api.POST("/api/user-teams/{id}/invites", { params: { path: { id: team.id } }, body })))!);
    if (body.email) toast(signin.invite.made(body.email));
  });
  return (
    <Card title={words.invites.make}>
      <p className="text-quiet">{words.invites.help}</p>
      <Form onSubmit={make.go} failed={make.failed}>
        <Select label={words.invites.role} name="role" defaultValue="STUDENT">
          {grantable(team.role)
            .filter((role) => role !== "DEVICE")
            .map((role) => (
              <option key={role} value={role}>
                {roleNames[role]}
              </option>
            ))}
        </Select>
        <Field
          label={words.invites.uses}
          name="maxUses"
          type="number"
          inputMode="numeric"
          min={1}
          max={500}
          defaultValue={25}
          required
          fault={make.failed?.field("maxUses")}
        />
        <Select label={words.invites.lives} name="lives" defaultValue="day">
          {(Object.keys(hours) as Lifetime[]).map((life) => (
            <option key={life} value={life}>
              {words.invites.lifetimes[life]}
            </option>
          ))}
        </Select>
        {withProviders && (
          <Field
            label={signin.invite.email}
            help={signin.invite.emailHelp}
            name="email"
            type="email"
            autoComplete="off"
            fault={make.failed?.field("email")}
          />
        )}
        <Button type="submit" look="main" busy={make.busy}>
          {words.invites.go}
        </Button>
      </Form>
    </Card>
  );
}

function Shown({ invite, code }: { invite: Invite; code: string }) {
  const link = `${location.origin}/join/${code}`;
  const card = useRef<HTMLDivElement>(null);
  useEffect(() => {
    card.current?.scrollIntoView({ block: "nearest" });
  }, []);
  return (
    <div ref={card} className="grid scroll-m-20">
      <Card title={words.invites.code}>
        <p className="text-quiet">{words.invites.once}</p>
        <Copy text={code} big={code.length <= 10} label={words.invites.code} />
        <QrCode text={link} label={words.invites.link} />
        <Copy text={link} label={words.invites.link} />
        <p className="text-quiet">{words.invites.ends(until(invite.expiresAt))}</p>
      </Card>
    </div>
  );
}

function Row({ team, invite, onChanged }: { team: Team; invite: Invite; onChanged: () => void }) {
  const [asking, setAsking] = useState(false);
  const revoke = useAction(
    async () => {
      await api.DELETE("/api/user-teams/{id}/invites/{inviteId}", { params: { path: { id: team.id, inviteId: invite.id } } });
      setAsking(false);
      onChanged();
      toast(words.invites.revoked);
    },
    { toasted: true },
  );
  return (
    <li className="flex min-h-16 items-center justify-between gap-3 border-t border-line py-1 first:border-t-0">
      <span className="min-w-0">
        {invite.email ? (
          <span className="block truncate font-semibold">{invite.email}</span>
        ) : (
          <span className="block font-mono font-semibold">{invite.hint}…</span>
        )}
        <span className="block text-sm text-quiet">
          {words.invites.line(roleNames[invite.role] ?? invite.role, invite.uses, invite.maxUses)},{" "}
          {words.invites.ends(until(invite.expiresAt))}
        </span>
      </span>
      <Button look="danger" onClick={() => setAsking(true)}>
        {words.invites.revoke}
      </Button>
      {asking && (
        <Confirm
          title={words.invites.revokeTitle(invite.email || invite.hint)}
          confirm={words.invites.revoke}
          busy={revoke.busy}
          onConfirm={revoke.go}
          onClose={() => setAsking(false)}
        >
          <p>{words.invites.revokeHelp}</p>
        </Confirm>
      )}
    </li>
  );
}
