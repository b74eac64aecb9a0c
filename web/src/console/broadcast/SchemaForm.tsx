import { useState } from "react";
import { Button, cx, Field, IconButton, Select, Switch } from "../../ui";
import { words } from "../../words/console";
import { JsonField } from "../JsonField";
import { blank, type Fault, nullable, type Registry, resolved, type Schema, typesOf } from "./schema";

const text = words.broadcast;

type Props = {
  schema: Schema;
  registry: Registry;
  value: unknown;
  name: string;
  pointer: string;
  faults: Fault[];
  onChange: (value: unknown) => void;
};

/** SchemaForm has a field for each part of a value, as its schema says. */
export function SchemaForm(props: Props) {
  const schema = resolved(props.schema, props.registry);
  const { name, value, pointer, faults, onChange } = props;
  const types = typesOf(schema).filter((type) => type !== "null");
  const fault = faults.find((each) => each.pointer === pointer)?.detail;
  if (schema.enum) {
    return (
      <div className="grid gap-1">
        <Select label={name} value={String(value ?? "")} onChange={(event) => onChange(event.target.value || null)}>
          {(nullable(schema) || !schema.enum.includes(value)) && <option value="">{text.choose}</option>}
          {schema.enum.map((each) => (
            <option key={String(each)} value={String(each)}>
              {String(each)}
            </option>
          ))}
        </Select>
        {fault && <p className="text-sm text-bad">{fault}</p>}
      </div>
    );
  }
  if (types.includes("object") && schema.properties) return <ObjectForm {...props} schema={schema} />;
  if (types.includes("array")) return <ListForm {...props} schema={schema} fault={fault} />;
  if (types.includes("boolean")) return <Switch label={name} help={schema.description} checked={value === true} onChange={onChange} />;
  if (types.includes("integer") || types.includes("number")) {
    return (
      <Field
        label={name}
        help={schema.description}
        type="number"
        step={types.includes("number") ? "any" : 1}
        fault={fault}
        value={typeof value === "number" ? value : ""}
        onChange={(event) => onChange(event.target.value === "" ? null : Number(event.target.value))}
      />
    );
  }
  if (types.includes("string")) {
    const empty = nullable(schema) ? null : "";
    return (
      <Field
        label={name}
        help={schema.description}
        fault={fault}
        value={typeof value === "string" ? value : ""}
        onChange={(event) => onChange(event.target.value || empty)}
      />
    );
  }
  return <AnyForm {...props} fault={fault} />;
}

// isPlain says whether a value takes one line.
function isPlain(schema: Schema, registry: Registry): boolean {
  const known = resolved(schema, registry);
  return !!known.enum || typesOf(known).some((type) => ["string", "number", "integer", "boolean"].includes(type));
}

function ObjectForm({ schema, registry, value, name, pointer, faults, onChange }: Props) {
  const object = value !== null && typeof value === "object" ? (value as Record<string, unknown>) : undefined;
  const set = (key: string, next: unknown) => {
    const { [key]: _, ...rest } = object ?? {};
    onChange(next === undefined ? rest : { ...rest, [key]: next });
  };
  const inside = (
    <div className="grid items-start gap-3 sm:grid-cols-2">
      {Object.entries(schema.properties ?? {}).map(([key, each]) => {
        const given = object !== undefined && key in object;
        const form = (
          <SchemaForm
            schema={each}
            registry={registry}
            value={object?.[key]}
            name={key}
            pointer={`${pointer}/${key}`}
            faults={faults}
            onChange={(next) => set(key, next)}
          />
        );
        const plain = isPlain(each, registry);
        if (schema.required?.includes(key)) {
          return (
            <div key={key} className={plain ? "" : "sm:col-span-2"}>
              {form}
            </div>
          );
        }
        return (
          <div key={key} className={cx("grid gap-2", !plain && "sm:col-span-2")}>
            <Switch label={text.include(key)} checked={given} onChange={(on) => set(key, on ? blank(each, registry, 0) : undefined)} />
            {given && form}
          </div>
        );
      })}
    </div>
  );
  if (pointer === "/data") return inside;
  return (
    <fieldset className="grid gap-2 border-l-3 border-line pl-3">
      <legend className="mb-1 font-medium">{name}</legend>
      {nullable(schema) && (
        <Switch
          label={text.include(name)}
          checked={object !== undefined}
          onChange={(on) => onChange(on ? blank(schema, registry, 0) : null)}
        />
      )}
      {object && inside}
    </fieldset>
  );
}

function ListForm({ schema, registry, value, name, pointer, faults, fault, onChange }: Props & { fault?: string }) {
  const list = Array.isArray(value) ? value : [];
  const item = schema.items ?? {};
  return (
    <fieldset className="grid gap-2 border-l-3 border-line pl-3">
      <legend className="mb-1 font-medium">{name}</legend>
      {list.map((each, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an item is its place
        <div key={i} className="flex items-start gap-1">
          <div className="min-w-0 flex-1">
            <SchemaForm
              schema={item}
              registry={registry}
              value={each}
              name={`${name} ${i + 1}`}
              pointer={`${pointer}/${i}`}
              faults={faults}
              onChange={(next) => onChange(list.map((old, at) => (at === i ? next : old)))}
            />
          </div>
          <IconButton icon="trash" label={text.remove(`${name} ${i + 1}`)} onClick={() => onChange(list.filter((_, at) => at !== i))} />
        </div>
      ))}
      <div>
        <Button icon="plus" onClick={() => onChange([...list, blank(item, registry, 0)])}>
          {text.add(name)}
        </Button>
      </div>
      {fault && <p className="text-sm text-bad">{fault}</p>}
    </fieldset>
  );
}

function AnyForm({ value, name, fault, onChange }: Props & { fault?: string }) {
  const [typed, setTyped] = useState(() => JSON.stringify(value ?? null, null, 2));
  let wrong: string | undefined;
  try {
    JSON.parse(typed);
  } catch (cause) {
    wrong = words.json.wrong(cause instanceof Error ? cause.message : "");
  }
  return (
    <JsonField
      label={name}
      rows={4}
      value={typed}
      fault={wrong ?? fault}
      onChange={(next) => {
        setTyped(next);
        try {
          onChange(JSON.parse(next));
        } catch {
          // not yet
        }
      }}
    />
  );
}
