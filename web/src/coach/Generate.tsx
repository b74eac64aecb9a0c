import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../action";
import { api, data, key, type Schemas } from "../api";
import type { Team } from "../session";
import { Button, Dialog, Field, Form, Icon, Switch, toast } from "../ui";
import { roleNames } from "../words/app";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import { type Coverage, seatOf } from "./board";
import { Loads } from "./Loads";
import type { Scout } from "./plan";

type Made = Schemas["ScoutingPlanMade"];
type Props = { team: Team; board: Coverage; scouts: Scout[]; close: () => void };

const numbers = ["fromMatch", "toMatch", "blockLength", "breakAfter", "breakLength", "scoutsPerRobot"] as const;
const defaults: Partial<Record<(typeof numbers)[number], number>> = { blockLength: 5, scoutsPerRobot: 1 };

/** Generate plans fairly who watches which robot. It shows the plan first, and stores what was shown. */
export function Generate({ team, board, scouts, close }: Props) {
  const cache = useQueryClient();
  const [chosen, setChosen] = useState(
    () => new Set(scouts.filter(({ role }) => role === "STUDENT" || role === "DEVICE").map(({ id }) => id)),
  );
  const [flags, setFlags] = useState({ avoidOwnRobot: true, keepPosition: false, replaceManual: false });
  const [preview, setPreview] = useState<{ made: Made; body: Schemas["GenerateIn"] }>();
  const plan = useAction(async (fields: Record<string, string>) => {
    const wish = Object.fromEntries(numbers.filter((name) => fields[name]).map((name) => [name, Number(fields[name])]));
    const { season, eventCode, rev } = board;
    const body = { scoutingTeamId: team.id, season, eventCode, rev, scouts: [...chosen], ...flags, ...wish };
    setPreview({ body, made: await data(api.POST("/api/scouting/assignments/generate", { body: { ...body, dryRun: true } })) });
  });
  const store = useAction(async (body: Schemas["GenerateIn"]) => {
    const made = await data(api.POST("/api/scouting/assignments/generate", { body }));
    await cache.invalidateQueries({ queryKey: key("/api/scouting/coverage") });
    toast(words.plan.stored(made.assignments?.length ?? 0));
    close();
  });
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  if (preview) return <Preview preview={preview} store={store} back={() => setPreview(undefined)} close={close} />;
  return (
    <Dialog title={words.plan.generate} onClose={close}>
      <Form onSubmit={plan.go} failed={plan.failed}>
        <fieldset className="grid gap-1">
          <legend className="mb-1 font-medium">{words.plan.who(chosen.size)}</legend>
          {scouts.length === 0 && <p className="text-quiet">{words.seat.noScouts}</p>}
          <div className="grid gap-x-3 sm:grid-cols-2">
            {scouts.map(({ id, displayName, role }) => (
              <label key={id} className="flex min-h-11 items-center gap-2">
                <input type="checkbox" className="size-5 accent-[var(--accent)]" checked={chosen.has(id)} onChange={() => toggle(id)} />
                <span className="truncate">{displayName}</span>
                <span className="text-sm text-quiet">{roleNames[role]}</span>
              </label>
            ))}
          </div>
        </fieldset>
        <div className="grid grid-cols-2 gap-3">
          {numbers.map((name) => (
            <Field
              key={name}
              name={name}
              label={words.plan.wishes[name]}
              type="number"
              min={name === "scoutsPerRobot" ? 1 : 0}
              max={name === "scoutsPerRobot" ? 5 : 999}
              inputMode="numeric"
              defaultValue={defaults[name]}
              fault={plan.failed?.field(name)}
            />
          ))}
        </div>
        {(Object.keys(flags) as (keyof typeof flags)[]).map((name) => (
          <Switch key={name} label={words.plan.flags[name]} checked={flags[name]} onChange={(on) => setFlags({ ...flags, [name]: on })} />
        ))}
        <Button type="submit" look="main" busy={plan.busy} disabled={chosen.size === 0}>
          {words.plan.preview}
        </Button>
      </Form>
    </Dialog>
  );
}

type PreviewProps = {
  preview: { made: Made; body: Schemas["GenerateIn"] };
  store: ReturnType<typeof useAction<[Schemas["GenerateIn"]]>>;
  back: () => void;
  close: () => void;
};

function Preview({ preview: { made, body }, store, back, close }: PreviewProps) {
  const open = made.open ?? [];
  const loads = (made.loads ?? []).map(({ scout, matches }) => ({ ...scout, matches }));
  return (
    <Dialog
      title={words.plan.previewTitle}
      onClose={close}
      actions={
        <>
          <Button onClick={back}>{words.plan.back}</Button>
          <Button look="main" busy={store.busy} onClick={() => store.go(body)}>
            {words.plan.store}
          </Button>
        </>
      }
    >
      <p>{words.plan.makes(made.assignments?.length ?? 0)}</p>
      <Loads loads={loads} />
      {open.length > 0 && (
        <div className="rounded-lg bg-warn-wash p-3 text-warn">
          <p className="flex items-center gap-2 font-medium">
            <Icon name="warn" />
            {words.plan.open(open.length)}
          </p>
          <p className="text-sm">
            {open
              .slice(0, 12)
              .map((seat) => `${matchName(seat)} ${seatOf(seat)}`)
              .join(", ")}
            {open.length > 12 && " …"}
          </p>
        </div>
      )}
      {store.failed && (
        <p role="alert" className="font-medium text-bad">
          {store.failed.detail}
        </p>
      )}
    </Dialog>
  );
}
