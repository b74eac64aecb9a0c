package main

import (
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var defined = regexp.MustCompile(`realtime\.Define\[[^\]]+\]\(\s*"([^"]+)"`)

// TestEveryEventIsInTheRegistry reads the code for events: one that is defined and not in
// the registry would be in no document.
func TestEveryEventIsInTheRegistry(t *testing.T) {
	var inCode, listed []string
	root := os.DirFS("../..")
	for _, folder := range []string{"accounts", "ftc", "scouting", "teams"} {
		must(t, fs.WalkDir(root, folder, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(name, ".go") || strings.HasSuffix(name, "_test.go") {
				return err
			}
			text, err := fs.ReadFile(root, name)
			for _, m := range defined.FindAllSubmatch(text, -1) {
				inCode = append(inCode, string(m[1]))
			}
			return err
		}))
	}
	for _, event := range registry() {
		listed = append(listed, event.Name)
	}
	slices.Sort(inCode)
	slices.Sort(listed)
	if len(inCode) < 20 || !slices.Equal(inCode, listed) {
		t.Errorf("the code defines %q,\nthe registry lists %q", inCode, listed)
	}
}
