package api_test

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// service makes a program and returns its token, and the ids of both.
func (s *server) service(name string) (token, user, id string) {
	s.t.Helper()
	grant, err := s.accounts.CreateService(s.t.Context(), name)
	must(s.t, err)
	must(s.t, s.pool.QueryRow(s.t.Context(), `SELECT id FROM tokens WHERE user_id = $1`, grant.User.ID).Scan(&id))
	return grant.Token, grant.User.ID.String(), id
}

// TestAProgramUsesTheSocketService: what it does reaches sockets, and the audit log names the
// program and its token. TestEveryRouteHasItsWalls has what it may not.
func TestAProgramUsesTheSocketService(t *testing.T) {
	s := newServer(t)
	token, user, id := s.service("Announcements")
	ann := s.connect(s.sockets(), "Tablet")
	ann.join("event-USNCRA", "")
	for path, body := range map[string]string{
		"/api/socket/broadcast": `{"channel":"event-USNCRA","name":"hall:lunch","data":{}}`,
		"/api/socket/direct":    `{"socketId":"` + ann.id + `","name":"hall:called","data":{}}`,
	} {
		if a := s.call("POST", path, token, body); a.status != http.StatusOK {
			t.Fatalf("%s: %d %s", path, a.status, a.body)
		}
	}
	ann.until("hall:called")
	if a := s.call("GET", "/api/channels/event-USNCRA/events", token, ""); !strings.Contains(a.body, "hall:lunch") {
		t.Errorf("the public log for a program: %d %s", a.status, a.body)
	}
	if a := s.call("DELETE", "/api/socket/connections/"+ann.id, "", "", "X-User-Id", token); a.status != http.StatusOK {
		t.Errorf("closing: %d %s", a.status, a.body)
	}
	ann.until("pusher:error")
	var actions []audit.Action
	for _, l := range s.audit(s.owner, "/api/operator/audit?user="+user).Data {
		if actions = append(actions, l.Action); l.Action == audit.ServiceMade {
			continue
		}
		if l.Actor == nil || l.Actor.DisplayName != "Announcements" || l.Kind != "service" || l.Detail["token"] != id || strings.Contains(fmt.Sprintf("%+v", l), token) {
			t.Errorf("the audit log has %+v", l)
		}
	}
	slices.Sort(actions)
	if want := []audit.Action{audit.BroadcastSent, audit.ConnectionClosed, audit.DirectSent, audit.ServiceMade}; !slices.Equal(actions, want) {
		t.Errorf("the audit log has %q", actions)
	}
	if a := s.call("DELETE", "/api/operator/tokens/"+id, s.owner, ""); a.status != http.StatusOK {
		t.Fatalf("revoke: %d %s", a.status, a.body)
	}
	if a := s.call("GET", "/api/socket/channels", token, ""); a.status != http.StatusUnauthorized {
		t.Errorf("a revoked token: %d", a.status)
	}
}

// TestAProgramIsNobody: whatever its user is in the database, such as from the time when
// programs were operators and joined teams, the token opens no more.
func TestAProgramIsNobody(t *testing.T) {
	s := newServer(t)
	token, user, _ := s.service("Old scoreboard")
	team := s.team(s.owner)
	_, err := s.pool.Exec(t.Context(), `INSERT INTO memberships (team_id, user_id, role) VALUES ($1, $2, 'MENTOR')`, team, user)
	must(t, err)
	_, err = s.pool.Exec(t.Context(), `UPDATE users SET operator = true WHERE id = $1`, user)
	must(t, err)
	for _, path := range []string{
		"/api/user-teams/" + team, "/api/scouting/entries?scoutingTeamId=" + team, "/api/operator/server", "/api/me", "/api/user-teams",
		"/api/scouting/export.json?scoutingTeamId=" + team, "/api/channels/private-team-" + team + "/events", "/api/channels/private-event-USNCRA/events",
		"/api/channels/private-user-" + user + "/events",
	} {
		if a := s.call("GET", path, token, ""); a.status != http.StatusForbidden || !strings.HasSuffix(a.problem(t).Type, "service-token") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	for path, body := range map[string]string{
		"/api/pusher/user-auth": `{"socket_id":"1.1"}`,
		"/api/pusher/auth":      `{"socket_id":"1.1","channel_name":"private-team-` + team + `"}`,
		"/api/user-teams/join":  `{"code":"ABCDEFGH"}`,
		"/api/operators":        `{"userId":"` + user + `"}`,
	} {
		if a := s.call("POST", path, token, body); a.status != http.StatusForbidden || !strings.HasSuffix(a.problem(t).Type, "service-token") {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if a := s.call("PUT", "/api/sessions/current", "", fmt.Sprintf(`{"token":%q}`, token)); a.status != http.StatusForbidden || a.header.Get("Set-Cookie") != "" {
		t.Errorf("a browser signed in as a program: %d %v", a.status, a.header)
	}
	next := get[inspect.LogPage](s, "/api/socket/log").Next
	channels := []realtime.Channel{realtime.Channel("private-team-" + team), "private-event-USNCRA", realtime.Channel("private-user-" + user), "event-USNCRA"}
	for _, channel := range channels {
		must(t, s.hub.Publish("app", []realtime.Channel{channel}, "said", `{"word":"secret"}`, ""))
	}
	var page inspect.LogPage
	s.call("GET", "/api/socket/log?after="+next, token, "").into(t, &page)
	for i, l := range page.Lines {
		if open := l.Channel == "event-USNCRA"; l.Withheld == open || (l.Data != "") != open || l.Channel != string(channels[i]) {
			t.Errorf("the debug log for a program has %+v", l)
		}
	}
	if len(page.Lines) != len(channels) {
		t.Errorf("the debug log has %d lines", len(page.Lines))
	}
}

// TestAProgramHasALimitOfItsOwn: it is counted by its token, apart from who shares its address.
func TestAProgramHasALimitOfItsOwn(t *testing.T) {
	const limit = 5
	s := newServer(t, func(o *api.Options) { o.RateLimit = limit })
	token, _, _ := s.service("Announcements")
	other, _, _ := s.service("Pit display")
	for n := range limit + 1 {
		want, left := http.StatusOK, fmt.Sprint(limit-1-n)
		if n == limit {
			want, left = http.StatusTooManyRequests, "0"
		}
		if a := s.call("GET", "/api/socket/channels", token, ""); a.status != want || a.header.Get("X-RateLimit-Remaining") != left {
			t.Errorf("request %d: %d, %s left", n+1, a.status, a.header.Get("X-RateLimit-Remaining"))
		}
	}
	for _, free := range []string{other, s.owner, ""} {
		if a := s.call("GET", "/api/socket/channels", free, ""); a.status == http.StatusTooManyRequests {
			t.Errorf("another caller waits, too: %d", a.status)
		}
	}
}

// TestNobodyMakesAProgramAnOperator: it could not sign in as one.
func TestNobodyMakesAProgramAnOperator(t *testing.T) {
	s := newServer(t)
	_, user, _ := s.service("Announcements")
	owner, err := s.accounts.Actor(t.Context(), s.owner)
	must(t, err)
	if err := s.accounts.MakeOperator(t.Context(), owner, uuid.MustParse(user)); !errors.Is(err, accounts.ErrNoWayIn) {
		t.Errorf("a program as an operator: %v", err)
	}
}
