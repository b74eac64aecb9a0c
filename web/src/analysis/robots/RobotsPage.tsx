import { useEffect, useMemo, useRef, useState } from "react";
import { useStore } from "../../store";
import { Button, ButtonLink, type Column, DataTable, Dialog, Empty, Failed, Field, Loading, Page, Stale, Switch, sortRows } from "../../ui";
import { words } from "../../words/analysis";
import { AnalysisTabs } from "../AnalysisTabs";
import { AtEvent, OtherEvent } from "../AtEvent";
import { type At, shareable } from "../at";
import { csv, saveFile } from "../csv";
import { chosenFields, chosenOrder, column, fields, robotColumn } from "./columns";
import type { Row } from "./rows";
import { useRows } from "./useRows";

const most = 6; // that can be compared

/** RobotsPage is the table of all robots of the FTC event. */
export default function RobotsPage() {
  return <AtEvent title={words.robots.title}>{(at) => <Robots at={at} />}</AtEvent>;
}

function Robots({ at }: { at: At }) {
  const { rows, waiting, failed, stale, again } = useRows(at);
  return (
    <Page title={words.robots.title} lead={words.event.at(at.eventCode)} actions={<OtherEvent at={at} path="/analysis" />}>
      <AnalysisTabs />
      {stale && <Stale at={stale.dataUpdatedAt} />}
      {failed ? (
        <Failed cause={failed} again={again} />
      ) : waiting ? (
        <Loading rows={8} />
      ) : rows.length === 0 ? (
        <Empty icon="analysis" title={words.robots.none}>
          {words.robots.noneHelp}
        </Empty>
      ) : (
        <Table at={at} rows={rows} />
      )}
    </Page>
  );
}

function Table({ at, rows }: { at: At; rows: Row[] }) {
  const [search, setSearch] = useState("");
  const [picked, setPicked] = useState<number[]>([]);
  const [choosing, setChoosing] = useState(false);
  const order = useStore(chosenOrder);
  const shown = useStore(chosenFields);
  const box = useSlash();
  const own = at.team.teamNumber;
  const columns = useMemo<Column<Row>[]>(
    () => [compareColumn(picked, setPicked), robotColumn, ...fields.filter((field) => shown.includes(field)).map(column)],
    [shown, picked],
  );
  const wanted = search.trim().toLowerCase();
  const found = rows.filter(({ teamNumber, name }) => `${teamNumber} ${name}`.toLowerCase().includes(wanted));
  const download = () => saveFile(`robots-${at.eventCode}.csv`, sheet(sortRows(found, columns, order)));
  return (
    <>
      <div className="flex flex-wrap items-end gap-2">
        <div className="min-w-48 flex-1" ref={box}>
          <Field
            label={words.robots.search}
            hideLabel
            placeholder={words.robots.searchHint}
            type="search"
            value={search}
            onChange={(event) => setSearch(event.target.value)}
          />
        </div>
        <Button icon="settings" onClick={() => setChoosing(true)}>
          {words.robots.choose}
        </Button>
        {rows.some(({ teamNumber }) => teamNumber === own) && (
          <Button icon="team" onClick={() => focusOn(own, setSearch)}>
            {words.robots.ours(own)}
          </Button>
        )}
        <Button icon="download" onClick={download}>
          {words.robots.csv}
        </Button>
        {picked.length > 1 && (
          <ButtonLink look="main" icon="analysis" to={shareable("/analysis/compare", at, { robots: picked.join(",") })}>
            {words.robots.compare(picked.length)}
          </ButtonLink>
        )}
      </div>
      {found.length === 0 ? (
        <Empty
          icon="search"
          title={words.robots.noneFound(search)}
          action={<Button onClick={() => setSearch("")}>{words.robots.showAll}</Button>}
        />
      ) : (
        <DataTable
          caption={words.robots.caption(found.length)}
          columns={columns}
          rows={found}
          rowKey={({ teamNumber }) => teamNumber}
          sort={order}
          onSort={chosenOrder.set}
          marked={({ teamNumber }) => teamNumber === own}
        />
      )}
      <p className="text-sm text-quiet">{words.robots.legend}</p>
      {choosing && <Chooser onClose={() => setChoosing(false)} />}
    </>
  );
}

function compareColumn(picked: number[], setPicked: (next: number[]) => void): Column<Row> {
  return {
    key: "compare",
    title: words.robots.pick,
    cell: ({ teamNumber }) => {
      const here = picked.includes(teamNumber);
      return (
        <label className="grid size-9 place-items-center">
          <span className="sr-only">{words.robots.pickOne(teamNumber)}</span>
          <input
            type="checkbox"
            className="size-6 accent-(--accent)"
            checked={here}
            disabled={!here && picked.length >= most}
            onChange={() => setPicked(here ? picked.filter((n) => n !== teamNumber) : [...picked, teamNumber])}
          />
        </label>
      );
    },
  };
}

// useSlash lets "/" reach the search from anywhere on the page.
function useSlash() {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const press = (event: KeyboardEvent) => {
      const typing = event.target instanceof HTMLElement && event.target.matches("input:not([type=checkbox]), textarea, select");
      if (event.key !== "/" || typing || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      box.current?.querySelector("input")?.focus();
    };
    addEventListener("keydown", press);
    return () => removeEventListener("keydown", press);
  }, []);
  return box;
}

function focusOn(teamNumber: number, setSearch: (text: string) => void) {
  setSearch("");
  requestAnimationFrame(() => {
    const link = document.getElementById(`robot-${teamNumber}`)?.closest("a");
    link?.scrollIntoView({ block: "center" });
    link?.focus();
  });
}

function sheet(rows: Row[]): string {
  const { columns, robot, name, played } = words.robots.sheet;
  const head = [robot, name, ...fields.map((field) => columns[field]), played];
  return csv([head, ...rows.map((row) => [row.teamNumber, row.name, ...fields.map((field) => row[field]), row.played])]);
}

function Chooser({ onClose }: { onClose: () => void }) {
  const shown = useStore(chosenFields);
  return (
    <Dialog title={words.robots.choose} onClose={onClose}>
      <div className="grid gap-1">
        {fields.map((field) => (
          <Switch
            key={field}
            label={words.robots.columns[field]}
            help={words.robots.columnHelp[field]}
            checked={shown.includes(field)}
            onChange={(on) => chosenFields.set(on ? [...shown, field] : shown.filter((other) => other !== field))}
          />
        ))}
      </div>
    </Dialog>
  );
}
