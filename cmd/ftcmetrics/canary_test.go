package main

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/uuid"
	pusher "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// finder keeps all that was seen in each place, and looks there for canaries.
type finder struct {
	mu     sync.Mutex // guards places
	places map[string]*bytes.Buffer

	secrets  map[string]string // nobody sees them but in the answer that makes them
	privates map[string]string // only the team sees them
}

// The places. What is in one of those for teams and operators may be private, but no secret.
const (
	inLog      = "the log"
	inMetrics  = "the metrics' address"
	inTraces   = "a trace"
	inWebhooks = "a webhook"
	toPublic   = "an answer to the public"
	toStranger = "an answer to another team"
	onSockets  = "a frame that others hear"
	toTeam     = "an answer to the team"
	inProblems = "a problem"
	toOperator = "an answer to an operator"
)

func (f *finder) saw(place, text string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.places[place] == nil {
		f.places[place] = new(bytes.Buffer)
	}
	f.places[place].WriteString(text + "\n")
}

func (f *finder) text(place string) string {
	f.mu.Lock()
	defer f.mu.Unlock()
	if f.places[place] == nil {
		return ""
	}
	return f.places[place].String()
}

// found lists every canary with the place where it is and may not be.
func (f *finder) found() (hits []string) {
	f.mu.Lock()
	defer f.mu.Unlock()
	for place, text := range f.places {
		wanted := maps.Clone(f.secrets)
		if !slices.Contains([]string{toTeam, inProblems, toOperator}, place) {
			maps.Copy(wanted, f.privates)
		}
		for what, canary := range wanted {
			if strings.Contains(text.String(), canary) {
				hits = append(hits, place+" shows "+what)
			}
		}
	}
	slices.Sort(hits)
	return hits
}

// aviary is the running program with everything that it tells going to the finder.
type aviary struct {
	t      *testing.T
	p      *process
	f      *finder
	hub    pusher.Client
	traces *collector
	team   string // id of the team whose canaries these are
}

// canary is a new text that cannot be anywhere by chance.
func canary(what string) string {
	return "kanari" + what + strings.ReplaceAll(uuid.NewString(), "-", "")
}

func newAviary(t *testing.T) *aviary {
	t.Helper()
	f := &finder{places: make(map[string]*bytes.Buffer), privates: make(map[string]string), secrets: map[string]string{
		"the app's secret": canary("app"), "the proxy's secret": canary("proxy"), "the token of FIRST's API": canary("first"), "a webhook's header": canary("hook"),
		"the collector's key": collectorKey,
	}}
	traces := newCollector(t)
	receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body) // what did not come tells nothing
		f.saw(inWebhooks, string(raw))
	}))
	t.Cleanup(receiver.Close)
	cmd := program(pgtest.Folder(t), "serve")
	cmd.Env = append(append(cmd.Env, traces.environ()...), "LOG_LEVEL=debug", "REALTIME_DEBUG=true", "REALTIME_APP_ID=own", "REALTIME_APP_KEY=own-key", "REALTIME_APP_SECRET="+f.secrets["the app's secret"],
		"PROXY_SECRET="+f.secrets["the proxy's secret"], "FTC_API_USERNAME=somebody", "FTC_API_TOKEN="+f.secrets["the token of FIRST's API"], "FTC_API_URL=http://127.0.0.1:1",
		`HUB_WEBHOOKS=[{"url":"`+receiver.URL+`","headers":{"X-Own":"`+f.secrets["a webhook's header"]+`"}}]`)
	p := launch(t, cmd)
	return &aviary{t: t, p: p, f: f, traces: traces, hub: pusher.Client{AppID: "own", Key: "own-key", Secret: f.secrets["the app's secret"], Host: p.hub, HTTPClient: &http.Client{}}}
}

// call sends a request for an audience and returns the data of the answer. made says that
// the answer is the one place where a new secret stands.
func (a *aviary) call(audience, method, path, token, body string, made ...string) map[string]any {
	a.t.Helper()
	request, err := http.NewRequestWithContext(a.t.Context(), method, a.p.url+path, strings.NewReader(body))
	must(a.t, err)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	if strings.HasPrefix(path, "/e/") {
		request.Header.Set("Accept", "text/html")
	}
	response, err := http.DefaultClient.Do(request)
	must(a.t, err)
	raw, err := io.ReadAll(response.Body)
	must(a.t, err)
	must(a.t, response.Body.Close())
	var out struct{ Data map[string]any }
	_ = json.Unmarshal(raw, &out) // lists and pages are only searched
	text := fmt.Sprint(response.Header) + string(raw)
	for _, name := range made {
		secret, _ := out.Data[name].(string)
		if len(secret) < 8 {
			a.t.Fatalf("%s %s has made no %s: %s", method, path, name, raw)
		}
		a.f.secrets[method+" "+path+" "+name+" "+secret[:6]] = secret
		text = strings.ReplaceAll(text, secret, "")
	}
	if response.StatusCode >= 400 {
		audience = inProblems
	}
	a.f.saw(audience, text)
	return out.Data
}

