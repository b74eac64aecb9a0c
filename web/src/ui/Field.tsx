import { type ComponentProps, type ReactNode, useId } from "react";
import { cx } from "./cx";

const box = "min-h-11 w-full min-w-0 rounded-lg border border-edge bg-card px-3 text-ink aria-invalid:border-bad aria-invalid:border-2";

type Props = { label: string; help?: ReactNode; fault?: string; hideLabel?: boolean };

/** Field is a line to type in. fault is what the server said about it. */
export function Field({ label, help, fault, hideLabel, className, ...rest }: Props & ComponentProps<"input">) {
  const id = useId();
  return (
    <div className="grid gap-1">
      <label htmlFor={id} className={hideLabel ? "sr-only" : "font-medium"}>
        {label}
      </label>
      <input
        id={id}
        className={cx(box, className)}
        aria-invalid={fault ? true : undefined}
        aria-describedby={help || fault ? `${id}-help` : undefined}
        {...rest}
      />
      {(fault || help) && (
        <p id={`${id}-help`} className={cx("text-sm", fault ? "text-bad" : "text-quiet")}>
          {fault ?? help}
        </p>
      )}
    </div>
  );
}

/** Select is one of many. */
export function Select({
  label,
  hideLabel,
  className,
  children,
  ...rest
}: { label: string; hideLabel?: boolean } & ComponentProps<"select">) {
  const id = useId();
  return (
    <div className="grid min-w-0 gap-1">
      <label htmlFor={id} className={hideLabel ? "sr-only" : "font-medium"}>
        {label}
      </label>
      <select id={id} className={cx(box, className)} {...rest}>
        {children}
      </select>
    </div>
  );
}

/** Switch is yes or no, with the sentence that says what it means. */
export function Switch({
  label,
  help,
  checked,
  disabled,
  onChange,
}: {
  label: string;
  help?: string;
  checked: boolean;
  disabled?: boolean;
  onChange: (checked: boolean) => void;
}) {
  const id = useId();
  return (
    <div className="flex min-h-11 items-center justify-between gap-4">
      <div>
        <label htmlFor={id} className="font-medium">
          {label}
        </label>
        {help && (
          <p id={`${id}-help`} className="text-sm text-quiet">
            {help}
          </p>
        )}
      </div>
      <input
        id={id}
        type="checkbox"
        role="switch"
        aria-checked={checked}
        aria-describedby={help && `${id}-help`}
        className="relative h-7 w-12 shrink-0 appearance-none rounded-full border border-edge bg-sunken before:absolute before:top-0.5 before:left-0.5 before:size-5.5 before:rounded-full before:bg-edge before:transition-transform checked:border-accent checked:bg-accent checked:before:translate-x-5 checked:before:bg-accent-ink"
        checked={checked}
        disabled={disabled}
        onChange={(event) => onChange(event.target.checked)}
      />
    </div>
  );
}
