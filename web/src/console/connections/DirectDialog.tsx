import { useState } from "react";
import { useAction } from "../../action";
import { api } from "../../api";
import { Button, Choice, Dialog, Field, toast } from "../../ui";
import { words } from "../../words/console";
import { JsonField, readObject } from "../JsonField";
import { type Connection, who } from "./who";

const text = words.connections;

/** DirectDialog sends an event to one connection, or to all of its user. */
export function DirectDialog({ connection, onClose }: { connection: Connection; onClose: () => void }) {
  const { id, userId } = connection;
  const [aim, setAim] = useState<"user" | "socket">(userId ? "user" : "socket");
  const [name, setName] = useState("message");
  const [json, setJson] = useState('{\n  "text": ""\n}');
  const data = readObject(json);
  const send = useAction(async () => {
    const whom = aim === "user" ? { userId } : { socketId: id };
    await api.POST("/api/socket/direct", { body: { ...whom, name, data: data.value } });
    toast(text.sent);
    onClose();
  });
  return (
    <Dialog
      title={text.messageTitle(who(connection))}
      onClose={onClose}
      actions={
        <Button look="main" busy={send.busy} disabled={!name || !!data.fault} onClick={send.go}>
          {text.send}
        </Button>
      }
    >
      {userId && (
        <Choice
          label={text.to}
          value={aim}
          onChange={setAim}
          options={[
            { value: "user", word: text.who },
            { value: "socket", word: text.socket },
          ]}
        />
      )}
      <p className="text-sm text-quiet">{aim === "user" ? text.toUser : text.toSocket}</p>
      <Field
        label={text.name}
        value={name}
        maxLength={200}
        onChange={(event) => setName(event.target.value)}
        fault={send.failed?.field("name")}
      />
      <JsonField label={text.data} value={json} onChange={setJson} fault={data.fault ?? send.failed?.field("data")} />
      <p role="alert" className="font-medium text-bad empty:hidden">
        {send.failed?.fields.length === 0 ? send.failed.detail : send.failed?.fields.map(({ detail }) => detail).join(" ")}
      </p>
    </Dialog>
  );
}