// hear subscribes a socket to the channel, with the token's authority, and reads along.
func (a *aviary) hear(channel, token string) *websocket.Conn {
	a.t.Helper()
	socket, id := a.p.dialID("own-key")
	data := map[string]string{"channel": channel}
	if token != "" {
		request, err := http.NewRequestWithContext(a.t.Context(), http.MethodPost, a.p.url+"/api/pusher/auth", strings.NewReader(fmt.Sprintf(`{"socket_id":%q,"channel_name":%q}`, id, channel)))
		must(a.t, err)
		request.Header.Set("Content-Type", "application/json")
		request.Header.Set("X-User-Id", token)
		response, err := http.DefaultClient.Do(request)
		must(a.t, err)
		must(a.t, json.NewDecoder(response.Body).Decode(&data))
		must(a.t, response.Body.Close())
		data["channel"] = channel
	}
	frame, err := json.Marshal(map[string]any{"event": "pusher:subscribe", "data": data})
	must(a.t, err)
	say(a.t, socket, string(frame))
	go func() {
		for {
			_, raw, err := socket.Read(a.t.Context())
			if err != nil {
				return
			}
			a.f.saw(onSockets, string(raw))
		}
	}()
	return socket
}

// signIns has an owner and a scout come in by every way, with right and wrong secrets, and
// returns their tokens.
func (a *aviary) signIns() (owner, scout string) {
	f := a.f
	f.secrets["a password"], f.secrets["a wrong password"], f.secrets["a wrong code"] = canary("pass"), canary("wrong"), canary("code")
	f.privates["an e-mail address"], f.privates["a scout's name"], f.privates["a device's label"], f.privates["the team's name"] = canary("mail"), canary("name"), canary("tab"), canary("team")
	until(a.t, "the server says how to begin", func() bool { return strings.Contains(a.p.text(), "/setup?code=") })
	_, setup, _ := strings.Cut(a.p.text(), `"code":"`)
	setup, _, _ = strings.Cut(setup, `"`)
	email := f.privates["an e-mail address"] + "@example.org"
	a.call(toTeam, "POST", "/api/setup", "", fmt.Sprintf(`{"code":%q,"displayName":"Coach","email":%q,"password":%q}`, setup, email, f.secrets["a password"]), "token")
	a.call(toTeam, "POST", "/api/sessions", "", fmt.Sprintf(`{"email":%q,"password":%q}`, email, f.secrets["a wrong password"]))
	owner = fmt.Sprint(a.call(toTeam, "POST", "/api/sessions", "", fmt.Sprintf(`{"email":%q,"password":%q,"cookie":true}`, email, f.secrets["a password"]), "token")["token"])
	a.team = fmt.Sprint(a.call(toTeam, "POST", "/api/user-teams", owner, fmt.Sprintf(`{"teamNumber":8569,"name":%q}`, f.privates["the team's name"]))["id"])
	code := a.call(toTeam, "POST", "/api/user-teams/"+a.team+"/invites", owner, `{"role":"LEADER"}`, "code")["code"]
	a.call(toTeam, "POST", "/api/join", "", fmt.Sprintf(`{"code":%q,"displayName":"x"}`, f.secrets["a wrong code"]))
	scout = fmt.Sprint(a.call(toTeam, "POST", "/api/join", "", fmt.Sprintf(`{"code":%q,"displayName":%q,"device":%q}`, code, f.privates["a scout's name"], f.privates["a device's label"]), "token")["token"])
	a.call(toTeam, "POST", "/api/user-teams/"+a.team+"/devices", owner, fmt.Sprintf(`{"label":%q}`, f.privates["a device's label"]), "token", "code")
	a.call(toTeam, "PUT", "/api/sessions/current", "", fmt.Sprintf(`{"token":%q}`, f.secrets["a wrong code"]))
	f.secrets["a token in a query"], f.secrets["a token as user id"] = canary("query"), canary("uid")
	a.call(toPublic, "GET", "/api/me?token="+f.secrets["a token in a query"], "", "")
	a.call(toPublic, "GET", "/api/me", f.secrets["a token as user id"], "")
	return owner, scout
}

