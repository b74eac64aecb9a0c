package main

import (
	"encoding/json"
	"maps"
	"net/http"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"
	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
)

// families returns the metrics of a /metrics by name, each with its help.
func families(text string) map[string]string {
	found := map[string]string{}
	for line := range strings.Lines(text) {
		if rest, ok := strings.CutPrefix(line, "# HELP "); ok {
			name, help, _ := strings.Cut(strings.TrimSpace(rest), " ")
			found[name] = help
		}
	}
	return found
}

// everyMetric returns what servers of all kinds tell: one among others, one with an
// external realtime server, and whoever of them was asked for anything.
func everyMetric(t *testing.T) map[string]string {
	t.Helper()
	redis, database := redistest.New(t), aside(t)
	among := shared(t, database, "REDIS_URL="+redis.URL())
	external := shared(t, database, "REALTIME_DRIVER=soketi", "SOKETI_HOST=127.0.0.1", "SOKETI_PORT="+among.hub[strings.LastIndex(among.hub, ":")+1:])
	all := map[string]string{}
	for _, p := range []*process{among, external} {
		get(t, p.url+"/api/seasons")
		get(t, p.url+"/api/channels/event-NOWHERE/events")
		get(t, p.url+"/api/sync?channels=event-NOWHERE")
	}
	for _, p := range []*process{among, external} {
		maps.Copy(all, families(get(t, "http://"+p.metrics()+"/metrics")))
	}
	return all
}

var metricName = regexp.MustCompile(`\b(?:ftcmetrics|go|process)_[a-z_]+\b`)

// suffixes are what a histogram's series have behind its name.
var suffixes = regexp.MustCompile(`_(bucket|sum|count)$`)

// TestMetricsAreWhatIsWrittenOfThem holds the metrics of running servers to the
// documents: the dashboard, the alerts and operations.md name none that does not exist, every one of ours is
// in operations.md, is described, and is named as Prometheus wants it.
func TestMetricsAreWhatIsWrittenOfThem(t *testing.T) {
	t.Parallel()
	real := everyMetric(t)
	exists := func(name string) bool {
		_, plain := real[name]
		_, histogram := real[suffixes.ReplaceAllString(name, "")]
		return plain || histogram
	}
	named := map[string][]string{}
	for _, document := range []string{"../../deploy/grafana/ftcmetrics.json", "../../deploy/prometheus/alerts.yml", "../../docs/operations.md"} {
		raw, err := os.ReadFile(document)
		must(t, err)
		named[document] = metricName.FindAllString(string(raw), -1)
		if len(named[document]) < 10 {
			t.Errorf("%s names %d metrics", document, len(named[document]))
		}
		for _, name := range named[document] {
			if !exists(name) {
				t.Errorf("%s names %s, which no server has", document, name)
			}
		}
	}
	// soketi's names, which dashboards made for it know.
	old := []string{"ftcmetrics_socket_received_bytes", "ftcmetrics_socket_transmitted_bytes", "ftcmetrics_http_received_bytes", "ftcmetrics_http_transmitted_bytes"}
	for name, help := range real {
		if !strings.HasPrefix(name, "ftcmetrics_") {
			continue
		}
		if len(help) < 5 {
			t.Errorf("%s has no description", name)
		}
		if strings.HasSuffix(name, "_ms") || strings.HasSuffix(name, "_milliseconds") {
			t.Errorf("%s is not in a base unit", name)
		}
		for _, document := range []string{"../../docs/operations.md", "../../deploy/grafana/ftcmetrics.json"} {
			if !slices.ContainsFunc(named[document], func(n string) bool { return suffixes.ReplaceAllString(n, "") == name || n == name }) {
				t.Errorf("%s is not in %s", name, document)
			}
		}
	}
	for _, name := range old {
		if real[name] == "" {
			t.Errorf("soketi's %s is gone", name)
		}
	}
}

