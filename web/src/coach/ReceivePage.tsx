import { useCallback, useEffect, useRef, useState } from "react";
import { api, data, problem, type Schemas } from "../api";
import { tick } from "../scout/form/hand";
import { Camera } from "../scout/handoff/Camera";
import { lacking, type Scan, see, TransferError } from "../scout/transfer/chunk";
import { Button, ButtonLink, Card, Icon, Progress } from "../ui";
import { words } from "../words/coach";
import { matchName } from "../words/scout";
import { CoachPage } from "./CoachPage";
import { entryPath } from "./paths";

type Result = Schemas["BatchResult"];

/** ReceivePage takes scouts' entries over from the codes on their screens, straight to the server. */
export default function ReceivePage() {
  const [results, setResults] = useState<Result[]>();
  return (
    <CoachPage title={words.receive.title} lead={words.receive.lead}>
      {results ? <Received results={results} more={() => setResults(undefined)} /> : <Scanner done={setResults} />}
    </CoachPage>
  );
}

function Scanner({ done }: { done: (results: Result[]) => void }) {
  const [scan, setScan] = useState<Scan>();
  const [texts] = useState(() => new Set<string>());
  const [fault, setFault] = useState("");
  const [sending, setSending] = useState(false);
  const seen = useCallback(
    (text: string) =>
      setScan((before) => {
        try {
          const { scan: after, what } = see(before, text);
          texts.add(text);
          if (what === "new") tick();
          setFault("");
          return after;
        } catch (cause) {
          const mixed = cause instanceof TransferError && cause.fault === "mixed";
          setFault(mixed ? words.receive.mixed : words.receive.unreadable);
          return before;
        }
      }),
    [texts],
  );
  const running = useRef(false);
  const send = useCallback(async () => {
    if (running.current) return;
    running.current = true;
    setSending(true);
    setFault("");
    try {
      const answer = await data(api.POST("/api/scouting/transfer/import", { body: { chunks: [...texts] } }));
      done(answer.results ?? []);
    } catch (cause) {
      setFault(problem(cause).detail);
    } finally {
      running.current = false;
      setSending(false);
    }
  }, [texts, done]);
  const startOver = () => {
    texts.clear();
    setScan(undefined);
    setFault("");
  };
  const missing = scan ? lacking(scan).length : 0;
  const got = scan ? scan.parts.length - missing : 0;
  const whole = !!scan && missing === 0;
  return (
    <div className="grid max-w-xl gap-3">
      {!whole && <Camera seen={seen} whole={undefined} finish={send} />}
      {whole && <Whole send={send} sending={sending} />}
      {scan && !whole && (
        <div className="grid gap-2" role="status">
          <Progress value={got} max={scan.parts.length} label={words.receive.title} />
          <p className="font-semibold">{words.receive.parts(got, scan.parts.length)}</p>
        </div>
      )}
      {fault && (
        <p role="alert" className="rounded-lg bg-warn-wash p-3 text-warn">
          {fault}
        </p>
      )}
      <div className="flex flex-wrap gap-2">
        {scan && <Button onClick={startOver}>{words.receive.startOver}</Button>}
        <ButtonLink look="quiet" className="-mx-4" to="/scout/scan">
          {words.receive.offline}
        </ButtonLink>
      </div>
    </div>
  );
}

// Whole sends by itself as soon as the last code was read; the button tries again. Sending twice changes nothing.
function Whole({ send, sending }: { send: () => void; sending: boolean }) {
  useEffect(() => {
    send();
  }, [send]);
  return (
    <div className="grid justify-items-start gap-3 rounded-card border border-good/50 bg-good-wash p-4">
      <p className="flex items-center gap-2 text-lg font-semibold text-good">
        <Icon name="check" className="size-6" />
        {words.receive.whole}
      </p>
      <Button look="main" busy={sending} onClick={send}>
        {words.receive.send}
      </Button>
    </div>
  );
}

/** outcomeOf says in one word what became of a received entry. */
const outcomeOf = ({ status }: Result) => (status === 201 ? "fresh" : status === 200 ? "known" : status === 202 ? "held" : "refused");

function Received({ results, more }: { results: Result[]; more: () => void }) {
  const sum = { fresh: 0, known: 0, held: 0, refused: 0 };
  for (const result of results) sum[outcomeOf(result)]++;
  return (
    <Card title={words.receive.got(results.length)} actions={<Button onClick={more}>{words.receive.more}</Button>}>
      <p
        className="flex items-center gap-2 text-lg"
        role="status"
        data-fresh={sum.fresh}
        data-known={sum.known}
        data-waiting={sum.held}
        data-refused={sum.refused}
      >
        <Icon name="check" className="size-7 text-good" />
        {words.receive.sum(sum.fresh, sum.known)}
      </p>
      {sum.held > 0 && (
        <p className="text-warn">
          {words.receive.held(sum.held)} <ButtonLink to="/coach/quarantine">{words.tabs.quarantine}</ButtonLink>
        </p>
      )}
      <ul>
        {results.map((result) => {
          const { id, entry, problem: why, quarantine } = result;
          return (
            <li key={id} className="flex min-h-11 items-center justify-between gap-3 border-t border-line first:border-t-0">
              <span className="min-w-0 py-1 break-words">
                {entry
                  ? words.receive.entry(matchName(entry), entry.scoutedTeamNumber, entry.scouter.displayName)
                  : (why?.detail ?? quarantine?.detail)}
              </span>
              {entry ? (
                <ButtonLink look="quiet" to={entryPath(id)}>
                  {words.receive.outcomes[outcomeOf(result)]}
                </ButtonLink>
              ) : (
                <span className="font-medium text-warn">{words.receive.outcomes[outcomeOf(result)]}</span>
              )}
            </li>
          );
        })}
      </ul>
    </Card>
  );
}
