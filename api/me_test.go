package api_test

import (
	"encoding/json"
	"slices"
	"strings"
	"testing"
)

// TestMyDataIsAllThere has a scout do everything once and look for it in their export.
func TestMyDataIsAllThere(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	scout, scoutID := s.join(team, "LEADER")
	other, otherID := s.join(team, "STUDENT")
	var made struct{ ID string }
	s.call("POST", "/api/scouting/entries", scout, entryBody(team, `{"notes":"notes of mine"}`)).into(t, &made)
	s.call("PATCH", "/api/scouting/entries/"+made.ID, scout, `{"rev":1,"notes":"better notes"}`)
	s.call("POST", "/api/scouting/entries", other, entryBody(team, `{"notes":"notes of another"}`))
	s.call("POST", "/api/user-teams/"+team+"/invites", scout, `{"role":"FRIEND"}`)
	a := s.call("GET", "/api/me/export", scout, "")
	var export struct {
		ExportedAt string
		Held       map[string][]map[string]json.RawMessage
	}
	a.into(t, &export)
	for noun, want := range map[string]int{"profile": 1, "signIns": 1, "memberships": 1, "formerMemberships": 0, "invites": 1, "entries": 1, "entryChanges": 2, "carriedEntries": 0} {
		if got := export.Held[noun]; got == nil || len(got) != want {
			t.Errorf("%s: %d rows, want %d", noun, len(got), want)
		}
	}
	for _, want := range []string{scoutID, team, made.ID, "notes of mine", "better notes", `"team_number":8569`} {
		if !strings.Contains(a.body, want) {
			t.Errorf("the export lacks %s: %s", want, a.body)
		}
	}
	for _, secret := range []string{otherID, "notes of another", "hash", scout} {
		if strings.Contains(a.body, secret) {
			t.Errorf("the export has %s: %s", secret, a.body)
		}
	}
	if a.status != 200 || export.ExportedAt == "" || slices.Contains([]string{"", "0001-01-01T00:00:00Z"}, export.ExportedAt) {
		t.Errorf("%d at %s", a.status, export.ExportedAt)
	}
}
