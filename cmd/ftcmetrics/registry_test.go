package main

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime"
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

var rewriteEvents = flag.Bool("rewrite", false, "put the table of events into docs/frontend.md")

// TestEventsAreToldAsTheyAre holds the document's table to the registry.
func TestEventsAreToldAsTheyAre(t *testing.T) {
	const document = "../../docs/frontend.md"
	place := regexp.MustCompile(`(?s)(<!-- events: .*? -->\n)(.*)(<!-- end -->)`)
	raw, err := os.ReadFile(document)
	must(t, err)
	found := place.FindSubmatch(raw)
	if found == nil {
		t.Fatal("the document has no place for the table")
	}
	want := eventTable(registry())
	if string(found[2]) == want {
		return
	}
	if !*rewriteEvents {
		t.Fatalf("the table is not as the registry has it; run the test with -rewrite. Want:\n%s", want)
	}
	now := place.ReplaceAllFunc(raw, func([]byte) []byte { return []byte(string(found[1]) + want + string(found[3])) })
	must(t, os.WriteFile(document, now, 0o644)) //nolint:gosec // a document
}

func eventTable(events []realtime.Described) string {
	var b strings.Builder
	b.WriteString("| event | channels | carries | when |\n|---|---|---|---|\n")
	slices.SortFunc(events, func(a, b realtime.Described) int { return strings.Compare(a.Name, b.Name) })
	for _, event := range events {
		fmt.Fprintf(&b, "| `%s` | `%s` | %s | %s |\n", event.Name, strings.Join(event.Patterns, "` `"), strings.Join(fieldsOf(event.Payload), ", "), event.Doc)
	}
	return b.String()
}

// fieldsOf names the fields of a payload as they are in JSON.
func fieldsOf(payload reflect.Type) []string {
	var names []string
	for i := range payload.NumField() {
		field := payload.Field(i)
		name, options, _ := strings.Cut(field.Tag.Get("json"), ",")
		switch {
		case field.Anonymous && name == "":
			names = append(names, fieldsOf(field.Type)...)
			continue
		case name == "-":
			continue
		case strings.Contains(options, "omit"):
			name += "?"
		}
		names = append(names, "`"+name+"`")
	}
	return names
}
