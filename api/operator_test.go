package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/teams"
)

// record has the team write something private wherever it can, and returns what is in all of it.
func (g *stage) record() (secret string) {
	g.t.Helper()
	secret = "privately" + uuid.NewString()[:8]
	g.secret, secret = secret, g.secret // the stage's bodies hold it
	g.entry(student)
	g.note(mentor)
	g.made(mentor, teams.EditPit, "PUT", "/api/scouting/pit", g.pitBody())
	g.call("POST", "/api/scouting/picklists", g.tokens[mentor], fmt.Sprintf(`{"scoutingTeamId":%q,"eventCode":"USNCRA","name":"picks %s"}`, g.team, g.secret))
	g.secret, secret = secret, g.secret
	return secret
}

// TestOperatorsSeeNoTeamsData has a team record, and the relay fail on every event of it. No
// answer to the server's operators has a word of it.
func TestOperatorsSeeNoTeamsData(t *testing.T) {
	s := newServer(t)
	g := s.stage()
	secret := g.record()
	_, err := s.pool.Exec(t.Context(), `INSERT INTO relay_sinks (sink) VALUES ('soketi:app')`)
	must(t, err)
	_, err = s.pool.Exec(t.Context(), `INSERT INTO dead_letters (sink, channel, seq, reason) SELECT 'soketi:app', channel, seq, 'refused' FROM channel_events`)
	must(t, err)
	for _, path := range []string{"/api/scouting/entries", "/api/scouting/notes", "/api/scouting/pit", "/api/scouting/picklists"} { // the control
		if a := g.call("GET", path+"?scoutingTeamId="+g.team, g.tokens[mentor], ""); !strings.Contains(a.body, secret) {
			t.Fatalf("%s: nothing was recorded: %d %s", path, a.status, a.body)
		}
	}
	var asked int
	for key := range routesOf(t, s) {
		path, ok := strings.CutPrefix(key, "GET /api/operator/")
		if !ok {
			continue
		}
		asked++
		a := s.call("GET", "/api/operator/"+path+"?limit=500", s.owner, "")
		if a.status == http.StatusUnprocessableEntity {
			a = s.call("GET", "/api/operator/"+path, s.owner, "")
		}
		if a.status != http.StatusOK || strings.Contains(a.body, secret) {
			t.Errorf("%s: %d, shows what the team recorded: %s", path, a.status, a.body)
		}
	}
	if asked < 8 {
		t.Errorf("only %d routes were asked", asked)
	}
}

// walk reads a list page by page and returns the names in it.
func (s *server) walk(path string, names func(json.RawMessage) []string) (all []string) {
	s.t.Helper()
	for cursor := ""; ; {
		a := s.call("GET", path+"&after="+url.QueryEscape(cursor), s.owner, "")
		var p struct {
			Data       json.RawMessage
			NextCursor string
		}
		must(s.t, json.Unmarshal([]byte(a.body), &p))
		if a.status != http.StatusOK {
			s.t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
		all = append(all, names(p.Data)...)
		if cursor = p.NextCursor; cursor == "" || len(all) > 1000 {
			return all
		}
	}
}

// named reads the field of every row.
func named(field string) func(json.RawMessage) []string {
	return func(data json.RawMessage) (names []string) {
		var rows []map[string]any
		_ = json.Unmarshal(data, &rows)
		for _, row := range rows {
			names = append(names, fmt.Sprint(row[field]))
		}
		return names
	}
}

// TestOperatorsLists walks users, teams and tokens in small pages, where names and numbers
// repeat, and searches them.
func TestOperatorsLists(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	for range 3 {
		s.team(s.owner) // of the same number
		s.join(team, "STUDENT")
	}
	people := s.walk("/api/operator/users?limit=2", named("displayName"))
	if fmt.Sprint(people) != "[Owner Scout 7 Scout 7 Scout 7]" {
		t.Errorf("users: %q", people)
	}
	for search, want := range map[string]int{"OUT": 3, "owner": 1, "nobody": 0, "%": 0, "o": 4} {
		if found := s.walk("/api/operator/users?limit=2&search="+url.QueryEscape(search), named("id")); len(found) != want {
			t.Errorf("users with %q: %q", search, found)
		}
	}
	all := s.walk("/api/operator/teams?limit=1", named("id"))
	if slices.Sort(all); len(all) != 4 || len(slices.Compact(all)) != 4 {
		t.Errorf("teams: %q", all)
	}
	for search, want := range map[string]int{"8569": 4, "85": 4, "7": 0, team: 1, "team 8": 4} {
		if found := s.walk("/api/operator/teams?limit=3&search="+url.QueryEscape(search), named("id")); len(found) != want {
			t.Errorf("teams with %q: %q", search, found)
		}
	}
	tokens := s.walk("/api/operator/tokens?limit=1", named("kind"))
	if fmt.Sprint(tokens) != "[device device device owner]" {
		t.Errorf("tokens: %q", tokens)
	}
	if a := s.call("GET", "/api/operator/tokens", s.owner, ""); strings.Contains(a.body, s.owner) || strings.Contains(a.body, "hash") {
		t.Errorf("tokens are shown: %s", a.body)
	}
	for _, path := range []string{"users?after=x", "teams?after=x", "tokens?after=x", "users?after=" + strings.Repeat("_", 30)} {
		if a := s.call("GET", "/api/operator/"+path, s.owner, ""); a.status != http.StatusBadRequest && a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d", path, a.status)
		}
	}
}

