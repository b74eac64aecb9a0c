import type { Schemas } from "../api";
import { Icon } from "../ui";
import { words } from "../words/console";
import { ago } from "../words/time";

/** Silence names the nodes that did not answer: what only they know is missing. */
export function Silence({ nodes }: { nodes: Schemas["InspectSilent"][] | null | undefined }) {
  return (nodes ?? []).map(({ id, heardAt }) => (
    <p key={id} role="status" data-silent={id} className="flex items-center gap-2 rounded-lg bg-bad-wash px-3 py-2 font-medium text-bad">
      <Icon name="warn" />
      {words.silent(id, ago(heardAt))}
    </p>
  ));
}

/** DriverNotice says what cannot be seen from here where the sockets are not this server's. */
export function DriverNotice({ driver }: { driver: string }) {
  if (driver === "embedded") return null;
  const off = driver === "disabled";
  return (
    <div role="status" data-driver={driver} className="grid gap-1 rounded-card border border-warn/50 bg-warn-wash p-4">
      <p className="font-semibold">{off ? words.driver.disabled : words.driver.external(driver)}</p>
      <p>{off ? words.driver.disabledHelp : words.driver.externalHelp}</p>
    </div>
  );
}
