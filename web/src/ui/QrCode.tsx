import { useEffect, useState } from "react";
import { words } from "../words/app";

/** QrCode draws a text as a code: black on white with its quiet zone, also in the dark. */
export function QrCode({ text, label, className = "w-56" }: { text: string; label: string; className?: string }) {
  const [squares, setSquares] = useState<boolean[][]>();
  useEffect(() => {
    let wanted = true;
    import("uqr").then(({ encode }) => wanted && setSquares(encode(text, { border: 4 }).data));
    return () => {
      wanted = false;
    };
  }, [text]);
  const size = squares?.length ?? 29;
  const path = squares?.map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join("")).join("");
  return (
    <svg
      viewBox={`0 0 ${size} ${size}`}
      role="img"
      aria-label={words.qr(label)}
      className={`aspect-square max-w-full rounded-md ${className}`}
      shapeRendering="crispEdges"
    >
      <rect width={size} height={size} fill="#fff" />
      <path d={path} fill="#000" />
    </svg>
  );
}
