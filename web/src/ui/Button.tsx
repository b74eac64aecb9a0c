import type { ComponentProps, ReactNode } from "react";
import { Link } from "wouter";
import { cx } from "./cx";
import { Icon, type IconName } from "./Icon";

type Look = "main" | "plain" | "quiet" | "danger";

const looks: Record<Look, string> = {
  main: "bg-accent text-accent-ink border-transparent",
  plain: "bg-card text-ink border-edge/60",
  quiet: "bg-transparent text-accent-text border-transparent",
  danger: "bg-card text-bad border-bad/60",
};
const shape =
  "inline-flex min-h-11 items-center justify-center gap-2 rounded-lg border px-4 font-semibold leading-tight no-underline select-none active:brightness-90 disabled:opacity-55";

type Props = { look?: Look; icon?: IconName; busy?: boolean; wide?: boolean; children: ReactNode };

/** Button does something. While busy it cannot be pressed again. */
export function Button({
  look = "plain",
  icon,
  busy,
  wide,
  className,
  children,
  disabled,
  type = "button",
  ...rest
}: Props & ComponentProps<"button">) {
  return (
    <button
      type={type}
      disabled={disabled || busy}
      aria-busy={busy || undefined}
      className={cx(shape, looks[look], wide && "w-full", className)}
      {...rest}
    >
      {busy ? <Spinner /> : icon && <Icon name={icon} />}
      {children}
    </button>
  );
}

/** ButtonLink goes somewhere and looks like a button. */
export function ButtonLink({
  look = "plain",
  icon,
  wide,
  to,
  className,
  children,
}: Omit<Props, "busy"> & { to: string; className?: string }) {
  return (
    <Link href={to} className={cx(shape, looks[look], wide && "w-full", className)}>
      {icon && <Icon name={icon} />}
      {children}
    </Link>
  );
}

/** IconButton is a button without a word to see; label is what it is called. */
export function IconButton({
  icon,
  label,
  className,
  type = "button",
  ...rest
}: { icon: IconName; label: string } & ComponentProps<"button">) {
  return (
    <button
      type={type}
      aria-label={label}
      title={label}
      className={cx(
        "inline-grid size-11 shrink-0 place-items-center rounded-lg text-quiet active:bg-sunken disabled:opacity-40",
        className,
      )}
      {...rest}
    >
      <Icon name={icon} />
    </button>
  );
}

/** Spinner turns while something goes on. */
export function Spinner() {
  return <span className="turning size-4 rounded-full border-2 border-current border-r-transparent" aria-hidden="true" />;
}
