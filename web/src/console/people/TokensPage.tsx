import { useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../../action";
import { api, key, type Schemas } from "../../api";
import { signOut } from "../../session";
import { Button, type Column, Confirm, DataTable, Empty, Page, Select, toast } from "../../ui";
import { words } from "../../words/operator";
import { ago, until } from "../../words/time";
import { Badge, RowButton } from "../Fact";
import { Paged } from "../Paged";
import { useFilter, usePages } from "../usePages";

const text = words.tokens;
type Token = Schemas["AccountsTokenInfo"];
type Kind = keyof typeof text.kinds;

const place = ({ name, userAgent }: Token) => name || userAgent || text.somewhere;

const columns = (revoke: (token: Token) => void): Column<Token>[] => [
  {
    key: "whose",
    title: text.whose,
    cell: ({ user, kind, current }) => (
      <span className="flex flex-wrap items-center gap-1.5">
        <span className="font-medium">{user.displayName}</span>
        <Badge>{text.kinds[kind as Kind] ?? kind}</Badge>
        {current && <Badge tone="good">{text.current}</Badge>}
      </span>
    ),
  },
  {
    key: "label",
    title: text.label,
    hideOnPhone: true,
    cell: (token) => <span className="line-clamp-2 max-w-xs break-words">{place(token)}</span>,
  },
  { key: "made", title: text.made, number: true, hideOnPhone: true, cell: ({ createdAt }) => ago(createdAt) },
  { key: "used", title: text.used, number: true, cell: ({ lastUsedAt }) => ago(lastUsedAt) },
  {
    key: "expires",
    title: text.expires,
    number: true,
    hideOnPhone: true,
    cell: ({ expiresAt, asleep }) => (asleep ? <Badge tone="warn">{text.asleep}</Badge> : until(expiresAt)),
  },
  {
    key: "actions",
    title: text.actions,
    untitled: true,
    cell: (token) => (
      <RowButton danger label={text.revokeOf(token.user.displayName, place(token))} onClick={() => revoke(token)}>
        {text.revoke}
      </RowButton>
    ),
  },
];

/** TokensPage lists where people are signed in, and signs them out there. */
export default function TokensPage() {
  const [filter, change] = useFilter();
  const user = filter.get("user") ?? "";
  const kind = (filter.get("kind") ?? "") as Kind | "";
  const [asking, setAsking] = useState<Token>();
  const cache = useQueryClient();
  const read = usePages([...key("/api/operator/tokens"), user, kind], (after, signal) =>
    api.GET("/api/operator/tokens", { params: { query: { user: user || undefined, kind: kind || undefined, after } }, signal }),
  );
  const list = read.data?.pages.flatMap((page) => page.data ?? []) ?? [];
  const revoke = useAction(
    async ({ id, user, current }: Token) => {
      if (current) return signOut();
      await api.DELETE("/api/operator/tokens/{id}", { params: { path: { id } } });
      toast(text.done(user.displayName));
      setAsking(undefined);
      await cache.invalidateQueries({ queryKey: key("/api/operator/tokens") });
    },
    { toasted: true },
  );
  return (
    <Page title={words.pages.tokens} lead={text.lead}>
      <div className="flex flex-wrap items-end gap-3">
        <Select label={text.kind} value={kind} onChange={(event) => change("kind", event.target.value)} data-search>
          <option value="">{text.any}</option>
          {(Object.keys(text.kinds) as Kind[]).map((one) => (
            <option key={one} value={one}>
              {text.kinds[one]}
            </option>
          ))}
        </Select>
        {user && (
          <p className="flex flex-wrap items-center gap-2">
            {text.of}
            <Button onClick={() => change("user", "")}>{words.filter}</Button>
          </p>
        )}
      </div>
      <Paged from={read}>
        {list.length > 0 ? (
          <DataTable caption={words.pages.tokens} columns={columns(setAsking)} rows={list} rowKey={({ id }) => id} />
        ) : (
          <Empty icon="search" title={text.none}>
            {text.noneHelp}
          </Empty>
        )}
      </Paged>
      {asking && (
        <Confirm
          title={text.revokeTitle(asking.user.displayName)}
          confirm={text.revoke}
          busy={revoke.busy}
          onConfirm={() => revoke.go(asking)}
          onClose={() => setAsking(undefined)}
        >
          <p>{asking.current ? text.revokeOwn : text.revokeHelp}</p>
        </Confirm>
      )}
    </Page>
  );
}
