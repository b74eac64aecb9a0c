package archtest

import (
	"go/ast"
	"slices"
	"strconv"
)

// environment lists who may read which variables, besides cmd, which may read them all.
var environment = map[string][]string{
	"internal/pgembed": {"PATH", "PGBIN"},
	"internal/pgtest":  {"TEST_DATABASE_URL"}, // only tests import it
}

// checkCalls finds the functions that are forbidden by name: init anywhere, sleeping and
// skipping in tests, and reading the environment outside cmd.
func (t *tree) checkCalls(f *file) {
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if fn.Recv == nil && fn.Name.Name == "init" {
			t.report(fn.Name, "init", "an init function hides when it runs; call one from main")
		}
	}
	v := visitor{tree: t, file: f, support: f.test || f.imports("testing"), testing: map[string]bool{}}
	ast.Inspect(f.File, v.visit)
}

// visitor walks one file.
type visitor struct {
	tree    *tree
	file    *file
	support bool            // the file is a test or serves tests
	fake    bool            // inside synctest.Test, where a sleep is an exact step of a fake clock
	testing map[string]bool // names of parameters that are a *testing.T, B, F or TB
}

func (v *visitor) visit(node ast.Node) bool {
	switch node := node.(type) {
	case *ast.FuncType:
		for _, field := range node.Params.List {
			for _, name := range field.Names {
				v.testing[name.Name] = isTesting(field.Type)
			}
		}
	case *ast.CallExpr:
		if pkg, name := selector(node.Fun); pkg == "synctest" && name == "Test" && v.file.imports("testing/synctest") {
			inner := *v
			inner.fake = true
			for _, arg := range node.Args {
				ast.Inspect(arg, inner.visit)
			}
			return false
		}
		v.call(node)
	}
	return true
}

func (v *visitor) call(call *ast.CallExpr) {
	pkg, name := selector(call.Fun)
	switch {
	case v.support && !v.fake && pkg == "time" && name == "Sleep":
		v.tree.report(call, "sleep", "a test waits for what it needs, or runs in testing/synctest")
	case v.support && v.testing[pkg] && slices.Contains([]string{"Skip", "Skipf", "SkipNow"}, name):
		v.tree.report(call, "skip", "a test that cannot run fails and says what to install")
	case pkg == "os" && slices.Contains([]string{"Getenv", "LookupEnv", "Environ", "ExpandEnv"}, name) && !v.mayRead(call):
		v.tree.report(call, "environment", "only cmd reads the environment")
	}
}

// mayRead reports whether the package may read the variable that the call names.
func (v *visitor) mayRead(call *ast.CallExpr) bool {
	if matches("cmd/...", v.file.folder) {
		return true
	}
	if len(call.Args) != 1 {
		return false
	}
	literal, ok := call.Args[0].(*ast.BasicLit)
	if !ok {
		return false
	}
	variable, err := strconv.Unquote(literal.Value)
	return err == nil && slices.Contains(environment[v.file.folder], variable)
}

// imports reports whether the file imports the path.
func (f *file) imports(path string) bool {
	return slices.ContainsFunc(f.Imports, func(spec *ast.ImportSpec) bool { return spec.Path.Value == strconv.Quote(path) })
}

// selector splits x.name into its parts; x is empty where it is no plain identifier.
func selector(expr ast.Expr) (x, name string) {
	selected, ok := expr.(*ast.SelectorExpr)
	if !ok {
		return "", ""
	}
	if ident, ok := selected.X.(*ast.Ident); ok {
		x = ident.Name
	}
	return x, selected.Sel.Name
}

func isTesting(expr ast.Expr) bool {
	if pointer, ok := expr.(*ast.StarExpr); ok {
		expr = pointer.X
	}
	pkg, name := selector(expr)
	return pkg == "testing" && slices.Contains([]string{"T", "B", "F", "TB"}, name)
}
