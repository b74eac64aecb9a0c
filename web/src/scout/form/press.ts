import type { MouseEvent, PointerEvent, TouchEvent } from "react";

const down = new Map<number, EventTarget>(); // where each finger went down

/**
 * press acts when a finger lifts where it went down. A click would come later, after a mouse that the browser
 * imitates, and only for the first of two thumbs: the browser is told to leave it out, which is half the work of a
 * tap. The keyboard's click still counts.
 */
export const press = (go: () => void) => ({
  onPointerDown: (event: PointerEvent) => {
    if (event.button === 0) down.set(event.pointerId, event.currentTarget);
  },
  onPointerCancel: (event: PointerEvent) => {
    down.delete(event.pointerId);
  },
  onPointerUp: (event: PointerEvent) => {
    const began = down.get(event.pointerId);
    down.delete(event.pointerId);
    if (began === event.currentTarget && within(event)) go();
  },
  onTouchEnd: (event: TouchEvent) => {
    if (!event.cancelable) return; // it was a scroll
    event.preventDefault();
    if (document.activeElement instanceof HTMLTextAreaElement) document.activeElement.blur(); // as a click would
  },
  onClick: (event: MouseEvent) => {
    if (event.detail === 0) go();
  },
});

// A finger stays with the element where it went down, wherever it slides.
function within({ currentTarget, clientX: x, clientY: y }: PointerEvent) {
  const { left, right, top, bottom } = currentTarget.getBoundingClientRect();
  return x >= left && x <= right && y >= top && y <= bottom;
}
