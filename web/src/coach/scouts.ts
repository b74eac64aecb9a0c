import { useQuery } from "@tanstack/react-query";
import { useMemo } from "react";
import { get } from "../api";
import { may, type Team } from "../session";
import type { Scout } from "./plan";

/** useScouts lists who can scout for the team: its people but friends, and its shared tablets. */
export function useScouts(team: Team): Scout[] {
  const params = { path: { id: team.id } };
  const members = useQuery(get("/api/user-teams/{id}/members", params));
  const devices = useQuery({ ...get("/api/user-teams/{id}/devices", params), enabled: may(team, "MENTOR", "LEADER") });
  return useMemo(() => {
    const people = (members.data ?? []).filter(({ role }) => role !== "FRIEND");
    return [
      ...people.map(({ userId, displayName, role }) => ({ id: userId, displayName, role })),
      ...(devices.data ?? []).map(({ id, label }) => ({ id, displayName: label, role: "DEVICE" })),
    ].sort((a, b) => a.displayName.localeCompare(b.displayName));
  }, [members.data, devices.data]);
}
