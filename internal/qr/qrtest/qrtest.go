// Package qrtest reads QR codes with the reader that the web app uses for the camera, so
// that a test sees what a phone would.
package qrtest

import (
	"bytes"
	"encoding/json"
	"os/exec"
	"path/filepath"
	"runtime"
	"testing"
)

// script reads drawings of half blocks from standard input and writes what they say.
const script = `
const jsqr = require(process.argv[1]);
const said = JSON.parse(require("fs").readFileSync(0, "utf8")).map((drawing) => {
  const light = drawing.trimEnd().split("\n").flatMap((line) => [[...line].map((c) => c === "█" || c === "▀"), [...line].map((c) => c === "█" || c === "▄")]);
  const side = light[0].length, scale = 3, pixels = new Uint8ClampedArray(4 * (side * scale) ** 2);
  for (let y = 0; y < side * scale; y++)
    for (let x = 0; x < side * scale; x++)
      pixels.fill(light[Math.floor(y / scale)]?.[Math.floor(x / scale)] ? 255 : 0, 4 * (y * side * scale + x), 4 * (y * side * scale + x) + 4);
  return jsqr(pixels, side * scale, side * scale)?.data ?? "unreadable";
});
console.log(JSON.stringify(said));`

// Read returns what the reader sees in each of the drawings, "unreadable" if nothing.
func Read(t testing.TB, drawings ...string) []string {
	t.Helper()
	_, here, _, _ := runtime.Caller(0)
	reader := filepath.Join(filepath.Dir(here), "../../../web/node_modules/jsqr")
	given, err := json.Marshal(drawings)
	if err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("node", "-e", script, reader) //nolint:gosec // our own script
	cmd.Stdin = bytes.NewReader(given)
	out, err := cmd.CombinedOutput()
	if err != nil {
		t.Fatalf("reading QR codes: %v\n%s\nmake setup installs the reader", err, out)
	}
	var said []string
	if err := json.Unmarshal(out, &said); err != nil {
		t.Fatalf("%s: %v", out, err)
	}
	return said
}
