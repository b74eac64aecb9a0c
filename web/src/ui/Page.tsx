import { type ReactNode, useEffect } from "react";
import { words } from "../words/app";
import { cx } from "./cx";

type Props = { title: string; lead?: ReactNode; actions?: ReactNode; children?: ReactNode; narrow?: boolean; full?: boolean };

/** Page is one screen: its heading, which is also the window's title, what can be done there, and its content. */
export function Page({ title, lead, actions, children, narrow, full }: Props) {
  useEffect(() => {
    document.title = `${title} · ${words.name}`;
  }, [title]);
  return (
    <div className={cx("mx-auto grid w-full gap-4 px-4 pt-4 pb-10 wide:px-8 wide:pt-6", narrow ? "max-w-xl" : !full && "max-w-6xl")}>
      <header className="flex flex-wrap items-center justify-between gap-x-4 gap-y-2">
        <div className="min-w-0">
          <h1>{title}</h1>
          {lead && <p className="mt-1 text-quiet">{lead}</p>}
        </div>
        {actions && <div className="flex flex-wrap gap-2">{actions}</div>}
      </header>
      {children}
    </div>
  );
}

/** Card is a part of a page that belongs together. */
export function Card({
  title,
  actions,
  children,
  className,
}: {
  title?: string;
  actions?: ReactNode;
  children: ReactNode;
  className?: string;
}) {
  return (
    <section className={cx("grid min-w-0 content-start gap-3 rounded-card border border-line bg-card p-4", className)}>
      {(title || actions) && (
        <div className="flex flex-wrap items-center justify-between gap-2">
          {title && <h2>{title}</h2>}
          {actions}
        </div>
      )}
      {children}
    </section>
  );
}
