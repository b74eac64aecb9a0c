package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
)

var testName = regexp.MustCompile("`(?:([a-z/]+)\\.)?((?:Test|Fuzz)[A-Za-z0-9]+)`")

// missing returns the tests that a text names and that no file has. One without a package is
// of the package of the name before it, or at first of home.
func missing(root fs.FS, text, home string) (list []string, named int) {
	for _, m := range testName.FindAllStringSubmatch(text, -1) {
		if m[1] != "" {
			home = m[1]
		}
		named++
		files, err := fs.Glob(root, path.Join(home, "*_test.go"))
		if err != nil || !slices.ContainsFunc(files, func(name string) bool {
			raw, err := fs.ReadFile(root, name)
			return err == nil && strings.Contains(string(raw), "\nfunc "+m[2]+"(")
		}) {
			list = append(list, home+"."+m[2])
		}
	}
	return list, named
}

// checkBars holds the table of docs/reliability.md to the code: each bar has a row with a
// test that exists, what was measured, and a control.
func checkBars(root fs.FS, text string, bars int) (wrong []string) {
	_, table, _ := strings.Cut(text, "\n## Bars\n")
	table, rest, _ := strings.Cut(table, "\n## ")
	rows := make(map[string]int)
	for line := range strings.Lines(table) {
		cells := strings.Split(strings.Trim(strings.TrimSpace(line), "|"), " | ")
		bar := strings.TrimSpace(cells[0])
		if !strings.HasPrefix(bar, "R") {
			continue
		}
		rows[bar]++
		for i, what := range []string{"", "what is done", "a test", "a figure", "a control"} {
			if len(cells) <= i || strings.TrimSpace(cells[i]) == "" {
				wrong = append(wrong, bar+": lacks "+what)
			}
		}
	}
	for n := range bars {
		if bar := fmt.Sprintf("R%d", n+1); rows[bar] != 1 {
			wrong = append(wrong, fmt.Sprintf("%s: has %d rows", bar, rows[bar]))
		}
	}
	for line := range strings.Lines(table + rest) {
		gone, _ := missing(root, line, "internal/faults")
		for _, name := range gone {
			wrong = append(wrong, name+": there is no such test")
		}
	}
	return wrong
}

func TestBars(t *testing.T) {
	text := document(t, "reliability.md")
	if _, named := missing(os.DirFS(".."), text, "internal/faults"); named < 50 {
		t.Fatalf("%d tests are named", named)
	}
	for _, line := range checkBars(os.DirFS(".."), text, 24) {
		t.Error(line)
	}
}

// TestBarsControl proves that the test above can fail, once for each reason.
func TestBarsControl(t *testing.T) {
	const head, good = "# X\n\n## Bars\n| bar | what | test | figure | control |\n", "| R1 | a | `teams.TestOne`, `TestTwo` | 0 | c |\n"
	root := fstest.MapFS{
		"teams/teams_test.go":           {Data: []byte("package teams\n\nfunc TestOne(t *testing.T) {}\n\nfunc TestTwo(t *testing.T) {}\n")},
		"internal/faults/grand_test.go": {Data: []byte("package faults\n\nfunc TestGrand(t *testing.T) {}\n")},
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"all is well":     {good + "\n## Controls\n`TestGrand`\n", nil},
		"no row":          {"| | a | `TestGrand` | | |\n", []string{"R1: has 0 rows"}},
		"two rows":        {good + good, []string{"R1: has 2 rows"}},
		"no control":      {"| R1 | a | `TestGrand` | 0 | |\n", []string{"R1: lacks a control"}},
		"no such test":    {"| R1 | a | `teams.TestThree` | 0 | c |\n", []string{"teams.TestThree: there is no such test"}},
		"another's test":  {"| R1 | a | `TestOne` | 0 | c |\n", []string{"internal/faults.TestOne: there is no such test"}},
		"below the table": {good + "\n## Controls\n`TestGone`\n", []string{"internal/faults.TestGone: there is no such test"}},
	} {
		if got := checkBars(root, head+c.text, 1); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
