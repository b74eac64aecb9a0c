import { useStore } from "../store";
import { Dialog, Switch } from "../ui";
import { words } from "../words/console";
import { letters } from "./keys";
import { pages } from "./pages";

/** Keys lists what the keyboard does in the console. */
export function Keys({ onClose }: { onClose: () => void }) {
  const on = useStore(letters);
  const rows: [string[], string][] = [
    ...pages.map(({ key, word }): [string[], string] => [["g", key], words.keys.go(word)]),
    [["/"], words.keys.search],
    [["↓", "↑"], words.keys.rows],
    [["?"], words.keys.help],
  ];
  return (
    <Dialog title={words.keys.title} onClose={onClose}>
      <dl className="grid grid-cols-[auto_1fr] gap-x-4 gap-y-2">
        {rows.map(([keys, does]) => (
          <div key={does} className="col-span-2 grid grid-cols-subgrid">
            <dt className="flex items-start gap-1">
              {keys.map((key) => (
                <kbd key={key} className="min-w-7 rounded-md border border-edge px-1.5 text-center font-mono text-sm">
                  {key}
                </kbd>
              ))}
            </dt>
            <dd>{does}</dd>
          </div>
        ))}
      </dl>
      <Switch label={words.keys.on} help={words.keys.onHelp} checked={on} onChange={letters.set} />
    </Dialog>
  );
}
