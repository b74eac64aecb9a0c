package api_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/audit"
)

// TestAThousandWrongCodesStopAtTheEleventh guesses by 20 clients at once, each request with
// another X-Forwarded-For: ten guesses are looked at, whatever their order.
func TestAThousandWrongCodesStopAtTheEleventh(t *testing.T) {
	s := newServer(t)
	g := s.stage()
	code := g.code(g.team, "STUDENT")
	const clients, each = 20, 50
	var mu sync.Mutex // guards looked and stopped
	looked, stopped := 0, 0
	var all sync.WaitGroup
	for c := range clients {
		all.Go(func() {
			for n := range each {
				a := s.call("POST", "/api/join", "", fmt.Sprintf(`{"code":"WRONG%02d%02d","displayName":"x"}`, c, n), "X-Forwarded-For", fmt.Sprintf("198.51.%d.%d", c, n))
				wait, err := strconv.Atoi(a.header.Get("Retry-After"))
				mu.Lock()
				switch {
				case a.status == http.StatusNotFound:
					looked++
				case a.status == http.StatusTooManyRequests && err == nil && wait > 0 && wait <= 900:
					stopped++
				default:
					t.Errorf("%d, Retry-After %q: %s", a.status, a.header.Get("Retry-After"), a.body)
				}
				mu.Unlock()
			}
		})
	}
	all.Wait()
	if looked != 10 || stopped != clients*each-10 {
		t.Errorf("%d guesses were looked at and %d stopped", looked, stopped)
	}
	if a := s.call("POST", "/api/join", "", fmt.Sprintf(`{"code":%q,"displayName":"x"}`, code)); a.status != http.StatusTooManyRequests {
		t.Errorf("the right code from there: %d", a.status)
	}
	for path, body := range map[string]string{
		"/api/sessions": `{"email":"a@b.org","password":"three green robots"}`, "/api/setup": `{"code":"x","displayName":"x"}`,
	} {
		if a := s.call("POST", path, "", body); a.status != http.StatusTooManyRequests {
			t.Errorf("%s from there: %d", path, a.status)
		}
	}
	if lines := s.audit(s.owner, "/api/operator/audit?action=tries.locked-out").Data; len(lines) != 1 || lines[0].Object != "invite code" {
		t.Errorf("the audit log: %+v", lines)
	}
}

// TestAHallJoinsAtOnce: forty scouts behind one address, with the right code, while somebody
// among them guesses.
func TestAHallJoinsAtOnce(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	var invite struct{ Code string }
	s.call("POST", "/api/user-teams/"+team+"/invites", s.owner, `{"role":"STUDENT","maxUses":40}`).into(t, &invite)
	var all sync.WaitGroup
	for n := range 40 {
		all.Go(func() {
			if a := s.call("POST", "/api/join", "", fmt.Sprintf(`{"code":%q,"displayName":"Scout %d"}`, invite.Code, n)); a.status != http.StatusCreated {
				t.Errorf("scout %d: %d %s", n, a.status, a.body)
			}
		})
	}
	for n := range 9 {
		all.Go(func() { s.call("POST", "/api/join", "", fmt.Sprintf(`{"code":"WRONG%d","displayName":"x"}`, n)) })
	}
	all.Wait()
}

