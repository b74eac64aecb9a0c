import { type ComponentType, lazy, useState } from "react";

/** Code loads the module of a page. */
export type Code = () => Promise<{ default: ComponentType }>;

/** Page shows a page once its code has come. */
export interface Page {
  Shown: ComponentType;
  /** load resolves when the code is there; it never fails, the page itself says so. */
  load(): Promise<unknown>;
}

/**
 * page is lazy for the pages of the table: one whose code came before it is shown shows itself at once, so that what the
 * server has sent, or an empty screen, does not give way to a word of loading.
 */
export function page(code: Code): Page {
  let Ready: ComponentType | undefined;
  const once = async () => {
    const module = await code();
    Ready = module.default;
    return module;
  };
  const Later = lazy(once);
  return {
    Shown() {
      const [Now] = useState(() => Ready ?? Later); // stays what it is as long as it is shown
      return <Now />;
    },
    load: () => once().catch(() => {}),
  };
}
