import { useStore } from "../store";
import { Button } from "../ui";
import { update } from "../update";
import { words } from "../words/app";

/** UpdateOffer says that a new version is here; the person chooses the moment. */
export function UpdateOffer() {
  const ready = useStore(update);
  return (
    <div role="status" className="no-print fixed inset-x-0 bottom-20 z-20 flex justify-center empty:hidden wide:bottom-6">
      {ready && (
        <div className="arrive flex items-center gap-3 rounded-lg border border-line bg-raised py-1 pr-1 pl-4 shadow-lg">
          {words.update.ready}
          <Button look="main" onClick={ready.show}>
            {words.update.reload}
          </Button>
        </div>
      )}
    </div>
  );
}
