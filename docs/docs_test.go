// Package docs_test holds the documents to the code: every error code and close code has
// its place in errors.md, and every link between documents leads somewhere.
package docs_test

import (
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
	"testing/fstest"
)

// declaration is one fault.New of the code.
type declaration struct {
	code, kind, folder string
}

// statuses are the HTTP statuses of the kinds. The hub's side knows no 422.
var statuses = map[string]string{
	"Internal": "500", "Malformed": "400", "Invalid": "422", "Unauthenticated": "401", "Forbidden": "403", "NotFound": "404", "NotAllowed": "405",
	"Conflict": "409", "TooLarge": "413", "Unsupported": "415", "TooMany": "429", "Unavailable": "503",
}

// status returns what a declaration is answered with.
func (d declaration) status() string {
	if d.kind == "Invalid" && onSocket(d.folder) {
		return "400"
	}
	return statuses[d.kind]
}

// onSocket reports whether errors of the folder go out by the hub, where a refusal may
// carry no status at all.
func onSocket(folder string) bool {
	return slices.Contains([]string{"realtime/hub", "realtime/protocol", "realtime/httpapi"}, folder)
}

// meaning is the part of a kind that two uses of one code must share. What cannot be read
// and what breaks a rule are both input to be mended.
func meaning(kind string) string {
	if kind == "Malformed" {
		return "Invalid"
	}
	return kind
}

// eachFile parses every Go file of the module but tests and what tests read.
func eachFile(root fs.FS, visit func(name string, file *ast.File)) error {
	fset := token.NewFileSet()
	return fs.WalkDir(root, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			if entry != nil && entry.IsDir() && name != "." {
				return fs.SkipDir // another user's, such as a database's data folder
			}
			return err
		}
		base := path.Base(name)
		if entry.IsDir() {
			if name != "." && (strings.HasPrefix(base, ".") || slices.Contains([]string{"testdata", "node_modules", "data", "tools"}, base)) {
				return fs.SkipDir
			}
			return nil
		}
		if path.Ext(name) != ".go" || strings.HasSuffix(name, "_test.go") {
			return nil
		}
		text, err := fs.ReadFile(root, name)
		if err != nil {
			return err
		}
		file, err := parser.ParseFile(fset, name, text, parser.SkipObjectResolution)
		if err == nil {
			visit(name, file)
		}
		return err
	})
}

// declarations returns every error that the code declares, and the calls that cannot be
// read because their code is no literal.
func declarations(root fs.FS) (found []declaration, odd []string, err error) {
	err = eachFile(root, func(name string, file *ast.File) {
		folder := path.Dir(name)
		ast.Inspect(file, func(node ast.Node) bool {
			call, ok := node.(*ast.CallExpr)
			if !ok || !isNew(call.Fun, folder) {
				return true
			}
			d, ok := read(call, folder)
			if !ok {
				odd = append(odd, name+": a fault.New without a literal kind and code")
			} else {
				found = append(found, d)
			}
			return true
		})
	})
	return found, odd, err
}

// isNew reports whether a call is of fault.New, which is plain New at home.
func isNew(fun ast.Expr, folder string) bool {
	if ident, ok := fun.(*ast.Ident); ok {
		return folder == "fault" && ident.Name == "New"
	}
	selected, ok := fun.(*ast.SelectorExpr)
	if !ok || selected.Sel.Name != "New" {
		return false
	}
	ident, ok := selected.X.(*ast.Ident)
	return ok && ident.Name == "fault"
}

func read(call *ast.CallExpr, folder string) (declaration, bool) {
	if len(call.Args) != 3 {
		return declaration{}, false
	}
	d := declaration{folder: folder}
	switch kind := call.Args[0].(type) {
	case *ast.SelectorExpr:
		d.kind = kind.Sel.Name
	case *ast.Ident:
		d.kind = kind.Name
	}
	literal, ok := call.Args[1].(*ast.BasicLit)
	if !ok || statuses[d.kind] == "" {
		return d, false
	}
	code, err := strconv.Unquote(literal.Value)
	d.code = code
	return d, err == nil
}

// row is what errors.md says of a code: a heading "### `code`" and below it a line
// "404 · `scouting`, `api`", where "no status" stands for an error that has none.
type row struct {
	statuses, folders []string
}

var (
	heading = regexp.MustCompile("^### `(.*)`$")
	facts   = regexp.MustCompile("^([0-9]{3}(?:, [0-9]{3})*|no status) · (`[a-z/]+`(?:, `[a-z/]+`)*)$")
)