// scouting has a leader do what leaders do, with private texts in all of it.
func (a *aviary) scouting(owner, scout string) {
	f := a.f
	for _, text := range []string{"notes", "remark", "pit", "tag", "list", "link"} {
		f.privates["the text of "+text] = canary(text)
	}
	text := func(of string) string { return f.privates["the text of "+of] }
	match := func(n int) string {
		return fmt.Sprintf(`{"matchNumber":%d,"red":[8569,731],"blue":[9021,4444]}`, n)
	}
	a.call(toOperator, "POST", "/api/events", owner, `{"season":2025,"eventCode":"USNCRA","name":"Raleigh","matches":[`+match(1)+","+match(2)+`]}`)
	entry := func(n int, more string) string {
		return fmt.Sprintf(`{"id":%q,"scoutingTeamId":%q,"season":2025,"eventCode":"USNCRA","matchNumber":%d,"alliance":"RED","scoutedTeamNumber":731,"data":{%s},"notes":%q}`, uuid.NewString(), a.team, n, more, text("notes"))
	}
	first := a.call(toTeam, "POST", "/api/scouting/entries", scout, entry(1, ""))
	a.call(toTeam, "PATCH", fmt.Sprintf("/api/scouting/entries/%s", first["id"]), scout, `{"rev":1,"notes":"`+text("notes")+` again"}`)
	a.call(toTeam, "POST", "/api/scouting/entries", scout, entry(1, `"`+text("tag")+`":1`)) // is refused
	a.call(toTeam, "POST", "/api/scouting/entries/batch", scout, `{"entries":[`+entry(2, "")+`]}`)
	a.call(toTeam, "POST", "/api/scouting/notes", scout, fmt.Sprintf(`{"scoutingTeamId":%q,"scoutedTeamNumber":731,"text":%q}`, a.team, text("remark")))
	a.call(toTeam, "PUT", "/api/scouting/pit", scout, fmt.Sprintf(`{"scoutingTeamId":%q,"season":2025,"scoutedTeamNumber":731,"text":%q}`, a.team, text("pit")))
	a.call(toTeam, "POST", "/api/scouting/picklists", scout, fmt.Sprintf(`{"scoutingTeamId":%q,"season":2025,"eventCode":"USNCRA","name":%q}`, a.team, text("list")))
	a.call(toTeam, "GET", "/api/scouting/export.csv?season=2025&scoutingTeamId="+a.team, scout, "")
	a.call(toTeam, "GET", "/api/me/export", scout, "")
	a.call(toTeam, "GET", "/api/me", owner, "")
	a.call(toOperator, "POST", "/api/events/USNCRA/matches/1/start?season=2025", owner, "")
	a.call(toOperator, "POST", "/api/events/USNCRA/matches/1/result?season=2025", owner, `{"red":{"total":10},"blue":{"total":20}}`)
}

// snoop has another team and the public ask for everything that is there.
func (a *aviary) snoop(owner, stranger, scout string) {
	for _, path := range []string{
		"/api/user-teams/" + a.team, "/api/user-teams/" + a.team + "/members", "/api/user-teams/" + a.team + "/audit", "/api/scouting/entries?scoutingTeamId=" + a.team,
		"/api/scouting/notes?scoutingTeamId=" + a.team, "/api/scouting/export.json?scoutingTeamId=" + a.team, "/api/channels/private-team-" + a.team + "/events",
		"/api/channels/event-USNCRA/events", "/api/scouting/shared?season=2025&eventCode=USNCRA&scoutedTeamNumber=731", "/api/me", "/api/me/export", "/api/socket/log", "/api/operator/audit",
	} {
		a.call(toStranger, "GET", path, stranger, "")
		a.call(toPublic, "GET", path, "", "")
	}
	for _, path := range []string{
		"/e/2025/USNCRA", "/api/events/USNCRA?season=2025", "/api/events/USNCRA/matches?season=2025", "/api/sync?channels=event-USNCRA", "/api/realtime/config", "/openapi.json", "/asyncapi.json",
		"/api/health", "/api/ftc-teams/8569", "/api/nowhere",
	} {
		a.call(toPublic, "GET", path, "", "")
	}
	for _, path := range []string{"/api/operator/audit", "/api/socket/log", "/api/socket/connections", "/api/socket/channels", "/api/socket/overview", "/api/operators"} {
		a.call(toOperator, "GET", path, owner, "")
	}
	for _, path := range []string{"/api/me/devices", "/api/user-teams/" + a.team + "/invites", "/api/user-teams/" + a.team + "/devices", "/api/user-teams/" + a.team + "/members"} {
		a.call(toTeam, "GET", path, scout, "")
	}
	for _, path := range []string{"/metrics", "/metrics?json=1", "/usage", "/debug/pprof/cmdline", "/debug/pprof/goroutine?debug=2"} {
		a.f.saw(inMetrics, get(a.t, "http://"+a.p.metrics()+path))
	}
	a.call(toPublic, "GET", "/api/seasons/1999", "", "")
	until(a.t, "all requests are traced", func() bool { return len(a.traces.found("GET /api/seasons/{year}")) == 1 })
	a.f.saw(inTraces, a.traces.text())
	_, log, _ := strings.Cut(a.p.text(), `"msg":"serving"`) // before it nobody has come
	a.f.saw(inLog, log)
}

