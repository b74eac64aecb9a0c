import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../action";
import { api, key, type Schemas } from "../api";
import type { Team } from "../session";
import { allianceOf, Button, Field, Form, Robot, Select, toast } from "../ui";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import { ago } from "../words/time";
import { useScouts } from "./scouts";

type Held = Schemas["ScoutingHeldEntry"];
type Props = { team: Team; held: Held; busy: boolean; discard: (id: string) => void; restore: (id: string) => void };

/** HeldCard is one entry that waits: why, and what a lead can do about it. */
export function HeldCard({ team, held, busy, discard, restore }: Props) {
  const { id, entry, reason, detail, author, sender, receivedAt, discardedAt } = held;
  const [fixing, setFixing] = useState(false);
  const accept = useAccept(held);
  const name = author.displayName || words.quarantine.unknown;
  return (
    <li className="grid gap-3 rounded-card border border-line bg-card p-4" data-held={id} data-reason={reason}>
      <div className="flex items-center gap-3">
        <Robot alliance={allianceOf(entry.alliance)} />
        <div className="min-w-0 flex-1">
          <p className="text-lg font-bold">
            {entry.scoutedTeamNumber} <span className="font-medium">{matchName(entry)}</span>
          </p>
          <p className="truncate text-sm text-quiet">
            {entry.eventCode} · {words.feed.by(name)}
            {sender.id !== author.id && ` · ${words.quarantine.sentBy(sender.displayName)}`} · {ago(receivedAt)}
          </p>
        </div>
        <p className="text-right leading-tight">
          <span className="block text-xl font-bold">{entry.totalScore}</span>
          <span className="text-sm text-quiet">{words.feed.phases(entry.autoScore, entry.teleopScore, entry.endgameScore)}</span>
        </p>
      </div>
      <p className="rounded-lg bg-warn-wash px-3 py-2 text-warn">
        <span className="font-semibold">{words.quarantine.reasons[reason as keyof typeof words.quarantine.reasons] ?? reason}</span>{" "}
        {detail}
      </p>
      {entry.notes && <p className="break-words">{entry.notes}</p>}
      {discardedAt ? (
        <div>
          <Button icon="undo" busy={busy} onClick={() => restore(id)}>
            {words.quarantine.restore}
          </Button>
        </div>
      ) : fixing ? (
        <Fix team={team} held={held} accept={accept} cancel={() => setFixing(false)} />
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button look="main" icon="check" busy={accept.busy} onClick={() => (needsFix(held) ? setFixing(true) : accept.go({}))}>
            {needsFix(held) ? words.quarantine.fix : words.quarantine.accept}
          </Button>
          {!needsFix(held) && <Button onClick={() => setFixing(true)}>{words.quarantine.change}</Button>}
          <Button look="danger" icon="trash" busy={busy} onClick={() => discard(id)}>
            {words.quarantine.discard}
          </Button>
        </div>
      )}
      {!fixing && accept.failed && (
        <p role="alert" className="font-medium text-bad">
          {accept.failed.detail}
        </p>
      )}
    </li>
  );
}

// What the schedule contradicts, or nobody is known to have seen, cannot be accepted as it is.
const needsFix = ({ reason, author }: Held) => reason === "robot-not-in-match" || !author.id || !author.displayName;

type AcceptIn = Schemas["AcceptHeldIn"];

function useAccept({ id, entry }: Held) {
  const cache = useQueryClient();
  return useAction(async (fix: AcceptIn) => {
    await api.POST("/api/scouting/quarantine/{id}/accept", { params: { path: { id } }, body: fix });
    const changed = [key("/api/scouting/quarantine"), key("/api/scouting/entries"), key("/api/scouting/coverage")];
    await Promise.all(changed.map((queryKey) => cache.invalidateQueries({ queryKey })));
    toast(words.quarantine.accepted(fix.scoutedTeamNumber ?? entry.scoutedTeamNumber));
  });
}

type FixProps = { team: Team; held: Held; accept: ReturnType<typeof useAccept>; cancel: () => void };

function Fix({ team, held: { entry, author }, accept, cancel }: FixProps) {
  const scouts = useScouts(team);
  const known = scouts.some(({ id }) => id === author.id);
  const submit = (fields: Record<string, string>) =>
    accept.go({
      scoutedTeamNumber: Number(fields.scoutedTeamNumber),
      matchNumber: Number(fields.matchNumber),
      ...(fields.series ? { series: Number(fields.series) } : {}),
      alliance: fields.alliance as "RED",
      tournamentLevel: fields.tournamentLevel as "qual",
      ...(fields.scouterId ? { scouterId: fields.scouterId } : {}),
    });
  const fault = (name: string) => accept.failed?.field(name);
  return (
    <Form onSubmit={submit} failed={accept.failed}>
      <div className="grid grid-cols-2 gap-3">
        <Field
          name="scoutedTeamNumber"
          label={words.feed.robot}
          type="number"
          min={1}
          max={99999}
          required
          defaultValue={entry.scoutedTeamNumber}
          fault={fault("scoutedTeamNumber")}
        />
        <Select name="alliance" label={words.entries.alliance} defaultValue={entry.alliance}>
          <option value="RED">{words.entries.red}</option>
          <option value="BLUE">{words.entries.blue}</option>
        </Select>
        <Select name="tournamentLevel" label={words.entries.level} defaultValue={entry.tournamentLevel}>
          {(["qual", "playoff", "practice"] as const).map((level) => (
            <option key={level} value={level}>
              {words.entries.levels[level]}
            </option>
          ))}
        </Select>
        <Field
          name="matchNumber"
          label={words.feed.match}
          type="number"
          min={1}
          max={999}
          required
          defaultValue={entry.matchNumber}
          fault={fault("matchNumber")}
        />
      </div>
      <Select name="scouterId" label={words.quarantine.asWhom} defaultValue={known ? author.id : ""}>
        <option value="">{author.displayName ? words.quarantine.asSent(author.displayName) : words.quarantine.unknown}</option>
        {scouts.map(({ id, displayName }) => (
          <option key={id} value={id}>
            {displayName}
          </option>
        ))}
      </Select>
      <div className="flex flex-wrap gap-2">
        <Button type="submit" look="main" icon="check" busy={accept.busy}>
          {words.quarantine.acceptFixed}
        </Button>
        <Button onClick={cancel}>{words.quarantine.cancel}</Button>
      </div>
    </Form>
  );
}
