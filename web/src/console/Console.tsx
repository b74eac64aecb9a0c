import { Suspense, useEffect, useState } from "react";
import { Link, useParams } from "wouter";
import { useSession } from "../session";
import { NotFound } from "../shell/standins";
import { Button, ButtonLink, cx, Loading, Page, Tabs } from "../ui";
import { words as common } from "../words/app";
import { words } from "../words/console";
import { Keys } from "./Keys";
import { useKeys } from "./keys";
import { useOverview } from "./overview/useOverview";
import { pages, pathOf } from "./pages";

let opened = false; // a page of the console, in this window

/** Console is the frame of the operator's pages: its navigation, and what the keyboard does on all of them. */
export default function Console() {
  const { me } = useSession();
  const { page: at = "" } = useParams();
  const [help, setHelp] = useState(false);
  useKeys(() => setHelp(true));
  useOverview(!!me?.operator); // so that the course has no gap while another page is open
  useEffect(() => {
    // The page that had the focus is gone: the next Tab begins at the new one.
    if (opened && document.activeElement === document.body) document.getElementById("content")?.focus();
    opened = true;
  }, []);
  if (!me?.operator) {
    return (
      <Page title={words.refused} lead={words.refusedHelp} narrow>
        <div>
          <ButtonLink to="/">{common.problem.home}</ButtonLink>
        </div>
      </Page>
    );
  }
  const found = pages.find((page) => page.at === at);
  if (!found) return <NotFound />;
  return (
    <div className="wide:grid wide:grid-cols-[11.5rem_minmax(0,1fr)] wide:items-start">
      <div className="px-4 pt-2 wide:hidden">
        <Tabs label={words.nav} tabs={pages.map((page) => ({ to: pathOf(page.at), word: page.word }))} />
      </div>
      <SideBar at={at} onHelp={() => setHelp(true)} />
      <Suspense
        fallback={
          <Page title={found.word}>
            <Loading />
          </Page>
        }
      >
        <found.page />
      </Suspense>
      {help && <Keys onClose={() => setHelp(false)} />}
    </div>
  );
}

function SideBar({ at, onHelp }: { at: string; onHelp: () => void }) {
  return (
    <nav
      aria-label={words.nav}
      className="no-print sticky top-14 h-[calc(100dvh-3.5rem)] overflow-y-auto border-r border-line p-3 max-wide:hidden"
    >
      {(Object.keys(words.groups) as (keyof typeof words.groups)[]).map((group) => (
        <Group key={group} group={group} at={at} />
      ))}
      <Button look="quiet" className="px-3" onClick={onHelp}>
        {words.keys.title}
      </Button>
    </nav>
  );
}

function Group({ group, at }: { group: keyof typeof words.groups; at: string }) {
  const own = pages.filter((page) => page.group === group);
  if (own.length === 0) return null;
  return (
    <div className="mb-4">
      <p className="px-3 pb-1 text-sm font-medium text-quiet">{words.groups[group]}</p>
      <ul className="grid">
        {own.map((page) => (
          <li key={page.at}>
            <Link
              href={pathOf(page.at)}
              aria-current={page.at === at ? "page" : undefined}
              className={cx(
                "flex min-h-9 items-center rounded-lg px-3 font-medium no-underline",
                page.at === at ? "bg-accent-wash text-accent-text" : "text-ink",
              )}
            >
              {page.word}
            </Link>
          </li>
        ))}
      </ul>
    </div>
  );
}
