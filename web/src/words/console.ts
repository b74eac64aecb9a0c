/** words are all texts of the console, which is for operators. */
export const words = {
  title: "Console",
  nav: "Pages of the console",
  groups: { sockets: "Sockets", server: "Server" },
  pages: {
    overview: "Overview",
    channels: "Channels",
    connections: "Connections",
    broadcast: "Broadcast",
    log: "Debug log",
  },
  refused: "For operators alone",
  refusedHelp: "The console is for whoever runs this server. Ask them for what you need to know.",
  keys: {
    title: "Keyboard",
    show: "Keyboard shortcuts",
    go: (page: string) => `Go to ${page}`,
    search: "To the search or the first filter",
    rows: "From row to row of a table",
    help: "This list",
    on: "Shortcuts of a single letter",
    onHelp: "Switch them off if they get in the way of speech input. The arrow keys stay.",
  },
} as const;
