import type { ReactNode } from "react";
import { Link, useLocation } from "wouter";
import { type Route, routes } from "../routes";
import { type Session, useSession } from "../session";
import { ButtonLink, cx, Icon } from "../ui";
import { words } from "../words/app";
import { ConnectionBadge, WaitingBadge } from "./badges";
import { TeamSwitcher } from "./TeamSwitcher";
import { UpdateOffer } from "./UpdateOffer";

/** Shell is the frame of a page: the bar on top, and the navigation below it on phones, at the side from 900 px. */
export function Shell({ children }: { children: ReactNode }) {
  const session = useSession();
  const items = navigation(session);
  const many = items.length > 1;
  return (
    <div
      className={cx(
        "grid min-h-dvh grid-cols-[minmax(0,1fr)] grid-rows-[auto_1fr_auto]",
        many && "wide:grid-cols-[13rem_minmax(0,1fr)] wide:grid-rows-[auto_1fr]",
      )}
    >
      <a
        href="#content"
        className="sr-only focus:not-sr-only focus:fixed focus:top-2 focus:left-2 focus:z-40 focus:rounded-md focus:bg-raised focus:p-3"
      >
        {words.nav.skip}
      </a>
      <TopBar session={session} />
      <UpdateOffer />
      <main id="content" tabIndex={-1} className={cx("min-w-0 outline-none", many && "pb-16 wide:col-start-2 wide:pb-0")}>
        {children}
      </main>
      {many && <Navigation items={items} />}
    </div>
  );
}

function TopBar({ session: { me } }: { session: Session }) {
  return (
    <header className="no-print sticky top-0 z-20 flex min-h-14 items-center gap-2 border-b border-line bg-card px-2 wide:col-span-2 wide:px-4">
      <Link
        href="/"
        className="flex min-h-11 items-center gap-2 rounded-md px-1 font-bold tracking-tight text-ink no-underline"
        aria-label={words.name}
      >
        <Mark />
        <span className={cx("whitespace-nowrap", me && "max-wide:sr-only")}>{words.name}</span>
      </Link>
      {me && <TeamSwitcher />}
      <div className="ml-auto flex items-center gap-1">
        <WaitingBadge />
        <ConnectionBadge />
        {me === null && <ButtonLink to="/sign-in">{words.nav.signIn}</ButtonLink>}
        {me && (
          <Link href="/me" className="grid size-11 place-items-center rounded-full text-quiet" aria-label={words.nav.me}>
            <Icon name="me" className="size-6" />
          </Link>
        )}
      </div>
    </header>
  );
}

// navigation lists the pages of the table that this person may open; a stranger needs none.
function navigation({ me, team }: Session): Route[] {
  if (!me) return [];
  return routes.filter(
    ({ nav, needs, roles, operator }) =>
      nav && (!operator || me.operator) && (needs !== "team" || team) && (!roles || (team && roles.includes(team.role))),
  );
}

function Navigation({ items }: { items: Route[] }) {
  const [at] = useLocation();
  const root = (path: string) => `/${path.split("/")[1]}`;
  return (
    <nav
      aria-label={words.nav.main}
      className="no-print fixed inset-x-0 bottom-0 z-20 border-t border-line bg-card pb-[env(safe-area-inset-bottom)] wide:sticky wide:top-14 wide:col-start-1 wide:row-start-2 wide:h-[calc(100dvh-3.5rem)] wide:border-t-0 wide:border-r wide:p-3"
    >
      <ul className="flex wide:grid wide:gap-1">
        {items.map(({ path, nav }) => {
          const here = root(at) === root(path);
          return (
            <li key={path} className="flex-1">
              <Link
                href={path}
                aria-current={here ? "page" : undefined}
                className={cx(
                  "flex min-h-14 flex-col items-center justify-center gap-0.5 rounded-lg text-xs font-medium no-underline wide:min-h-11 wide:flex-row wide:justify-start wide:gap-3 wide:px-3 wide:text-base",
                  here ? "text-accent-text wide:bg-accent-wash" : "text-quiet",
                )}
              >
                <Icon name={nav!.icon} className="size-6 wide:size-5" />
                {nav!.word}
              </Link>
            </li>
          );
        })}
      </ul>
    </nav>
  );
}

function Mark() {
  return (
    <svg viewBox="0 0 32 32" className="size-8" aria-hidden="true">
      <rect width="32" height="32" rx="7" fill="#232b33" />
      <rect x="6" y="7" width="8" height="8" rx="1.500" fill="#e5484d" />
      <rect x="6" y="18" width="8" height="8" rx="1.500" fill="none" stroke="#e5484d" strokeWidth="2" />
      <circle cx="22" cy="11" r="4" fill="#4c8dff" />
      <circle cx="22" cy="22" r="4" fill="#ffb224" />
    </svg>
  );
}
