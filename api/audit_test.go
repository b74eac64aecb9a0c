package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// auditLine is a line as it is stored.
type auditLine struct {
	Action    audit.Action
	ActorID   *uuid.UUID
	Kind      string
	Address   string
	TeamID    *uuid.UUID
	SubjectID *uuid.UUID
	Object    string
	Detail    map[string]string
	At        time.Time
}

// lines returns what the audit log says of the request that got the answer.
func (s *server) lines(a answer) []auditLine {
	s.t.Helper()
	rows, _ := s.pool.Query(s.t.Context(), `SELECT action, actor_id, kind, address, team_id, subject_id, object, detail, at FROM audit WHERE request_id = $1 ORDER BY number`, a.header.Get("X-Request-Id"))
	lines, err := pgx.CollectRows(rows, pgx.RowToStructByPos[auditLine])
	must(s.t, err)
	return lines
}

// audited holds the lines that a request has left against the row: those of the row after a
// success, with who and where from, and none after a refusal.
func (g *stage) audited(row access, c caller, a answer, path, address, name string) {
	g.t.Helper()
	var want []audit.Action
	if a.status < 400 && (row.status(c) < 400) {
		want = row.audit
	}
	lines := g.lines(a)
	got := make([]audit.Action, 0, len(lines))
	for _, l := range lines {
		got = append(got, l.Action)
	}
	erased := slices.Contains(want, audit.PersonErased) // memberships end, too
	if same := slices.Equal(got, want) || erased && len(got) > 0 && got[0] == want[0]; !same {
		g.t.Errorf("%s: the audit log has %q, want %q", name, got, want)
		return
	}
	for _, l := range lines {
		g.written(l, name)
		for _, id := range idsOf(row.route, path) {
			if told := fmt.Sprint(l.TeamID, l.SubjectID, l.Object); !erased && !strings.Contains(told, id) {
				g.t.Errorf("%s: the audit log says that it was done to %s, not to %s", name, told, id)
			}
		}
		joins := l.Action == audit.MemberJoined && row.public // a new user
		if !joins && !erased && (l.ActorID == nil || l.ActorID.String() != g.ids[c]) {
			g.t.Errorf("%s: the audit log says that %v did it", name, l.ActorID)
		}
		if row.action != "" && (l.TeamID == nil || l.TeamID.String() != g.team) {
			g.t.Errorf("%s: the audit log says that it is about team %v", name, l.TeamID)
		}
		if where := map[bool]string{true: "", false: address}[erased]; l.Address != where || l.Kind == "" || l.Kind == audit.KindNobody {
			g.t.Errorf("%s: the audit log says that it came from %q by %q, want %q", name, l.Address, l.Kind, where)
		}
	}
}

// idsOf are the ids in a path, where the route has a place for one.
func idsOf(route, path string) (ids []string) {
	path, _, _ = strings.Cut(path, "?")
	parts := strings.Split(path, "/")
	for i, place := range strings.Split(route, "/") {
		if strings.HasSuffix(strings.ToLower(place), "id}") && i < len(parts) {
			ids = append(ids, parts[i])
		}
	}
	return ids
}

// written holds a line against what all lines have: the time, no secret, and the token of a
// program.
func (g *stage) written(l auditLine, name string) {
	g.t.Helper()
	if ago := time.Since(l.At); ago < -time.Second || ago > time.Minute {
		g.t.Errorf("%s: the audit log says that it was at %v", name, l.At)
	}
	text := fmt.Sprintf("%+v", l)
	for c, token := range g.tokens {
		if token != "" && strings.Contains(text, token) || strings.Contains(text, g.secret) {
			g.t.Errorf("%s: the audit log tells a secret of %s: %s", name, c, text)
		}
	}
	if program := l.Kind == string(accounts.KindService); program != (l.Detail["token"] != "") {
		g.t.Errorf("%s: the audit log names %q as a token: %s", name, l.Detail["token"], text)
	}
}

// privileged are the actions of a team that are written down whenever they change something,
// and exports always.
var privileged = []teams.Action{teams.InviteAndRemove, teams.GrantRoles, teams.ChangeTeam, teams.DeleteTeam, teams.Export, teams.ResolveQuarantine}

// unaudited returns the privileged rows that name no line of the audit log.
func unaudited(rows []access) (bare []string) {
	for _, row := range rows {
		changes := row.method != http.MethodGet || row.action == teams.Export
		if changes && (row.operators || slices.Contains(privileged, row.action)) && len(row.audit) == 0 {
			bare = append(bare, row.method+" "+row.route)
		}
	}
	return bare
}

