package inspect_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/nodes"
)

// view is a hub of this process that can be looked at as operators do, but that the debug log is
// forgotten at once instead of after a lease, so that it can be on and off in turn.
type view struct {
	api     http.Handler
	trace   *inspect.Trace
	service *nodes.Service
}

func (v *view) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	var data any
	var err error
	switch r.URL.Path {
	case "/log":
		var after inspect.Cursor
		if after, err = inspect.ParseCursor(r.URL.Query().Get("after")); err == nil {
			data, err = v.service.Log(r.Context(), inspect.LogQuery{Filter: inspect.Filter{User: r.URL.Query().Get("user")}, After: after, Limit: 500})
		}
	case "/overview":
		data, err = v.service.Overview(r.Context())
	case "/forget":
		v.trace.Forget()
	default:
		v.api.ServeHTTP(w, r)
		return
	}
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	_ = json.NewEncoder(w).Encode(map[string]any{"data": data})
}

// BenchmarkWatched measures what it costs the hub to be looked at while 1,000 sockets of as many
// users, clients of another process, hear what is published: the debug log of one of them, of
// a user who is not there, of everything, and the overview, each asked for once a second.
// "nobody" is the control. One iteration is four windows of two seconds:
//
//	go test -run '^$' -bench Watched -benchtime 25x ./realtime/inspect
func BenchmarkWatched(b *testing.B) {
	generator := filepath.Join(b.TempDir(), "loadgen")
	if out, err := exec.CommandContext(b.Context(), "go", "build", "-o", generator, "../../internal/loadgen/cmd/loadgen").CombinedOutput(); err != nil {
		b.Fatalf("%v\n%s", err, out)
	}
	for _, c := range []struct{ name, path string }{
		{"nobody", ""}, {"one-user", "/log?user=user-500"}, {"absent-user", "/log?user=nobody"}, {"everything", "/log"}, {"overview", "/overview"},
	} {
		b.Run(c.name, func(b *testing.B) {
			for name, value := range watch(b, generator, c.path) {
				b.ReportMetric(value, name)
			}
			b.ReportMetric(0, "ns/op")
		})
	}
}

// watch starts a hub, lets the generator measure it, and returns the figures.
func watch(b *testing.B, generator, path string) map[string]float64 {
	b.Helper()
	v := &view{trace: inspect.NewTrace("n")}
	app := hub.App{ID: "bench", Key: "bench-key", Secret: "bench-secret", ClientMessages: true, MaxClientEventsPerSecond: 1000}
	h, err := hub.New(hub.Options{Trace: v.trace, Apps: []hub.App{app}})
	if err != nil {
		b.Fatal(err)
	}
	v.api, v.service = httpapi.New(h), nodes.New(nodes.Options{Hub: h, Trace: v.trace, ID: "n", App: app.ID})
	server := httptest.NewServer(v)
	defer func() {
		_ = h.Shutdown(context.Background())
		server.Close()
	}()
	play := exec.CommandContext(b.Context(), generator, "-addr", strings.TrimPrefix(server.URL, "http://"), "-app", app.ID, "-key", app.Key, "-secret", app.Secret,
		"-pid", strconv.Itoa(os.Getpid()), "-scenarios", "watched", "-rate", "10", "-turn", "1s", "-turns", strconv.Itoa(b.N), "-watch", path, "-unwatch", "/forget")
	play.Stderr = os.Stderr
	out, err := play.Output()
	if err != nil {
		b.Fatalf("%v: %s", err, out)
	}
	var result struct{ Metrics map[string]float64 }
	if err := json.Unmarshal(out, &result); err != nil {
		b.Fatal(err)
	}
	return result.Metrics
}
