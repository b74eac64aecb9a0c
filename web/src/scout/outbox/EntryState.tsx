import { useStore } from "../../store";
import { cx, Icon } from "../../ui";
import { words } from "../../words/scout";
import type { State } from "./item";
import { outbox } from "./outbox";

const looks: Record<State, string> = {
  waiting: "text-warn",
  sent: "text-good",
  refused: "text-bad",
  quarantined: "text-warn",
  conflict: "text-bad",
};

/** EntryState says in a word how an entry stands with the server. */
export function EntryState({ state, id }: { state: State; id: string }) {
  const sending = useStore(outbox).sending.includes(id) && state === "waiting";
  return (
    <span
      data-state={sending ? "sending" : state}
      className={cx("ml-auto flex items-center gap-1 text-sm font-medium whitespace-nowrap", looks[state])}
    >
      <Icon name={state === "sent" ? "check" : state === "waiting" ? "upload" : "warn"} className="size-4" />
      {words.outbox.states[sending ? "sending" : state]}
    </span>
  );
}
