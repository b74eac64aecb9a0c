package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

const seasonFiles = "../../scouting/seasons/"

// TestSeasonCheck takes the seasons that there are, and names every fault of a broken one
// with its line.
func TestSeasonCheck(t *testing.T) {
	t.Parallel()
	good := seasonFiles + "testdata/fifth/2027.json"
	code, out, _ := output(t, "", "season", "check", seasonFiles+"2025.json", seasonFiles+"2026.json", good)
	if code != 0 || strings.Count(out, ": ok\n") != 3 {
		t.Errorf("good files: %d\n%s", code, out)
	}
	raw, err := os.ReadFile(good)
	must(t, err)
	broken := filepath.Join(t.TempDir(), "2027.json")
	for _, spoil := range []struct {
		what, old, spoiled, pointer, say string
	}{
		{"a key that is not known", `"label": "Shells"`, `"lable": "Shells"`, "/form/fields/1/lable", "not a key"},
		{"a text for a number", `"allianceSize": 3`, `"allianceSize": "three"`, "/allianceSize", "not a whole number"},
		{"what is missing", `"sources": `, `"sourced": `, "/sources", "missing"},
		{"a rule", `"robots": 2`, `"robots": 4`, "/allianceBonuses/0/robots", "from 1 to 3"},
		{"a key with a slash", `{"1": 5, "2": 8}`, `{"1": 5, "a/b": 8}`, "/official/parts/2/terms/0/by/a~1b", "never is"},
		{"no JSON", `"season": 2027,`, `"season": 2027`, "", "not JSON"},
	} {
		t.Run(spoil.what, func(t *testing.T) {
			text := strings.Replace(string(raw), spoil.old, spoil.spoiled, 1)
			if text == string(raw) {
				t.Fatalf("the file has no %s", spoil.old)
			}
			must(t, os.WriteFile(broken, []byte(text), 0o600))
			code, out, _ := output(t, "", "season", "check", broken, good)
			at := ""
			for line := range strings.Lines(out) {
				if strings.Contains(line, ": "+spoil.pointer+": ") || spoil.pointer == "" && strings.Contains(line, spoil.say) {
					at = line
				}
			}
			if code != 1 || !strings.Contains(at, spoil.say) || !strings.HasPrefix(at, broken+":") || !strings.Contains(out, good+": ok\n") {
				t.Errorf("exit code %d:\n%s", code, out)
			}
			var list []checkedSeason
			_, out, _ = output(t, "", "season", "check", "--json", broken)
			decode(t, out, &list)
			for _, f := range list[0].Faults {
				if f.Pointer == spoil.pointer && f.Detail != "It is missing." && spoil.pointer != "" {
					if got := strings.Split(text, "\n")[f.Line-1]; !strings.Contains(got, strings.SplitN(spoil.spoiled, ":", 2)[0]) {
						t.Errorf("line %d is %q", f.Line, got)
					}
				}
			}
			if list[0].OK || len(list[0].Faults) == 0 {
				t.Errorf("as JSON: %s", out)
			}
		})
	}
	if code, _, errOut := output(t, "", "season", "check", "/nonexistent/2027.json"); code != 1 || !strings.Contains(errOut, "/nonexistent") {
		t.Errorf("a file that is not there: %d %s", code, errOut)
	}
}
