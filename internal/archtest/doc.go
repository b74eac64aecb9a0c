// Package archtest proves that the tree keeps the shape that docs/architecture.md draws:
// which package may import which, how long files and functions grow, and that every
// exported name says what it is for.
//
// Check reads source text only, so that a package which does not compile is judged too.
// Rules are tables; a new package needs a row in imports.go before the test passes again.
package archtest
