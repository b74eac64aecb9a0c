// What the server promises in /openapi.json, held against what it says: answers by operation, frames by event.
// Objects are closed: a field that the document does not name is a fault, so that nothing private slips in unseen.
import Ajv from "ajv/dist/2020.js";

const formats = {
  uuid: /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i,
  "date-time": (text) => /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(text) && !Number.isNaN(Date.parse(text)),
};

const read = new Map(); // Contract by the text of its document

/** The promises of one server. What a method returns is undefined, or a fault in words. */
export class Contract {
  /** Reads them from a running server. Servers that promise the same share what was made of it. */
  static async of(url) {
    const text = await (await fetch(url + "/openapi.json")).text();
    if (!read.has(text)) read.set(text, new Contract(JSON.parse(text)));
    return read.get(text);
  }

  constructor(document) {
    const { components, paths, webhooks } = closed(document);
    this.ajv = new Ajv({ strict: false, validateSchema: false, logger: false, formats });
    for (const [name, schema] of Object.entries(components.schemas)) {
      this.ajv.addSchema(schema, "closed:" + name);
      this.ajv.addSchema(closed(document.components.schemas[name], true), "open:" + name);
    }
    this.operations = Object.entries(paths).map(([path, item]) => ({ path, form: formOf(path), item }));
    this.operations.sort((a, b) => a.path.split("{").length - b.path.split("{").length); // literal paths first
    this.webhooks = webhooks;
    this.compiled = new Map();
  }

  /** Holds an answer of the API against its operation; type is its Content-Type. */
  answer(method, path, status, type, text) {
    const at = `${method} ${path}: ${status}`;
    const found = this.operations.find(({ form, item }) => form.test(path) && item[method.toLowerCase()]);
    if (!found) return path.startsWith("/api/") && status !== 404 && status !== 405 ? `${at}: no such operation is documented` : undefined;
    if (status === 304) return text ? `${at} with a body` : undefined;
    const { responses } = found.item[method.toLowerCase()];
    const promised = responses[status] ?? (status >= 400 ? responses.default : undefined);
    if (!promised) return `${at} is not documented`;
    const media = (type ?? "").split(";")[0];
    if (!promised.content) return text ? `${at}: no body is documented, got ${text.slice(0, 200)}` : undefined;
    const content = promised.content[media];
    if (!content) return `${at}: ${media} is not documented`;
    if (!content.schema || !/json$/.test(media)) return undefined;
    const body = JSON.parse(text);
    return this.misfit(at, content.schema, body) ?? this.logged(at, body.data?.events);
  }

  // logged holds the events in a stretch of a channel's log against their own schemas.
  logged(at, events) {
    if (!Array.isArray(events)) return undefined;
    return events.filter(({ seq }) => seq > 0).map(({ name, channel, data }) => this.event(`${at}, ${name}`, name, channel, data)).find(Boolean);
  }

  /** Holds a frame of a socket against its event; what the protocol itself says is not ours. */
  frame(text) {
    const { event, channel, data } = JSON.parse(text);
    if (/^pusher(_internal)?:|^client-/.test(event)) return undefined;
    return this.event(`the frame ${event} on ${channel}`, event, channel, typeof data === "string" ? JSON.parse(data) : data);
  }

  event(at, name, channel, data) {
    const operation = this.webhooks[name]?.post;
    if (!operation) return `${at}: no such event is documented`;
    if (!operation["x-channels"].some((pattern) => formOf(pattern).test(channel))) return `${at}: ${channel} is none of its channels`;
    return this.misfit(at, operation.requestBody.content["application/json"].schema, data);
  }

  misfit(at, schema, value) {
    if (!this.compiled.has(schema)) this.compiled.set(schema, this.ajv.compile(schema));
    const check = this.compiled.get(schema);
    if (check(value)) return undefined;
    const { instancePath, message, params } = check.errors[0];
    return `${at}: ${instancePath || "the whole"} ${message} ${JSON.stringify(params)} in ${JSON.stringify(value).slice(0, 400)}`;
  }
}

// formOf turns a path or a channel's pattern into an expression; a {name} is one part of it.
const formOf = (pattern) => new RegExp(`^${pattern.replace(/[.*+?^$()|[\]\\]/g, "\\$&").replace(/\{\w+\}/g, "[^/]+")}$`);

// closed lets no object have other fields than are named. The parts of an allOf stay open, for
// each sees only its own; what they make together is closed.
function closed(schema, open = false) {
  if (Array.isArray(schema)) return schema.map((part) => closed(part));
  if (!schema || typeof schema !== "object") return schema;
  if (typeof schema.$ref === "string") return { ...schema, $ref: schema.$ref.replace("#/components/schemas/", open ? "open:" : "closed:") };
  const made = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, key === "allOf" ? value.map((part) => closed(part, true)) : closed(value)]));
  if (!open && (schema.properties || schema.allOf) && schema.additionalProperties === undefined) made.unevaluatedProperties = false;
  return made;
}
