package api_test

import (
	"fmt"
	"maps"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/teams"
)

// Entries has the rows of entries.
func (accessRows) Entries() []access {
	const one = "/api/scouting/entries/{id}"
	own := func(s *stage, c caller) string { return "/api/scouting/entries/" + s.entry(c) }
	theirs := func(s *stage, _ caller) string { return "/api/scouting/entries/" + s.entry(mentor) }
	history := func(s *stage, _ caller) string { return "/api/scouting/entries/" + s.entry(mentor) + "/history" }
	note := fixed(`{"rev":1,"notes":"changed"}`)
	create := func(s *stage, _ caller) string { return s.entryBody(7) }
	return []access{
		{method: "POST", route: "/api/scouting/entries", action: teams.CreateEntry, ok: http.StatusCreated, body: create},
		{method: "POST", route: "/api/scouting/entries/batch", check: batchStatus,
			body: func(s *stage, c caller) string { return `{"entries":[` + create(s, c) + `]}` }},
		{method: "GET", route: "/api/scouting/entries", action: teams.ReadEntries, check: onlyOwn,
			path: func(s *stage, _ caller) string { return "/api/scouting/entries?scoutingTeamId=" + s.team }},
		{method: "GET", route: "/api/scouting/shared", public: true, alone: true, check: sharedSeen,
			path: (*stage).sharing},
		{method: "GET", route: one, action: teams.ReadEntries, path: own},
		{method: "GET", route: one, action: teams.ReadEntries, path: theirs, theirs: true},
		{method: "GET", route: one, action: teams.ReadEntries, path: at("/api/scouting/entries/" + uuid.NewString()),
			want: map[caller]int{friend: 404, student: 404, leader: 404, mentor: 404, device: 404}},
		{method: "GET", route: one + "/history", action: teams.ReadEntries, path: history, theirs: true},
		{method: "PATCH", route: one, action: teams.EditEntry, path: own, body: note},
		{method: "PATCH", route: one, action: teams.EditEntry, path: theirs, theirs: true, body: note},
		{method: "DELETE", route: one, action: teams.EditEntry, path: own},
		{method: "DELETE", route: one, action: teams.EditEntry, path: theirs, theirs: true},
	}
}

// sharing makes the team public and returns the address of what it shares of one robot that
// nobody else has scouted.
func (g *stage) sharing(caller) string {
	robot := 20000 + int(uuid.New().ID()%70000)
	g.call("PATCH", "/api/user-teams/"+g.team, g.owner, `{"sharingLevel":"PUBLIC"}`)
	g.call("POST", "/api/scouting/entries", g.tokens[student], entryBody(g.team, fmt.Sprintf(`{"scoutedTeamNumber":%d,"notes":"notes %s"}`, robot, g.secret)))
	return fmt.Sprintf("/api/scouting/shared?season=2025&eventCode=USNCRA&scoutedTeamNumber=%d", robot)
}

// onlyOwn has a caller whose reach is their own find no other entries in a list.
func onlyOwn(t *testing.T, s *stage, c caller, a answer) {
	t.Helper()
	var list []struct{ Scouter struct{ ID string } }
	a.into(t, &list)
	for _, entry := range list {
		if teams.Role(c).Reach(teams.ReadEntries) == teams.Own && entry.Scouter.ID != s.ids[c] {
			t.Errorf("a list of %s has somebody else's entry: %s", c, a.body)
		}
	}
	if len(list) == 0 {
		t.Errorf("a list of %s is empty", c)
	}
}

// sharedSeen has strangers find a public team's entries, so that their walls are tried.
func sharedSeen(t *testing.T, s *stage, c caller, a answer) {
	t.Helper()
	if stranger := !slices.Contains(roles, c); stranger == strings.Contains(a.body, `"data":[]`) {
		t.Errorf("what is shared, as %s: %s", c, a.body)
	}
	for _, id := range append(slices.Collect(maps.Values(s.ids)), s.team, "notes") {
		if strings.Contains(a.body, id) {
			t.Errorf("what is shared, as %s, shows %s: %s", c, id, a.body)
		}
	}
}

// batchStatus looks at the answer to the entry inside a batch, which is 200 as a whole. What
// a former member's tablet still holds waits for the leads.
func batchStatus(t *testing.T, _ *stage, c caller, a answer) {
	t.Helper()
	var out struct{ Results []struct{ Status int } }
	a.into(t, &out)
	want := access{action: teams.CreateEntry, ok: http.StatusCreated, want: map[caller]int{removed: http.StatusAccepted}}.status(c)
	if got := out.Results[0].Status; got != want {
		t.Errorf("an entry in a batch of %s: %d, want %d", c, got, want)
	}
}
