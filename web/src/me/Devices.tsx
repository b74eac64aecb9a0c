import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useAction } from "../action";
import { api, get, key } from "../api";
import { Button, Card, Loaded, toast } from "../ui";
import { account } from "../words/account";
import { ago } from "../words/time";

/** Devices lists where I am signed in, and signs out the others. */
export function Devices() {
  const devices = useQuery(get("/api/me/devices"));
  const cache = useQueryClient();
  const drop = useAction(
    async (id: string) => {
      await api.DELETE("/api/me/devices/{id}", { params: { path: { id } } });
      await cache.invalidateQueries({ queryKey: key("/api/me/devices") });
      toast(account.me.signedOutDevice);
    },
    { toasted: true },
  );
  return (
    <Card title={account.me.devices}>
      <Loaded from={devices} rows={1}>
        {(list) => (
          <ul className="grid">
            {list.map(({ id, name, lastUsedAt, current }) => (
              <li key={id} className="flex min-h-14 items-center justify-between gap-3 border-t border-line first:border-t-0">
                <span className="min-w-0">
                  <span className="block truncate font-medium">{name || account.me.unnamed}</span>
                  <span className="text-sm text-quiet">{current ? account.me.thisDevice : account.me.lastUsed(ago(lastUsedAt))}</span>
                </span>
                {!current && (
                  <Button look="quiet" busy={drop.busy} onClick={() => drop.go(id)}>
                    {account.me.signOutDevice}
                  </Button>
                )}
              </li>
            ))}
          </ul>
        )}
      </Loaded>
    </Card>
  );
}
