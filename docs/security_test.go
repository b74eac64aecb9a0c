package docs_test

import (
	"fmt"
	"io/fs"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ftcmetrics/ftcmetrics/audit"
)

var auditAction = regexp.MustCompile("`([a-z-]+\\.[a-z-]+)`")

// TestAuditActions holds the list of actions to the code.
func TestAuditActions(t *testing.T) {
	var written, known []string
	for _, row := range rowsBelow(document(t, "security.md"), "The audit log") {
		for _, m := range auditAction.FindAllStringSubmatch(row[0], -1) {
			written = append(written, m[1])
		}
	}
	for _, action := range audit.Actions() {
		known = append(known, string(action))
	}
	slices.Sort(written)
	slices.Sort(known)
	if !slices.Equal(written, known) {
		t.Errorf("security.md has %q, the code has %q", written, known)
	}
}

// rowsBelow returns the cells of the table rows below a heading of the second level.
func rowsBelow(text, heading string) (rows [][]string) {
	_, part, _ := strings.Cut(text, "\n## "+heading+"\n")
	part, _, _ = strings.Cut(part, "\n## ")
	for line := range strings.Lines(part) {
		line = strings.TrimSpace(line)
		if strings.HasPrefix(line, "|") && !strings.HasPrefix(line, "|---") {
			rows = append(rows, strings.Split(strings.Trim(line, "| "), " | "))
		}
	}
	return rows
}

// checkRisks holds the table of risks to the repository: each number once, all cells filled,
// tests and files that exist.
func checkRisks(root fs.FS, text string, risks int) (wrong []string) {
	count := make(map[string]int)
	home := ""
	for _, cells := range rowsBelow(text, "Risks") {
		if cells[0] == "no" {
			continue
		}
		count[cells[0]]++
		for i, what := range []string{"a number", "a risk", "a control", "a place", "a test", "what was broken"} {
			if len(cells) <= i || strings.TrimSpace(cells[i]) == "" {
				wrong = append(wrong, cells[0]+": lacks "+what)
			}
		}
		if len(cells) < 6 {
			continue
		}
		gone, named := missing(root, cells[4], home)
		if named == 0 {
			wrong = append(wrong, cells[0]+": names no test")
		}
		for _, name := range gone {
			wrong = append(wrong, cells[0]+": there is no test "+name)
		}
		for _, m := range repositoryFile.FindAllStringSubmatch(cells[3]+cells[4], -1) {
			if _, err := fs.Stat(root, m[1]); err != nil && !strings.Contains(m[1], ".Test") && !strings.HasPrefix(m[1], "Test") && !strings.HasPrefix(m[1], "Fuzz") && !strings.Contains(m[1], ".Fuzz") {
				wrong = append(wrong, cells[0]+": there is no "+m[1])
			}
		}
	}
	for n := range risks {
		if number := fmt.Sprint(n + 1); count[number] != 1 {
			wrong = append(wrong, fmt.Sprintf("%s: has %d rows", number, count[number]))
		}
	}
	return wrong
}

var repositoryFile = regexp.MustCompile("`([^`]+)`")

func TestRisks(t *testing.T) {
	for _, line := range checkRisks(os.DirFS(".."), document(t, "security.md"), 28) {
		t.Error(line)
	}
}

// TestRisksControl proves that the test above can fail, once for each reason.
func TestRisksControl(t *testing.T) {
	const head, good = "# X\n\n## Risks\n| no | risk | control | where | tests | broken |\n|---|---|---|---|---|---|\n", "| 1 | a | b | `teams/x.go` | `teams.TestOne` | c |\n"
	root := fstest.MapFS{
		"teams/x.go":      {Data: []byte("package teams\n")},
		"teams/x_test.go": {Data: []byte("package teams\n\nfunc TestOne(t *testing.T) {}\n")},
	}
	for name, c := range map[string]struct {
		text string
		want []string
	}{
		"all is well":  {good, nil},
		"no row":       {"", []string{"1: has 0 rows"}},
		"two rows":     {good + good, []string{"1: has 2 rows"}},
		"no test":      {"| 1 | a | b | `teams/x.go` | by hand | c |\n", []string{"1: names no test"}},
		"no such test": {"| 1 | a | b | `teams/x.go` | `teams.TestTwo` | c |\n", []string{"1: there is no test teams.TestTwo"}},
		"no such file": {"| 1 | a | b | `teams/y.go` | `teams.TestOne` | c |\n", []string{"1: there is no teams/y.go"}},
		"not broken":   {"| 1 | a | b | `teams/x.go` | `teams.TestOne` |  |\n", []string{"1: lacks what was broken"}},
	} {
		if got := checkRisks(root, head+c.text, 1); !slices.Equal(got, c.want) {
			t.Errorf("%s: %q, want %q", name, got, c.want)
		}
	}
}
