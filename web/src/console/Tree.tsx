/** Tree shows JSON, its objects and lists folded. */
export function Tree({ value, name }: { value: unknown; name?: string }) {
  const label = name !== undefined && <span className="text-quiet">{name}: </span>;
  if (value === null || typeof value !== "object") {
    return (
      <span className="font-mono text-sm break-all">
        {label}
        {JSON.stringify(value)}
      </span>
    );
  }
  const entries = Object.entries(value);
  const [open, close] = Array.isArray(value) ? "[]" : "{}";
  if (entries.length === 0) {
    return (
      <span className="font-mono text-sm">
        {label}
        {open + close}
      </span>
    );
  }
  return (
    <details className="min-w-0 font-mono text-sm" open={entries.length <= 4 && name === undefined}>
      <summary className="min-h-6 cursor-pointer truncate rounded">
        {label}
        <span>{`${open} ${preview(value)} ${close}`}</span>
      </summary>
      <ul className="ml-1.5 grid border-l border-line pl-3">
        {entries.map(([key, inner]) => (
          <li key={key} className="min-w-0">
            <Tree value={inner} name={key} />
          </li>
        ))}
      </ul>
    </details>
  );
}

const preview = (value: object) => {
  const text = JSON.stringify(value);
  return text.length > 120 ? `${text.slice(1, 118)}…` : text.slice(1, -1);
};
