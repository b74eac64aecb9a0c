import { useQuery } from "@tanstack/react-query";
import { useRef, useState } from "react";
import { useAction } from "../../action";
import { api, get, key, type Schemas } from "../../api";
import { queries } from "../../queries";
import { may, useSession } from "../../session";
import { Button, Confirm, Dialog, Empty, Field, Form, Icon, IconButton, Loaded, Progress, Select } from "../../ui";
import { words } from "../../words/analysis";
import type { At } from "../at";
import { mostBytes, upload } from "./upload";

type One = Schemas["ScoutingMedia"];
type Kind = Schemas["NewLinkIn"]["kind"];

const changed = () => queries.invalidateQueries({ queryKey: key("/api/scouting/media") });

/** Media are the photos of a robot and links about it. */
export function Media({ at, number }: { at: At; number: number }) {
  const media = useQuery(
    get("/api/scouting/media", { query: { scoutingTeamId: at.team.id, season: at.season, scoutedTeamNumber: number, limit: 100 } }),
  );
  const [linking, setLinking] = useState(false);
  const writer = may(at.team, "MENTOR", "LEADER", "STUDENT");
  return (
    <>
      {writer && (
        <div className="flex flex-wrap items-center gap-2">
          <Upload at={at} number={number} />
          <Button icon="plus" onClick={() => setLinking(true)}>
            {words.media.link}
          </Button>
        </div>
      )}
      <Loaded from={media}>
        {(list) =>
          list.length === 0 ? (
            <Empty icon="upload" title={words.media.none} />
          ) : (
            <ul className="grid grid-cols-2 gap-3 sm:grid-cols-3 wide:grid-cols-5">
              {list.map((one) => (
                <Tile key={one.id} one={one} at={at} />
              ))}
            </ul>
          )
        }
      </Loaded>
      {linking && <LinkDialog at={at} number={number} onClose={() => setLinking(false)} />}
    </>
  );
}

function Upload({ at, number }: { at: At; number: number }) {
  const input = useRef<HTMLInputElement>(null);
  const [sent, setSent] = useState<{ bytes: number; of: number } | null>(null);
  const [tooBig, setTooBig] = useState(false);
  const send = useAction(async (file: File) => {
    setSent({ bytes: 0, of: file.size });
    try {
      const parameters = {
        id: crypto.randomUUID(),
        scoutingTeamId: at.team.id,
        season: String(at.season),
        scoutedTeamNumber: String(number),
      };
      await upload(file, parameters, (bytes) => setSent({ bytes, of: file.size }));
      await changed();
    } finally {
      setSent(null);
    }
  });
  const take = (file?: File) => {
    if (!file) return;
    setTooBig(file.size > mostBytes);
    if (file.size <= mostBytes) void send.go(file);
  };
  return (
    <>
      <input
        ref={input}
        type="file"
        accept="image/jpeg,image/png,image/webp"
        className="sr-only"
        tabIndex={-1}
        aria-label={words.media.file}
        onChange={(event) => {
          take(event.target.files?.[0]);
          event.target.value = "";
        }}
      />
      <Button icon="upload" look="main" busy={send.busy} onClick={() => input.current?.click()}>
        {words.media.photo}
      </Button>
      {sent && (
        <div className="w-40">
          <Progress value={sent.bytes} max={sent.of} label={words.media.sending} />
        </div>
      )}
      <p role="alert" className="w-full font-medium text-bad empty:hidden">
        {tooBig ? words.media.tooBig : send.failed?.detail}
      </p>
    </>
  );
}

function Tile({ one, at }: { one: One; at: At }) {
  const { me } = useSession();
  const [asking, setAsking] = useState(false);
  const mine = may(at.team, "MENTOR", "LEADER") || (one.author.id === me?.id && may(at.team, "STUDENT"));
  const remove = useAction(
    async () => {
      await api.DELETE("/api/scouting/media/{id}", { params: { path: { id: one.id } } });
      await changed();
    },
    { toasted: true },
  );
  const label = one.label || words.media.kinds[one.kind] || one.kind;
  return (
    <li className="grid min-w-0 content-start gap-1">
      {one.url ? (
        <a
          href={one.url}
          target="_blank"
          rel="noreferrer"
          className="grid aspect-square place-items-center content-center gap-2 overflow-hidden rounded-lg border border-line bg-sunken p-2 text-center text-accent-text"
        >
          <Icon name="share" className="size-8" />
          <span className="line-clamp-3 text-sm break-words">{label}</span>
        </a>
      ) : (
        <a
          href={`/api/scouting/media/${one.id}/picture`}
          target="_blank"
          rel="noreferrer"
          className="block overflow-hidden rounded-lg border border-line"
        >
          <img
            src={`/api/scouting/media/${one.id}/thumbnail`}
            alt={words.media.alt(one.scoutedTeamNumber, one.label, one.author.displayName)}
            className="aspect-square w-full bg-sunken object-cover"
            loading="lazy"
          />
        </a>
      )}
      <div className="flex items-center justify-between gap-1">
        <span className="min-w-0 truncate text-sm text-quiet">{one.author.displayName}</span>
        {mine && <IconButton icon="trash" label={words.media.remove(label)} onClick={() => setAsking(true)} />}
      </div>
      {asking && (
        <Confirm
          title={words.media.removeTitle}
          confirm={words.media.removeConfirm}
          busy={remove.busy}
          onConfirm={remove.go}
          onClose={() => setAsking(false)}
        >
          <p>{words.media.removeHelp}</p>
        </Confirm>
      )}
    </li>
  );
}

function LinkDialog({ at, number, onClose }: { at: At; number: number; onClose: () => void }) {
  const [id] = useState(() => crypto.randomUUID());
  const add = useAction(async ({ kind, url, label }: Record<string, string>) => {
    const robot = { scoutingTeamId: at.team.id, season: at.season, scoutedTeamNumber: number };
    await api.POST("/api/scouting/media", { body: { id, ...robot, kind: kind as Kind, url: url.trim(), label: label.trim() } });
    await changed();
    onClose();
  });
  return (
    <Dialog title={words.media.link} onClose={onClose}>
      <Form onSubmit={add.go} failed={add.failed}>
        <Select label={words.media.kind} name="kind">
          {Object.entries(words.media.kinds).map(([value, word]) => (
            <option key={value} value={value}>
              {word}
            </option>
          ))}
        </Select>
        <Field label={words.media.url} name="url" type="url" required placeholder="https://" fault={add.failed?.field("url")} />
        <Field label={words.media.label} name="label" maxLength={100} fault={add.failed?.field("label")} />
        <div>
          <Button look="main" type="submit" busy={add.busy}>
            {words.media.add}
          </Button>
        </div>
      </Form>
    </Dialog>
  );
}
