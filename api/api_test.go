package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"

	"github.com/go-chi/chi/v5"
	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/ftc"
)

func entryBody(teamID, change string) string {
	entry := map[string]any{
		"id": uuid.NewString(), "scoutingTeamId": teamID, "season": 2025, "eventCode": "USNCRA", "tournamentLevel": "qual", "series": 0, "matchNumber": 12,
		"alliance": "RED", "scoutedTeamNumber": 8569, "notes": "fast",
		"data": map[string]any{"autoLeave": true, "autoClassifiedCount": 3, "teleopClassifiedCount": 10, "endgameBaseStatus": "FULL"},
	}
	var over map[string]any
	if change != "" {
		if err := json.Unmarshal([]byte(change), &over); err != nil {
			panic(err)
		}
	}
	for key, value := range over {
		if value == "REMOVE" {
			delete(entry, key)
			continue
		}
		entry[key] = value
	}
	raw, err := json.Marshal(entry)
	if err != nil {
		panic(err)
	}
	return string(raw)
}

func TestEveryRouteIsDescribed(t *testing.T) {
	s := newServer(t)
	routes, ok := s.handler.(chi.Routes)
	if !ok {
		t.Fatal("the API is no chi router")
	}
	walked := 0
	err := chi.Walk(routes, func(method, route string, _ http.Handler, _ ...func(http.Handler) http.Handler) error {
		if route == "/openapi.json" || route == "/asyncapi.json" {
			return nil
		}
		walked++
		item := s.document.Paths.Find(route)
		if item == nil || item.GetOperation(method) == nil {
			t.Errorf("%s %s is not in the document", method, route)
			return nil
		}
		if op := item.GetOperation(method); op.Summary == "" || op.Responses.Default() == nil {
			t.Errorf("%s %s has no summary or no problem", method, route)
		}
		return nil
	})
	if err != nil || walked < 30 {
		t.Errorf("walked %d routes, %v", walked, err)
	}
	if !strings.HasPrefix(s.document.OpenAPI, "3.1") {
		t.Errorf("version %s", s.document.OpenAPI)
	}
	raw := s.call("GET", "/openapi.json", "", "").body
	for _, want := range []string{`"webhooks"`, `"scouting:entry-created"`, `"scouting:new-entry"`, `"bearer"`} {
		if !strings.Contains(raw, want) {
			t.Errorf("the document lacks %s", want)
		}
	}
}

// TestDocumentedSecurityIsReal asks every operation that wants a token without one.
func TestDocumentedSecurityIsReal(t *testing.T) {
	s := newServer(t)
	for path, item := range s.document.Paths.Map() {
		for method, op := range item.Operations() {
			full := strings.NewReplacer("{id}", uuid.NewString(), "{userId}", uuid.NewString(), "{inviteId}", uuid.NewString(), "{deviceId}", uuid.NewString(),
				"{channel}", "event-X", "{year}", "2025", "{code}", "USNCRA").Replace(path)
			got := s.call(method, full, "", "").status
			guarded := op.Security != nil && len(*op.Security) > 0
			refused := got == http.StatusUnauthorized || strings.HasPrefix(path, "/api/pusher/") && got == http.StatusForbidden
			if guarded != refused {
				t.Errorf("%s %s: guarded %v, answered %d", method, path, guarded, got)
			}
		}
	}
}

