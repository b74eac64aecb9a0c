import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../../action";
import { api, data, key, type Schemas } from "../../api";
import { Button, type Column, Confirm, DataTable, Empty, Field, Page, toast } from "../../ui";
import { words } from "../../words/operator";
import { ago } from "../../words/time";
import { Badge, RowButton } from "../Fact";
import { ChannelLink } from "../links";
import { Paged } from "../Paged";
import { useFilter, usePages } from "../usePages";

const text = words.letters;
type Letter = Schemas["EventlogLetter"];
type Asking = { drop: boolean; letter?: Letter }; // without a letter all of the filter

const columns = (again: (letter: Letter) => void, drop: (letter: Letter) => void): Column<Letter>[] => [
  {
    key: "event",
    title: text.event,
    by: ({ name }) => name,
    cell: ({ name, channel }) => (
      <span className="grid justify-items-start">
        <span className="font-medium break-all">{name}</span>
        <ChannelLink channel={channel} />
      </span>
    ),
  },
  { key: "reason", title: text.reason, cell: ({ reason }) => <span className="break-words">{reason}</span> },
  { key: "sink", title: text.sink, hideOnPhone: true, by: ({ sink }) => sink, cell: ({ sink }) => sink },
  {
    key: "refused",
    title: text.refused,
    number: true,
    hideOnPhone: true,
    by: (l) => Date.parse(l.refusedAt),
    cell: ({ refusedAt, refusals }) => [ago(refusedAt), text.times(refusals)].filter(Boolean).join(", "),
  },
  {
    key: "actions",
    title: text.actions,
    untitled: true,
    cell: (letter) => (
      <span className="flex flex-wrap gap-1.5">
        {letter.wanted ? (
          <Badge>{text.waiting}</Badge>
        ) : (
          <RowButton label={text.againOf(letter.name, letter.id)} onClick={() => again(letter)}>
            {text.again}
          </RowButton>
        )}
        <RowButton danger label={text.dropOf(letter.name, letter.id)} onClick={() => drop(letter)}>
          {text.drop}
        </RowButton>
      </span>
    ),
  },
];

/** LettersPage lists what external servers refused, and sends it again or forgets it. */
export default function LettersPage() {
  const [filter, change] = useFilter();
  const channel = filter.get("channel") ?? "";
  const [asking, setAsking] = useState<Asking>();
  const cache = useQueryClient();
  const read = usePages(
    [...key("/api/operator/dead-letters"), channel],
    (after, signal) =>
      api.GET("/api/operator/dead-letters", {
        params: { query: { channel: channel || undefined, after: after ? Number(after) : undefined } },
        signal,
      }),
    3_000,
  );
  const list = read.data?.pages.flatMap((page) => page.data.letters ?? []) ?? [];
  const count = read.data?.pages[0]?.data.count ?? 0;
  const act = useAction(
    async ({ drop, letter }: Asking) => {
      const n = await (letter ? one(drop, letter.id) : all(drop, channel || "*"));
      toast((drop ? text.dropped : text.sent)(n));
      setAsking(undefined);
      await cache.invalidateQueries({ queryKey: key("/api/operator/dead-letters") });
    },
    { toasted: true },
  );
  return (
    <Page
      title={words.pages.letters}
      lead={text.lead}
      actions={
        count > 0 && (
          <>
            <Button onClick={() => setAsking({ drop: false })}>{text.all(count)}</Button>
            <Button look="danger" onClick={() => setAsking({ drop: true })}>
              {text.dropAll(count)}
            </Button>
          </>
        )
      }
    >
      <div className="max-w-sm">
        <Field
          label={text.channel}
          help={text.channelHelp}
          type="search"
          value={channel}
          onChange={(event) => change("channel", event.target.value)}
        />
      </div>
      <Paged from={read}>
        <p role="status" className="text-quiet">
          {text.count(count)}
        </p>
        {list.length > 0 ? (
          <DataTable
            caption={words.pages.letters}
            columns={columns(
              (letter) => act.go({ drop: false, letter }),
              (letter) => setAsking({ drop: true, letter }),
            )}
            rows={list}
            rowKey={({ id }) => id}
          />
        ) : (
          <Empty icon="check" title={channel ? text.noneFits : text.none}>
            {text.noneHelp}
          </Empty>
        )}
      </Paged>
      {asking && (
        <Confirm
          title={(asking.drop ? text.dropTitle : text.allTitle)(asking.letter ? 1 : count)}
          confirm={asking.drop ? text.drop : text.again}
          busy={act.busy}
          onConfirm={() => act.go(asking)}
          onClose={() => setAsking(undefined)}
        >
          <p>{asking.drop ? text.dropHelp : text.allHelp}</p>
        </Confirm>
      )}
    </Page>
  );
}

async function one(drop: boolean, id: number) {
  const params = { path: { id } };
  const done = drop
    ? api.DELETE("/api/operator/dead-letters/{id}", { params })
    : api.POST("/api/operator/dead-letters/{id}/replay", { params });
  return (await data(done))!.count;
}

async function all(drop: boolean, channel: string) {
  const params = { query: { channel } };
  const done = drop ? api.DELETE("/api/operator/dead-letters", { params }) : api.POST("/api/operator/dead-letters/replay", { params });
  return (await data(done))!.count;
}
