package firstapi_test

import (
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// rig is a client and the fake on a socket, with the requests that it got.
type rig struct {
	*firstapi.Client
	fake  *firstapitest.Server
	clock *firstapitest.Clock
	event ftc.Event
	log   *text

	mu       sync.Mutex // guards requests
	requests []*http.Request
}

// text is a log that a test can read.
type text struct {
	mu sync.Mutex // guards b
	b  strings.Builder
}

func (l *text) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *text) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

// day is a time of the event's day, as clocks at the venue show it.
func day(t testing.TB, clock string) time.Time {
	t.Helper()
	zone, err := time.LoadLocation("America/New_York")
	must(t, err)
	at, err := time.ParseInLocation("2006-01-02 15:04:05", "2026-01-17 "+clock, zone)
	must(t, err)
	return at
}

// evening is after the last match.
const evening = "18:00:00"

// start starts the fake at a time of its day. The options may say what is unusual.
func start(t testing.TB, clock string, change ...func(*firstapi.Options)) *rig {
	t.Helper()
	r := &rig{clock: firstapitest.NewClock(day(t, clock)), log: &text{}}
	var err error
	r.fake, err = firstapitest.New(r.clock.Now)
	must(t, err)
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	options := firstapi.Options{
		URL: server.URL, Username: firstapitest.Username, Token: firstapitest.Token, Spacing: time.Nanosecond, Pause: time.Millisecond,
		Timeout: 10 * time.Second, Transport: server.Client().Transport, Log: slog.New(slog.NewTextHandler(r.log, nil)),
	}
	for _, c := range change {
		c(&options)
	}
	r.Client, err = firstapi.New(options)
	must(t, err)
	r.event = ftc.Event{EventKey: r.fake.Event(), Timezone: "America/New_York"}
	return r
}

// ServeHTTP notes the request and lets the fake answer.
func (r *rig) ServeHTTP(w http.ResponseWriter, request *http.Request) {
	r.mu.Lock()
	r.requests = append(r.requests, request.Clone(request.Context()))
	r.mu.Unlock()
	r.fake.ServeHTTP(w, request)
}

// seen returns the requests so far and forgets them.
func (r *rig) seen() []*http.Request {
	r.mu.Lock()
	defer r.mu.Unlock()
	seen := r.requests
	r.requests = nil
	return seen
}

func (r *rig) key(level ftc.Level, series, number int) ftc.MatchKey {
	return ftc.MatchKey{EventKey: r.event.EventKey, Level: level, Series: series, Number: number}
}

// match reads one match of the hybrid schedule.
func (r *rig) match(t *testing.T, key ftc.MatchKey) (firstapi.Match, bool) {
	t.Helper()
	reply, err := r.Matches(t.Context(), r.event, key.Level, firstapi.Since{})
	must(t, err)
	for _, m := range reply.Rows {
		if m.MatchKey == key {
			return m, true
		}
	}
	return firstapi.Match{}, false
}
