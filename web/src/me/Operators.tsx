import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../action";
import { api, get, key, type Schemas } from "../api";
import { type Me, type Team, useSession } from "../session";
import { Button, Card, Confirm, IconButton, Loaded, Select, toast } from "../ui";
import { signin } from "../words/signin";

type User = Schemas["AccountsUser"];
const words = signin.operators;

/** Operators lists who runs the server, to who does, and lets them change that. */
export function Operators({ me }: { me: Me }) {
  const { team } = useSession();
  const operators = useQuery(get("/api/operators"));
  const cache = useQueryClient();
  const [leaving, setLeaving] = useState<User | null>(null);
  const changed = () => cache.invalidateQueries({ queryKey: key("/api/operators") });
  const end = useAction(
    async ({ id, displayName }: User) => {
      setLeaving(null);
      await api.DELETE("/api/operators/{userId}", { params: { path: { userId: id } } });
      toast(words.ended(displayName));
      await changed();
    },
    { toasted: true },
  );
  return (
    <Card title={words.title}>
      <p className="text-quiet">{words.help}</p>
      <Loaded from={operators} rows={1}>
        {(list) => (
          <>
            <ul aria-label={words.title} className="grid">
              {list.map((user) => (
                <li key={user.id} className="flex min-h-14 items-center justify-between gap-3 border-t border-line first:border-t-0">
                  <span className="min-w-0 truncate font-medium">
                    {user.displayName} {user.id === me.id && <span className="font-normal text-quiet">({words.you})</span>}
                  </span>
                  {list.length > 1 && <IconButton icon="trash" label={words.end(user.displayName)} onClick={() => setLeaving(user)} />}
                </li>
              ))}
            </ul>
            {team && <Another key={team.id} team={team} operators={list} onMade={changed} />}
          </>
        )}
      </Loaded>
      {leaving && (
        <Confirm
          title={words.endTitle(leaving.displayName)}
          confirm={words.endGo}
          busy={end.busy}
          onConfirm={() => end.go(leaving)}
          onClose={() => setLeaving(null)}
        >
          <p>{words.endHelp}</p>
        </Confirm>
      )}
    </Card>
  );
}

// Another makes a member of the operator's team one, too.
function Another({ team, operators, onMade }: { team: Team; operators: User[]; onMade: () => void }) {
  const members = useQuery(get("/api/user-teams/{id}/members", { path: { id: team.id } }));
  const [chosen, setChosen] = useState("");
  const [asking, setAsking] = useState(false);
  const others = (members.data ?? []).filter(({ userId, role }) => role !== "DEVICE" && !operators.some(({ id }) => id === userId));
  const heir = others.find(({ userId }) => userId === chosen) ?? others[0];
  const make = useAction(
    async () => {
      setAsking(false);
      await api.POST("/api/operators", { body: { userId: heir!.userId } });
      toast(words.added(heir!.displayName));
      onMade();
    },
    { toasted: true },
  );
  if (!members.data) return null;
  if (!heir) return <p className="text-sm text-quiet">{words.nobody}</p>;
  return (
    <div className="flex flex-wrap items-end gap-2">
      <Select label={words.add} value={heir.userId} onChange={(event) => setChosen(event.target.value)}>
        {others.map(({ userId, displayName }) => (
          <option key={userId} value={userId}>
            {displayName}
          </option>
        ))}
      </Select>
      <Button busy={make.busy} onClick={() => setAsking(true)}>
        {words.addGo}
      </Button>
      {asking && (
        <Confirm title={words.addTitle(heir.displayName)} confirm={words.addGo} onConfirm={make.go} onClose={() => setAsking(false)}>
          <p>{words.addHelp}</p>
        </Confirm>
      )}
    </div>
  );
}
