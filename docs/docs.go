// Package docs holds the documents that the server itself shows.
package docs

import _ "embed" // puts the documents into the program

// Errors is the list of error codes, in Markdown; the type of a problem leads to it.
//
//go:embed errors.md
var Errors []byte
