package api_test

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// planned puts a schedule of two matches into the server, with a plan for the team by its
// student, and returns the query that names the team's sheet, and its rev.
func (g *stage) planned() (query string, rev int) {
	g.t.Helper()
	key := ftc.EventKey{Season: 2025, Code: "PLANS"}
	c := ftc.Competition{Event: ftc.Event{EventKey: key, Name: "Plans", Timezone: "UTC"}}
	for n := 1; n <= 2; n++ {
		c.Matches = append(c.Matches, ftc.Match{MatchKey: ftc.MatchKey{EventKey: key, Level: ftc.Qual, Number: n}, Robots: []ftc.Robot{
			{Alliance: ftc.Red, Station: 1, TeamNumber: 11}, {Alliance: ftc.Blue, Station: 1, TeamNumber: 12},
		}})
	}
	must(g.t, g.ftc.Put(g.t.Context(), c))
	query = "?scoutingTeamId=" + g.team + "&season=2025&eventCode=plans"
	var sheet struct {
		Rev         int
		Assignments []json.RawMessage
	}
	g.call("GET", "/api/scouting/assignments"+query, g.owner, "").into(g.t, &sheet)
	if len(sheet.Assignments) == 0 {
		a := g.call("POST", "/api/scouting/assignments/generate", g.owner, g.sheetBody(fmt.Sprintf(`,"scouts":[%q,%q]`, g.ids[student], g.ids[leader])))
		if a.into(g.t, &sheet); a.status != 200 {
			g.t.Fatalf("generate: %d %s", a.status, a.body)
		}
	}
	return query, sheet.Rev
}

// sheetBody is a change of the team's sheet with its rev.
func (g *stage) sheetBody(more string) string {
	var sheet struct{ Rev int }
	g.call("GET", "/api/scouting/assignments?scoutingTeamId="+g.team+"&season=2025&eventCode=PLANS", g.owner, "").into(g.t, &sheet)
	return fmt.Sprintf(`{"scoutingTeamId":%q,"season":2025,"eventCode":"PLANS","rev":%d%s}`, g.team, sheet.Rev, more)
}

// Assignments has the rows of assignments and coverage.
func (accessRows) Assignments() []access {
	const all = "/api/scouting/assignments"
	read := func(path, more string) func(*stage, caller) string {
		return func(g *stage, _ caller) string {
			query, _ := g.planned()
			return path + query + more
		}
	}
	body := func(format string, ids ...caller) func(*stage, caller) string {
		return func(g *stage, _ caller) string {
			g.planned()
			var args []any
			for _, id := range ids {
				args = append(args, g.ids[id])
			}
			return g.sheetBody(fmt.Sprintf(format, args...))
		}
	}
	file := func(g *stage, _ caller) string {
		query, rev := g.planned()
		return all + ".csv" + query + fmt.Sprintf("&rev=%d", rev)
	}
	return []access{
		{method: "GET", route: all, action: teams.ReadAssignments, path: read(all, "")},
		{method: "GET", route: all, action: teams.ReadAssignments, path: read(all, "&scoutId=me")},
		{method: "GET", route: all, action: teams.ReadAssignments, theirs: true,
			path: func(g *stage, c caller) string { return read(all, "&scoutId="+g.ids[student])(g, c) }},
		{method: "GET", route: all + ".csv", action: teams.ReadAssignments, path: read(all+".csv", "")},
		{method: "GET", route: all + "/next", action: teams.ReadAssignments, path: read(all+"/next", "")},
		{method: "GET", route: "/api/scouting/coverage", action: teams.ReadAssignments, theirs: true, path: read("/api/scouting/coverage", "")},
		{method: "POST", route: all, action: teams.EditAssignments, path: at(all),
			body: body(`,"matchNumber":1,"scoutedTeamNumber":11,"scoutId":%q`, mentor)},
		{method: "POST", route: all + "/swap", action: teams.EditAssignments, path: at(all + "/swap"),
			body: body(`,"a":{"matchNumber":2,"scoutId":%q},"b":{"matchNumber":2,"scoutId":%q}`, student, leader)},
		{method: "POST", route: all + "/clear", action: teams.EditAssignments, path: at(all + "/clear"), body: body(`,"fromMatch":1,"toMatch":1`)},
		{method: "POST", route: all + "/generate", action: teams.EditAssignments, path: at(all + "/generate"), body: body(`,"dryRun":true`)},
		{method: "POST", route: all + "/generate", action: teams.EditAssignments, path: at(all + "/generate"), body: body(`,"scouts":[%q]`, student)},
		{method: "POST", route: all + ".csv", action: teams.EditAssignments, path: file, media: "text/csv", audit: []audit.Action{audit.AssignmentsImported},
			body: func(g *stage, _ caller) string { return "match,robot,scoutId\n1,11," + g.ids[leader] + "\n" }},
	}
}

