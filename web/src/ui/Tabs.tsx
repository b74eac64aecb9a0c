import { useId } from "react";
import { Link, useLocation } from "wouter";
import { cx } from "./cx";

const inSight = (element: HTMLElement | null) => {
  element?.scrollIntoView({ block: "nearest", inline: "center" }); // what it returns is no clean-up
};

type TabsProps = { label: string; tabs: { to: string; word: string; here?: boolean }[] };

/** Tabs are the parts of one subject, each a page of its own: the address says which is open, unless here does. */
export function Tabs({ label, tabs }: TabsProps) {
  const [at] = useLocation();
  return (
    <nav aria-label={label} className="-mx-4 overflow-x-auto px-4">
      <ul className="flex min-w-max gap-1 border-b border-line">
        {tabs.map(({ to, word, here = at === to }) => (
          <li key={to}>
            <Link
              href={to}
              replace
              ref={here ? inSight : undefined}
              aria-current={here ? "page" : undefined}
              className={cx(
                "flex min-h-11 items-center border-b-3 px-3 font-medium no-underline",
                here ? "border-accent text-ink" : "border-transparent text-quiet",
              )}
            >
              {word}
            </Link>
          </li>
        ))}
      </ul>
    </nav>
  );
}

type ChoiceProps<Value extends string> = {
  label: string;
  value: Value;
  options: { value: Value; word: string }[];
  onChange: (value: Value) => void;
  hideLabel?: boolean;
};

/** Choice is one of a few: a row of segments, a radio group for the keyboard. */
export function Choice<Value extends string>({ label, value, options, onChange, hideLabel }: ChoiceProps<Value>) {
  const name = useId();
  return (
    <fieldset className="grid min-w-0 gap-1">
      <legend className={hideLabel ? "sr-only" : "mb-1 font-medium"}>{label}</legend>
      <div className="flex w-full max-w-lg flex-wrap rounded-lg border border-edge/60 bg-sunken p-0.5">
        {options.map((option) => (
          <label
            key={option.value}
            className="flex min-h-11 flex-1 items-center justify-center rounded-md px-3 font-medium whitespace-nowrap text-quiet has-checked:bg-raised has-checked:font-semibold has-checked:text-ink has-checked:shadow-sm has-focus-visible:outline-3 has-focus-visible:outline-[var(--focus)]"
          >
            <input
              type="radio"
              className="sr-only"
              name={name}
              value={option.value}
              checked={option.value === value}
              onChange={() => onChange(option.value)}
            />
            {option.word}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
