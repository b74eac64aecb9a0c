package realtimetest_test

import (
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ftcmetrics/ftcmetrics/realtime/realtimetest"
)

// home is the package whose tests the document names without it.
const home = "realtime/realtimetest"

var quoted = regexp.MustCompile("`([^`]+)`")

// table returns the rows below every header with the three names.
func table(document string, header string) [][]string {
	var rows [][]string
	inside := false
	for line := range strings.Lines(document) {
		line = strings.TrimSpace(line)
		switch {
		case line == header:
			inside = true
		case !strings.HasPrefix(line, "|"):
			inside = false
		case inside && !strings.HasPrefix(line, "|---"):
			cells := strings.Split(strings.Trim(line, "|"), "|")
			for i := range cells {
				cells[i] = strings.TrimSpace(cells[i])
			}
			rows = append(rows, cells)
		}
	}
	return rows
}

// tests returns the top-level tests of the package in the folder.
func tests(root fs.FS, folder string) (map[string]bool, error) {
	files, err := fs.Glob(root, folder+"/*_test.go")
	if err != nil {
		return nil, err
	}
	found := make(map[string]bool)
	for _, name := range files {
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return nil, err
		}
		file, err := parser.ParseFile(token.NewFileSet(), name, text, parser.SkipObjectResolution)
		if err != nil {
			return nil, err
		}
		for _, decl := range file.Decls {
			if fn, ok := decl.(*ast.FuncDecl); ok && fn.Recv == nil && strings.HasPrefix(fn.Name.Name, "Test") {
				found[fn.Name.Name] = true
			}
		}
	}
	return found, nil
}

// checkRows compares the tables of supported rows with the tests that there are.
func checkRows(root fs.FS, document string, suite, unclaimed []string) ([]string, error) {
	var wrong []string
	missing := make(map[string]bool)
	for _, row := range suite {
		missing[row] = true
	}
	known := make(map[string]map[string]bool) // tests by folder
	for _, cells := range table(document, "| row | supported | test |") {
		if len(cells) != 3 {
			wrong = append(wrong, cells[0]+": the row has no three cells")
			continue
		}
		names, no := quoted.FindAllStringSubmatch(cells[2], -1), strings.HasPrefix(cells[1], "no")
		if !no && len(names) == 0 {
			wrong = append(wrong, cells[0]+": is supported and names no test")
		}
		for _, name := range names {
			folder, test, row := split(name[1])
			if known[folder] == nil {
				found, err := tests(root, folder)
				if err != nil {
					return nil, err
				}
				known[folder] = found
			}
			if !known[folder][test] || row != "" && !slices.Contains(suite, row) {
				wrong = append(wrong, cells[0]+": there is no test "+name[1])
			}
			if passes := !slices.Contains(unclaimed, path.Base(row)); passes == no {
				wrong = append(wrong, fmt.Sprintf("%s: supported %q, and %s passes: %v", cells[0], cells[1], name[1], passes))
			}
			delete(missing, row)
		}
	}
	for _, row := range slices.Sorted(maps.Keys(missing)) {
		wrong = append(wrong, row+": is in the suite and not in the document")
	}
	return wrong, nil
}

// split takes a name such as realtime/hub.TestRevoke or TestHub/serving/events apart.
func split(name string) (folder, test, row string) {
	folder, test, ok := strings.Cut(name, ".")
	if !ok {
		folder, test = home, name
	}
	test, row, _ = strings.Cut(test, "/")
	return folder, test, row
}

func readDocument(t *testing.T) string {
	t.Helper()
	text, err := os.ReadFile("../../docs/realtime.md")
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestDocument holds docs/realtime.md to the tests: each that it names exists, and each row
// of the suite is named.
func TestDocument(t *testing.T) {
	wrong, err := checkRows(os.DirFS("../.."), readDocument(t), realtimetest.Rows(), unclaimed())
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range wrong {
		t.Error(line)
	}
}

// TestDocumentLimits wants every file and every setting that the table of limits names.
func TestDocumentLimits(t *testing.T) {
	limits := table(readDocument(t), "| limit | default | set by |")
	if len(limits) < 20 {
		t.Fatalf("%d limits", len(limits))
	}
	settings := commandText(t)
	for _, cells := range limits {
		for _, name := range quoted.FindAllStringSubmatch(cells[len(cells)-1], -1) {
			if !strings.Contains(name[1], "/") {
				if !strings.Contains(settings, `env:"`+name[1]+`"`) && !strings.Contains(settings, `env:"`+name[1]+`,`) && !strings.Contains(settings, `json:"`+name[1]+`"`) {
					t.Errorf("%s: there is no setting %s", cells[0], name[1])
				}
				continue
			}
			if _, err := os.Stat(path.Join("../..", name[1])); err != nil {
				t.Errorf("%s: %v", cells[0], err)
			}
		}
	}
}

// commandText is the source of the program's settings.
func commandText(t *testing.T) string {
	t.Helper()
	files, err := fs.Glob(os.DirFS("../.."), "cmd/ftcmetrics/*.go")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for _, name := range files {
		text, err := os.ReadFile(path.Join("../..", name))
		if err != nil {
			t.Fatal(err)
		}
		all.Write(text)
	}
	return all.String()
}

// TestDocumentControl proves that checkRows finds what is wrong.
func TestDocumentControl(t *testing.T) {
	root := fstest.MapFS{
		home + "/a_test.go":         {Data: []byte("package a\n\nfunc TestHub() {}\n")},
		"realtime/hub/hub_test.go":  {Data: []byte("package hub\n\nfunc TestRevoke() {}\n\nfunc (x) TestMethod() {}\n")},
		"realtime/hub/more_test.go": {Data: []byte("package hub\n")},
	}
	const head = "# The hub\n\n| row | supported | test |\n|---|---|---|\n| all | yes | `TestHub/serving/events`, `realtime/hub.TestRevoke` |\n| none | no | `TestHub/serving/off` |\n"
	for name, c := range map[string]struct{ more, want string }{
		"all is well":      {"| gone | no: why | |\n", ""},
		"no such row":      {"| x | yes | `TestHub/serving/nothing` |\n", "[x: there is no test TestHub/serving/nothing]"},
		"no such test":     {"| x | yes | `realtime/hub.TestNothing` |\n", "[x: there is no test realtime/hub.TestNothing]"},
		"a method":         {"| x | yes | `realtime/hub.TestMethod` |\n", "[x: there is no test realtime/hub.TestMethod]"},
		"no such package":  {"| x | yes | `realtime/nub.TestRevoke` |\n", "[x: there is no test realtime/nub.TestRevoke]"},
		"a promise only":   {"| x | yes | later |\n", "[x: is supported and names no test]"},
		"it passes":        {"| x | no | `TestHub/serving/events` |\n", `[x: supported "no", and TestHub/serving/events passes: true]`},
		"it does not pass": {"| x | yes | `TestHub/serving/off` |\n", `[x: supported "yes", and TestHub/serving/off passes: false]`},
		"a broken row":     {"| x | yes |\n", "[x: the row has no three cells]"},
	} {
		got, err := checkRows(root, head+c.more, []string{"serving/events", "serving/off"}, []string{"off"})
		if err != nil || fmt.Sprint(got) != cmp.Or(c.want, "[]") {
			t.Errorf("%s: got %v, %v, want %s", name, got, err, c.want)
		}
	}
	got, err := checkRows(root, head, []string{"serving/events", "serving/off", "hostile/more"}, []string{"off"})
	if err != nil || fmt.Sprint(got) != "[hostile/more: is in the suite and not in the document]" {
		t.Errorf("got %v, %v", got, err)
	}
}
