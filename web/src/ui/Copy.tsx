import { useState } from "react";
import { words } from "../words/app";
import { Button } from "./Button";

/** Copy shows a text that somebody will pass on, and copies it. */
export function Copy({ text, big, label }: { text: string; big?: boolean; label: string }) {
  const [copied, setCopied] = useState(false);
  const copy = async () => {
    try {
      await navigator.clipboard.writeText(text);
      setCopied(true);
    } catch {
      // not allowed here: the text can be marked by hand
    }
  };
  return (
    <div className="flex flex-wrap items-center gap-2">
      <output
        aria-label={label}
        className={`min-w-0 font-mono break-all select-all ${big ? "text-3xl font-bold tracking-widest" : "font-medium"}`}
      >
        {text}
      </output>
      <Button icon={copied ? "check" : "copy"} onClick={copy}>
        {copied ? words.copied : words.copy}
      </Button>
    </div>
  );
}