func TestBadEntriesNameTheFieldAndStoreNothing(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	key := ftc.EventKey{Season: 2025, Code: "USNCRA"}
	must(t, s.ftc.Put(t.Context(), ftc.Competition{Event: ftc.Event{EventKey: key, Name: "Raleigh", Timezone: "UTC"}, Matches: []ftc.Match{
		{MatchKey: ftc.MatchKey{EventKey: key, Level: ftc.Qual, Number: 12}, Robots: []ftc.Robot{{Alliance: ftc.Red, Station: 1, TeamNumber: 8569}, {Alliance: ftc.Blue, Station: 1, TeamNumber: 731}}},
	}}))
	foreign := uuid.NewString()
	cases := []struct {
		name, change string
		status       int
		pointer      string
	}{
		{"unknown field", `{"totalScore":99}`, 422, "/totalScore"},
		{"scouter claimed", `{"scouter":{"id":"x"}}`, 422, "/scouter"},
		{"match as text", `{"matchNumber":"12"}`, 422, "/matchNumber"},
		{"fractional match", `{"matchNumber":1.5}`, 422, "/matchNumber"},
		{"match 0", `{"matchNumber":0}`, 422, "/matchNumber"},
		{"negative match", `{"matchNumber":-3}`, 422, "/matchNumber"},
		{"huge match", `{"matchNumber":100000}`, 422, "/matchNumber"},
		{"no match", `{"matchNumber":"REMOVE"}`, 422, "/matchNumber"},
		{"no team", `{"scoutingTeamId":"REMOVE"}`, 422, "/scoutingTeamId"},
		{"id is no uuid", `{"id":"7"}`, 422, "/id"},
		{"alliance", `{"alliance":"GREEN"}`, 422, "/alliance"},
		{"level", `{"tournamentLevel":"final"}`, 422, "/tournamentLevel"},
		{"unknown season", `{"season":1999}`, 422, "/season"},
		{"event code", `{"eventCode":"a b/c"}`, 422, "/eventCode"},
		{"event code like a season's", `{"eventCode":"2025-USNCRA"}`, 422, "/eventCode"},
		{"foreign workspace", `{"scoutingTeamId":"` + foreign + `"}`, 404, ""},
		{"robot not there", `{"scoutedTeamNumber":4444}`, 422, "/scoutedTeamNumber"},
		{"wrong side", `{"alliance":"BLUE"}`, 422, "/alliance"},
		{"robot 0", `{"scoutedTeamNumber":0}`, 422, "/scoutedTeamNumber"},
		{"negative count", `{"data":{"autoClassifiedCount":-1}}`, 422, "/data/autoClassifiedCount"},
		{"fractional count", `{"data":{"autoClassifiedCount":1.5}}`, 422, "/data/autoClassifiedCount"},
		{"huge count", `{"data":{"autoClassifiedCount":1e9}}`, 422, "/data/autoClassifiedCount"},
		{"count as text", `{"data":{"autoClassifiedCount":"3"}}`, 422, "/data/autoClassifiedCount"},
		{"unknown key", `{"data":{"teleopMotifCount":2}}`, 422, "/data/teleopMotifCount"},
		{"unknown choice", `{"data":{"endgameBaseStatus":"MAYBE"}}`, 422, "/data/endgameBaseStatus"},
		{"flag as number", `{"data":{"autoLeave":1}}`, 422, "/data/autoLeave"},
		{"data as list", `{"data":[]}`, 422, "/data"},
		{"data null", `{"data":null}`, 422, "/data"},
		{"no data", `{"data":"REMOVE"}`, 422, "/data"},
		{"long notes", `{"notes":"` + strings.Repeat("x", 2001) + `"}`, 422, "/notes"},
	}
	for _, c := range cases {
		a := s.call("POST", "/api/scouting/entries", s.owner, entryBody(team, c.change))
		p := a.problem(t)
		pointers := []string{}
		for _, e := range p.Errors {
			pointers = append(pointers, e.Pointer)
		}
		if a.status != c.status || c.pointer != "" && !slices.Contains(pointers, c.pointer) || p.Detail == "" {
			t.Errorf("%s: %d %v %q, want %d %s", c.name, a.status, pointers, p.Detail, c.status, c.pointer)
		}
	}
	if entries, events := s.count(); entries != 0 || events != 0 {
		t.Errorf("%d entries and %d events of bad input", entries, events)
	}
}

func TestBadBodies(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	deep := `{"data":` + strings.Repeat("[", 20000) + strings.Repeat("]", 20000) + `}`
	cases := []struct {
		name, body string
		status     int
		headers    []string
	}{
		{"empty", "", 400, nil},
		{"not JSON", "hello", 400, nil},
		{"cut off", entryBody(team, "")[:50], 400, nil},
		{"two values", entryBody(team, "") + "{}", 400, nil},
		{"a list", "[]", 422, nil},
		{"null", "null", 422, nil},
		{"deep", deep, 400, nil},
		{"huge", `{"notes":"` + strings.Repeat("x", 70<<10) + `"}`, 413, nil},
		{"NUL", entryBody(team, `{"notes":"a\u0000b"}`), 422, nil},
		{"a form", "a=b", 415, []string{"Content-Type", "application/x-www-form-urlencoded"}},
		{"compressed", entryBody(team, ""), 415, []string{"Content-Encoding", "gzip"}},
	}
	for _, c := range cases {
		a := s.call("POST", "/api/scouting/entries", s.owner, c.body, c.headers...)
		if a.problem(t); a.status != c.status {
			t.Errorf("%s: %d, want %d: %s", c.name, a.status, c.status, a.body)
		}
	}
	if entries, _ := s.count(); entries != 0 {
		t.Errorf("%d entries of bad bodies", entries)
	}
}