// TestEveryPrivilegedRouteLeavesItsLine walks the table: no privileged route without a line,
// and no action that nobody has seen written. TestEveryRouteHasItsWalls sends the requests.
func TestEveryPrivilegedRouteLeavesItsLine(t *testing.T) {
	rows := everyAccessRow()
	for _, name := range unaudited(rows) {
		t.Errorf("%s is privileged and names no line of the audit log", name)
	}
	if got := unaudited([]access{{method: "POST", route: "/x", operators: true}, {method: "GET", route: "/y", action: teams.Export}, {method: "GET", route: "/z", operators: true}}); fmt.Sprint(got) != "[POST /x GET /y]" {
		t.Errorf("the control finds %q", got)
	}
	elsewhere := []audit.Action{ // each has a test of its own
		audit.ServiceMade, audit.DeviceRevoked, audit.IdentityLinked, audit.IdentityUnlinked, audit.PasswordSet,
		audit.TriesLockedOut, audit.SinkForgotten, audit.LogRenewed,
	}
	for _, action := range audit.Actions() {
		if !slices.Contains(elsewhere, action) && !slices.ContainsFunc(rows, func(row access) bool { return slices.Contains(row.audit, action) }) {
			t.Errorf("no row leaves %s", action)
		}
	}
}

// page is what a list of lines answers.
type page struct {
	Data       []audit.Line
	NextCursor string
}

