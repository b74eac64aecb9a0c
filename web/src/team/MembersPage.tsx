import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../action";
import { api, get, key, type Schemas } from "../api";
import { usePresenceChannel, usePusher } from "../realtime";
import { type Team, useSession } from "../session";
import { Button, ButtonLink, Card, Confirm, Empty, IconButton, Loaded, Select, toast } from "../ui";
import { words as app, roleNames } from "../words/app";
import { team as words } from "../words/team";
import { HandOver } from "./HandOver";
import { leads, TeamPage } from "./TeamPage";

export type Member = Schemas["TeamsMember"];

/** MembersPage lists who is in the team, with roles, and lets leads change that. */
export default function MembersPage() {
  return <TeamPage>{(team) => <Members key={team.id} team={team} />}</TeamPage>;
}

function Members({ team }: { team: Team }) {
  const params = { path: { id: team.id } };
  const members = useQuery(get("/api/user-teams/{id}/members", params));
  const cache = useQueryClient();
  const changed = () => cache.invalidateQueries({ queryKey: key("/api/user-teams/{id}/members", params) });
  const channelName = `private-team-${team.id}`;
  usePusher({ channelName, eventName: "team:member-joined", onEvent: changed, onReset: changed });
  usePusher({ channelName, eventName: "team:member-left", onEvent: changed });
  const { members: online } = usePresenceChannel(`presence-team-${team.id}`);
  const [leaving, setLeaving] = useState<Member | null>(null);
  const [handing, setHanding] = useState(false);
  const remove = useAction(
    async ({ userId, displayName }: Member) => {
      await api.DELETE("/api/user-teams/{id}/members/{userId}", { params: { path: { id: team.id, userId } } });
      setLeaving(null);
      await changed();
      toast(words.members.removed(displayName));
    },
    { toasted: true },
  );
  return (
    <Loaded from={members}>
      {(list) => (
        <>
          <Card title={words.people(list.length)}>
            <ul aria-label={words.members.list} className="grid">
              {list.map((member) => (
                <Row
                  key={member.userId}
                  team={team}
                  member={member}
                  online={online.has(member.userId)}
                  onRemove={() => setLeaving(member)}
                  onChanged={changed}
                />
              ))}
            </ul>
          </Card>
          {list.length === 1 && leads.includes(team.role) && (
            <Empty icon="team" title={words.members.alone} action={<ButtonLink to="/team/invites">{words.tabs.invites}</ButtonLink>}>
              {words.members.aloneHelp}
            </Empty>
          )}
          {team.role === "MENTOR" && list.some(({ role }) => role !== "DEVICE" && role !== "MENTOR") && (
            <div>
              <Button onClick={() => setHanding(true)}>{words.members.handOver}</Button>
            </div>
          )}
          {handing && <HandOver team={team} members={list} onClose={() => setHanding(false)} onDone={changed} />}
          {leaving && (
            <Confirm
              title={words.members.removeTitle(leaving.displayName)}
              confirm={words.members.removeGo}
              busy={remove.busy}
              onConfirm={() => remove.go(leaving)}
              onClose={() => setLeaving(null)}
            >
              <p>{words.members.removeHelp}</p>
            </Confirm>
          )}
        </>
      )}
    </Loaded>
  );
}

type RowProps = { team: Team; member: Member; online: boolean; onRemove: () => void; onChanged: () => void };

function Row({ team, member: { userId, displayName, role }, online, onRemove, onChanged }: RowProps) {
  const { me } = useSession();
  const mine = userId === me?.id;
  const given = grantable(team.role);
  const changes = !mine && given.includes(role);
  const setRole = useAction(
    async (next: string, undo = true) => {
      await api.PATCH("/api/user-teams/{id}/members/{userId}", {
        params: { path: { id: team.id, userId } },
        body: { role: next as "STUDENT" },
      });
      onChanged();
      const action = undo ? { word: app.undo, run: () => setRole.go(role, false) } : undefined;
      toast(words.members.roleIs(displayName, roleNames[next] ?? next), { action });
    },
    { toasted: true },
  );
  return (
    <li className="flex min-h-16 flex-wrap items-center gap-x-3 gap-y-1 border-t border-line py-1 first:border-t-0">
      <span className="flex min-w-0 flex-1 items-center gap-2">
        <span className="truncate font-medium">{displayName}</span>
        {mine && <span className="text-quiet">({words.members.you})</span>}
        {online && <span className="rounded-full bg-good-wash px-2 py-0.5 text-sm text-good">{words.members.online}</span>}
      </span>
      {changes && role !== "DEVICE" ? (
        <Select
          label={words.members.roleOf(displayName)}
          hideLabel
          value={role}
          disabled={setRole.busy}
          onChange={(event) => setRole.go(event.target.value)}
        >
          {given
            .filter((other) => other !== "DEVICE")
            .map((other) => (
              <option key={other} value={other}>
                {roleNames[other]}
              </option>
            ))}
        </Select>
      ) : (
        <span className="px-3 text-quiet">{roleNames[role] ?? role}</span>
      )}
      {changes && role !== "DEVICE" && <IconButton icon="trash" label={words.members.remove(displayName)} onClick={onRemove} />}
    </li>
  );
}

/** grantable lists the roles that a member of this role gives and takes. */
export function grantable(role: string): string[] {
  if (role === "MENTOR") return ["MENTOR", "LEADER", "STUDENT", "FRIEND", "DEVICE"];
  if (role === "LEADER") return ["STUDENT", "FRIEND", "DEVICE"];
  return [];
}
