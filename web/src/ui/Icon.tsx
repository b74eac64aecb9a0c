const shapes = {
  home: "M4 11.5 12 5l8 6.5M6.5 10v9h11v-9",
  scout: "M9 4h6v3H9zM9 5.5H6V20h12V5.5h-3M9 12.5l2.2 2.2L15.5 10",
  coach: "M4 19V9m5.3 10V5m5.4 14v-7M20 19V8",
  analysis: "M4 19h16M5 15l4.5-5 3.5 3L19 6",
  team: "M9 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6Zm-6 8c.6-3 2.9-4.5 6-4.5s5.400 1.500 6 4.500M16 5.300a3 3 0 0 1 0 5.400M17.500 14.800c2 .600 3.200 2 3.500 4.200",
  me: "M12 11.500a3.500 3.500 0 1 0 0-7 3.500 3.500 0 0 0 0 7ZM5 20c.700-3.500 3.300-5.500 7-5.500s6.300 2 7 5.500",
  plus: "M12 5v14M5 12h14",
  close: "M6 6l12 12M18 6 6 18",
  copy: "M9 9h10v10H9zM15 9V5H5v10h4",
  search: "M11 17a6 6 0 1 0 0-12 6 6 0 0 0 0 12Zm4.500-1.500L20 20",
  event: "M5 6.500h14V20H5zM5 10.500h14M9 4v4M15 4v4",
  list: "M8 7h12M8 12h12M8 17h12M4 7h.01M4 12h.01M4 17h.01",
  more: "M12 6h.01M12 12h.01M12 18h.01",
  next: "m9 6 6 6-6 6",
  back: "m15 6-6 6 6 6",
  up: "m6 15 6-6 6 6",
  down: "m6 9 6 6 6-6",
  check: "m5 12.500 4.500 4.500L19 7.500",
  warn: "M12 4 2.800 19.500h18.400L12 4Zm0 6v4.500m0 2.500v.01",
  trash: "M5 7h14M10 7V4.500h4V7M7 7l1 13h8l1-13",
  qr: "M4 4h6v6H4zM14 4h6v6h-6zM4 14h6v6H4zM14 14h2v2h-2zM18 18h2v2h-2zM18 14h2M14 18v2",
  download: "M12 4v11m-4.500-4.500L12 15l4.500-4.500M5 20h14",
  upload: "M12 15V4m-4.500 4.500L12 4l4.500 4.500M5 20h14",
  undo: "M8 5 4 9l4 4M4 9h10a5.500 5.500 0 0 1 0 11h-3",
  redo: "m16 5 4 4-4 4M20 9H10a5.500 5.500 0 0 0 0 11h3",
  settings:
    "M12 15a3 3 0 1 0 0-6 3 3 0 0 0 0 6ZM12 3v3m0 12v3M3 12h3m12 0h3M5.600 5.600l2.100 2.100m8.600 8.600 2.100 2.100M5.600 18.400l2.100-2.100m8.600-8.600 2.100-2.100",
  tablet: "M6 3.500h12v17H6zM11 17.500h2",
  share: "M12 14V4M8.500 7 12 3.500 15.500 7M6 11H5v9.500h14V11h-1",
  print: "M7 9V4h10v5M7 17H4V9h16v8h-3M7 14h10v6H7z",
  full: "M4 9V4h5M15 4h5v5M20 15v5h-5M9 20H4v-5",
} as const;

export type IconName = keyof typeof shapes;

/** Icon is a drawing beside a word; it says nothing by itself. */
export function Icon({ name, className = "" }: { name: IconName; className?: string }) {
  return (
    <svg
      viewBox="0 0 24 24"
      className={`shrink-0 ${className.includes("size-") ? "" : "size-5"} ${className}`}
      fill="none"
      stroke="currentColor"
      strokeWidth="1.75"
      strokeLinecap="round"
      strokeLinejoin="round"
      aria-hidden="true"
    >
      <path d={shapes[name]} />
    </svg>
  );
}