func rows(text string) (map[string]row, []string) {
	found := make(map[string]row)
	var wrong []string
	code := ""
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if m := heading.FindStringSubmatch(line); m != nil {
			if _, twice := found[m[1]]; twice {
				wrong = append(wrong, m[1]+": has two rows")
			}
			code = m[1]
			found[code] = row{}
			continue
		}
		if m := facts.FindStringSubmatch(line); m != nil && code != "" {
			found[code] = row{strings.Split(m[1], ", "), strings.Split(strings.ReplaceAll(m[2], "`", ""), ", ")}
			code = ""
		}
	}
	return found, wrong
}

// check compares the errors of the code with their document.
func check(root fs.FS, document string) ([]string, error) {
	found, wrong, err := declarations(root)
	if err != nil {
		return nil, err
	}
	byCode := make(map[string][]declaration)
	for _, d := range found {
		byCode[d.code] = append(byCode[d.code], d)
	}
	written, twice := rows(document)
	wrong = append(wrong, twice...)
	for code, uses := range byCode {
		r, ok := written[code]
		if !ok {
			wrong = append(wrong, code+": has no row")
			continue
		}
		wrong = append(wrong, compare(code, uses, r)...)
	}
	for code := range written {
		if byCode[code] == nil {
			wrong = append(wrong, code+": has a row and is not in the code")
		}
	}
	slices.Sort(wrong)
	return wrong, nil
}

// compare judges one code. A second package may use a code only for the same kind of
// error, and only if the row names it.
func compare(code string, uses []declaration, r row) []string {
	var wrong, folders, want []string
	silent := true // all of it goes out by sockets
	for _, d := range uses {
		if meaning(d.kind) != meaning(uses[0].kind) {
			wrong = append(wrong, fmt.Sprintf("%s: is %s in %s and %s in %s", code, uses[0].kind, uses[0].folder, d.kind, d.folder))
		}
		if slices.Contains(folders, d.folder) {
			wrong = append(wrong, fmt.Sprintf("%s: is declared twice in %s", code, d.folder))
		}
		folders = append(folders, d.folder)
		want = append(want, d.status())
		silent = silent && onSocket(d.folder)
	}
	if !same(folders, r.folders) {
		wrong = append(wrong, fmt.Sprintf("%s: its row names %q, it is in %q", code, r.folders, folders))
	}
	if !same(want, r.statuses) && (!silent || !slices.Equal(r.statuses, []string{"no status"})) {
		wrong = append(wrong, fmt.Sprintf("%s: its row says %q, it is %q", code, r.statuses, want))
	}
	return wrong
}

// same reports whether two lists hold the same texts, in any order and number.
func same(a, b []string) bool {
	a, b = slices.Sorted(slices.Values(a)), slices.Sorted(slices.Values(b))
	return slices.Equal(slices.Compact(a), slices.Compact(b))
}

