// Package ftcmetrics holds the documents and ready-made files that lie outside docs, so
// that the server can show them, too.
package ftcmetrics

import "embed"

// Documents are what the pages in docs lead to: the front pages of the repository and of
// its parts, and the files for those who run a server. Their names are their paths.
//
//go:embed README.md CONTRIBUTING.md CHANGELOG.md clients/react/README.md scouting/seasons/README.md deploy
var Documents embed.FS
