import { useQuery, useQueryClient } from "@tanstack/react-query";
import { useState } from "react";
import { useAction } from "../action";
import { api, data, get, key, type Schemas } from "../api";
import type { Team } from "../session";
import { Button, Card, Confirm, Copy, Dialog, Empty, Field, Form, IconButton, Loaded, QrCode, toast } from "../ui";
import { team as words } from "../words/team";
import { ago, until } from "../words/time";
import { TeamPage } from "./TeamPage";

type Device = Schemas["TeamsSharedDevice"];
type Pairing = Schemas["TeamsPairing"];

/** DevicesPage makes, pairs and takes away the team's shared tablets. */
export default function DevicesPage() {
  return <TeamPage>{(team) => <Devices key={team.id} team={team} />}</TeamPage>;
}

function Devices({ team }: { team: Team }) {
  const params = { path: { id: team.id } };
  const devices = useQuery(get("/api/user-teams/{id}/devices", params));
  const cache = useQueryClient();
  const changed = () => cache.invalidateQueries({ queryKey: key("/api/user-teams/{id}/devices", params) });
  const [pairing, setPairing] = useState<Pairing>();
  const make = useAction(async ({ label }: Record<string, string>) => {
    setPairing(await data(api.POST("/api/user-teams/{id}/devices", { params, body: label ? { label } : {} })));
    changed();
  });
  return (
    <div className="grid items-start gap-4 wide:grid-cols-2">
      <Card title={words.devices.make}>
        <p className="text-quiet">{words.devices.help}</p>
        <Form onSubmit={make.go} failed={make.failed}>
          <Field
            label={words.devices.label}
            help={words.devices.labelHelp}
            name="label"
            maxLength={60}
            fault={make.failed?.field("label")}
          />
          <Button type="submit" look="main" busy={make.busy}>
            {words.devices.go}
          </Button>
        </Form>
      </Card>
      <Card title={words.devices.list}>
        <Loaded from={devices} rows={2}>
          {(list) =>
            list.length === 0 ? (
              <Empty icon="tablet" title={words.devices.none}>
                {words.devices.noneHelp}
              </Empty>
            ) : (
              <ul className="grid">
                {list.map((device) => (
                  <Row key={device.id} team={team} device={device} onPaired={setPairing} onChanged={changed} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Card>
      {pairing && (
        <Pair
          pairing={pairing}
          onClose={() => {
            setPairing(undefined);
            changed();
          }}
        />
      )}
    </div>
  );
}

function Pair({ pairing: { label, code, codeExpiresAt }, onClose }: { pairing: Pairing; onClose: () => void }) {
  const link = `${location.origin}/join/${code}`;
  return (
    <Dialog title={words.devices.pairTitle(label)} onClose={onClose}>
      <p className="text-quiet">{words.devices.pairHelp(until(codeExpiresAt))}</p>
      <QrCode text={link} label={words.devices.link} className="w-64 justify-self-center" />
      <Copy text={code} big={code.length <= 10} label={words.devices.code} />
      <Copy text={link} label={words.devices.link} />
    </Dialog>
  );
}

type RowProps = { team: Team; device: Device; onPaired: (pairing: Pairing) => void; onChanged: () => void };

function Row({ team, device: { id, label, signedIn, lastUsedAt }, onPaired, onChanged }: RowProps) {
  const [asking, setAsking] = useState<"pair" | "remove" | null>(null);
  const params = { path: { id: team.id, deviceId: id } };
  const pair = useAction(
    async () => {
      const made = (await data(api.POST("/api/user-teams/{id}/devices/{deviceId}/pair", { params })))!;
      setAsking(null);
      onPaired(made);
      onChanged();
    },
    { toasted: true },
  );
  const remove = useAction(
    async () => {
      await api.DELETE("/api/user-teams/{id}/devices/{deviceId}", { params });
      setAsking(null);
      onChanged();
      toast(words.devices.removed(label));
    },
    { toasted: true },
  );
  const state = !signedIn ? words.devices.signedOut : lastUsedAt ? words.devices.signedIn(ago(lastUsedAt)) : words.devices.neverUsed;
  return (
    <li className="flex min-h-16 items-center gap-2 border-t border-line py-1 first:border-t-0">
      <span className="min-w-0 flex-1">
        <span className="block truncate font-medium">{label}</span>
        <span className="block text-sm text-quiet">{state}</span>
      </span>
      <Button icon="qr" onClick={() => setAsking("pair")}>
        {words.devices.pair}
      </Button>
      <IconButton icon="trash" label={words.devices.remove(label)} onClick={() => setAsking("remove")} />
      {asking === "pair" && (
        <Confirm
          title={words.devices.pairAgainTitle(label)}
          confirm={words.devices.pairAgain}
          busy={pair.busy}
          onConfirm={pair.go}
          onClose={() => setAsking(null)}
        >
          <p>{words.devices.pairAgainHelp}</p>
        </Confirm>
      )}
      {asking === "remove" && (
        <Confirm
          title={words.devices.removeTitle(label)}
          confirm={words.devices.removeGo}
          busy={remove.busy}
          onConfirm={remove.go}
          onClose={() => setAsking(null)}
        >
          <p>{words.devices.removeHelp}</p>
        </Confirm>
      )}
    </li>
  );
}
