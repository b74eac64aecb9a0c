package follow_test

import (
	"encoding/json"
	"fmt"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rig is the fake official server with a clock, and followers of it on one database.
type rig struct {
	t     *testing.T
	pool  *pgxpool.Pool
	log   *eventlog.Log
	fake  *firstapitest.Server
	clock *firstapitest.Clock
	web   *httptest.Server
	key   ftc.EventKey
	ftc   *ftc.Service
	live  *live.Service

	mu       sync.Mutex // guards requests
	requests []string
}

// start begins a day before the event.
func start(t *testing.T) *rig {
	t.Helper()
	r := &rig{t: t, pool: pgtest.New(t), clock: firstapitest.NewClock(at("08:00:00"))}
	r.log = eventlog.New(r.pool, func(realtime.Channel, int64) {})
	var err error
	r.fake, err = firstapitest.New(r.clock.Now)
	must(t, err)
	r.web = httptest.NewServer(r)
	t.Cleanup(r.web.Close)
	r.key = r.fake.Event()
	r.ftc = ftc.New(r.pool)
	r.live = live.New(r.pool, r.log, r.clock.Now)
	return r
}

// at is a time of the event's day in New York, where it is winter.
func at(clock string) time.Time {
	t, err := time.Parse(time.DateTime, "2026-01-17 "+clock)
	if err != nil {
		panic(err)
	}
	return t.Add(5 * time.Hour)
}

// ServeHTTP notes the request, with + where it asks for changes, and lets the fake answer.
func (r *rig) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	name := strings.TrimPrefix(request.URL.Path, "/v2.0/2025/")
	if request.Header.Get("If-Modified-Since") != "" {
		name += "+"
	}
	r.mu.Lock()
	r.requests = append(r.requests, name)
	r.mu.Unlock()
	r.fake.ServeHTTP(w, request)
}

// seen returns the requests so far and forgets them.
func (r *rig) seen() []string {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := r.requests
	r.requests = nil
	return seen
}

func (r *rig) source() firstapi.Source {
	r.t.Helper()
	c, err := firstapi.New(firstapi.Options{
		URL: r.web.URL, Username: firstapitest.Username, Token: firstapitest.Token,
		Spacing: time.Nanosecond, Pause: time.Millisecond, Timeout: 10 * time.Second,
	})
	must(r.t, err)
	return c
}

func (r *rig) options() follow.Options {
	return follow.Options{
		Pool: r.pool, Log: r.log, Live: r.live, Source: r.source(), Now: r.clock.Now,
		Tick: time.Millisecond, Budget: 1000, Logger: slog.New(slog.DiscardHandler),
	}
}

// look does what a leader does, now.
func (r *rig) look(f *follow.Follower) {
	r.t.Helper()
	must(r.t, f.Round(r.t.Context()))
	must(r.t, r.live.Suppose(r.t.Context()))
}

// until moves the clock in steps of a minute, with a look at each.
func (r *rig) until(f *follow.Follower, clock string) {
	r.t.Helper()
	for end := at(clock); r.clock.Now().Before(end); {
		r.clock.Advance(min(time.Minute, end.Sub(r.clock.Now())))
		r.look(f)
	}
}

func (r *rig) match(level ftc.Level, series, number int) ftc.MatchKey {
	return ftc.MatchKey{EventKey: r.key, Level: level, Series: series, Number: number}
}

// told is what the event's channel has told, as lines such as "started qual-0-1 schedule"
// and "completed qual-0-1 rev 1 101:62".
func (r *rig) told(channel string) []string {
	r.t.Helper()
	var lines []string
	for after := int64(0); ; {
		page, err := r.log.Read(r.t.Context(), realtime.Channel(channel), after, eventlog.MaxPage)
		must(r.t, err)
		for _, e := range page.Events {
			lines = append(lines, line(r.t, e.Name, e.Data))
		}
		if after = page.Next; after >= page.Head {
			return lines
		}
	}
}

func line(t *testing.T, name string, data []byte) string {
	t.Helper()
	var p struct {
		Level, Source, Winner    string
		Series, MatchNumber, Rev int
		Red, Blue                struct{ Total int }
	}
	must(t, json.Unmarshal(data, &p))
	text := fmt.Sprintf("%s %s-%d-%d", strings.TrimPrefix(name, "match:"), p.Level, p.Series, p.MatchNumber)
	if name == "match:completed" {
		return fmt.Sprintf("%s rev %d %d:%d", text, p.Rev, p.Red.Total, p.Blue.Total)
	}
	return text + " " + p.Source
}