// TestDisabled keeps somebody out and lets them in again, with the token that they had.
func TestDisabled(t *testing.T) {
	s := newServer(t)
	token, id := s.join(s.team(s.owner), "STUDENT")
	set := func(id, body string) answer { return s.call("PATCH", "/api/operator/users/"+id, s.owner, body) }
	if a := set(id, `{"disabled":true}`); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := s.call("GET", "/api/me", token, ""); a.status != http.StatusForbidden || !strings.HasSuffix(a.problem(t).Type, "#account-disabled") {
		t.Errorf("who is disabled: %d %s", a.status, a.body)
	}
	if a := s.call("POST", "/api/pusher/auth", token, `{"socket_id":"1.1","channel_name":"private-user-`+id+`"}`); a.status != http.StatusForbidden {
		t.Errorf("who is disabled gets a signature: %d %s", a.status, a.body)
	}
	if got := s.walk("/api/operator/users?only=disabled", named("id")); fmt.Sprint(got) != "["+id+"]" {
		t.Errorf("the disabled: %v", got)
	}
	if a := s.call("POST", "/api/operators", s.owner, `{"userId":"`+id+`"}`); a.status != http.StatusForbidden {
		t.Errorf("who is disabled becomes an operator: %d", a.status)
	}
	if a := set(id, `{"disabled":false}`); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if a := s.call("GET", "/api/me", token, ""); a.status != http.StatusOK {
		t.Errorf("who is enabled again: %d %s", a.status, a.body)
	}
	me := get[struct{ ID string }](s, "/api/me")
	if a := set(me.ID, `{"disabled":true}`); a.status != http.StatusConflict {
		t.Errorf("an operator is disabled: %d", a.status)
	}
	if a := set(uuid.NewString(), `{"disabled":true}`); a.status != http.StatusNotFound {
		t.Errorf("nobody is disabled: %d", a.status)
	}
	if a := set(id, `{}`); a.status != http.StatusUnprocessableEntity {
		t.Errorf("nothing is said: %d", a.status)
	}
}

// TestDisabledCannotSignIn has the right password of a disabled account.
func TestDisabledCannotSignIn(t *testing.T) {
	s := newServer(t)
	const password = "correct horse battery"
	if a := s.call("PUT", "/api/me/password", s.owner, `{"email":"ada@example.org","password":"`+password+`"}`); a.status >= 300 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	me := get[struct{ ID string }](s, "/api/me")
	_, err := s.pool.Exec(t.Context(), `UPDATE users SET operator = false, disabled_at = now() WHERE id = $1`, me.ID)
	must(t, err)
	for given, want := range map[string]string{password: "403 account-disabled", password + "!": "401 bad-login"} {
		a := s.call("POST", "/api/sessions", "", `{"email":"ada@example.org","password":"`+given+`"}`)
		if got := fmt.Sprint(a.status, " ", strings.TrimPrefix(a.problem(t).Type, "/docs/errors#")); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
}

// TestDeadLetters lists, filters, replays and forgets them.
func TestDeadLetters(t *testing.T) {
	s := newServer(t)
	for _, channel := range []string{"event-A", "event-B", "event-A", "private-team-x", "event-A"} {
		s.letter(channel)
	}
	type page struct {
		Count   int
		Letters []struct {
			ID     int64
			Wanted bool
		}
	}
	for query, want := range map[string]int{"": 5, "?channel=event-A": 3, "?channel=event-*": 4, "?channel=*": 5, "?channel=event-": 0, "?sink=other": 0, "?channel=event-B&sink=soketi:app": 1} {
		if p := get[page](s, "/api/operator/dead-letters"+query); p.Count != want || len(p.Letters) != want {
			t.Errorf("%q: %+v, want %d", query, p, want)
		}
	}
	do := func(method, path string, want int, n string) {
		t.Helper()
		if a := s.call(method, "/api/operator/dead-letters"+path, s.owner, ""); a.status != want || !strings.Contains(a.body, n) {
			t.Errorf("%s %s: %d %s", method, path, a.status, a.body)
		}
	}
	first := get[page](s, "/api/operator/dead-letters").Letters[0].ID
	do("POST", fmt.Sprintf("/%d/replay", first), 200, `"count":1`)
	do("POST", "/999/replay", 404, "no-dead-letter")
	do("POST", "/replay?channel=event-*", 200, `"count":4`)
	do("POST", "/replay", 422, "channel")
	do("DELETE", "", 422, "channel")
	if p := get[page](s, "/api/operator/dead-letters?channel=private-*"); p.Letters[0].Wanted {
		t.Errorf("%+v", p)
	}
	do("DELETE", fmt.Sprintf("/%d", first), 200, `"count":1`)
	do("DELETE", "?channel=event-*", 200, `"count":3`)
	do("DELETE", "?channel=*", 200, `"count":1`)
	if a := s.call("GET", "/api/channels/event-A/events", "", ""); strings.Count(a.body, "hall:lunch") != 3 {
		t.Errorf("events have gone with their letters: %s", a.body)
	}
}
