import { lazy, Suspense } from "react";
import { Route, Switch, useLocation } from "wouter";
import { Present } from "./coach/Present";
import { calm } from "./first";
import { framed } from "./public/framed";
import { Realtime } from "./realtime";
import { type Route as Row, routes } from "./routes";
import { lostTeam, SessionProvider, useSession } from "./session";
import { Boundary } from "./shell/Boundary";
import { Shell } from "./shell/Shell";
import { NoTeam, NotFound, WrongRole } from "./shell/standins";
import { useStore } from "./store";
import { Failed, Loading, Page, Toasts } from "./ui";
import { words } from "./words/app";

const SignInPage = lazy(() => import("./signin/SignInPage"));

const RemovedPage = lazy(() => import("./team/RemovedPage"));

const Outgoing = lazy(() => import("./scout/outbox/Outgoing"));

/** App shows the page that the address names, in its frame. */
export function App() {
  const quiet = useStore(calm);
  return (
    <SessionProvider>
      <Realtime>
        <Switch>
          {routes.map((row) => (
            <Route key={row.path} path={row.path}>
              {row.bare || framed() ? <Shown row={row} /> : <Shell>{<Shown row={row} />}</Shell>}
            </Route>
          ))}
          <Route>
            <Shell>
              <NotFound />
            </Shell>
          </Route>
        </Switch>
        <Toasts />
        {quiet && <Present />}
        {quiet && (
          <Suspense>
            <Outgoing />
          </Suspense>
        )}
      </Realtime>
    </SessionProvider>
  );
}

function Shown({ row }: { row: Row }) {
  const [at] = useLocation();
  return (
    <Boundary key={at}>
      <Suspense fallback={<Waiting />}>
        <Allowed row={row} />
      </Suspense>
    </Boundary>
  );
}

function Allowed({ row }: { row: Row }) {
  const { me, team, failed } = useSession();
  const lost = useStore(lostTeam);
  if (me && lost && (row.needs === "team" || row.path === "/")) {
    const told = <RemovedPage me={me} lost={lost} />;
    return row.bare ? <Shell>{told}</Shell> : told;
  }
  if (row.needs) {
    if (me === undefined) return failed ? <Failed cause={failed} /> : <Waiting />;
    if (me === null) return <SignInPage />;
    if (row.needs === "team" && !team) return <NoTeam />;
    if (row.roles && team && !row.roles.includes(team.role)) return <WrongRole />;
  }
  return <row.page.Shown />;
}

function Waiting() {
  return (
    <Page title={words.loading}>
      <Loading />
    </Page>
  );
}