func TestBatchAnswersEachByItself(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	good, twice := entryBody(team, ""), entryBody(team, `{"matchNumber":13}`)
	body := `{"entries":[` + strings.Join([]string{good, entryBody(team, `{"matchNumber":0}`), twice, twice, `{"nonsense":1}`, `7`}, ",") + `]}`
	a := s.call("POST", "/api/scouting/entries/batch", s.owner, body)
	var out struct {
		Results []struct {
			ID      string
			Status  int
			Entry   json.RawMessage
			Problem json.RawMessage
		}
	}
	a.into(t, &out)
	var got []int
	for _, r := range out.Results {
		got = append(got, r.Status)
		if (r.Entry == nil) == (r.Problem == nil) {
			t.Errorf("an answer with both or neither: %+v", r)
		}
	}
	if fmt.Sprint(got) != "[201 422 201 200 422 422]" {
		t.Errorf("answers %v of %s", got, a.body)
	}
	if entries, events := s.count(); entries != 2 || events != 6 {
		t.Errorf("%d entries, %d events", entries, events)
	}
	many := `{"entries":[` + strings.TrimSuffix(strings.Repeat(`{},`, 201), ",") + `]}`
	if a := s.call("POST", "/api/scouting/entries/batch", s.owner, many); a.status != 422 {
		t.Errorf("201 entries: %d", a.status)
	}
}

func TestAnEntrysWayThroughTheAPI(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	scout, scoutID := s.join(team, "STUDENT")
	body := entryBody(team, "")
	var entry struct {
		ID                                               string
		AutoScore, TeleopScore, EndgameScore, TotalScore int
		Rev                                              int
		Source                                           string
		Scouter                                          struct{ ID, DisplayName string }
	}
	first := s.call("POST", "/api/scouting/entries", scout, body)
	first.into(t, &entry)
	if first.status != 201 || entry.TotalScore != 52 || entry.Rev != 1 || entry.Source != "scout" || entry.Scouter.ID != scoutID || entry.Scouter.DisplayName != "Scout 7" {
		t.Errorf("%d %s", first.status, first.body)
	}
	if again := s.call("POST", "/api/scouting/entries", scout, body); again.status != 200 || again.body != first.body {
		t.Errorf("a repeat: %d %s", again.status, again.body)
	}
	path := "/api/scouting/entries/" + entry.ID
	if a := s.call("PATCH", path, scout, `{"rev":1,"data":{"teleopClassifiedCount":0}}`); a.status != 200 || !strings.Contains(a.body, `"totalScore":22`) {
		t.Errorf("patch: %d %s", a.status, a.body)
	}
	stale := s.call("PATCH", path, scout, `{"rev":1,"notes":"x"}`)
	if p := stale.problem(t); stale.status != 409 || !strings.Contains(string(p.Current), `"rev":2`) {
		t.Errorf("a stale rev: %d %s", stale.status, stale.body)
	}
	if a := s.call("PATCH", path, scout, `{"rev":2,"totalScore":999}`); a.status != 422 {
		t.Errorf("a score set by hand: %d", a.status)
	}
	if a := s.call("GET", path+"/history", scout, ""); a.status != 200 || strings.Count(a.body, `"action"`) != 2 {
		t.Errorf("history: %d %s", a.status, a.body)
	}
	if a := s.call("GET", "/api/scouting/entries?scoutingTeamId="+team+"&scoutedTeamNumber=8569&limit=1", scout, ""); a.status != 200 || !strings.Contains(a.body, entry.ID) {
		t.Errorf("list: %d %s", a.status, a.body)
	}
	stranger := s.owner2(t)
	for _, request := range [][2]string{{"GET", path}, {"GET", path + "/history"}, {"PATCH", path}, {"DELETE", path}, {"GET", "/api/scouting/entries?scoutingTeamId=" + team},
		{"GET", "/api/user-teams/" + team}, {"GET", "/api/user-teams/" + team + "/members"}, {"DELETE", "/api/user-teams/" + team}} {
		body := ""
		if request[0] == "PATCH" {
			body = `{"rev":2,"notes":"mine"}`
		}
		if a := s.call(request[0], request[1], stranger, body); a.status != 404 {
			t.Errorf("a stranger's %s %s: %d", request[0], request[1], a.status)
		}
	}
	if a := s.call("DELETE", path, scout, ""); a.status != 200 {
		t.Errorf("delete: %d", a.status)
	}
}

