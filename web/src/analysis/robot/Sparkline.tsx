/** Sparkline is the course of a figure in the space of a word. label says the same in words. */
export function Sparkline({ values, label }: { values: number[]; label: string }) {
  if (values.length < 2) return null;
  const [width, height, edge] = [100, 24, 3];
  const top = Math.max(...values, 1);
  const at = values.map((value, i) => [
    edge + (i * (width - 2 * edge)) / (values.length - 1),
    height - edge - (value / top) * (height - 2 * edge),
  ]);
  const [x, y] = at[at.length - 1];
  return (
    <svg viewBox={`0 0 ${width} ${height}`} className="h-6 w-25 text-accent-text" role="img" aria-label={label}>
      <polyline
        points={at.map((point) => point.map((v) => v.toFixed(1)).join(",")).join(" ")}
        fill="none"
        stroke="currentColor"
        strokeWidth="1.5"
      />
      <circle cx={x} cy={y} r="2.5" fill="currentColor" />
    </svg>
  );
}
