import { useQuery } from "@tanstack/react-query";
import { createContext, type ReactNode, useContext, useEffect, useMemo } from "react";
import { useLocation } from "wouter";
import { api, data, key, type Problem, problem, type Schemas } from "./api";
import { queries } from "./queries";
import { stored, useStore } from "./store";

export type Me = Schemas["AccountsMe"];
export type Team = Schemas["TeamsTeam"];
export type Role = Team["role"];

// Kept on the device so that the app knows without a network whose it is; the server decides each time.
const lastMe = stored<Me | null>("ftc.me", null);
const lastTeams = stored<Team[]>("ftc.teams", []);
const chosenTeam = stored<string | null>("ftc.team", null);

/** lostTeam is the team whose membership was ended while the app worked for it here, until the person has read that. */
export const lostTeam = stored<Team | null>("ftc.lost", null);

/** Session is who uses the app here: undefined until that is known, null for nobody. */
export interface Session {
  me: Me | null | undefined;
  teams: Team[];
  /** The team that the app works for at present. */
  team: Team | null;
  /** Why me is unknown. */
  failed?: Problem;
}

// Who was never signed in here is nobody: asking would only be refused.
let asking = lastMe.get() !== null;

async function whoAmI(): Promise<Me | null> {
  if (!asking) return null;
  try {
    const me = await data(api.GET("/api/me"));
    lastMe.set(me);
    return me;
  } catch (cause) {
    const why = problem(cause);
    if (why.status === 401) {
      asking = false;
      lastMe.set(null);
      lastTeams.set([]);
      return null;
    }
    if (why.passing && lastMe.get()) return lastMe.get();
    throw cause;
  }
}

async function myTeams(): Promise<Team[]> {
  try {
    const teams = (await data(api.GET("/api/user-teams"))) ?? [];
    const before = inUse(lastTeams.get());
    if (before && !teams.some(({ id }) => id === before.id)) lostTeam.set(before);
    lastTeams.set(teams);
    return teams;
  } catch (cause) {
    if (problem(cause).passing && lastTeams.get().length > 0) return lastTeams.get();
    throw cause;
  }
}

const inUse = (teams: Team[]) => teams.find(({ id }) => id === chosenTeam.get()) ?? teams[0] ?? null;

const meQuery = { queryKey: key("/api/me"), queryFn: whoAmI, staleTime: 60_000 };
const teamsQuery = { queryKey: key("/api/user-teams"), queryFn: myTeams, staleTime: 60_000 };

const Here = createContext<Session>({ me: undefined, teams: [], team: null });

/** useSession says who uses the app and for which team. */
export const useSession = (): Session => useContext(Here);

/** SessionProvider finds that out, once for all of the app. */
export function SessionProvider({ children }: { children: ReactNode }) {
  const known = lastMe.get();
  const me = useQuery<Me | null, Problem>({ ...meQuery, placeholderData: known ?? undefined });
  const teams = useQuery<Team[], Problem>({ ...teamsQuery, enabled: !!me.data, placeholderData: known ? lastTeams.get() : undefined });
  const chosen = useStore(chosenTeam);
  const [at] = useLocation();
  const somebody = !!me.data;
  // biome-ignore lint/correctness/useExhaustiveDependencies: each page that is opened asks again for what has become old
  useEffect(() => {
    if (!somebody) return;
    for (const query of [meQuery, teamsQuery]) void queries.prefetchQuery<unknown>(query);
  }, [at, somebody]);
  const failed = me.error ?? teams.error ?? undefined;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the chosen team says which of the list is in use
  const session = useMemo(() => {
    const list = me.data ? (teams.data ?? []) : [];
    const ready = me.data === null || (me.data && teams.data);
    return { me: ready ? me.data : undefined, teams: list, team: inUse(list), failed };
  }, [me.data, teams.data, failed, chosen]);
  return <Here.Provider value={session}>{children}</Here.Provider>;
}

/** teamHere is the team that this device worked for last, before the server has said anything. */
export const teamHere = () => (lastMe.get() ? inUse(lastTeams.get()) : null);

/** chooseTeam makes the app work for another of my teams, on this device. */
export const chooseTeam = (id: string) => chosenTeam.set(id);

/** nameOf is what a team calls itself, empty where that is only its number. */
export const nameOf = ({ name, teamNumber }: Team) => (name === String(teamNumber) || name === `Team ${teamNumber}` ? "" : name);

/** may tells whether the role is one of these; the server decides, this only spares a refusal. */
export const may = (team: Team | null, ...roles: string[]) => !!team && roles.includes(team.role);

/** signedIn takes over whoever the server's cookie stands for now. */
export async function signedIn(teamId?: string) {
  if (teamId) chosenTeam.set(teamId);
  asking = true;
  lastTeams.set([]);
  lostTeam.set(null);
  await forget();
  await queries.fetchQuery(meQuery);
  await queries.fetchQuery(teamsQuery);
}

/** teamsChanged reads my teams anew after I changed them myself, and works for one of them. */
export async function teamsChanged(teamId?: string) {
  await queries.fetchQuery({ ...teamsQuery, staleTime: 0 });
  lostTeam.set(null);
  if (teamId) chosenTeam.set(teamId);
}

/** stillHere asks whether I am signed in and in my teams: a socket that was closed may have meant that I am not. */
export function stillHere() {
  for (const { queryKey } of [meQuery, teamsQuery]) void queries.invalidateQueries({ queryKey });
}

/** renamed takes over my new name. */
export function renamed(me: Me) {
  lastMe.set(me);
  queries.setQueryData(meQuery.queryKey, me);
}

/** signOut ends this session, on the server first. */
export async function signOut() {
  try {
    await api.DELETE("/api/sessions/current");
  } catch (cause) {
    if (problem(cause).status !== 401) throw cause;
  }
  await signedOut();
}

/** signedOut forgets on this device who was here. */
export async function signedOut() {
  asking = false;
  lastMe.set(null);
  lastTeams.set([]);
  lostTeam.set(null);
  chosenTeam.set(null);
  queries.setQueryData(meQuery.queryKey, null);
  await forget();
}

// forget drops everything that was read as somebody else.
async function forget() {
  await queries.cancelQueries();
  queries.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== meQuery.queryKey[0] });
  await queries.invalidateQueries({ refetchType: "none" });
}

/** signInWithToken signs this browser in with a token that was made elsewhere: by the program's owner command, or for a shared tablet. */
export async function signInWithToken(token: string) {
  await api.PUT("/api/sessions/current", { body: { token } });
  await signedIn();
}
