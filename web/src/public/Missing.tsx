import { Link } from "wouter";
import { Page } from "../ui";
import { words } from "../words/public";

/** Missing stands where an address names no event, match or team of this server. */
export function Missing() {
  return (
    <Page title={words.missing.title}>
      <p>{words.missing.help}</p>
      <p>
        <Link href="/">{words.missing.events}</Link> · <Link href="/t">{words.missing.teams}</Link>
      </p>
    </Page>
  );
}