// TestCanaries plays the main flows with secrets and private texts that are like no other
// text, and looks for them wherever something comes out: log, metrics, traces, problems, answers,
// frames and webhooks. Then it plants one in each place, and finds them all.
func TestCanaries(t *testing.T) {
	t.Parallel()
	a := newAviary(t)
	owner, scout := a.signIns()
	other := a.call(toStranger, "POST", "/api/user-teams", owner, `{"teamNumber":731,"name":"Others"}`)["id"]
	code := a.call(toStranger, "POST", fmt.Sprintf("/api/user-teams/%s/invites", other), owner, `{"role":"MENTOR"}`, "code")["code"]
	stranger := fmt.Sprint(a.call(toStranger, "POST", "/api/join", "", fmt.Sprintf(`{"code":%q,"displayName":"Stranger"}`, code), "token")["token"])
	for channel, token := range map[string]string{"event-USNCRA": "", "match-USNCRA-1": "", "presence-event-USNCRA": stranger, fmt.Sprintf("presence-team-%s", other): stranger} {
		a.hear(channel, token)
	}
	until(t, "all sockets hear", func() bool {
		return strings.Count(a.f.text(onSockets), "subscription_succeeded") == 4
	})
	a.scouting(owner, scout)
	a.hear("presence-event-USNCRA", scout) // is seen by the stranger, under another name
	until(t, "the hall has heard it all", func() bool {
		heard := a.f.text(onSockets)
		return strings.Count(heard, "scouting:new-entry") >= 2 && strings.Contains(heard, "match:completed") && strings.Contains(heard, "member_added")
	})
	until(t, "webhooks tell of it", func() bool { return strings.Contains(a.f.text(inWebhooks), "member_added") })
	a.snoop(owner, stranger, scout)
	for _, hit := range a.f.found() {
		t.Error(hit)
	}
	for place, want := range map[string]string{
		inLog: "/api/scouting/entries", inMetrics: "ftcmetrics_", inTraces: "POST /api/join", inWebhooks: "channel_occupied", toPublic: "Raleigh", toStranger: "Others", onSockets: "match:started",
		toTeam: a.f.privates["the text of notes"], inProblems: "bad-login", toOperator: "member.joined",
	} {
		if !strings.Contains(a.f.text(place), want) {
			t.Errorf("%s has no %q: nothing was looked at", place, want)
		}
	}
	for what, text := range a.f.privates {
		if what != "the text of tag" && what != "the text of link" && !strings.Contains(a.f.text(toTeam), text) {
			t.Errorf("the team itself never sees %s: it was not stored", what)
		}
	}
	a.plant()
}

// plant lets canaries out: on a public channel and by a webhook through the program itself,
// elsewhere by hand.
func (a *aviary) plant() {
	notes := a.f.privates["the text of notes"]
	must(a.t, a.hub.Trigger("event-USNCRA", "slip", map[string]string{"notes": notes}))
	must(a.t, a.hub.Trigger("presence-"+notes, "slip", "x"))
	slipping := a.hear("slip-"+notes, "") // its name goes out by webhook
	defer slipping.CloseNow()             //nolint:errcheck // the test is over
	until(a.t, "the slips are out", func() bool {
		return strings.Contains(a.f.text(onSockets), notes) && strings.Contains(a.f.text(inWebhooks), notes)
	})
	for _, place := range []string{inLog, inMetrics, inTraces, toPublic, toStranger} {
		a.f.saw(place, notes)
	}
	for _, place := range []string{toTeam, inProblems, toOperator} {
		a.f.saw(place, a.f.secrets["a password"])
	}
	hits := strings.Join(a.f.found(), "\n")
	for _, place := range []string{inLog, inMetrics, inTraces, inWebhooks, toPublic, toStranger, onSockets} {
		if !strings.Contains(hits, place+" shows the text of notes") {
			a.t.Errorf("a canary planted in %s is not found:\n%s", place, hits)
		}
	}
	for _, place := range []string{toTeam, inProblems, toOperator} {
		if !strings.Contains(hits, place+" shows a password") {
			a.t.Errorf("a secret planted in %s is not found:\n%s", place, hits)
		}
	}
}
