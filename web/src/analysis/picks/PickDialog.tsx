import { useAction } from "../../action";
import { api, key } from "../../api";
import { queries } from "../../queries";
import { Button, Dialog, Form, Select } from "../../ui";
import { words } from "../../words/analysis";
import type { At } from "../at";
import type { Item } from "./operations";

/** PickDialog tells all of the team's lists what was heard in the hall: picked, captain, declined, or that it was a mistake. */
export function PickDialog({ item, at, listId, onClose }: { item: Item; at: At; listId: string; onClose: () => void }) {
  const { teamNumber, struck } = item;
  const tell = useAction(async (strike: { alliance?: number; captain?: boolean; declined?: boolean }) => {
    await api.POST("/api/scouting/picklists/picks", { body: { ...at.query, teamNumber, ...strike } });
    await queries.invalidateQueries({ queryKey: key("/api/scouting/picklists/{id}", { path: { id: listId } }) });
    onClose();
  });
  const send = ({ reason, alliance }: Record<string, string>) =>
    tell.go(reason === "declined" ? { declined: true } : { alliance: Number(alliance), captain: reason === "captain" });
  return (
    <Dialog title={words.picks.heard(teamNumber)} onClose={onClose}>
      <Form onSubmit={send} failed={tell.failed}>
        <Select label={words.picks.reason} name="reason" defaultValue={struck?.reason ?? "picked"}>
          {Object.entries(words.picks.reasons).map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </Select>
        <Select label={words.picks.alliance} name="alliance" defaultValue={struck?.alliance ?? 1}>
          {Array.from({ length: 8 }, (_, i) => i + 1).map((n) => (
            <option key={n}>{n}</option>
          ))}
        </Select>
        <div className="flex flex-wrap gap-2">
          <Button type="submit" look="main" busy={tell.busy}>
            {words.picks.strike}
          </Button>
          {struck && (
            <Button busy={tell.busy} onClick={() => tell.go({})}>
              {words.picks.unstrike}
            </Button>
          )}
        </div>
      </Form>
    </Dialog>
  );
}
