package loadgen

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// glass is a hub that can be looked at, at a cost.
type glass struct {
	api          http.Handler
	costs        time.Duration // of CPU time, for each look
	looks, ends  atomic.Int64
	wrong        atomic.Int64 // looks without the token, or without the cursor of the one before
	refuses      bool
	lookedInTurn atomic.Int64
}

func (g *glass) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	switch r.URL.Path {
	case "/look":
		if g.refuses {
			http.Error(w, "no", http.StatusForbidden)
			return
		}
		again := g.lookedInTurn.Add(1) > 1
		if r.Header.Get("Authorization") != "Bearer t" || r.URL.Query().Get("kind") != "event" || (r.URL.Query().Get("after") == "7 a") != again {
			g.wrong.Add(1)
		}
		g.looks.Add(1)
		for until := ownCPU() + g.costs; ownCPU() < until; {
		}
		_, _ = w.Write([]byte(`{"data": {"next": "7 a"}}`))
	case "/end":
		g.lookedInTurn.Store(0)
		g.ends.Add(1)
	default:
		g.api.ServeHTTP(w, r)
	}
}

// newGlass starts it, and returns where it is.
func newGlass(t *testing.T, g *glass) Target {
	t.Helper()
	app := hub.App{ID: "app1", Key: "key1", Secret: "a-secret-of-the-tests", ClientMessages: true, MaxClientEventsPerSecond: 1000}
	h, err := hub.New(hub.Options{Apps: []hub.App{app}})
	if err != nil {
		t.Fatal(err)
	}
	g.api = httpapi.New(h)
	server := httptest.NewServer(g)
	t.Cleanup(func() {
		_ = h.Shutdown(context.Background())
		server.Close()
	})
	return Target{Address: strings.TrimPrefix(server.URL, "http://"), AppID: app.ID, Key: app.Key, Secret: app.Secret, PID: os.Getpid()}
}

// TestWatched sees what looks cost, and nothing where nobody looks. It is not parallel: what
// this process does is what it measures.
func TestWatched(t *testing.T) {
	plan := littlePlan()
	plan.Turns, plan.Turn = 5, 60*time.Millisecond
	for name, c := range map[string]struct {
		watch Watch
		extra func(m Metrics) bool // CPU time of a delivery, in percent more
	}{
		"looks that cost": {Watch{Path: "/look?kind=event", End: "/end", Token: "t"}, func(m Metrics) bool { return m["extra_pct_low"] > 100 }},
		"nobody looks":    {Watch{}, func(m Metrics) bool { return m["extra_pct"] < 100 }},
	} {
		g := &glass{costs: 100 * time.Millisecond}
		plan.Watch = c.watch
		m, err := Run(t.Context(), "watched", newGlass(t, g), plan)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		looks, ends := int64(2*plan.Turns), int64(2*plan.Turns)
		if c.watch.Path == "" {
			looks, ends = 0, 0
		}
		if g.looks.Load() != looks || g.ends.Load() != ends || g.wrong.Load() != 0 || m["looks"] != float64(looks) || m["windows"] != float64(4*plan.Turns) {
			t.Errorf("%s: %d looks, %d ends, %d wrong, %v", name, g.looks.Load(), g.ends.Load(), g.wrong.Load(), m)
		}
		if !c.extra(m) {
			t.Errorf("%s: %v", name, m)
		}
	}
	plan.Watch = Watch{Path: "/look"}
	if _, err := Run(t.Context(), "watched", newGlass(t, &glass{refuses: true}), plan); !errors.Is(err, errLook) {
		t.Errorf("looks that are refused: %v", err)
	}
}
