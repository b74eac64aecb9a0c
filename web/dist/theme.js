// Before the app: the theme that was chosen on this device, so that nothing flashes.
try {
  const chosen = JSON.parse(localStorage.getItem("ftc.theme"));
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // no storage: the system's theme
}

// And what the app has noted that this page will ask for first (src/event.ts): the answer comes while the app does.
try {
  const noted = JSON.parse(localStorage.getItem("ftc.ahead")) ?? {};
  for (const [start, path] of Object.entries(noted)) {
    if (!location.pathname.startsWith(start)) continue;
    const answer = fetch(path, { signal: AbortSignal.timeout(15_000) });
    answer.catch(() => {}); // whoever takes it is told
    window.ahead = { path, answer };
  }
} catch {
  // no storage: the app asks
}