// TestWrongCodesAnswerAlike: who guesses does not learn whether a code ever was one.
func TestWrongCodesAnswerAlike(t *testing.T) {
	s := newServer(t, func(o *api.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	g := s.stage()
	used, revoked, expired := g.code(g.team, "STUDENT"), g.code(g.team, "STUDENT"), g.code(g.team, "STUDENT")
	s.call("POST", "/api/join", "", fmt.Sprintf(`{"code":%q,"displayName":"x"}`, used))
	for _, change := range []string{
		`UPDATE invites SET revoked_at = now() WHERE hint = left($1, 3) AND uses = 0 AND revoked_at IS NULL`,
		`UPDATE invites SET expires_at = now() - interval '1 second' WHERE hint = left($1, 3) AND uses = 0 AND revoked_at IS NULL`,
	} {
		code := map[bool]string{true: revoked, false: expired}[strings.Contains(change, "revoked_at = now()")]
		if tag, err := s.pool.Exec(t.Context(), change, code); err != nil || tag.RowsAffected() != 1 {
			t.Fatal(tag, err)
		}
	}
	var first string
	for n, code := range []string{"ABCDEFGH", used, revoked, expired, "", strings.Repeat("A", 26)} {
		a := s.call("POST", "/api/join", "", fmt.Sprintf(`{"code":%q,"displayName":"x"}`, code+strings.Repeat(" ", min(1, max(0, 1-len(code))))), "X-Forwarded-For", fmt.Sprintf("192.0.2.%d", n+1))
		seen := strings.ReplaceAll(fmt.Sprint(a.status, a.body), a.header.Get("X-Request-Id"), "")
		if first == "" {
			first = seen
		}
		if seen != first || a.status != http.StatusNotFound {
			t.Errorf("%q is answered %s, another one %s", code, seen, first)
		}
	}
}

// TestLimitsAreExact sends a burst at once, each request with another X-Forwarded-For: as
// many as the limit get through, and each is told how it stands.
func TestLimitsAreExact(t *testing.T) {
	const limit, sent = 25, 60
	s := newServer(t, func(o *api.Options) { o.RateLimit = limit })
	var mu sync.Mutex // guards left
	left := make(map[string]int)
	var all sync.WaitGroup
	for n := range sent {
		all.Go(func() {
			a := s.call("GET", "/api/seasons/1999", "", "", "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", n), "X-User-Id", uuid.NewString())
			var remaining, reset int
			_, err := fmt.Sscanf(a.header.Get("RateLimit"), `"api";r=%d;t=%d`, &remaining, &reset)
			over := a.status == http.StatusTooManyRequests
			if err != nil || reset < 1 || reset > 60 || a.header.Get("RateLimit-Policy") != `"api";q=25;w=60` || a.header.Get("X-RateLimit-Remaining") != strconv.Itoa(remaining) ||
				a.header.Get("X-RateLimit-Limit") != "25" || over != (a.header.Get("Retry-After") == "60") {
				t.Errorf("%d %v", a.status, a.header)
			}
			mu.Lock()
			left[fmt.Sprintf("%d %d", a.status, remaining)]++
			mu.Unlock()
		})
	}
	all.Wait()
	for n := range limit {
		if left[fmt.Sprintf("404 %d", n)] != 1 {
			t.Errorf("%d left was told %d times", n, left[fmt.Sprintf("404 %d", n)])
		}
	}
	if left["429 0"] != sent-limit {
		t.Errorf("answers: %v", left)
	}
	if a := s.call("GET", "/api/me", s.owner, ""); a.status != http.StatusOK || a.header.Get("X-RateLimit-Remaining") != "24" {
		t.Errorf("a token behind the same address: %d %v", a.status, a.header)
	}
}

// owned is a caller for whom the row's request succeeds, if there is one.
func (row access) owned() (caller, bool) {
	for _, c := range []caller{mentor, operator, leader, student, anonymous} {
		if c == operator && !row.operators {
			continue
		}
		if row.status(c) < 400 {
			return c, true
		}
	}
	return "", false
}

// request is what the row sends as the caller.
func (g *stage) request(row access, c caller) (path, body string) {
	path = strings.ReplaceAll(row.route, "{id}", g.team)
	if row.path != nil {
		path = row.path(g, c)
	}
	if row.body != nil {
		body = row.body(g, c)
	}
	return path, body
}

// TestNoFieldIsTakenThatIsNotNamed adds fields of ours, which no client may set, to the body
// of every operation that takes JSON.
func TestNoFieldIsTakenThatIsNotNamed(t *testing.T) {
	s := newServer(t, func(o *api.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	g := s.stage()
	tried := 0
	for i, row := range everyAccessRow() {
		c, ok := row.owned()
		if !ok || row.media != "" || row.body == nil {
			continue
		}
		path, body := g.request(row, c)
		var fields map[string]any
		if json.Unmarshal([]byte(body), &fields) != nil {
			continue
		}
		for _, name := range []string{"role", "operator", "userId", "createdBy", "scouterId", "totalScore", "teamId", "deviceOf", "rev"} {
			if _, known := fields[name]; known || s.takes(row.method, row.route, name) {
				continue
			}
			more := map[string]any{name: "x"}
			for k, v := range fields {
				more[k] = v
			}
			raw, err := json.Marshal(more)
			must(t, err)
			a := s.call(row.method, path, g.tokens[c], string(raw), "X-Forwarded-For", fmt.Sprintf("192.0.2.%d", i))
			tried++
			if strings.HasPrefix(row.route, "/api/pusher/") { // pusher-js sends an application's own parameters along
				if plain := s.call(row.method, path, g.tokens[c], body); plain.body != a.body {
					t.Errorf("%s heeds %s: %s, without %s", row.route, name, a.body, plain.body)
				}
				continue
			}
			if a.status != http.StatusUnprocessableEntity || !strings.Contains(a.body, `"/`+name+`"`) {
				t.Errorf("%s %s takes %s: %d %s", row.method, row.route, name, a.status, a.body)
			}
		}
	}
	if tried < 150 {
		t.Errorf("%d fields were tried", tried)
	}
}

// takes reports whether the document has the field in the operation's body.
func (s *server) takes(method, route, name string) bool {
	op := s.document.Paths.Find(route).GetOperation(method)
	if op == nil || op.RequestBody == nil {
		return false
	}
	content := op.RequestBody.Value.Content["application/json"]
	return content != nil && content.Schema.Value.Properties[name] != nil
}

// TestNobodyIsWhoAHeaderSays claims to be the team's mentor by every header that some proxy
// names people in, without a token and with a stranger's, on every route.
func TestNobodyIsWhoAHeaderSays(t *testing.T) {
	s := newServer(t, func(o *api.Options) {
		o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} // whose secret nobody knows
		o.ProxySecret = "a secret of the proxy, long enough"
	})
	g := s.stage()
	victim := g.ids[mentor]
	claim := []string{"X-User-Id", victim, "X-Forwarded-User", victim, "X-Auth-Request-User", victim, "Remote-User", victim, "X-Proxy-Secret", "guess"}
	for _, row := range everyAccessRow() {
		if row.public {
			continue
		}
		for _, c := range []caller{anonymous, outsider} {
			target := g
			if row.alone && c == outsider {
				target = s.stage()
			}
			path, body := target.request(row, c)
			headers := slices.Clone(claim)
			if row.media != "" {
				headers = append(headers, "Content-Type", row.media)
			}
			if a := s.call(row.method, path, target.tokens[c], body, headers...); a.status != row.status(c) {
				t.Errorf("%s %s as %s, who claims to be a mentor: %d, want %d: %s", row.method, row.route, c, a.status, row.status(c), a.body)
			}
		}
	}
}

// TestNoForeignPageChangesAnything has a page of another site send every request that changes
// something, with the browser's cookie.
func TestNoForeignPageChangesAnything(t *testing.T) {
	s := newServer(t, func(o *api.Options) { o.Origins = []string{"https://scout.example"} })
	g := s.stage()
	before := len(s.audit(s.owner, "/api/operator/audit?limit=500").Data)
	tried := 0
	for _, row := range everyAccessRow() {
		if row.method == http.MethodGet {
			continue
		}
		path := strings.NewReplacer("{id}", g.team, "{code}", "USNCRA", "{n}", "90", "{userId}", g.ids[student]).Replace(row.route)
		for _, headers := range [][]string{{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, {"Origin", "https://scout.example.evil.example"}, {"Sec-Fetch-Site", "same-site"}} {
			headers = append(headers, "Cookie", "ftc_session="+g.tokens[mentor])
			a := s.call(row.method, path, "", "{}", headers...)
			if a.status != http.StatusForbidden || a.problem(t).Type != "/docs/errors#cross-origin" {
				t.Errorf("%s %s with %v: %d %s", row.method, row.route, headers, a.status, a.body)
			}
			tried++
		}
	}
	if after := len(s.audit(s.owner, "/api/operator/audit?limit=500").Data); tried < 150 || after != before {
		t.Errorf("%d requests; %d lines in the audit log, %d before", tried, after, before)
	}
}

// TestOtherOriginsReadNothing asks as browsers do before and while they let a page read.
func TestOtherOriginsReadNothing(t *testing.T) {
	s := newServer(t, func(o *api.Options) { o.Production, o.Origins = true, []string{"https://scout.example"} })
	for origin, allowed := range map[string]bool{
		"https://scout.example": true, "http://scout.example": false, "https://scout.example:8443": false, "https://scout.example.evil.example": false,
		"https://evilscout.example": false, "https://evil.example": false, "null": false, "*": false, "https://SCOUT.example": false, "http://localhost:5173": false, "": false,
	} {
		for _, method := range []string{"OPTIONS", "GET"} {
			headers := []string{"Origin", origin, "Access-Control-Request-Method", "POST", "Access-Control-Request-Headers", "authorization"}
			if method == "GET" || origin == "" {
				headers = headers[:2]
			}
			a := s.call(method, "/api/seasons", "", "", headers...)
			got, credentials := a.header.Get("Access-Control-Allow-Origin"), a.header.Get("Access-Control-Allow-Credentials")
			if allowed != (got == origin && credentials == "true") || !allowed && (got != "" || credentials != "") {
				t.Errorf("%s from %q: allowed to %q, credentials %q", method, origin, got, credentials)
			}
			if !slices.Contains(a.header.Values("Vary"), "Origin") {
				t.Errorf("%s from %q: Vary is %q", method, origin, a.header.Values("Vary"))
			}
		}
	}
}

// endless is a body that never ends; it counts what is taken of it.
type endless struct {
	mu    sync.Mutex // guards taken
	taken int
}

func (e *endless) Read(p []byte) (int, error) {
	e.mu.Lock()
	defer e.mu.Unlock()
	for i := range p {
		p[i] = 'x'
	}
	e.taken += len(p)
	return len(p), nil
}

// TestABodyWithoutEnd is chunked, says no length and never ends: it is refused at the limit
// and the connection is closed on the rest.
func TestABodyWithoutEnd(t *testing.T) {
	s := newServer(t)
	for path, limit := range map[string]int{"/api/scouting/entries": 64 << 10, "/api/scouting/entries/batch": 2 << 20, "/api/join": 64 << 10, "/api/pusher/auth": 64 << 10} {
		body := new(endless)
		request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+path, io.MultiReader(strings.NewReader(`{"notes":"`), body))
		must(t, err)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("Authorization", "Bearer "+s.owner)
		response, err := http.DefaultClient.Do(request)
		must(t, err)
		_, err = io.Copy(io.Discard, response.Body)
		must(t, err)
		must(t, response.Body.Close())
		body.mu.Lock()
		if response.StatusCode != http.StatusRequestEntityTooLarge || body.taken > limit+4<<20 { // what lies in the buffers of both sides' sockets
			t.Errorf("%s: %d after %d bytes", path, response.StatusCode, body.taken)
		}
		body.mu.Unlock()
	}
	many := `{"k0":0` + strings.Repeat(`,"key":1`, 1_000_000) + `}`
	if a := s.call("POST", "/api/scouting/import?scoutingTeamId="+s.team(s.owner), s.owner, many); a.status != http.StatusUnprocessableEntity {
		t.Errorf("a million keys: %d %.300s", a.status, a.body)
	}
}

// TestNothingOfAnErasedPersonIsLeft has a leader do everything that leaders can do, forgets
// them, and looks for their id and name in every column of every table.
func TestNothingOfAnErasedPersonIsLeft(t *testing.T) {
	s := newServer(t, func(o *api.Options) { o.TrustedProxies = []netip.Prefix{netip.MustParsePrefix("127.0.0.0/8")} })
	g := s.stage()
	for _, row := range everyAccessRow() {
		if !row.alone {
			g.try(row, leader)
		}
	}
	hits := func() (tables []string) {
		rows, err := s.pool.Query(t.Context(), `SELECT table_name FROM information_schema.tables WHERE table_schema = current_schema() AND table_type = 'BASE TABLE'`)
		must(t, err)
		var names []string
		for rows.Next() {
			var name string
			must(t, rows.Scan(&name))
			names = append(names, name)
		}
		for _, name := range names {
			from := name + ` t`
			if name == "channel_events" { // a revocation of the last minute is on its way to the hubs
				from += ` WHERE channel <> '!control'`
			}
			var n int
			must(t, s.pool.QueryRow(t.Context(), `SELECT count(*) FROM (SELECT t::text AS text FROM `+from+`) x WHERE text LIKE '%' || $1 || '%' OR text LIKE '%' || $2 || '%'`, g.ids[leader], g.name(leader)).Scan(&n))
			if n > 0 {
				tables = append(tables, fmt.Sprintf("%s (%d)", name, n))
			}
		}
		return tables
	}
	if before := hits(); len(before) < 12 {
		t.Errorf("before, only %q know them", before)
	}
	var own []struct{ ID, Role string }
	g.call("GET", "/api/user-teams", g.tokens[leader], "").into(t, &own)
	for _, team := range own {
		if team.Role == "MENTOR" { // the only one
			g.call("DELETE", "/api/user-teams/"+team.ID, g.tokens[leader], "")
		}
	}
	if a := g.call("DELETE", "/api/me", g.tokens[leader], ""); a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	if after := hits(); len(after) > 0 {
		t.Errorf("they are still in %q", after)
	}
	if lines := s.audit(s.owner, "/api/operator/audit?action="+string(audit.PersonErased)).Data; len(lines) != 1 {
		t.Errorf("the audit log: %+v", lines)
	}
}

// TestNoCellOfAnyExportRuns has names and texts that spreadsheets take for formulas go
// through every export of a team.
func TestNoCellOfAnyExportRuns(t *testing.T) {
	s := newServer(t)
	g := s.stage()
	query, _ := g.planned()
	looked, kept := 0, 0
	for _, start := range []string{"=", "+", "-", "@", "\t", "\r", "\n", "'="} {
		evil := start + `HYPERLINK("https://evil.example","` + g.secret + `")`
		quoted, err := json.Marshal(evil)
		must(t, err)
		for _, who := range []caller{student, leader} {
			g.call("PATCH", "/api/me", g.tokens[who], `{"displayName":`+string(quoted)+`}`)
		}
		g.call("POST", "/api/scouting/entries", g.tokens[student], entryBody(g.team, `{"notes":`+string(quoted)+`}`))
		g.call("POST", "/api/scouting/notes", g.tokens[student], fmt.Sprintf(`{"scoutingTeamId":%q,"scoutedTeamNumber":731,"text":%s}`, g.team, quoted))
		for _, path := range []string{"/api/scouting/export.csv?season=2025&scoutingTeamId=" + g.team, "/api/scouting/export-notes.csv?season=2025&scoutingTeamId=" + g.team, "/api/scouting/assignments.csv" + query} {
			a := g.call("GET", path, g.tokens[mentor], "")
			rows, err := csv.NewReader(strings.NewReader(a.body)).ReadAll()
			if err != nil || a.status != http.StatusOK || !strings.Contains(a.header.Get("Content-Disposition"), "attachment") {
				t.Fatalf("%s: %d, %v", path, a.status, err)
			}
			for _, cell := range slices.Concat(rows...) {
				looked++
				if strings.Contains(cell, "HYPERLINK") {
					kept++
				}
				if _, notNumber := strconv.ParseFloat(cell, 64); cell != "" && strings.IndexByte("=+-@\t\r\n", cell[0]) >= 0 && notNumber != nil {
					t.Errorf("%s: the cell %q runs", path, cell)
				}
			}
		}
	}
	if looked < 500 || kept < 50 {
		t.Errorf("%d cells, %d with what was written", looked, kept)
	}
}
