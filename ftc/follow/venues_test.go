package follow_test

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
)

// scoring is a venue's computer. What is sent goes to the socket that listens.
type scoring struct {
	t      *testing.T
	web    *httptest.Server
	frames chan string
	drop   chan struct{}
	opened chan string // the query of each socket
}

func startScoring(t *testing.T) *scoring {
	t.Helper()
	c := &scoring{t: t, frames: make(chan string), drop: make(chan struct{}), opened: make(chan string, 10)}
	c.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path != "/api/v2/stream/" {
			http.NotFound(w, r)
			return
		}
		socket, err := websocket.Accept(w, r, nil)
		if err != nil {
			return
		}
		defer socket.CloseNow() //nolint:errcheck // it is over
		c.opened <- r.URL.RawQuery
		gone := socket.CloseRead(context.Background())
		for {
			select {
			case f := <-c.frames:
				if socket.Write(r.Context(), websocket.MessageText, []byte(f)) != nil {
					return
				}
			case <-c.drop:
				return
			case <-gone.Done():
				return
			}
		}
	}))
	t.Cleanup(c.web.Close)
	return c
}

func (c *scoring) say(kind, match string, at time.Time) {
	c.t.Helper()
	select {
	case c.frames <- fmt.Sprintf(`{"updateTime":%d,"updateType":%q,"payload":{"number":1,"shortName":%q,"field":2}}`, at.UnixMilli(), kind, match):
	case <-time.After(time.Minute):
		c.t.Fatal("nobody listens")
	}
}

func (c *scoring) next() string {
	c.t.Helper()
	select {
	case query := <-c.opened:
		return query
	case <-time.After(time.Minute):
		c.t.Fatal("nobody connects")
		return ""
	}
}

// TestTheVenueTells follows a match that begins, is stopped, begins again, and is told of by
// others as well.
func TestTheVenueTells(t *testing.T) {
	r := start(t)
	r.clock.Set(at("09:30:00"))
	r.look(follow.New(r.options()))
	venue := startScoring(t)
	operator := accounts.Actor{Operator: true}
	must(t, r.live.SetVenue(t.Context(), operator, live.Venue{EventKey: r.key, URL: venue.web.URL}))
	r.clock.Set(at("10:01:40"))
	o := r.options()
	o.Source = nil
	ctx, stop := context.WithCancel(t.Context())
	done := make(chan struct{})
	go func() { defer close(done); follow.New(o).Run(ctx) }()
	t.Cleanup(func() { stop(); <-done })
	if query := venue.next(); query != "code=ZZDEV1" {
		t.Errorf("it asks for %s", query)
	}
	first := r.match("qual", 0, 1)
	venue.frames <- "pong"
	venue.frames <- "no JSON"
	venue.say("MATCH_LOAD", "Q1", at("10:01:00"))
	venue.say("MATCH_START", "Q1", at("10:01:39"))
	venue.say("MATCH_START", "Q1", at("10:01:39"))
	venue.say("MATCH_START", "P1", at("10:01:39"))
	heard := func(lines ...string) {
		t.Helper()
		until(t, fmt.Sprint(lines, " but ", r.told("match-ZZDEV1-1")), func() bool { return len(r.told("match-ZZDEV1-1")) >= len(lines) })
		if got := r.told("match-ZZDEV1-1"); fmt.Sprint(got) != fmt.Sprint(lines) {
			t.Fatalf("heard %q, want %q", got, lines)
		}
	}
	heard("started qual-0-1 ftclive")
	venue.say("MATCH_ABORT", "Q1", at("10:02:00"))
	heard("started qual-0-1 ftclive", "aborted qual-0-1 ftclive")
	r.clock.Set(at("10:10:00")) // the schedule supposes nothing about a match that was stopped
	must(t, r.live.Suppose(t.Context()))
	venue.drop <- struct{}{}
	venue.next() // it connects again
	venue.say("MATCH_START", "Q1", at("10:10:00"))
	want := []string{"started qual-0-1 ftclive", "aborted qual-0-1 ftclive", "started qual-0-1 ftclive"}
	heard(want...)
	news, err := r.live.Press(t.Context(), operator, live.Report{MatchKey: first})
	if err != nil || news {
		t.Errorf("an operator's button after the stream: %v, %v", news, err)
	}
	heard(want...)
	page, err := r.log.Read(t.Context(), "match-ZZDEV1-1", 0, 10)
	must(t, err)
	if text := string(page.Events[0].Data); !strings.Contains(text, `"field":"2","startedAt":"2026-01-17T15:01:39Z","source":"ftclive","redTeams":[9021,6183],"blueTeams":[8947,`) {
		t.Errorf("match:started is %s", text)
	}
}
