import { Component, type ReactNode } from "react";
import { Button, Page } from "../ui";
import { words } from "../words/app";

/** Boundary keeps a fault of one page from taking the app away; loading again also fetches a new version. */
export class Boundary extends Component<{ children: ReactNode }, { failed: boolean }> {
  override state = { failed: false };

  static getDerivedStateFromError() {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <Page title={words.problem.crashed} lead={words.problem.crashedHelp} narrow>
        <div>
          <Button look="main" onClick={() => location.reload()}>
            {words.problem.reload}
          </Button>
        </div>
      </Page>
    );
  }
}
