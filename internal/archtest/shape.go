package archtest

import (
	"go/ast"
	"go/token"
)

// The sizes that nothing may exceed, counted in lines of text.
const (
	maxFile     = 600
	maxFunction = 70
)

// checkSize limits the length of the file and of each function. A function literal
// counts towards the function around it.
func (t *tree) checkSize(f *file) {
	if f.lines > maxFile {
		t.report(f.Name, "size", "%d lines, at most %d", f.lines, maxFile)
	}
	for _, decl := range f.Decls {
		fn, ok := decl.(*ast.FuncDecl)
		if !ok {
			continue
		}
		if lines := t.fset.Position(fn.End()).Line - t.fset.Position(fn.Pos()).Line + 1; lines > maxFunction {
			t.report(fn.Name, "size", "%s has %d lines, at most %d", fn.Name.Name, lines, maxFunction)
		}
	}
}

// checkPackageDoc asks for one comment above one of the package clauses. A folder that
// holds nothing but tests of another package needs none.
func (t *tree) checkPackageDoc(folder string, files []*file) {
	var clause *ast.Ident
	for _, f := range files {
		if f.test {
			continue
		}
		if f.Doc != nil {
			return
		}
		if clause == nil || t.fset.Position(f.Name.Pos()).Filename < t.fset.Position(clause.Pos()).Filename {
			clause = f.Name
		}
	}
	if clause != nil {
		t.report(clause, "doc", "package %s has no doc comment", folder)
	}
}

// checkDocs asks for a comment on every exported name of the package: types, functions,
// methods of exported types, constants and variables. A comment above a group serves all
// of the group's constants and variables.
func (t *tree) checkDocs(f *file) {
	if f.test {
		return
	}
	for _, decl := range f.Decls {
		switch decl := decl.(type) {
		case *ast.FuncDecl:
			if decl.Name.IsExported() && decl.Doc == nil && exportedReceiver(decl) {
				t.report(decl.Name, "doc", "%s has no doc comment", decl.Name.Name)
			}
		case *ast.GenDecl:
			for _, spec := range decl.Specs {
				t.checkSpec(decl, spec)
			}
		}
	}
}

func (t *tree) checkSpec(decl *ast.GenDecl, spec ast.Spec) {
	switch spec := spec.(type) {
	case *ast.TypeSpec:
		alone := decl.Lparen == token.NoPos && decl.Doc != nil
		if spec.Name.IsExported() && spec.Doc == nil && !alone {
			t.report(spec.Name, "doc", "%s has no doc comment", spec.Name.Name)
		}
	case *ast.ValueSpec:
		if decl.Doc != nil || spec.Doc != nil || spec.Comment != nil && decl.Lparen != token.NoPos {
			return
		}
		for _, name := range spec.Names {
			if name.IsExported() {
				t.report(name, "doc", "%s has no doc comment", name.Name)
			}
		}
	}
}

// exportedReceiver reports whether the function can be reached from outside: it is no
// method, or its type is exported.
func exportedReceiver(fn *ast.FuncDecl) bool {
	if fn.Recv == nil || len(fn.Recv.List) == 0 {
		return true
	}
	name := fn.Recv.List[0].Type
	for {
		switch typed := name.(type) {
		case *ast.StarExpr:
			name = typed.X
		case *ast.IndexExpr:
			name = typed.X
		case *ast.IndexListExpr:
			name = typed.X
		case *ast.Ident:
			return typed.IsExported()
		default:
			return true
		}
	}
}
