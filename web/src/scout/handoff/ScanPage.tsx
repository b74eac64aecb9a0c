import { useCallback, useState } from "react";
import { type Me, type Team, useSession } from "../../session";
import { Button, ButtonLink, Icon, Page, Progress } from "../../ui";
import { words } from "../../words/scout";
import { forms } from "../event/ready";
import { tick } from "../form/hand";
import { lacking, type Scan, see, TransferError, type TransferFault } from "../transfer/chunk";
import { decode } from "../transfer/transfer";
import { Camera } from "./Camera";
import { type Kept, keepBundle } from "./receive";

/** ScanPage takes over what another device shows as codes. */
export default function ScanPage() {
  const { me, teams } = useSession();
  return me && <Scanning me={me} teams={teams} />;
}

const says: Record<TransferFault, string> = {
  chunk: words.scan.unreadable,
  version: words.scan.version,
  mixed: words.scan.mixed,
  missing: words.scan.damaged,
  content: words.scan.damaged,
  form: words.scan.form,
  "too-large": words.scan.damaged,
};

function Scanning({ me, teams }: { me: Me; teams: Team[] }) {
  const [scan, setScan] = useState<Scan>();
  const [fault, setFault] = useState("");
  const [kept, setKept] = useState<Kept>();
  const startOver = () => {
    setScan(undefined);
    setFault("");
    setKept(undefined);
  };
  const seen = useCallback((text: string) => {
    setScan((before) => {
      try {
        const { scan: after, what } = see(before, text);
        if (what === "new") tick();
        setFault("");
        return after;
      } catch (cause) {
        setFault(says[cause instanceof TransferError ? cause.fault : "content"]);
        return before;
      }
    });
  }, []);
  const finish = useCallback(
    async (whole: Scan) => {
      try {
        const known = await forms();
        const bundle = decode(whole, (year) => known.get(year));
        if (!teams.some((t) => t.id === bundle.teamId)) return setFault(words.scan.otherTeam);
        setKept(await keepBundle(bundle, me));
      } catch (cause) {
        setFault(says[cause instanceof TransferError ? cause.fault : "content"]);
        setScan(undefined);
      }
    },
    [me, teams],
  );
  const missing = scan ? lacking(scan) : [];
  if (kept) return <Result kept={kept} more={startOver} />;
  return (
    <Page title={words.scan.title} lead={words.scan.lead} actions={<ButtonLink to="/scout/outbox">{words.outbox.title}</ButtonLink>} narrow>
      <Camera seen={seen} whole={scan && missing.length === 0 ? scan : undefined} finish={finish} />
      {scan && (
        <div className="grid gap-2" role="status">
          <Progress value={scan.parts.length - missing.length} max={scan.parts.length} label={words.scan.title} />
          <p className="font-semibold" data-scanned>
            {words.scan.seen(scan.parts.length - missing.length, scan.parts.length)}
          </p>
          {missing.length > 0 && missing.length < scan.parts.length && <p className="text-quiet">{words.scan.lacking(missing)}</p>}
        </div>
      )}
      {fault && (
        <p role="alert" className="rounded-lg bg-warn-wash p-3 text-warn">
          {fault}
        </p>
      )}
      {scan && (
        <div>
          <Button onClick={startOver}>{words.scan.startOver}</Button>
        </div>
      )}
    </Page>
  );
}

function Result({ kept, more }: { kept: Kept; more: () => void }) {
  const { entries, fresh, assignments } = kept;
  return (
    <Page title={assignments > 0 ? words.scan.assignments(assignments) : words.scan.got(entries)} narrow>
      <p className="flex items-center gap-2 text-lg" data-received={fresh}>
        <Icon name="check" className="size-7 text-good" />
        {entries > 0 && (fresh === 0 ? words.scan.known : words.scan.some(fresh, entries - fresh))}
      </p>
      <div className="flex flex-wrap gap-2">
        {assignments > 0 ? (
          <ButtonLink look="main" to="/scout">
            {words.scan.toDuties}
          </ButtonLink>
        ) : (
          <ButtonLink look="main" to="/scout/outbox">
            {words.scan.toOutbox}
          </ButtonLink>
        )}
        <Button onClick={more}>{words.scan.more}</Button>
      </div>
    </Page>
  );
}
