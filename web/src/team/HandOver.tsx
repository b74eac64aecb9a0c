import { useState } from "react";
import { useAction } from "../action";
import { api } from "../api";
import { type Team, teamsChanged, useSession } from "../session";
import { Button, Dialog, Form, Select, Switch, toast } from "../ui";
import { words as app, roleNames } from "../words/app";
import { team as words } from "../words/team";
import type { Member } from "./MembersPage";

type Props = { team: Team; members: Member[]; onClose: () => void; onDone: () => void };

/** HandOver makes another adult a mentor, and lets the present one step down. */
export function HandOver({ team, members, onClose, onDone }: Props) {
  const { me } = useSession();
  const heirs = members.filter(({ userId, role }) => userId !== me?.id && role !== "DEVICE");
  const [adult, setAdult] = useState(false);
  const hand = useAction(async ({ userId, after }: Record<string, string>) => {
    // biome-ignore lint/suspicious/noThenProperty: the API's own name for it
    const body = { userId, adult, then: after as "MENTOR" };
    await api.POST("/api/user-teams/{id}/transfer", { params: { path: { id: team.id } }, body });
    toast(words.members.handedOver(heirs.find((heir) => heir.userId === userId)?.displayName ?? ""));
    onClose();
    await teamsChanged();
    if (after !== "LEAVE") onDone();
  });
  return (
    <Dialog title={words.members.handOver} onClose={onClose}>
      <p className="text-quiet">{words.members.handOverHelp}</p>
      <Form onSubmit={hand.go} failed={hand.failed}>
        <Select label={words.members.heir} name="userId">
          {heirs.map(({ userId, displayName, role }) => (
            <option key={userId} value={userId}>
              {`${displayName} (${roleNames[role]})`}
            </option>
          ))}
        </Select>
        <Switch label={words.members.adult} checked={adult} onChange={setAdult} />
        <Select label={words.members.afterwards} name="after" defaultValue="MENTOR">
          {["MENTOR", "LEADER", "STUDENT", "FRIEND"].map((role) => (
            <option key={role} value={role}>
              {roleNames[role]}
            </option>
          ))}
          <option value="LEAVE">{words.members.gone}</option>
        </Select>
        <div className="flex justify-end gap-2">
          <Button onClick={onClose}>{app.cancel}</Button>
          <Button type="submit" look="main" busy={hand.busy} disabled={!adult}>
            {words.members.handOverGo}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
