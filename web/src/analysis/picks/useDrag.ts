import { type PointerEvent, useCallback, useEffect, useRef, useState } from "react";

/** Drag is a row that is being dragged, and the place where it would come. */
export interface Drag {
  teamNumber: number;
  place: number;
}

const edge = 72; // px from the window's edge, where it scrolls

/** useDrag moves rows by pointer: mouse, finger or pen. Rows are found by data-row in the list. */
export function useDrag(onDrop: (teamNumber: number, place: number) => void) {
  const list = useRef<HTMLOListElement>(null);
  const [drag, setDrag] = useState<Drag | null>(null);
  const pointer = useRef(0);
  const latest = useRef<Drag | null>(null);
  const show = useCallback((next: Drag | null) => {
    latest.current = next;
    setDrag(next);
  }, []);
  const dragging = drag !== null;

  useEffect(() => {
    if (!dragging) return;
    let frame = requestAnimationFrame(function scroll() {
      const y = pointer.current;
      if (y < edge) scrollBy(0, -8);
      else if (y > innerHeight - edge) scrollBy(0, 8);
      frame = requestAnimationFrame(scroll);
    });
    const cancel = (event: KeyboardEvent) => event.key === "Escape" && show(null);
    addEventListener("keydown", cancel);
    return () => {
      cancelAnimationFrame(frame);
      removeEventListener("keydown", cancel);
    };
  }, [dragging, show]);

  // placeAt is the number of other rows whose middle is above the pointer.
  const placeAt = (y: number, teamNumber: number) =>
    [...(list.current?.querySelectorAll<HTMLElement>("[data-row]") ?? [])].filter((row) => {
      const { top, height } = row.getBoundingClientRect();
      return Number(row.dataset.row) !== teamNumber && top + height / 2 < y;
    }).length;

  const handle = (teamNumber: number, place: number) => ({
    style: { touchAction: "none" },
    onPointerDown: (event: PointerEvent<HTMLElement>) => {
      if (event.button !== 0) return;
      event.currentTarget.setPointerCapture(event.pointerId);
      pointer.current = event.clientY;
      show({ teamNumber, place });
    },
    onPointerMove: (event: PointerEvent<HTMLElement>) => {
      if (latest.current?.teamNumber !== teamNumber) return;
      pointer.current = event.clientY;
      show({ teamNumber, place: placeAt(event.clientY, teamNumber) });
    },
    onPointerUp: () => {
      const dropped = latest.current;
      show(null);
      if (dropped?.teamNumber === teamNumber) onDrop(teamNumber, dropped.place);
    },
    onPointerCancel: () => show(null),
  });
  return { list, drag, handle };
}
