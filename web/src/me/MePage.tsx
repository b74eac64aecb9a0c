import { useState } from "react";
import { useLocation } from "wouter";
import { useAction } from "../action";
import { api, data } from "../api";
import { type Me, renamed, signedOut, signOut, useSession } from "../session";
import { useStore } from "../store";
import { theme } from "../theme";
import { Button, Card, Choice, Confirm, Field, Form, Page, Select, toast } from "../ui";
import { words } from "../words/app";
import { Devices } from "./Devices";

/** MePage is what belongs to one person: name, looks, devices, data, and the way out. */
export default function MePage() {
  const { me } = useSession();
  if (!me) return null; // on the way out
  return (
    <Page title={words.me.title} narrow>
      {me.deviceOf ? (
        <Card title={words.me.shared}>
          <p>{words.me.sharedHelp}</p>
        </Card>
      ) : (
        <Name me={me} />
      )}
      <Looks />
      {!me.deviceOf && <Devices />}
      {!me.deviceOf && <Data />}
      <Leaving me={me} />
    </Page>
  );
}

function Name({ me }: { me: Me }) {
  const save = useAction(async ({ displayName }: Record<string, string>) => {
    renamed((await data(api.PATCH("/api/me", { body: { displayName } })))!);
    toast(words.me.saved);
  });
  return (
    <Card>
      <Form onSubmit={save.go} failed={save.failed}>
        <Field
          label={words.me.name}
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
            {words.me.save}
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
        label={words.me.look}
        value={chosen}
        onChange={theme.set}
        options={[
          { value: "light", word: words.me.light },
          { value: "dark", word: words.me.dark },
          { value: "system", word: words.me.system },
        ]}
      />
      <Select label={words.me.language} defaultValue="en">
        <option value="en">{words.me.english}</option>
      </Select>
      <p className="text-sm text-quiet">{words.me.languageHelp}</p>
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
    <Card title={words.me.data}>
      <div>
        <Button icon="download" busy={download.busy} onClick={download.go}>
          {words.me.export}
        </Button>
      </div>
    </Card>
  );
}

function Leaving({ me }: { me: Me }) {
  const [asking, setAsking] = useState<"out" | "erase" | null>(null);
  const [, go] = useLocation();
  const gone = (told: string) => {
    toast(told, { tone: "plain" });
    go("/");
  };
  const out = useAction(
    async () => {
      await signOut();
      gone(words.me.bye);
    },
    { toasted: true },
  );
  const erase = useAction(
    async () => {
      await api.DELETE("/api/me");
      await signedOut();
      gone(words.me.erased);
    },
    { toasted: true },
  );
  return (
    <div className="flex flex-wrap gap-2">
      <Button busy={out.busy} onClick={() => (me.email ? out.go() : setAsking("out"))}>
        {words.me.signOut}
      </Button>
      {!me.deviceOf && (
        <Button look="danger" onClick={() => setAsking("erase")}>
          {words.me.erase}
        </Button>
      )}
      {asking === "out" && (
        <Confirm
          title={words.me.signOutTitle}
          confirm={words.me.signOut}
          busy={out.busy}
          onConfirm={out.go}
          onClose={() => setAsking(null)}
        >
          <p>{words.me.signOutHelp}</p>
        </Confirm>
      )}
      {asking === "erase" && (
        <Confirm
          title={words.me.eraseTitle}
          confirm={words.me.eraseConfirm}
          busy={erase.busy}
          onConfirm={erase.go}
          onClose={() => setAsking(null)}
        >
          <p>{words.me.eraseHelp}</p>
        </Confirm>
      )}
    </div>
  );
}