func (s *server) owner2(t *testing.T) string {
	t.Helper()
	other := s.team(s.owner)
	token, _ := s.join(other, "MENTOR")
	return token
}

func TestWhoIsCalling(t *testing.T) {
	const proxySecret = "a secret of the proxy, long enough"
	s := newServer(t, func(o *api.Options) { o.ProxySecret = proxySecret })
	var me struct{ ID string }
	s.call("GET", "/api/me", s.owner, "").into(t, &me)
	ask := func(from string, headers ...string) int {
		r := httptest.NewRequestWithContext(t.Context(), http.MethodGet, "/api/me", http.NoBody)
		r.RemoteAddr = from + ":4000"
		for i := 0; i < len(headers); i += 2 {
			r.Header.Set(headers[i], headers[i+1])
		}
		w := httptest.NewRecorder()
		s.handler.ServeHTTP(w, r)
		return w.Code
	}
	for name, c := range map[string]struct {
		from    string
		headers []string
		want    int
	}{
		"nobody":                         {"192.0.2.1", nil, 401},
		"a token":                        {"192.0.2.1", []string{"Authorization", "Bearer " + s.owner}, 200},
		"a token as user id":             {"192.0.2.1", []string{"X-User-Id", s.owner}, 200},
		"a cookie":                       {"192.0.2.1", []string{"Cookie", "ftc_session=" + s.owner}, 200},
		"a bare user id":                 {"192.0.2.1", []string{"X-User-Id", me.ID}, 401},
		"somebody's id beside a token":   {"192.0.2.1", []string{"X-User-Id", uuid.NewString(), "Authorization", "Bearer " + s.owner}, 200},
		"the secret, not from a proxy":   {"192.0.2.1", []string{"X-User-Id", me.ID, "X-Proxy-Secret", proxySecret}, 401},
		"a proxy without the secret":     {"10.1.2.3", []string{"X-User-Id", me.ID}, 401},
		"a proxy with a wrong secret":    {"10.1.2.3", []string{"X-User-Id", me.ID, "X-Proxy-Secret", "guess"}, 401},
		"a proxy with the secret":        {"10.1.2.3", []string{"X-User-Id", me.ID, "X-Proxy-Secret", proxySecret}, 200},
		"another scheme":                 {"192.0.2.1", []string{"Authorization", "Basic " + s.owner}, 401},
		"an unknown token in the cookie": {"192.0.2.1", []string{"Cookie", "ftc_session=ftc_owner_x"}, 401},
	} {
		if got := ask(c.from, c.headers...); got != c.want {
			t.Errorf("%s: %d, want %d", name, got, c.want)
		}
	}
}

func TestATokenBecomesTheBrowsersSession(t *testing.T) {
	s := newServer(t)
	a := s.call("PUT", "/api/sessions/current", "", `{"token":"`+s.owner+`"}`)
	cookie := a.header.Get("Set-Cookie")
	if a.status != 200 || !strings.HasPrefix(cookie, "ftc_session="+s.owner+";") || !strings.Contains(cookie, "HttpOnly") || !strings.Contains(cookie, "SameSite=Lax") {
		t.Errorf("%d, cookie %q", a.status, cookie)
	}
	a = s.call("PUT", "/api/sessions/current", "", `{"token":"`+s.owner+`x"}`)
	if a.status != 401 || a.header.Get("Set-Cookie") != "" {
		t.Errorf("an unknown token: %d, cookie %q", a.status, a.header.Get("Set-Cookie"))
	}
}

