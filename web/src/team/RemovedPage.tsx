import { useQuery } from "@tanstack/react-query";
import { useEffect } from "react";
import { useLocation } from "wouter";
import { useAction } from "../action";
import { queries } from "../queries";
import { allReady, dropReady } from "../scout/event/ready";
import { type Draft, drafts, dropDraft } from "../scout/form/draft";
import { entryOf } from "../scout/form/game";
import { answers, missing } from "../scout/form/log";
import { mine, newItem } from "../scout/outbox/item";
import { outbox, save } from "../scout/outbox/outbox";
import type { Form } from "../scout/wire";
import { lostTeam, type Me, type Team, useSession } from "../session";
import { useStore } from "../store";
import { Button, ButtonLink, Card, Page, toast } from "../ui";
import { account } from "../words/account";
import { words as scout } from "../words/scout";

const words = account.removed;

interface Begun {
  draft: Draft;
  form: Form;
}

// begunBy finds what was begun for the team and could be saved as it is.
async function begunBy(me: string, teamId: string): Promise<Begun[]> {
  const ready = await allReady(teamId);
  return (await drafts(me)).flatMap((draft) => {
    const form = ready.find(({ event }) => event.season === draft.place.season && event.eventCode === draft.place.eventCode)?.season.form;
    const whole = form && draft.teamId === teamId && draft.log.done.length > 0;
    return whole && (draft.absent || missing(form, answers(form, draft.log)).length === 0) ? [{ draft, form }] : [];
  });
}

/** RemovedPage takes the place of the team's pages when the membership ends while they are open: what happened, what becomes of work that was not sent, and the way on. */
export default function RemovedPage({ me, lost }: { me: Me; lost: Team }) {
  const { team } = useSession();
  const { items } = useStore(outbox);
  const [, go] = useLocation();
  const own = items.filter((item) => mine(item, me.id) && item.entry.scoutingTeamId === lost.id);
  const waiting = own.filter(({ state }) => state === "waiting").length;
  const held = own.filter(({ state }) => state === "quarantined").length;
  const begun = useQuery({ queryKey: ["scout-drafts", me.id, lost.id], staleTime: 0, queryFn: () => begunBy(me.id, lost.id) });
  useEffect(() => queries.removeQueries({ type: "inactive" }), []); // what its pages have read
  const send = useAction(
    async () => {
      for (const { draft, form } of begun.data ?? []) {
        await save(newItem(draft.owner, entryOf(form, draft, scout.form.absentNote), form.version, Date.now()));
        await dropDraft(draft.key);
      }
      await begun.refetch();
      toast(words.sent);
    },
    { toasted: true },
  );
  const leave = async (to: string) => {
    for (const { key } of await allReady(lost.id).catch(() => [])) await dropReady(key);
    lostTeam.set(null);
    go(to);
  };
  const unsaved = begun.data?.length ?? 0;
  return (
    <Page title={words.title(lost.teamNumber)} lead={words.help} narrow>
      {(waiting > 0 || held > 0 || unsaved > 0) && (
        <Card>
          <div role="status" className="grid gap-2" data-unsent={waiting + unsaved}>
            {waiting > 0 && <p>{words.waiting(waiting)}</p>}
            {held > 0 && <p>{words.held(held)}</p>}
            {unsaved > 0 && <p>{words.begun(unsaved)}</p>}
          </div>
          <div className="flex flex-wrap gap-2">
            {unsaved > 0 && (
              <Button icon="upload" busy={send.busy} onClick={() => send.go()}>
                {words.send}
              </Button>
            )}
            <ButtonLink to="/scout/outbox">{scout.outbox.title}</ButtonLink>
          </div>
        </Card>
      )}
      <div className="flex flex-wrap gap-2">
        <Button look="main" onClick={() => leave(team ? "/" : "/join")}>
          {team ? words.other(team.teamNumber) : words.join}
        </Button>
        <Button onClick={() => leave(team ? "/join" : "/")}>{team ? words.join : words.start}</Button>
      </div>
    </Page>
  );
}
