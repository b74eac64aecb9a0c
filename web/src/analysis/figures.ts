/** points shows a figure to one digit, without one that says nothing: "8.2", "51", "–" for none. */
export function points(value: number | null | undefined): string {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  const shown = value.toFixed(1).replace(/\.0$/, "");
  return shown === "-0" ? "0" : shown;
}

/** tenths shows a figure in a column, where digits stand below digits: "8.2", "51.0", "–" for none. */
export const tenths = (value: number | null | undefined) => (points(value) === "–" ? "–" : Number(value).toFixed(1));

/** signed shows a change: "+1.2", "−0.5", "0". */
export function signed(value: number): string {
  const shown = points(Math.abs(value));
  return shown === "0" ? "0" : `${value > 0 ? "+" : "−"}${shown}`;
}

/** percent shows a part of one. */
export const percent = (part: number) => `${Math.round(part * 100)} %`;

/** quantile is the value below which a part of the sorted values lies, between two of them in proportion. */
export function quantile(values: number[], part: number): number | null {
  if (values.length === 0) return null;
  const sorted = [...values].sort((a, b) => a - b);
  const place = (sorted.length - 1) * part;
  const low = sorted[Math.floor(place)];
  return low + (sorted[Math.ceil(place)] - low) * (place % 1);
}

export const median = (values: number[]) => quantile(values, 0.5);

/** spread is the middle half of the values: from the first quartile to the third. */
export function spread(values: number[]): { from: number; to: number; width: number } | null {
  const [from, to] = [quantile(values, 0.25), quantile(values, 0.75)];
  return from === null || to === null ? null : { from, to, width: to - from };
}

export const average = (values: number[]) => (values.length === 0 ? null : values.reduce((sum, v) => sum + v, 0) / values.length);