// TestAnEventDayThroughTheAPI goes from a schedule to coverage as clients do.
func TestAnEventDayThroughTheAPI(t *testing.T) {
	g := newServer(t).stage()
	const all = "/api/scouting/assignments"
	query, rev := g.planned()
	a := g.call("GET", all+query+"&scoutId=me", g.tokens[student], "")
	if a.status != 200 || strings.Count(a.body, `"scoutedTeamNumber"`) != 2 || strings.Count(a.body, g.ids[student]) != 2 {
		t.Errorf("my assignments: %d %s", a.status, a.body)
	}
	if a := g.call("GET", all+"/next"+query, g.tokens[student], ""); a.status != 200 || !strings.Contains(a.body, `"status":"assigned"`) || !strings.Contains(a.body, `"matchNumber":1`) {
		t.Errorf("next: %d %s", a.status, a.body)
	}
	if a := g.call("GET", all+"/next"+query, g.tokens[friend], ""); a.status != 200 || strings.Contains(a.body, `"next"`) || !strings.Contains(a.body, "Ask your lead") {
		t.Errorf("nothing is assigned to a friend: %d %s", a.status, a.body)
	}
	stale := g.call("POST", all+"/clear", g.owner, fmt.Sprintf(`{"scoutingTeamId":%q,"season":2025,"eventCode":"PLANS","rev":%d,"fromMatch":1,"toMatch":2}`, g.team, rev+1))
	if p := stale.problem(t); stale.status != 409 || p.Type != "/docs/errors#stale-rev" || !strings.Contains(string(p.Current), fmt.Sprintf(`"rev":%d`, rev)) {
		t.Errorf("a stale rev: %d %s", stale.status, stale.body)
	}
	out := g.call("GET", all+".csv"+query, g.owner, "")
	if out.status != 200 || !strings.HasPrefix(out.header.Get("Content-Type"), "text/csv") || !strings.Contains(out.header.Get("Content-Disposition"), `"assignments-PLANS.csv"`) ||
		!strings.HasPrefix(out.body, "level,series,match,alliance,station,robot,scoutId,scout\r\n") {
		t.Errorf("the file: %d %v %s", out.status, out.header, out.body)
	}
	send := func(file, media string, rev int) answer {
		return g.call("POST", fmt.Sprintf("%s.csv%s&rev=%d", all, query, rev), g.owner, file, "Content-Type", media)
	}
	if a := send(out.body, "text/csv; charset=utf-8", rev); a.status != 200 || !strings.Contains(a.body, `"manual":true`) {
		t.Errorf("the file again: %d %s", a.status, a.body)
	}
	bad := send("match,robot,scout\n1,11,Nobody\n1,99,"+g.name(student)+"\n", "text/csv", rev+1)
	if p := bad.problem(t); bad.status != 422 || len(p.Errors) != 2 || p.Errors[0].Pointer != "/lines/2" || p.Errors[1].Pointer != "/lines/3" {
		t.Errorf("a bad file: %d %s", bad.status, bad.body)
	}
	for name, a := range map[string]answer{
		"413": send(strings.Repeat("x", 1<<20+1), "text/csv", rev+1), "415": send(out.body, "application/json", rev+1), "400": send("", "text/csv", rev+1),
	} {
		if a.problem(t); fmt.Sprint(a.status) != name {
			t.Errorf("want %s: %d %s", name, a.status, a.body)
		}
	}
	if a := g.call("GET", "/api/scouting/coverage"+query, g.tokens[friend], ""); a.status != 200 || strings.Count(a.body, `"status":"assigned"`) != 4 {
		t.Errorf("coverage: %d %s", a.status, a.body)
	}
}

func TestBadAssignmentRequestsNameTheField(t *testing.T) {
	g := newServer(t).stage()
	_, rev := g.planned()
	const all = "/api/scouting/assignments"
	scout := g.ids[student]
	for _, c := range []struct {
		path, more, pointer string
	}{
		{"", `,"matchNumber":1,"scoutedTeamNumber":11`, "/scoutId"},
		{"", `,"matchNumber":1,"scoutedTeamNumber":11,"scoutId":"x"`, "/scoutId"},
		{"", `,"matchNumber":1,"scoutedTeamNumber":11,"scoutId":"` + uuid.NewString() + `"`, "/scoutId"},
		{"", `,"matchNumber":-1,"scoutedTeamNumber":11,"scoutId":"` + scout + `"`, "/matchNumber"},
		{"", `,"matchNumber":3000000000,"scoutedTeamNumber":11,"scoutId":"` + scout + `"`, "/matchNumber"},
		{"", `,"matchNumber":1,"scoutedTeamNumber":77,"scoutId":"` + scout + `"`, "/scoutedTeamNumber"},
		{"", `,"matchNumber":1,"scoutedTeamNumber":11,"manual":true,"scoutId":"` + scout + `"`, "/manual"},
		{"/swap", `,"a":{"matchNumber":1,"scoutId":"` + scout + `"}`, "/b"},
		{"/swap", `,"a":{"matchNumber":1,"scoutId":"` + scout + `"},"b":{"matchNumber":1,"scoutId":"x"}`, "/b/scoutId"},
		{"/clear", `,"fromMatch":1`, "/toMatch"},
		{"/clear", `,"fromMatch":1,"toMatch":1000`, "/toMatch"},
		{"/generate", `,"scouts":["x"]`, "/scouts/0"},
		{"/generate", `,"scoutsPerRobot":6`, "/scoutsPerRobot"},
		{"/generate", `,"blockLength":-1`, "/blockLength"},
		{"/generate", `,"absences":[{"scoutId":"` + scout + `"}]`, "/absences/0/toMatch"},
		{"/generate", `,"tournamentLevel":"final"`, "/tournamentLevel"},
	} {
		a := g.call("POST", all+c.path, g.owner, g.sheetBody(c.more))
		p := a.problem(t)
		if a.status != 422 || len(p.Errors) == 0 || p.Errors[0].Pointer != c.pointer {
			t.Errorf("%s %s: %d %v, want %s", c.path, c.more, a.status, p.Errors, c.pointer)
		}
	}
	var sheet struct{ Rev int }
	g.call("GET", all+"?scoutingTeamId="+g.team+"&season=2025&eventCode=PLANS", g.owner, "").into(t, &sheet)
	if sheet.Rev != rev {
		t.Errorf("bad input changed rev %d to %d", rev, sheet.Rev)
	}
}
