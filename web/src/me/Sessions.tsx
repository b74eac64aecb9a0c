import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../action";
import { api, get, key } from "../api";
import { Button, Card, Confirm, Loaded, toast } from "../ui";
import { agentName, signin } from "../words/signin";
import { ago } from "../words/time";

const words = signin.sessions;

/** Sessions lists where I am signed in, and ends the others. */
export function Sessions() {
  const sessions = useQuery(get("/api/me/sessions"));
  const cache = useQueryClient();
  const [asking, setAsking] = useState(false);
  const changed = () => cache.invalidateQueries({ queryKey: key("/api/me/sessions") });
  const end = useAction(
    async (id: string) => {
      await api.DELETE("/api/me/sessions/{id}", { params: { path: { id } } });
      await changed();
      toast(words.ended);
    },
    { toasted: true },
  );
  const endOthers = useAction(
    async () => {
      await api.DELETE("/api/me/sessions");
      setAsking(false);
      await changed();
      toast(words.othersEnded);
    },
    { toasted: true },
  );
  return (
    <Card title={words.title}>
      <Loaded from={sessions} rows={1}>
        {(list) => (
          <>
            <ul aria-label={words.title} className="grid">
              {list.map(({ id, name, userAgent, createdAt, lastUsedAt, current }) => {
                const called = name || agentName(userAgent) || words.unnamed;
                return (
                  <li key={id} className="flex min-h-14 items-center justify-between gap-3 border-t border-line first:border-t-0">
                    <span className="min-w-0" title={userAgent}>
                      <span className="block truncate font-medium">{called}</span>
                      <span className="text-sm text-quiet">
                        {current ? words.current : words.used(ago(lastUsedAt))}, {words.since(new Date(createdAt).toLocaleDateString())}
                      </span>
                    </span>
                    {!current && (
                      <Button look="quiet" aria-label={words.endOf(called)} busy={end.busy} onClick={() => end.go(id)}>
                        {words.end}
                      </Button>
                    )}
                  </li>
                );
              })}
            </ul>
            {list.length > 1 && (
              <div>
                <Button onClick={() => setAsking(true)}>{words.endOthers}</Button>
              </div>
            )}
          </>
        )}
      </Loaded>
      {asking && (
        <Confirm
          title={words.othersTitle}
          confirm={words.endOthers}
          busy={endOthers.busy}
          onConfirm={endOthers.go}
          onClose={() => setAsking(false)}
        >
          <p>{words.othersHelp}</p>
        </Confirm>
      )}
    </Card>
  );
}
