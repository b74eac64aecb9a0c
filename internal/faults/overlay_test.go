package faults

import (
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
)

// altered builds the program with other texts of some files, or with further ones, by their
// full paths. Neither this repository nor Go's library is touched.
func altered(t testing.TB, texts map[string]string) string {
	t.Helper()
	dir, replace := t.TempDir(), make(map[string]string)
	for path, text := range texts {
		replace[path] = filepath.Join(dir, strconv.Itoa(len(replace))+filepath.Base(path))
		must(t, os.WriteFile(replace[path], []byte(text), 0o600))
	}
	raw, err := json.Marshal(map[string]any{"Replace": replace})
	must(t, err)
	overlay, program := filepath.Join(dir, "overlay.json"), filepath.Join(dir, "ftcmetrics")
	must(t, os.WriteFile(overlay, raw, 0o600))
	//nolint:gosec // our own program
	if output, err := exec.CommandContext(t.Context(), "go", "build", "-overlay", overlay, "-o", program, "github.com/ftcmetrics/ftcmetrics/cmd/ftcmetrics").CombinedOutput(); err != nil {
		t.Fatalf("go build with another %s: %v\n%s", strings.Join(names(texts), ", "), err, output)
	}
	return program
}

func names(texts map[string]string) (list []string) {
	for path := range texts {
		list = append(list, filepath.Base(path))
	}
	return list
}

// folder is where a package's files are.
func folder(t testing.TB, name string) string {
	t.Helper()
	out, err := exec.CommandContext(t.Context(), "go", "list", "-f", "{{.Dir}}", name).Output() //nolint:gosec // a package's name
	must(t, err)
	return strings.TrimSpace(string(out))
}