func TestForeignPagesCannotUseTheCookie(t *testing.T) {
	s := newServer(t, func(o *api.Options) { o.Origins = []string{"https://scout.example"} })
	cookie := "ftc_session=" + s.owner
	body := `{"teamNumber":1}`
	for name, c := range map[string]struct {
		headers []string
		want    int
	}{
		"same origin":         {[]string{"Cookie", cookie, "Sec-Fetch-Site", "same-origin"}, 201},
		"another site":        {[]string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", "https://evil.example"}, 403},
		"no fetch metadata":   {[]string{"Cookie", cookie, "Origin", "https://evil.example"}, 403},
		"a configured origin": {[]string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", "https://scout.example"}, 201},
		"a look-alike":        {[]string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", "https://scout.example.evil.example"}, 403},
		"null":                {[]string{"Cookie", cookie, "Sec-Fetch-Site", "cross-site", "Origin", "null"}, 403},
	} {
		a := s.call("POST", "/api/user-teams", "", body, c.headers...)
		if a.status != c.want {
			t.Errorf("%s: %d, want %d", name, a.status, c.want)
		}
		allowed := a.header.Get("Access-Control-Allow-Origin")
		if (c.want == 403) && allowed != "" || allowed == "*" {
			t.Errorf("%s: allowed to %q", name, allowed)
		}
	}
}

func TestSessionCookie(t *testing.T) {
	s := newServer(t, func(o *api.Options) { o.Production = true })
	team := s.team(s.owner)
	var invite struct{ Code string }
	s.call("POST", "/api/user-teams/"+team+"/invites", s.owner, `{"role":"STUDENT"}`).into(t, &invite)
	a := s.call("POST", "/api/join", "", `{"code":"`+invite.Code+`","displayName":"Scout","cookie":true}`, "Cookie", "__Host-ftc_session=ftc_device_fixed")
	cookie := a.header.Get("Set-Cookie")
	for _, want := range []string{"__Host-ftc_session=ftc_device_", "Path=/", "HttpOnly", "Secure", "SameSite=Lax"} {
		if !strings.Contains(cookie, want) {
			t.Errorf("cookie %q lacks %s", cookie, want)
		}
	}
	if strings.Contains(cookie, "ftc_device_fixed") || strings.Contains(cookie, "Domain") {
		t.Errorf("cookie %q", cookie)
	}
}

func TestGuessingCodesIsStopped(t *testing.T) {
	s := newServer(t)
	body := ""
	for n := 1; n <= 12; n++ {
		a := s.call("POST", "/api/join", "", fmt.Sprintf(`{"code":"WRONG%03d","displayName":"x"}`, n))
		if want := map[bool]int{true: 404, false: 429}[n <= 10]; a.status != want {
			t.Fatalf("try %d: %d, want %d", n, a.status, want)
		}
		if n <= 10 {
			p := a.problem(t)
			if body == "" {
				body = p.Detail
			}
			if p.Detail != body {
				t.Errorf("answers differ: %q and %q", p.Detail, body)
			}
		}
	}
}

func TestRateLimit(t *testing.T) {
	s := newServer(t, func(o *api.Options) { o.RateLimit = 5 })
	for n := 1; n <= 8; n++ {
		a := s.call("GET", "/api/health", "", "", "X-Forwarded-For", fmt.Sprintf("203.0.113.%d", n))
		if want := map[bool]int{true: 200, false: 429}[n <= 5]; a.status != want {
			t.Errorf("request %d: %d, want %d", n, a.status, want)
		}
		if n > 5 && a.header.Get("Retry-After") == "" {
			t.Error("429 without Retry-After")
		}
	}
}

func TestPusherAuth(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	scout, scoutID := s.join(team, "STUDENT")
	stranger := s.owner2(t)
	form := func(token, channel, socket string) answer {
		r, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/api/pusher/auth", strings.NewReader("socket_id="+socket+"&channel_name="+channel))
		must(t, err)
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		if token != "" {
			r.Header.Set("X-User-Id", token)
		}
		return s.send(r)
	}
	for name, c := range map[string]struct {
		token, channel, socket string
		want                   int
	}{
		"a member":         {scout, "private-team-" + team, "1.2", 200},
		"presence":         {scout, "presence-team-" + team, "1.2", 200},
		"a stranger":       {stranger, "private-team-" + team, "1.2", 403},
		"nobody":           {"", "private-team-" + team, "1.2", 403},
		"a bare user id":   {scoutID, "private-team-" + team, "1.2", 403},
		"no socket":        {scout, "private-team-" + team, "", 400},
		"no channel":       {scout, "", "1.2", 400},
		"a public channel": {scout, "event-USNCRA", "1.2", 400},
		"injected socket":  {scout, "private-event-x", "1.1:private-team-" + team, 400},
		"a newline":        {scout, "private-team-" + team + "%0a", "1.2", 400},
		"nobody's channel": {scout, "private-secret", "1.2", 403},
	} {
		if a := form(c.token, c.channel, c.socket); a.status != c.want {
			t.Errorf("%s: %d %s, want %d", name, a.status, a.body, c.want)
		}
	}
	var out struct {
		Auth        string `json:"auth"`
		ChannelData string `json:"channel_data"`
	}
	a := s.call("POST", "/api/pusher/auth", scout, `{"socket_id":"1.2","channel_name":"presence-team-`+team+`"}`)
	must(t, json.Unmarshal([]byte(a.body), &out))
	if !strings.HasPrefix(out.Auth, "key:") || len(out.Auth) != 68 || !strings.Contains(out.ChannelData, scoutID) || !strings.Contains(out.ChannelData, `"displayName":"Scout 7"`) {
		t.Errorf("signed %s", a.body)
	}
}

func TestCatchUp(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	for n := 1; n <= 3; n++ {
		s.call("POST", "/api/scouting/entries", s.owner, entryBody(team, fmt.Sprintf(`{"matchNumber":%d}`, n)))
	}
	first := s.call("GET", "/api/channels/event-USNCRA/events?after=1&limit=10", "", "")
	var page struct {
		Events []struct {
			Seq  int64
			Data json.RawMessage
		}
		Next, Head int64
		Reset      bool
	}
	first.into(t, &page)
	if len(page.Events) != 2 || page.Events[0].Seq != 2 || page.Next != 3 || page.Head != 3 || page.Reset {
		t.Errorf("page %s", first.body)
	}
	if a := s.call("GET", "/api/channels/event-USNCRA/events?after=1&limit=10", "", "", "If-None-Match", first.header.Get("ETag")); a.status != 304 {
		t.Errorf("asked again: %d", a.status)
	}
	for path, want := range map[string]int{
		"/api/channels/private-team-" + team + "/events": 401,
		"/api/channels/!control/events":                  400,
		"/api/channels/event-USNCRA/events?after=-1":     422,
		"/api/channels/event-USNCRA/events?after=x":      422,
		"/api/channels/event-USNCRA/events?limit=501":    422,
	} {
		if a := s.call("GET", path, "", ""); a.status != want {
			t.Errorf("%s: %d, want %d", path, a.status, want)
		}
	}
	if a := s.call("GET", "/api/channels/private-team-"+team+"/events", s.owner2(t), ""); a.status != 403 {
		t.Errorf("a stranger catches up: %d", a.status)
	}
	if a := s.call("GET", "/api/channels/private-team-"+team+"/events", s.owner, ""); a.status != 200 || strings.Count(a.body, "scouting:entry-created") != 3 {
		t.Errorf("the team catches up: %d %s", a.status, a.body)
	}
}

// TestNoSecretIsLogged sends a secret every way a client can and reads the log.
func TestNoSecretIsLogged(t *testing.T) {
	s := newServer(t)
	canary := "CANARY" + strings.ReplaceAll(uuid.NewString(), "-", "")
	s.call("GET", "/api/me?token="+canary, canary, "", "X-User-Id", canary, "Cookie", "ftc_session="+canary)
	s.call("POST", "/api/join", "", `{"code":"`+canary+`","displayName":"x"}`)
	s.call("POST", "/api/sessions", "", `{"email":"`+canary+`@x.org","password":"`+canary+`"}`)
	s.call("POST", "/api/"+canary, "", "")
	if strings.Contains(s.logs.String(), canary) || !strings.Contains(s.logs.String(), "request") {
		t.Errorf("the log knows a secret: %s", s.logs.String())
	}
}