func (s *server) audit(token, path string) page {
	s.t.Helper()
	a := s.call("GET", path, token, "")
	var p page
	if err := json.Unmarshal([]byte(a.body), &p); err != nil || a.status != http.StatusOK {
		s.t.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	return p
}

// TestReadingTheAuditLog reads it as an operator and as a mentor: pages, filters, following,
// and what a mentor does not see.
func TestReadingTheAuditLog(t *testing.T) {
	s := newServer(t)
	g := s.stage()
	g.call("PATCH", "/api/user-teams/"+g.team+"/members/"+g.ids[student], g.tokens[mentor], `{"role":"LEADER"}`)
	all := s.audit(s.owner, "/api/operator/audit?limit=500").Data
	if len(all) < 15 || all[0].Action != audit.MemberRoleChanged || all[len(all)-1].Action != audit.OperatorMade || all[len(all)-1].Kind != audit.KindCommand {
		t.Fatalf("%d lines: %+v", len(all), all)
	}
	newest := all[0]
	if newest.Actor == nil || newest.Actor.ID.String() != g.ids[mentor] || newest.Actor.DisplayName != g.name(mentor) || newest.Subject.ID.String() != g.ids[student] ||
		newest.Detail["from"] != "STUDENT" || newest.Detail["to"] != "LEADER" || newest.Address != "127.0.0.1" || len(newest.RequestID) != 16 || newest.Kind != "device" {
		t.Errorf("the newest line: %+v", newest)
	}
	var paged []audit.Line
	for next := "/api/operator/audit?limit=4"; next != ""; {
		p := s.audit(s.owner, next)
		paged = append(paged, p.Data...)
		if next = ""; p.NextCursor != "" {
			next = "/api/operator/audit?limit=4&cursor=" + p.NextCursor
		}
	}
	followed := s.audit(s.owner, "/api/operator/audit?limit=500&after=0").Data
	slices.Reverse(followed)
	if fmt.Sprint(paged) == "" || len(paged) != len(all) || len(followed) != len(all) || followed[0].Number != newest.Number || paged[3].Number != all[3].Number {
		t.Errorf("%d lines, %d by pages, %d followed", len(all), len(paged), len(followed))
	}
	if got := s.audit(s.owner, fmt.Sprintf("/api/operator/audit?after=%d", newest.Number)).Data; len(got) != 0 {
		t.Errorf("after the newest: %+v", got)
	}
	for query, want := range map[string]int{
		"action=member.role-changed": 1, "action=no.such": 0, "user=" + g.ids[student]: 2, "user=" + uuid.NewString(): 0,
	} {
		if got := s.audit(s.owner, "/api/operator/audit?"+query).Data; len(got) != want {
			t.Errorf("%s: %d lines, want %d: %+v", query, len(got), want, got)
		}
	}
	mine := s.call("GET", "/api/user-teams/"+g.team+"/audit?limit=500", g.tokens[mentor], "")
	var lines []audit.Line
	mine.into(t, &lines)
	for _, l := range lines {
		if l.TeamID == nil || l.TeamID.String() != g.team {
			t.Errorf("the team's log has another's line: %+v", l)
		}
	}
	if len(lines) < 10 || strings.Contains(mine.body, "127.0.0.1") || strings.Contains(mine.body, "requestId") {
		t.Errorf("the team's log: %s", mine.body)
	}
	for path, want := range map[string]int{"?cursor=x": 400, "?after=-1": 422, "?user=x": 422, "?limit=501": 422} {
		if a := s.call("GET", "/api/operator/audit"+path, s.owner, ""); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
}

// TestAnErasedPersonLeavesTheAuditLog: what they did stays, and leads to nobody.
func TestAnErasedPersonLeavesTheAuditLog(t *testing.T) {
	s := newServer(t)
	g := s.stage()
	g.call("POST", "/api/user-teams/"+g.team+"/invites", g.tokens[leader], `{"role":"STUDENT"}`)
	g.call("GET", "/api/me/export", g.tokens[leader], "")
	before := len(s.audit(s.owner, "/api/operator/audit?user="+g.ids[leader]).Data)
	if a := g.call("DELETE", "/api/me", g.tokens[leader], ""); a.status != http.StatusOK || before != 3 {
		t.Fatalf("%d lines; %d %s", before, a.status, a.body)
	}
	rows, _ := s.pool.Query(t.Context(), `SELECT a::text FROM audit a`)
	texts, err := pgx.CollectRows(rows, pgx.RowTo[string])
	must(t, err)
	for _, text := range texts {
		if strings.Contains(text, g.ids[leader]) || strings.Contains(text, g.secret) {
			t.Errorf("the audit log knows %s", text)
		}
	}
	var erased audit.Line
	for _, l := range s.audit(s.owner, "/api/operator/audit").Data {
		if l.Action == audit.PersonErased {
			erased = l
		}
	}
	if erased.Actor == nil || erased.Actor.DisplayName != accounts.FormerMember || erased.Address != "" {
		t.Fatalf("the line of the erasure: %+v", erased)
	}
	after := s.audit(s.owner, "/api/operator/audit?user="+erased.Actor.ID.String()).Data
	if len(after) != before+2 { // the erasure, and the end of the membership
		t.Errorf("%d lines before, %d after", before, len(after))
	}
	for _, l := range after {
		if l.Address != "" {
			t.Errorf("an address is left: %+v", l)
		}
	}
}

// TestOtherLinesOfTheAuditLog has those that no row of the table leaves.
func TestOtherLinesOfTheAuditLog(t *testing.T) {
	s := newServer(t)
	g := s.stage()
	other := g.call("PUT", "/api/sessions/current", "", fmt.Sprintf(`{"token":%q}`, g.tokens[mentor])) // the same token is no second device
	if other.status != http.StatusOK || len(s.lines(other)) != 0 {
		t.Errorf("a token in a browser: %d, %+v", other.status, s.lines(other))
	}
	code, err := s.accounts.OpenSetup(t.Context())
	if err != nil || code != "" {
		t.Fatalf("%q, %v", code, err)
	}
	_, err = s.accounts.CreateOwner(t.Context(), accounts.NewOwner{DisplayName: "Ada", Email: "ada@example.org", Password: "three green robots"})
	must(t, err)
	var first, second struct {
		Token string
		User  struct{ ID string }
	}
	signIn := `{"email":"ada@example.org","password":"three green robots"}`
	s.call("POST", "/api/sessions", "", signIn).into(t, &first)
	s.call("POST", "/api/sessions", "", signIn).into(t, &second)
	var devices []struct {
		ID      string
		Current bool
	}
	s.call("GET", "/api/me/devices", second.Token, "").into(t, &devices)
	for _, d := range devices {
		a := s.call("DELETE", "/api/me/devices/"+d.ID, second.Token, "")
		lines := s.lines(a)
		if d.Current && len(lines) != 0 || !d.Current && (len(lines) != 1 || lines[0].Action != audit.DeviceRevoked || lines[0].ActorID.String() != second.User.ID) {
			t.Errorf("sign out a device (current: %v): %d, %+v", d.Current, a.status, lines)
		}
	}
	s.call("POST", "/api/sessions", "", signIn).into(t, &second)
	changed := s.call("PUT", "/api/me/password", second.Token, `{"current":"three green robots","password":"four blue robots"}`)
	if lines := s.lines(changed); changed.status != http.StatusOK || len(lines) != 1 || lines[0].Action != audit.PasswordSet || lines[0].ActorID.String() != second.User.ID {
		t.Errorf("a new password: %d %s, %+v", changed.status, changed.body, lines)
	}
	locked := 0
	for n := range 12 {
		a := s.call("POST", "/api/join", "", fmt.Sprintf(`{"code":"WRONG%03d","displayName":"x"}`, n))
		for _, l := range s.lines(a) {
			locked++
			if n != 9 || l.Action != audit.TriesLockedOut || l.Address != "127.0.0.1" || l.ActorID != nil || l.Kind != audit.KindNobody {
				t.Errorf("try %d: %+v", n+1, l)
			}
		}
	}
	if locked != 1 {
		t.Errorf("%d lines of one lock-out", locked)
	}
}

// TestTheAuditLogNamesNoPersonByTheirChannel: who is erased must be forgotten there, too.
func TestTheAuditLogNamesNoPersonByTheirChannel(t *testing.T) {
	s := newServer(t)
	id := uuid.NewString()
	for channel, want := range map[string]string{"private-user-" + id: "private-user-", "%23server-to-user-" + id: "#server-to-user-", "private-user-*": "private-user-", "event-*": "event-*"} {
		a := s.call("DELETE", "/api/operator/dead-letters?channel="+channel, s.owner, "")
		if lines := s.lines(a); len(lines) != 1 || lines[0].Object != want {
			t.Errorf("%s: %d, the audit log has %+v", channel, a.status, lines)
		}
	}
}
