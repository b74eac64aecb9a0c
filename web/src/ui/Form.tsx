import type { FormEvent, ReactNode } from "react";
import type { Problem } from "../api";

type Props = { onSubmit: (fields: Record<string, string>) => void; failed?: Problem | null; children: ReactNode };

/** Form sends its named fields; what the server said about the whole stands below them. */
export function Form({ onSubmit, failed, children }: Props) {
  const submit = (event: FormEvent<HTMLFormElement>) => {
    event.preventDefault();
    onSubmit(Object.fromEntries(new FormData(event.currentTarget)) as Record<string, string>);
  };
  return (
    <form onSubmit={submit} className="grid gap-4">
      {children}
      <p role="alert" className="font-medium text-bad empty:hidden">
        {failed && failed.fields.length === 0 ? failed.detail : ""}
      </p>
    </form>
  );
}