// TestMetricsOfTheAPI: a request is counted by the pattern of its route, so that nobody
// makes series by asking for addresses.
func TestMetricsOfTheAPI(t *testing.T) {
	t.Parallel()
	p := serve(t, pgtest.Folder(t))
	for _, path := range []string{"/api/seasons", "/api/seasons", "/api/user-teams/" + uuid.NewString(), "/api/user-teams/" + uuid.NewString(), "/api/nothing-" + uuid.NewString(), "/nothing-" + uuid.NewString()} {
		get(t, p.url+path)
	}
	text := get(t, "http://"+p.metrics()+"/metrics")
	const name = "ftcmetrics_api_request_duration_seconds_count"
	for _, want := range []string{
		name + `{method="GET",route="/api/seasons",status="2xx"} 2`,
		name + `{method="GET",route="/api/user-teams/{id}",status="4xx"} 2`,
		name + `{method="none",route="none",status="4xx"} 2`,
		"ftcmetrics_build_info{", `ftcmetrics_database_connections_max{pool="requests"}`, `ftcmetrics_database_connections_open{pool="relay"}`,
	} {
		if !strings.Contains(text, want) {
			t.Errorf("/metrics has no %s", want)
		}
	}
	if series := strings.Count(text, "\n"+name+"{"); series > 5 {
		t.Errorf("a few requests made %d series", series)
	}
}

// TestProfilesAreNotForStrangers: Go's profiles are on the metrics' address and on no other.
func TestProfilesAreNotForStrangers(t *testing.T) {
	t.Parallel()
	p := serve(t, pgtest.Folder(t))
	if heap := get(t, "http://"+p.metrics()+"/debug/pprof/goroutine?debug=1"); !strings.HasPrefix(heap, "goroutine profile: total") {
		t.Errorf("no profile on METRICS_ADDR: %.80s", heap)
	}
	for _, base := range []string{p.url, "http://" + p.hub} {
		for _, path := range []string{"/debug/pprof/", "/debug/pprof/heap", "/debug/pprof/profile?seconds=1", "/metrics", "/usage", "/debug/vars"} {
			response, err := http.Get(base + path) //nolint:noctx // the process under test is killed, not cancelled
			must(t, err)
			must(t, response.Body.Close())
			if response.StatusCode != http.StatusNotFound {
				t.Errorf("%s%s: %d, want 404", base, path, response.StatusCode)
			}
		}
	}
}

// logged returns the lines of the program's log that have all of these fields.
func (p *process) logged(fields map[string]any) []map[string]any {
	var found []map[string]any
	for line := range strings.Lines(p.text()) {
		var one map[string]any
		if json.Unmarshal([]byte(line), &one) != nil {
			continue
		}
		if fits := func() bool {
			for name, value := range fields {
				if one[name] != value {
					return false
				}
			}
			return true
		}(); fits {
			found = append(found, one)
		}
	}
	return found
}

// askAs asks with a request id, as a proxy does.
func askAs(t *testing.T, method, url, token, id, body string) *http.Response {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, strings.NewReader(body))
	must(t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	request.Header.Set("X-Request-Id", id)
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	must(t, response.Body.Close())
	return response
}

