package archtest

import (
	"bytes"
	"cmp"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// Finding is one place that breaks one rule.
type Finding struct {
	File   string // relative to the tree's root, with slashes
	Line   int
	Rule   string // imports, size, doc, init, sleep, skip or environment
	Detail string
}

// String returns the finding as compilers write theirs.
func (f Finding) String() string {
	return fmt.Sprintf("%s:%d: %s: %s", f.File, f.Line, f.Rule, f.Detail)
}

// tree is the source of one module.
type tree struct {
	module   string // the module's path, such as "example.org/m"
	fset     *token.FileSet
	packages map[string][]*file // by folder relative to the root; "." is the root itself
	findings []Finding
}

// file is one hand-written source file. Generated files are not in a tree.
type file struct {
	*ast.File
	folder string
	name   string // relative to the root
	test   bool
	lines  int
}

// Check reads the module whose go.mod lies in root and returns what breaks the rules,
// ordered by place. Nested modules, testdata and folders that go build skips are left out.
func Check(root string) ([]Finding, error) {
	t, err := read(root)
	if err != nil {
		return nil, err
	}
	for folder, files := range t.packages {
		t.checkPackageDoc(folder, files)
		for _, f := range files {
			t.checkImports(f)
			t.checkSize(f)
			t.checkDocs(f)
			t.checkCalls(f)
			t.checkCompares(f)
		}
	}
	slices.SortFunc(t.findings, func(a, b Finding) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Rule, b.Rule), cmp.Compare(a.Detail, b.Detail))
	})
	return t.findings, nil
}

func read(root string) (*tree, error) {
	module, err := modulePath(filepath.Join(root, "go.mod"))
	if err != nil {
		return nil, err
	}
	t := &tree{module: module, fset: token.NewFileSet(), packages: map[string][]*file{}}
	err = filepath.WalkDir(root, func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			if entry != nil && entry.IsDir() && name != root {
				return fs.SkipDir // another user's, such as a database's data folder
			}
			return err
		}
		if entry.IsDir() {
			if name != root && skipped(name) {
				return fs.SkipDir
			}
			return nil
		}
		if filepath.Ext(name) != ".go" {
			return nil
		}
		rel, err := filepath.Rel(root, name)
		if err != nil {
			return err
		}
		return t.parse(name, filepath.ToSlash(rel))
	})
	return t, err
}

// skipped reports whether a folder holds no package of this module.
func skipped(folder string) bool {
	base := filepath.Base(folder)
	if base == "testdata" || base == "vendor" || base == "node_modules" || strings.HasPrefix(base, ".") || strings.HasPrefix(base, "_") {
		return true
	}
	_, err := os.Stat(filepath.Join(folder, "go.mod"))
	return err == nil
}

func (t *tree) parse(name, rel string) error {
	source, err := os.ReadFile(name)
	if err != nil {
		return err
	}
	parsed, err := parser.ParseFile(t.fset, rel, source, parser.ParseComments|parser.SkipObjectResolution)
	if err != nil {
		return err
	}
	if ast.IsGenerated(parsed) {
		return nil
	}
	folder := path.Dir(rel)
	t.packages[folder] = append(t.packages[folder], &file{
		File:   parsed,
		folder: folder,
		name:   rel,
		test:   strings.HasSuffix(rel, "_test.go"),
		lines:  bytes.Count(source, []byte("\n")),
	})
	return nil
}

// report records that the rule is broken where the node begins.
func (t *tree) report(node ast.Node, rule, format string, args ...any) {
	at := t.fset.Position(node.Pos())
	t.findings = append(t.findings, Finding{File: at.Filename, Line: at.Line, Rule: rule, Detail: fmt.Sprintf(format, args...)})
}

func modulePath(gomod string) (string, error) {
	text, err := os.ReadFile(gomod)
	if err != nil {
		return "", err
	}
	for line := range strings.Lines(string(text)) {
		if rest, ok := strings.CutPrefix(strings.TrimSpace(line), "module "); ok {
			if unquoted, err := strconv.Unquote(rest); err == nil {
				return unquoted, nil
			}
			return strings.TrimSpace(rest), nil
		}
	}
	return "", fmt.Errorf("%s: no module line", gomod)
}
