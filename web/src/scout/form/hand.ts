import { useEffect } from "react";
import { stored } from "../../store";

/** hand is the thumb that the big buttons are for, on this device. */
export const hand = stored<"left" | "right">("ftc.hand", "right");

/** tick is felt, where the device can: a tap without a look has arrived. */
export const tick = () => navigator.vibrate?.(10);

/** useStill keeps the screen on and the page in its place while a match is watched. */
export function useStill() {
  useEffect(() => {
    let lock: WakeLockSentinel | undefined;
    let here = true;
    const wake = () => {
      if (document.visibilityState !== "visible") return;
      navigator.wakeLock?.request("screen").then(
        (held) => {
          if (here) lock = held;
          else held.release();
        },
        () => {}, // a low battery may refuse
      );
    };
    const stay = (event: Event) => {
      if (!(event.target instanceof HTMLTextAreaElement)) event.preventDefault();
    };
    const root = document.documentElement;
    root.style.overscrollBehavior = "none";
    document.addEventListener("visibilitychange", wake);
    document.addEventListener("contextmenu", stay);
    wake();
    return () => {
      here = false;
      lock?.release();
      root.style.overscrollBehavior = "";
      document.removeEventListener("visibilitychange", wake);
      document.removeEventListener("contextmenu", stay);
    };
  }, []);
}
