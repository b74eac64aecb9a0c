package docs_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

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
