/** Progress shows how much of something is done. */
export function Progress({ value, max, label }: { value: number; max: number; label: string }) {
  const part = max > 0 ? Math.min(1, value / max) : 0;
  return (
    <div
      role="progressbar"
      aria-label={label}
      aria-valuenow={value}
      aria-valuemin={0}
      aria-valuemax={max}
      className="h-2 overflow-hidden rounded-full bg-line"
    >
      <div className="h-full origin-left rounded-full bg-accent transition-transform" style={{ transform: `scaleX(${part})` }} />
    </div>
  );
}
