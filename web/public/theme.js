// Before the first paint: the theme that was chosen on this device, so that nothing flashes.
try {
  const chosen = JSON.parse(localStorage.getItem("ftc.theme"));
  if (chosen === "dark" || chosen === "light") document.documentElement.dataset.theme = chosen;
} catch {
  // no storage: the system's theme
}
