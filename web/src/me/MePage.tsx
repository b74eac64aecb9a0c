import { useQuery } from "@tanstack/react-query";
import { useState } from "react";
import { useLocation } from "wouter";
import { useAction } from "../action";
import { api, data, get } from "../api";
import { type Me, renamed, signedOut, signOut, useSession } from "../session";
import { useStore } from "../store";
import { theme } from "../theme";
import { Button, Card, Choice, Confirm, Field, Form, Page, Select, toast } from "../ui";
import { account } from "../words/account";
import { Operators } from "./Operators";
import { Sessions } from "./Sessions";
import { Ways } from "./Ways";

/** MePage is what belongs to one person: name, looks, devices, data, and the way out. */
export default function MePage() {
  const { me } = useSession();
  if (!me) return null; // on the way out
  return (
    <Page title={account.me.title} narrow>
      {me.deviceOf ? (
        <Card title={account.me.shared}>
          <p>{account.me.sharedHelp}</p>
        </Card>
      ) : (
        <Name me={me} />
      )}
      <Looks />
      {!me.deviceOf && <Ways me={me} />}
      {!me.deviceOf && <Sessions />}
      {me.operator && <Operators me={me} />}
      {!me.deviceOf && <Data />}
      <Leaving me={me} />
    </Page>
  );
}

function Name({ me }: { me: Me }) {
  const save = useAction(async ({ displayName }: Record<string, string>) => {
    renamed((await data(api.PATCH("/api/me", { body: { displayName } })))!);
    toast(account.me.saved);
  });
  return (
    <Card>
      <Form onSubmit={save.go} failed={save.failed}>
        <Field
          label={account.me.name}
          name="displayName"
          defaultValue={me.displayName}
          required
          maxLength={60}
          autoComplete="nickname"
          fault={save.failed?.field("displayName")}
          help={me.email}
        />
        <div>
          <Button type="submit" busy={save.busy}>
            {account.me.save}
          </Button>
        </div>
      </Form>
    </Card>
  );
}

function Looks() {
  const chosen = useStore(theme);
  return (
    <Card>
      <Choice
        label={account.me.look}
        value={chosen}
        onChange={theme.set}
        options={[
          { value: "light", word: account.me.light },
          { value: "dark", word: account.me.dark },
          { value: "system", word: account.me.system },
        ]}
      />
      <Select label={account.me.language} defaultValue="en">
        <option value="en">{account.me.english}</option>
      </Select>
      <p className="text-sm text-quiet">{account.me.languageHelp}</p>
    </Card>
  );
}

function Data() {
  const download = useAction(
    async () => {
      const held = await data(api.GET("/api/me/export"));
      const link = document.createElement("a");
      link.href = URL.createObjectURL(new Blob([JSON.stringify(held, null, 2)], { type: "application/json" }));
      link.download = "ftcmetrics-me.json";
      link.click();
      URL.revokeObjectURL(link.href);
    },
    { toasted: true },
  );
  return (
    <Card title={account.me.data}>
      <div>
        <Button icon="download" busy={download.busy} onClick={download.go}>
          {account.me.export}
        </Button>
      </div>
    </Card>
  );
}

function Leaving({ me }: { me: Me }) {
  const [asking, setAsking] = useState<"out" | "erase" | null>(null);
  const linked = useQuery(get("/api/me/identities")).data ?? [];
  const [, go] = useLocation();
  const gone = (told: string) => {
    toast(told, { tone: "plain" });
    go("/");
  };
  const out = useAction(
    async () => {
      await signOut();
      gone(account.me.bye);
    },
    { toasted: true },
  );
  const erase = useAction(
    async () => {
      await api.DELETE("/api/me");
      await signedOut();
      gone(account.me.erased);
    },
    { toasted: true },
  );
  return (
    <div className="flex flex-wrap gap-2">
      <Button busy={out.busy} onClick={() => (me.password || linked.length > 0 ? out.go() : setAsking("out"))}>
        {account.me.signOut}
      </Button>
      {!me.deviceOf && (
        <Button look="danger" onClick={() => setAsking("erase")}>
          {account.me.erase}
        </Button>
      )}
      {asking === "out" && (
        <Confirm
          title={account.me.signOutTitle}
          confirm={account.me.signOut}
          busy={out.busy}
          onConfirm={out.go}
          onClose={() => setAsking(null)}
        >
          <p>{account.me.signOutHelp}</p>
        </Confirm>
      )}
      {asking === "erase" && (
        <Confirm
          title={account.me.eraseTitle}
          confirm={account.me.eraseConfirm}
          busy={erase.busy}
          onConfirm={erase.go}
          onClose={() => setAsking(null)}
        >
          <p>{account.me.eraseHelp}</p>
        </Confirm>
      )}
    </div>
  );
}
