package archtest

import (
	"go/ast"
	"go/token"
	"slices"
	"strings"
)

// secretive are the packages that compare what a caller claims with what only we know.
var secretive = []string{"api", "accounts", "teams", "cmd/...", "realtime", "realtime/httpapi", "realtime/hub", "realtime/webhook", "realtime/protocol"}

// guarded are the names that such things have.
var guarded = []string{"sig", "signature", "mac", "hmac", "digest", "sum", "secret", "token", "password", "codehash", "proxysecret", "appsecret"}

// checkCompares finds secrets that are compared by == or bytes.Equal, whose time tells how
// much of a guess was right. hmac.Equal and subtle.ConstantTimeCompare do not tell.
func (t *tree) checkCompares(f *file) {
	if f.test || !matchesAny(secretive, f.folder) {
		return
	}
	ast.Inspect(f.File, func(node ast.Node) bool {
		switch node := node.(type) {
		case *ast.BinaryExpr:
			if (node.Op == token.EQL || node.Op == token.NEQ) && tells(node.X, node.Y) {
				t.report(node, "compare", "a secret is compared in a time that tells of it; use hmac.Equal or subtle.ConstantTimeCompare")
			}
		case *ast.CallExpr:
			if pkg, name := selector(node.Fun); pkg == "bytes" && name == "Equal" && len(node.Args) == 2 && tells(node.Args[0], node.Args[1]) {
				t.report(node, "compare", "a secret is compared in a time that tells of it; use hmac.Equal or subtle.ConstantTimeCompare")
			}
		}
		return true
	})
}

// tells reports whether one of the two is a secret and the other no constant: whether there
// is a token at all may be asked.
func tells(x, y ast.Expr) bool {
	return (isSecret(x) || isSecret(y)) && !isPlain(x) && !isPlain(y)
}

func isSecret(expr ast.Expr) bool {
	switch expr := expr.(type) {
	case *ast.Ident:
		return slices.Contains(guarded, strings.ToLower(expr.Name))
	case *ast.SelectorExpr:
		return slices.Contains(guarded, strings.ToLower(expr.Sel.Name))
	}
	return false
}

func isPlain(expr ast.Expr) bool {
	switch expr := expr.(type) {
	case *ast.BasicLit:
		return true
	case *ast.Ident:
		return expr.Name == "nil" || expr.Name == "true" || expr.Name == "false"
	}
	return false
}
