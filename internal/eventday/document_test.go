package eventday

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/teams"
)

var rewrite = flag.Bool("rewrite", false, "put the table of permissions into docs/event-day.md")

const document = "../../docs/event-day.md"

var (
	block  = regexp.MustCompile("(?ms)^```sh\n(.*?)^```$")
	keeps  = regexp.MustCompile(`(?m)^# keep (.*)$`)
	kept   = regexp.MustCompile(`^(\S+) as ([A-Z_]+)$`)
	action = regexp.MustCompile(`(?m)^\t\w+ +Action = "(.*)"$`)
	table  = regexp.MustCompile(`(?s)(<!-- permissions: .*? -->\n)(.*)(<!-- end -->)`)
)

// TestDocument runs every command of docs/event-day.md as it stands there, from an empty
// server on. What is to be kept of an answer is kept.
func TestDocument(t *testing.T) {
	h := empty(t, slog.LevelDebug)
	code, err := h.accounts.OpenSetup(t.Context())
	must(t, err)
	raw, err := os.ReadFile(document)
	must(t, err)
	environ := []string{"SERVER=" + h.url, "SETUP_CODE=" + code} // and nothing of whoever runs the test
	blocks := block.FindAllSubmatch(raw, -1)
	for _, b := range blocks {
		command := string(b[1])
		run := exec.CommandContext(t.Context(), "bash", "-euo", "pipefail", "-c", command) //nolint:gosec // that is what the document is for
		var said, complaint bytes.Buffer
		run.Env, run.Stdout, run.Stderr = environ, &said, &complaint
		if err := run.Run(); err != nil {
			t.Fatalf("%s\n%v %s", command, err, complaint.String())
		}
		for _, line := range keeps.FindAllStringSubmatch(command, -1) {
			for part := range strings.SplitSeq(line[1], ", ") {
				names := kept.FindStringSubmatch(part)
				if names == nil {
					t.Fatalf("what is to be kept? %q", part)
				}
				environ = append(environ, names[2]+"="+pick(t, said.Bytes(), names[1]))
			}
		}
	}
	if len(blocks) < 30 {
		t.Errorf("only %d commands were found", len(blocks))
	}
	t.Logf("%d commands", len(blocks))
	h.ends(t)
}

// pick returns the part of an answer that a path such as data.0.id names.
func pick(t *testing.T, raw []byte, path string) string {
	t.Helper()
	var v any
	if err := json.Unmarshal(raw, &v); err != nil {
		t.Fatalf("%s: %v", raw, err)
	}
	for step := range strings.SplitSeq(path, ".") {
		switch at := v.(type) {
		case map[string]any:
			v = at[step]
		case []any:
			i, err := strconv.Atoi(step)
			if err != nil || i >= len(at) {
				t.Fatalf("there is no %s in %s", path, raw)
			}
			v = at[i]
		}
	}
	if v == nil {
		t.Fatalf("there is no %s in %s", path, raw)
	}
	return fmt.Sprint(v)
}

// ends looks at what the day of the document leaves behind.
func (h *hall) ends(t *testing.T) {
	t.Helper()
	var entries, held, picked int
	must(t, h.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM scouting_entries), (SELECT count(*) FROM quarantine),
		(SELECT count(*) FROM channel_events WHERE name = 'scouting:picklist-changed')`).Scan(&entries, &held, &picked))
	if entries != 6 || held != 0 || picked != 4 {
		t.Errorf("the document ends with %d entries, %d in quarantine and %d changes of the pick list; want 6, 0 and 4", entries, held, picked)
	}
}

// TestPermissionsAreToldAsTheyAre holds the document's table to the one that decides.
func TestPermissionsAreToldAsTheyAre(t *testing.T) {
	source, err := os.ReadFile("../../teams/permission.go")
	must(t, err)
	roles := []teams.Role{teams.Mentor, teams.Leader, teams.Student, teams.Friend, teams.Device}
	var want strings.Builder
	want.WriteString("| | mentor | leader | student | friend | shared tablet |\n|---|---|---|---|---|---|\n")
	found := action.FindAllSubmatch(source, -1)
	for _, a := range found {
		want.WriteString("| " + string(a[1]) + " |")
		for _, role := range roles {
			word := map[teams.Reach]string{teams.None: "-", teams.Own: "own", teams.All: "yes"}[role.Reach(teams.Action(a[1]))]
			want.WriteString(" " + word + " |")
		}
		want.WriteString("\n")
	}
	if len(found) < 20 {
		t.Fatalf("only %d actions were found", len(found))
	}
	raw, err := os.ReadFile(document)
	must(t, err)
	part := table.FindSubmatch(raw)
	if part == nil {
		t.Fatal("the document has no place for the table")
	}
	if string(part[2]) == want.String() {
		return
	}
	if !*rewrite {
		t.Fatalf("the table is not as teams/permission.go has it; go test ./internal/eventday -run Permissions -rewrite. Want:\n%s", want.String())
	}
	now := table.ReplaceAll(raw, []byte("${1}"+want.String()+"${3}"))
	must(t, os.WriteFile(document, now, 0o644)) //nolint:gosec // a document
}
