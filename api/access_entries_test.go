package api_test

import (
	"net/http"
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
		{method: "GET", route: "/api/scouting/entries", action: teams.ReadEntries,
			path: func(s *stage, _ caller) string { return "/api/scouting/entries?scoutingTeamId=" + s.team }},
		{method: "GET", route: one, action: teams.ReadEntries, path: own},
		{method: "GET", route: one, action: teams.ReadEntries, path: theirs, theirs: true},
		{method: "GET", route: one, action: teams.ReadEntries, path: at("/api/scouting/entries/" + uuid.NewString()),
			want: map[caller]int{friend: 404, student: 404, leader: 404, mentor: 404}},
		{method: "GET", route: one + "/history", action: teams.ReadEntries, path: history, theirs: true},
		{method: "PATCH", route: one, action: teams.EditEntry, path: own, body: note},
		{method: "PATCH", route: one, action: teams.EditEntry, path: theirs, theirs: true, body: note},
		{method: "DELETE", route: one, action: teams.EditEntry, path: own},
		{method: "DELETE", route: one, action: teams.EditEntry, path: theirs, theirs: true},
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
