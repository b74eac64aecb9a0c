import { type ReactNode, useEffect, useId, useRef } from "react";
import { words } from "../words/app";
import { Button, IconButton } from "./Button";

type Props = { title: string; onClose: () => void; children: ReactNode; actions?: ReactNode };

/** Dialog asks or shows something before anything else can be done. It is there as long as it is rendered; Escape closes it. */
export function Dialog({ title, onClose, children, actions }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  const heading = useId();
  useEffect(() => {
    const before = document.activeElement;
    const element = dialog.current;
    element?.showModal();
    element?.querySelector<HTMLElement>("[data-first]")?.focus();
    return () => {
      element?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      aria-labelledby={heading}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      className="arrive m-auto w-[min(32rem,calc(100vw-2rem))] max-h-[calc(100dvh-2rem)] overflow-y-auto rounded-card border border-line bg-raised p-0"
    >
      <div className="grid gap-4 p-5">
        <div className="flex items-start justify-between gap-2">
          <h2 id={heading} className="pt-2 text-lg">
            {title}
          </h2>
          <IconButton icon="close" label={words.close} onClick={onClose} className="-mt-1 -mr-2" />
        </div>
        {children}
        {actions && <div className="flex flex-wrap justify-end gap-2">{actions}</div>}
      </div>
    </dialog>
  );
}

type ConfirmProps = { title: string; children: ReactNode; confirm: string; busy?: boolean; onConfirm: () => void; onClose: () => void };

/** Confirm asks before something that takes away. Enter does not confirm by accident: Cancel has the focus. */
export function Confirm({ title, children, confirm, busy, onConfirm, onClose }: ConfirmProps) {
  return (
    <Dialog
      title={title}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose} data-first>
            {words.cancel}
          </Button>
          <Button look="danger" busy={busy} onClick={onConfirm}>
            {confirm}
          </Button>
        </>
      }
    >
      {children}
    </Dialog>
  );
}