func document(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func TestErrorCodes(t *testing.T) {
	wrong, err := check(os.DirFS(".."), document(t, "errors.md"))
	if err != nil {
		t.Fatal(err)
	}
	for _, line := range wrong {
		t.Error(line)
	}
}

// TestErrorCodesControl proves that the test above can fail, once for each reason.
func TestErrorCodesControl(t *testing.T) {
	const (
		head   = "package teams\n\nvar (\n"
		gone   = "\ta = fault.New(fault.NotFound, \"gone\", \"x\")\n"
		taken  = "\tb = fault.New(fault.Invalid, \"taken\", \"x\").At()\n"
		goneMD = "### `gone`\n404 · `teams`\n\nWords.\n"
		bothMD = "### `gone`\n404 · `realtime/hub`, `teams`\n"
	)
	for name, c := range map[string]struct {
		teams, hub, md string
		want           []string
	}{
		"all is well":           {gone + taken, "", goneMD + "### `taken`\n422 · `teams`\n", nil},
		"no row":                {gone + taken, "", goneMD, []string{"taken: has no row"}},
		"no code":               {taken, "", goneMD + "### `taken`\n422 · `teams`\n", []string{"gone: has a row and is not in the code"}},
		"two rows":              {gone, "", goneMD + goneMD, []string{"gone: has two rows"}},
		"wrong status":          {taken, "", "### `taken`\n400 · `teams`\n", []string{`taken: its row says ["400"], it is ["422"]`}},
		"no status":             {gone, "", "### `gone`\nno status · `teams`\n", []string{`gone: its row says ["no status"], it is ["404"]`}},
		"twice":                 {gone + gone, "", goneMD, []string{"gone: is declared twice in teams"}},
		"used elsewhere":        {gone, gone, goneMD, []string{`gone: its row names ["teams"], it is in ["realtime/hub" "teams"]`}},
		"same meaning":          {gone, gone, bothMD, nil},
		"other meaning":         {gone, strings.ReplaceAll(gone, "NotFound", "Conflict"), "### `gone`\n404, 409 · `realtime/hub`, `teams`\n", []string{"gone: is Conflict in realtime/hub and NotFound in teams"}},
		"a socket's":            {gone, "\tc = fault.New(fault.Invalid, \"mute\", \"x\")\n", goneMD + "### `mute`\nno status · `realtime/hub`\n", nil},
		"no literal":            {gone + "\tc = fault.New(fault.NotFound, name, \"x\")\n", "", goneMD, []string{"teams/teams.go: a fault.New without a literal kind and code"}},
		"a heading and no fact": {gone, "", "### `gone`\nWords.\n", []string{`gone: its row names [], it is in ["teams"]`, `gone: its row says [], it is ["404"]`}},
	} {
		t.Run(name, func(t *testing.T) {
			tree := fstest.MapFS{
				"teams/teams.go":      {Data: []byte(head + c.teams + ")\n")},
				"teams/teams_test.go": {Data: []byte(head + "\tz = fault.New(fault.NotFound, \"only-in-a-test\", \"x\")\n)\n")},
				"realtime/hub/hub.go": {Data: []byte(head + c.hub + ")\n")},
			}
			got, err := check(tree, c.md)
			if err != nil || !slices.Equal(got, c.want) {
				t.Errorf("got %q, %v, want %q", got, err, c.want)
			}
		})
	}
}

// closeCodes returns the codes that package protocol can end a socket or refuse a part
// of a message with.
func closeCodes(root fs.FS) ([]string, error) {
	var codes []string
	err := eachFile(root, func(name string, file *ast.File) {
		if path.Dir(name) != "realtime/protocol" {
			return
		}
		ast.Inspect(file, func(node ast.Node) bool {
			spec, ok := node.(*ast.ValueSpec)
			if !ok || len(spec.Values) != 1 {
				return true
			}
			kind, _ := spec.Type.(*ast.Ident)
			value, ok := spec.Values[0].(*ast.BasicLit)
			if ok && (kind != nil && kind.Name == "CloseCode" || strings.HasPrefix(spec.Names[0].Name, "Refused")) {
				codes = append(codes, value.Value)
			}
			return true
		})
	})
	return codes, err
}

var closeRow = regexp.MustCompile(`(?m)^\| <a id="close-([0-9]{4})"></a>([0-9]{4}) \|`)

func TestCloseCodes(t *testing.T) {
	codes, err := closeCodes(os.DirFS(".."))
	if err != nil || len(codes) < 10 {
		t.Fatalf("close codes %q, %v", codes, err)
	}
	var written []string
	for _, m := range closeRow.FindAllStringSubmatch(document(t, "errors.md"), -1) {
		if m[1] != m[2] {
			t.Errorf("the row of %s has the anchor of %s", m[2], m[1])
		}
		written = append(written, m[2])
	}
	if !same(codes, written) || len(codes) != len(written) {
		t.Errorf("errors.md has rows for %q, the code has %q", written, codes)
	}
}

var (
	link   = regexp.MustCompile(`\]\(([^)\s]+)\)`)
	anchor = regexp.MustCompile("(?m)^#+ (.*)$|<a id=\"([^\"]+)\">")
	noSlug = regexp.MustCompile(`[^a-z0-9 _-]`)
)

// anchors returns the fragments that links to a document may have.
func anchors(text string) []string {
	var list []string
	for _, m := range anchor.FindAllStringSubmatch(text, -1) {
		slug := noSlug.ReplaceAllString(strings.ToLower(m[1]), "")
		list = append(list, strings.ReplaceAll(slug, " ", "-"), m[2])
	}
	return list
}

func TestLinks(t *testing.T) {
	root := os.DirFS("..")
	var names []string
	for _, pattern := range []string{"docs/*.md", "docs/decisions/*.md"} {
		found, err := fs.Glob(root, pattern)
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	if len(names) < 5 {
		t.Fatalf("documents %q", names)
	}
	for _, name := range names {
		for _, m := range link.FindAllStringSubmatch(document(t, path.Join("..", name)), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target, fragment, _ := strings.Cut(m[1], "#")
			file := name
			if target != "" {
				file = path.Join(path.Dir(name), target)
			}
			if _, err := fs.Stat(root, file); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", name, m[1])
				continue
			}
			if fragment != "" && !slices.Contains(anchors(document(t, path.Join("..", file))), fragment) {
				t.Errorf("%s: %s has no such heading", name, m[1])
			}
		}
	}
}
