import { useConnection, usePresenceChannel } from "../realtime";
import { Card } from "../ui";
import { roleNames } from "../words/app";
import { words } from "../words/coach";

/** OnNow lists who of the team is online: name, role, device. */
export function OnNow({ teamId }: { teamId: string }) {
  const { members, myId, memberCount } = usePresenceChannel(`presence-team-${teamId}`);
  const { state } = useConnection();
  const list = [...members].sort(([, a], [, b]) => a.displayName.localeCompare(b.displayName));
  const blind = state === "polling" || state === "offline";
  return (
    <Card title={words.online.title(memberCount)}>
      {list.length === 0 && <p className="text-quiet">{blind ? words.online.unknown : words.online.nobody}</p>}
      <ul className="grid grid-cols-1 gap-1" data-online={memberCount}>
        {list.map(([id, { displayName, role, deviceLabel }]) => (
          <li key={id} className="flex items-baseline gap-2">
            <span aria-hidden="true" className="size-2.5 shrink-0 rounded-full bg-good" />
            <span className="max-w-1/2 shrink-0 truncate font-medium">{displayName}</span>
            <span className="truncate text-sm text-quiet">
              {[id === myId && words.online.you, role && roleNames[role], deviceLabel !== displayName && deviceLabel]
                .filter(Boolean)
                .join(" · ")}
            </span>
          </li>
        ))}
      </ul>
    </Card>
  );
}
