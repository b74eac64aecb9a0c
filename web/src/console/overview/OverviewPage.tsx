import { Page } from "../../ui";
import { words } from "../../words/console";

/** OverviewPage is how the nodes are. */
export default function OverviewPage() {
  return <Page title={words.pages.overview} />;
}
