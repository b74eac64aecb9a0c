package main

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// TestEventImport stores recorded answers of the official API while the server runs, twice,
// and an event of somebody's own.
func TestEventImport(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	p := serve(t, dir)
	imported := func(file string, code int, says ...string) {
		t.Helper()
		cmd := program(dir, "event", "import", file)
		out, err := cmd.CombinedOutput()
		if cmd.ProcessState.ExitCode() != code {
			t.Errorf("import of %s: %v\n%s", file, err, out)
		}
		for _, say := range says {
			if !strings.Contains(string(out), say) {
				t.Errorf("import of %s said %s, want %q in it", file, out, say)
			}
		}
	}
	const recorded = "../../ftc/firstapi/firstapitest/event.json"
	imported(recorded, 0, `FTC event 2025 ZZDEV1 "Developer Test Qualifier" with 21 teams, 33 matches, 33 results`, "33 results are new")
	imported(recorded, 0, "stored; 0 results are new")
	told := catchUp(t, p.url, "", "event-ZZDEV1")
	told = slices.DeleteFunc(told, func(e loggedEvent) bool { return e.Name == "analytics:epa-updated" }) // once ratings have followed
	if len(told) != 33 || slices.ContainsFunc(told, func(e loggedEvent) bool { return e.Name != "match:completed" }) {
		t.Errorf("%d events are told, of an event that is long over", len(told))
	}
	var teams []struct{ TeamNumber int }
	if status, err := ask("GET", p.url+"/api/events/ZZDEV1/teams?season=2025", "", "", &teams); err != nil || status != 200 || len(teams) != 21 {
		t.Errorf("teams: %d, %v, %d", status, err, len(teams))
	}
	write := func(text string) string {
		t.Helper()
		file := filepath.Join(t.TempDir(), "event.json")
		must(t, os.WriteFile(file, []byte(text), 0o600))
		return file
	}
	imported(write(`{"season":2025,"eventCode":"MEET-1","name":"Meet","matches":[{"matchNumber":1,"red":[1,2],"blue":[3,4],"result":{"red":{"total":5},"blue":{"total":6}}}]}`), 0, "1 results are new")
	imported(write(`{"season":2025,`+"\n"+`"eventCode":}`), 1, "line 2")
	imported(write(`{"season":2025,`+"\n"+`"eventCode":"X","name":"X","rows":[]}`), 1, `line 2: "rows" is no field of the layout`)
	imported(write(`{"season":2025,`+"\n"+`"eventCode":"X","name":7}`), 1, "line 2: name is not meant to be a number")
	imported(write(`{"season":2025,"eventCode":"X","name":"X","matches":[`+"\n\n"+`{"matchNumber":1,"scheduledAt":"2026-11-21 11:20"}]}`), 1, `line 3: "2026-11-21 11:20" is no time such as 2026`)
	imported(write(`{"season":2025,"eventCode":"X","name":"X","matches":[{"matchNumber":0}]}`), 1, "/matches/0/matchNumber: matchNumber is 1 to 999.")
	imported(write(`{"season":2025,"eventCode":"NONE","responses":{}}`), 1, "no such FTC event")
	imported(filepath.Join(dir, "none.json"), 1, "none.json")
}