// TestRequestIDsEndToEnd follows one entry by the id that a proxy gave its request: the
// request, the statement of the database that failed, the event in the log, and from its
// channel and seq on the relay.
func TestRequestIDsEndToEnd(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	cmd := program(dir)
	cmd.Env = append(cmd.Env, "LOG_LEVEL=debug", "REALTIME_DEBUG=true", "TRUSTED_PROXIES=127.0.0.1")
	p := launch(t, cmd)
	token := owner(t, dir)
	var team struct{ ID string }
	_, err := ask("POST", p.url+"/api/user-teams", token, `{"teamNumber":8569}`, &team)
	must(t, err)
	socket, _, err := websocket.Dial(t.Context(), "ws://"+p.hub+"/app/"+appKey(t, p), nil)
	must(t, err)
	defer socket.CloseNow() //nolint:errcheck // it has served
	must(t, socket.Write(t.Context(), websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"event-2025-TRACED"}}`)))
	for range 2 { // the greeting, the success
		_, _, err := socket.Read(t.Context())
		must(t, err)
	}
	body := `{"scoutingTeamId":"` + team.ID + `","season":2025,"eventCode":"TRACED","matchNumber":1,"alliance":"RED","scoutedTeamNumber":731,"data":{}}`
	const id = "from-the-proxy-1"
	if response := askAs(t, "POST", p.url+"/api/scouting/entries", token, id, body); response.StatusCode != http.StatusCreated || response.Header.Get("X-Request-Id") != id {
		t.Fatalf("status %d, id %q", response.StatusCode, response.Header.Get("X-Request-Id"))
	}
	_, _, err = socket.Read(t.Context())
	must(t, err)
	until(t, "the request's line", func() bool { return len(p.logged(map[string]any{"msg": "request", "request": id})) == 1 })
	var appended []map[string]any
	until(t, "the event's line", func() bool {
		appended = p.logged(map[string]any{"msg": "event appended", "request": id, "channel": "event-2025-TRACED"})
		return len(appended) == 1
	})
	until(t, "the relay's line", func() bool {
		return len(p.logged(map[string]any{"msg": "events given to the hub", "channel": "event-2025-TRACED", "to": appended[0]["seq"]})) == 1
	})
	for _, wrong := range []string{"short", "has spaces in it", strings.Repeat("x", 65), `with"quotes"in-it`} {
		if response := askAs(t, "GET", p.url+"/api/seasons", token, wrong, ""); response.Header.Get("X-Request-Id") == wrong {
			t.Errorf("%q is taken as an id", wrong)
		}
	}
}

// TestRequestIDsOfFailures: what the database answered to a request, and what became of
// it, are lines with the id that its caller got.
func TestRequestIDsOfFailures(t *testing.T) {
	t.Parallel()
	database := aside(t)
	p := shared(t, database, "LOG_LEVEL=debug")
	conn, err := pgx.Connect(t.Context(), database)
	must(t, err)
	defer conn.Close(t.Context())
	_, err = conn.Exec(t.Context(), "ALTER TABLE ftc_events RENAME TO out_of_the_way")
	must(t, err)
	response := askAs(t, "GET", p.url+"/api/events", "", "a-strangers-claim", "")
	id := response.Header.Get("X-Request-Id")
	if response.StatusCode != http.StatusInternalServerError || id == "a-strangers-claim" {
		t.Fatalf("status %d, id %q", response.StatusCode, id)
	}
	until(t, "the failure is in the log", func() bool {
		return len(p.logged(map[string]any{"msg": "request failed", "request": id, "level": "ERROR"})) == 1
	})
	until(t, "the statement that failed is in the log", func() bool {
		return len(p.logged(map[string]any{"msg": "statement failed", "request": id, "code": "42P01"})) > 0
	})
	if text := get(t, "http://"+p.metrics()+"/metrics"); !strings.Contains(text, `ftcmetrics_database_errors_total{class="42"} `) {
		t.Error("the failure is not counted")
	}
}

// TestRealtimeDebug: the switch has the realtime parts tell everything and nobody else.
func TestRealtimeDebug(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		environ []string
		want    int
	}{{[]string{"REALTIME_DEBUG=true"}, 1}, {nil, 0}} {
		cmd := program(pgtest.Folder(t))
		cmd.Env = append(cmd.Env, c.environ...)
		p := launch(t, cmd)
		socket, _, err := websocket.Dial(t.Context(), "ws://"+p.hub+"/app/"+appKey(t, p), nil)
		must(t, err)
		_, _, err = socket.Read(t.Context())
		must(t, err)
		for _, channel := range []string{"event-DEBUG", "private-team-of-nobody"} {
			must(t, socket.Write(t.Context(), websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"`+channel+`"}}`)))
			_, _, err = socket.Read(t.Context())
			must(t, err)
		}
		must(t, socket.Close(websocket.StatusNormalClosure, ""))
		if code := p.stop(); code != 0 {
			t.Errorf("exit code %d:\n%s", code, p.text())
		}
		for _, want := range []map[string]any{
			{"kind": "connect"}, {"kind": "subscribe", "channel": "event-DEBUG"}, {"kind": "refused", "channel": "private-team-of-nobody"}, {"kind": "disconnect"},
		} {
			want["msg"] = "realtime"
			if n := len(p.logged(want)); n != c.want {
				t.Errorf("%v: %d lines with %v, want %d:\n%s", c.environ, n, want, c.want, p.text())
			}
		}
		if n := len(p.logged(map[string]any{"msg": "request"})); n != 0 {
			t.Errorf("%v: %d lines of requests at LOG_LEVEL=info", c.environ, n)
		}
	}
}

// appKey is what front ends are told.
func appKey(t *testing.T, p *process) string {
	t.Helper()
	var told struct{ Key string }
	_, err := ask("GET", p.url+"/api/realtime/config", "", "", &told)
	must(t, err)
	return told.Key
}
