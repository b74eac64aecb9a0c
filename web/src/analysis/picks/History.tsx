import { useQuery } from "@tanstack/react-query";
import { get } from "../../api";
import { Button, Dialog, Loaded } from "../../ui";
import { words } from "../../words/analysis";
import { ago } from "../../words/time";

type Props = { id: string; editor: boolean; onUndo: (version: number) => void; onClose: () => void };

const most = 200;

/** History is who did what to the list, the newest first, and takes any of it back. */
export function History({ id, editor, onUndo, onClose }: Props) {
  const list = useQuery(get("/api/scouting/picklists/{id}", { path: { id } }));
  const after = Math.max(0, (list.data?.version ?? 1) - most);
  const history = useQuery(get("/api/scouting/picklists/{id}/history", { path: { id }, query: { after, limit: most } }));
  return (
    <Dialog title={words.picks.history} onClose={onClose}>
      <Loaded from={history}>
        {(all) => {
          const undone = new Set(all.map(({ undoes }) => undoes));
          if (all.length === 0) return <p className="text-quiet">{words.picks.noHistory}</p>;
          return (
            <ol className="grid gap-2">
              {[...all].reverse().map(({ version, operation, undoes, editor: who, at }) => (
                <li key={version} className="flex items-center justify-between gap-2 border-b border-line pb-2">
                  <span>
                    {undoes > 0 && `${words.picks.undid} `}
                    {words.picks.told(operation)}
                    <span className="block text-sm text-quiet">
                      {who.displayName} · {ago(at)}
                    </span>
                  </span>
                  {editor && !undone.has(version) && (
                    <Button aria-label={words.picks.undoOne(words.picks.told(operation))} onClick={() => onUndo(version)}>
                      {words.picks.undo}
                    </Button>
                  )}
                </li>
              ))}
            </ol>
          );
        }}
      </Loaded>
    </Dialog>
  );
}
