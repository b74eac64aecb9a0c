package api_test

import (
	"fmt"
	"net/http"
	"net/netip"
	"reflect"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// caller is somebody who asks: nobody at all, a member of another team, a member by role,
// or somebody whose membership has ended.
type caller string

const (
	anonymous caller = "anonymous"
	outsider  caller = "outsider"
	removed   caller = "removed member"
	mentor           = caller(teams.Mentor)
	leader           = caller(teams.Leader)
	student          = caller(teams.Student)
	friend           = caller(teams.Friend)
	device           = caller(teams.Device)
	operator  caller = "operator" // of the server
	program   caller = "program"  // with a service token
)

var (
	roles   = []caller{friend, student, leader, mentor, device}
	callers = append([]caller{anonymous, outsider, removed, program}, roles...)
)

// access is one row of the test: how to call a route, and what each caller is answered.
// For a resource of a team it names the action, and teams' own table of permissions says
// the rest: a member gets ok where the role may, and 403 where not; to a stranger the team
// does not exist. Without an action everybody signed in gets ok.
type access struct {
	method, route string
	path          func(s *stage, c caller) string // the address; nil puts the stage's team into the route
	body          func(s *stage, c caller) string // nil sends none
	media         string                          // of the body; "" means JSON
	action        teams.Action
	theirs        bool           // the thing is somebody else's: a reach of Own is not enough
	ok            int            // 0 means 200
	public        bool           // anonymous callers get ok, too
	stranger      int            // what a team's route answers to strangers; 0 means 404
	want          map[caller]int // goes before everything above
	alone         bool           // the request ends what others need: each has a team of its own
	operators     bool           // for operators of the server alone
	programs      bool           // and for programs
	audit         []audit.Action // the lines of the audit log that a success leaves
	shows         bool           // the answer may show strangers the team's name, as to those with its code
	check         func(t *testing.T, s *stage, c caller, a answer)
}

// accessRows has one method for each noun, in api/access_<noun>_test.go, that returns the
// rows of its routes. They are found by reflection; a route without a row fails the test.
type accessRows struct{}

func everyAccessRow() []access {
	var rows []access
	v := reflect.ValueOf(accessRows{})
	for i := range v.NumMethod() {
		some, ok := v.Method(i).Interface().(func() []access)
		if !ok {
			panic(v.Type().Method(i).Name + " does not return rows")
		}
		rows = append(rows, some()...)
	}
	return rows
}

// status is what the row wants the caller to get.
func (row access) status(c caller) int {
	ok := row.ok
	if ok == 0 {
		ok = http.StatusOK
	}
	if status, named := row.want[c]; named {
		return status
	}
	switch {
	case row.public || row.operators && c == operator || row.programs && c == program:
		return ok
	case c == anonymous:
		return http.StatusUnauthorized
	case row.operators || c == program:
		return http.StatusForbidden
	case row.action == "":
		return ok
	case !slices.Contains(roles, c):
		if row.stranger != 0 {
			return row.stranger
		}
		return http.StatusNotFound
	}
	if reach := teams.Role(c).Reach(row.action); reach == teams.None || reach == teams.Own && row.theirs {
		return http.StatusForbidden
	}
	return ok
}

// stage is a server with one team that has a member of every role, somebody who was one,
// and a member of another team. Every private text in it contains the secret.
type stage struct {
	*server
	team   string // its id
	secret string
	tokens map[caller]string
	ids    map[caller]string
	calls  int
}

func (s *server) stage() *stage {
	s.t.Helper()
	g := &stage{server: s, secret: "canary" + uuid.NewString()[:8], tokens: make(map[caller]string), ids: make(map[caller]string)}
	var made struct{ ID string }
	s.call("POST", "/api/user-teams", s.owner, fmt.Sprintf(`{"teamNumber":8569,"name":"Team %s"}`, g.secret)).into(s.t, &made)
	g.team = made.ID
	for _, role := range []caller{friend, student, leader, mentor} {
		g.tokens[role], g.ids[role] = g.member(g.team, string(role), g.name(role))
	}
	g.tokens[device], g.ids[device] = g.tablet(g.name(device))
	g.tokens[removed], g.ids[removed] = g.member(g.team, "STUDENT", g.name(removed))
	s.call("POST", "/api/scouting/entries", g.tokens[removed], g.entryBody(3))
	if a := s.call("DELETE", "/api/user-teams/"+g.team+"/members/"+g.ids[removed], s.owner, ""); a.status != http.StatusOK {
		s.t.Fatalf("remove: %d %s", a.status, a.body)
	}
	s.call("POST", "/api/user-teams", s.owner, `{"teamNumber":731,"name":"Others"}`).into(s.t, &made)
	g.tokens[outsider], g.ids[outsider] = g.member(made.ID, "MENTOR", "Outsider")
	service, err := s.accounts.CreateService(s.t.Context(), g.name(program))
	must(s.t, err)
	g.tokens[program], g.ids[program] = service.Token, service.User.ID.String()
	g.tokens[operator] = s.owner
	s.call("GET", "/api/me", s.owner, "").into(s.t, &made)
	g.ids[operator] = made.ID
	return g
}

func (g *stage) name(c caller) string { return string(c) + " " + g.secret }

// member makes somebody join a team under the name.
func (g *stage) member(teamID, role, name string) (token, id string) {
	g.t.Helper()
	var joined struct {
		Token string
		User  struct{ ID string }
	}
	body := fmt.Sprintf(`{"code":%q,"displayName":%q}`, g.code(teamID, role), name)
	g.call("POST", "/api/join", "", body).into(g.t, &joined)
	return joined.Token, joined.User.ID
}

// tablet makes a shared tablet of the team.
func (g *stage) tablet(label string) (token, id string) {
	g.t.Helper()
	var made struct{ Token, ID string }
	g.call("POST", "/api/user-teams/"+g.team+"/devices", g.owner, fmt.Sprintf(`{"label":%q}`, label)).into(g.t, &made)
	return made.Token, made.ID
}

// code makes an invite to the team for one use.
func (g *stage) code(teamID, role string) string {
	g.t.Helper()
	var invite struct{ Code string }
	g.call("POST", "/api/user-teams/"+teamID+"/invites", g.owner, `{"role":"`+role+`","maxUses":1}`).into(g.t, &invite)
	return invite.Code
}

// entryBody is an entry of the team whose notes are secret.
func (g *stage) entryBody(match int) string {
	return entryBody(g.team, fmt.Sprintf(`{"matchNumber":%d,"notes":"notes %s"}`, match, g.secret))
}

// entry makes a fresh entry as the caller and returns its id; for callers who cannot, the
// team's student makes it.
func (g *stage) entry(as caller) string {
	g.t.Helper()
	if !slices.Contains(roles, as) || !teams.Role(as).May(teams.CreateEntry) {
		as = student
	}
	var made struct{ ID string }
	g.call("POST", "/api/scouting/entries", g.tokens[as], g.entryBody(5)).into(g.t, &made)
	return made.ID
}

// TestEveryRouteHasItsWalls sends every route of the router, as every caller, a real
// request, and holds the answer against the row of the route. Whoever may not see what is
// the team's finds none of its texts in the answer.
func TestEveryRouteHasItsWalls(t *testing.T) {
	s := newServer(t, func(o *api.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	rows := everyAccessRow()
	missing := routesOf(t, s)
	for _, row := range rows {
		key := row.method + " " + row.route
		if _, there := missing[key]; !there {
			t.Errorf("a row for %s, which is no route", key)
		}
		missing[key] = true
	}
	for key, tested := range missing {
		if !tested {
			t.Errorf("%s has no row: add one to api/access_<noun>_test.go", key)
		}
	}
	shared := s.stage()
	for _, row := range rows {
		asking := callers
		if row.operators {
			asking = append(slices.Clone(callers), operator)
		}
		for _, c := range asking {
			g := shared
			if row.alone {
				g = s.stage()
			}
			g.try(row, c)
		}
	}
}

func routesOf(t *testing.T, s *server) map[string]bool {
	t.Helper()
	routes, ok := s.handler.(chi.Routes)
	if !ok {
		t.Fatal("the API is no chi router")
	}
	found := make(map[string]bool)
	must(t, chi.Walk(routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		found[method+" "+route] = false
		return nil
	}))
	return found
}

// try sends one request.
func (g *stage) try(row access, c caller) {
	g.t.Helper()
	path, body, about := strings.ReplaceAll(row.route, "{id}", g.team), "", c
	if c == program && !row.programs {
		about = outsider // a program has nothing of its own that a request could be about
	}
	if row.path != nil {
		path = row.path(g, about)
	}
	if row.body != nil {
		body = row.body(g, about)
	}
	g.calls++ // each from an address of its own: wrong codes are counted by address
	address := netip.AddrFrom4([4]byte{192, 0, byte(g.calls >> 8), byte(g.calls)}).String()
	headers := []string{"X-Forwarded-For", address}
	if row.media != "" {
		headers = append(headers, "Content-Type", row.media)
	}
	a := g.call(row.method, path, g.tokens[c], body, headers...)
	want := row.status(c)
	name := fmt.Sprintf("%s %s %s as %s", row.method, row.route, body, c)
	if a.status != want {
		g.t.Errorf("%s: %d, want %d: %s", name, a.status, want, a.body)
	}
	// Callers know their own name.
	seen := strings.ReplaceAll(fmt.Sprint(a.header)+a.body, g.name(c), "")
	mayKnow := want < 400 && (row.shows || slices.Contains(roles, c) || c == operator)
	if strings.Contains(seen, g.secret) && !mayKnow {
		g.t.Errorf("%s: the answer shows what is the team's: %s", name, seen)
	}
	g.audited(row, c, a, path, address, name)
	if row.check != nil && a.status == want && want < 400 {
		row.check(g.t, g, c, a)
	}
}

// fixed is a body that is the same for all.
func fixed(body string) func(*stage, caller) string {
	return func(*stage, caller) string { return body }
}

// TestRowsFollowThePermissions is the control of the test above: the expectation changes
// with the table of permissions, not with what the server answers.
func TestRowsFollowThePermissions(t *testing.T) {
	row := access{action: teams.EditEntry, theirs: true}
	for c, want := range map[caller]int{anonymous: 401, outsider: 404, removed: 404, friend: 403, student: 403, device: 403, leader: 200, mentor: 200} {
		if got := row.status(c); got != want {
			t.Errorf("somebody else's entry, %s: %d, want %d", c, got, want)
		}
	}
	row.theirs, row.ok = false, http.StatusCreated
	if got := row.status(student); got != http.StatusCreated {
		t.Errorf("a student's own entry: %d", got)
	}
}
