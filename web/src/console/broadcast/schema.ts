import { words } from "../../words/console";

/** Schema is what the server's document uses of JSON Schema for the payloads of events. */
export interface Schema {
  $ref?: string;
  type?: string | string[];
  enum?: unknown[];
  format?: string;
  minimum?: number;
  maximum?: number;
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  additionalProperties?: Schema | boolean;
}

/** Known is an event of the registry: where it goes, and what it carries beside what the log adds. */
export interface Known {
  name: string;
  summary: string;
  channels: string[];
  schema: Schema;
}

/** Registry is all events, and the schemas that theirs refer to. */
export interface Registry {
  events: Known[];
  schemas: Record<string, Schema>;
}

/** Fault is what is wrong at a place, named as the server names it. */
export interface Fault {
  pointer: string;
  detail: string;
}

interface Post {
  summary?: string;
  "x-channels"?: string[];
  requestBody: { content: { "application/json": { schema: { allOf: Schema[] } } } };
}
interface Document {
  webhooks: Record<string, { post: Post }>;
  components: { schemas: Record<string, Schema> };
}

/** registryOf reads the events out of /openapi.json. */
export function registryOf({ webhooks, components }: Document): Registry {
  const events = Object.entries(webhooks).map(([name, { post }]) => ({
    name,
    summary: post.summary ?? "",
    channels: post["x-channels"] ?? [],
    schema: post.requestBody.content["application/json"].schema.allOf[1] ?? {},
  }));
  return { events: events.sort((a, b) => a.name.localeCompare(b.name)), schemas: components.schemas };
}

/** resolved follows a reference to the schema itself. */
export function resolved(schema: Schema, { schemas }: Registry): Schema {
  let found = schema;
  for (let i = 0; found.$ref && i < 10; i++) found = schemas[found.$ref.replace("#/components/schemas/", "")] ?? {};
  return found;
}

/** typesOf are the types that a schema allows; none is any. */
export const typesOf = ({ type }: Schema): string[] => (type === undefined ? [] : Array.isArray(type) ? type : [type]);

/** nullable says whether null is a value. */
export const nullable = (schema: Schema) => typesOf(schema).includes("null");

/** blank is the smallest value to begin with: what is required, and nothing in it. */
export function blank(schema: Schema, registry: Registry, depth = 0): unknown {
  const known = resolved(schema, registry);
  const types = typesOf(known);
  if (depth > 0 && types.includes("null")) return null;
  if (types.includes("object") || known.properties) {
    const names = depth < 6 ? (known.required ?? []) : [];
    return Object.fromEntries(names.map((name) => [name, blank(known.properties?.[name] ?? {}, registry, depth + 1)]));
  }
  if (known.enum) return known.enum[0];
  if (types.includes("array")) return [];
  if (types.includes("boolean")) return false;
  if (types.includes("integer") || types.includes("number")) return known.minimum ?? 0;
  if (types.includes("string")) return "";
  return {};
}

const escaped = (name: string) => name.replaceAll("~", "~0").replaceAll("/", "~1");
const uuid = /^[0-9a-f]{8}-([0-9a-f]{4}-){3}[0-9a-f]{12}$/i;
const time = /^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$/;

function isType(value: unknown, type: string): boolean {
  if (value === null) return type === "null";
  if (Array.isArray(value)) return type === "array";
  if (type === "integer") return Number.isInteger(value);
  return typeof value === type;
}

/** faultsOf is what the server would refuse about a value; it has the last word. */
export function faultsOf(schema: Schema, registry: Registry, value: unknown, pointer = "/data"): Fault[] {
  const known = resolved(schema, registry);
  const wrong = (detail: string): Fault[] => [{ pointer, detail }];
  const types = typesOf(known);
  if (types.length > 0 && !types.some((type) => isType(value, type))) return wrong(words.broadcast.faults.type(types));
  if (value === null) return [];
  if (Array.isArray(value)) return value.flatMap((item, i) => faultsOf(known.items ?? {}, registry, item, `${pointer}/${i}`));
  if (typeof value === "object") return objectFaults(known, registry, value as Record<string, unknown>, pointer);
  if (known.enum && !known.enum.includes(value)) return wrong(words.broadcast.faults.enum(known.enum.map(String)));
  if (typeof value === "string" && known.format === "uuid" && !uuid.test(value)) return wrong(words.broadcast.faults.uuid);
  if (typeof value === "string" && known.format === "date-time" && !time.test(value)) return wrong(words.broadcast.faults.date);
  if (typeof value === "number" && known.minimum !== undefined && value < known.minimum)
    return wrong(words.broadcast.faults.least(known.minimum));
  if (typeof value === "number" && known.maximum !== undefined && value > known.maximum)
    return wrong(words.broadcast.faults.most(known.maximum));
  return [];
}

function objectFaults(schema: Schema, registry: Registry, value: Record<string, unknown>, pointer: string): Fault[] {
  const missing = (schema.required ?? []).filter((name) => !(name in value));
  const rest = typeof schema.additionalProperties === "object" ? schema.additionalProperties : {};
  return [
    ...missing.map((name) => ({ pointer: `${pointer}/${escaped(name)}`, detail: words.broadcast.needed })),
    ...Object.entries(value).flatMap(([name, inner]) =>
      faultsOf(schema.properties?.[name] ?? rest, registry, inner, `${pointer}/${escaped(name)}`),
    ),
  ];
}
