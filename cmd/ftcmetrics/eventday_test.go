package main

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os"
	"os/signal"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// simulatedClock names the file that has the time, when the program follows FTC events by a
// clock of the test's.
const simulatedClock = "RUN_BY_CLOCK"

// runByClock is main with the time from a file, and without pauses between calls.
func runByClock(file string) int {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	now := func() time.Time {
		raw, err := os.ReadFile(file) //nolint:gosec // the test names it
		if err == nil {
			var t time.Time
			if t, err = time.Parse(time.RFC3339Nano, string(raw)); err == nil {
				return t
			}
		}
		panic(err)
	}
	return run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr, pace{now: now, every: 10 * time.Second, tick: 10 * time.Millisecond, spacing: time.Nanosecond})
}

// eventDay is the fake official server, the program that follows it, and its spectators.
type eventDay struct {
	t         *testing.T
	dir       string
	fake      *firstapitest.Server
	clock     *firstapitest.Clock
	web       *httptest.Server
	unchanged atomic.Int64 // answers 304
	p         *process
	url       atomic.Value // of the program that runs now
	hall      []*spectator
}

const eventChannel = "event-ZZDEV1"

func startEventDay(t *testing.T, begin time.Time) *eventDay {
	t.Helper()
	d := &eventDay{t: t, dir: pgtest.Folder(t), clock: firstapitest.NewClock(begin)}
	var err error
	d.fake, err = firstapitest.New(d.clock.Now)
	must(t, err)
	d.web = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		counted := &statusWriter{ResponseWriter: w}
		d.fake.ServeHTTP(counted, r)
		if counted.status == http.StatusNotModified {
			d.unchanged.Add(1)
		}
	}))
	t.Cleanup(d.web.Close)
	d.set(begin)
	d.begin()
	d.seat()
	return d
}

// seat lets the spectators in: a client of our own, and the one of spectatorCommand.
func (d *eventDay) seat() {
	d.t.Helper()
	server := func() string { url, _ := d.url.Load().(string); return url }
	watching, stop := context.WithCancel(d.t.Context())
	ours := &spectator{t: d.t, name: "our client"}
	d.hall = append(d.hall, ours)
	var done sync.WaitGroup
	done.Go(func() { ours.watch(watching, server) })
	if command := os.Getenv(spectatorCommand); command != "" {
		other := &spectator{t: d.t, name: "the command's client"}
		d.hall = append(d.hall, other)
		other.run(watching, command, server)
	}
	d.t.Cleanup(func() { stop(); done.Wait() })
}

type statusWriter struct {
	http.ResponseWriter
	status int
}

func (w *statusWriter) WriteHeader(status int) {
	w.status = status
	w.ResponseWriter.WriteHeader(status)
}

// set moves the clock of the fake and of the program.
func (d *eventDay) set(now time.Time) {
	d.t.Helper()
	d.clock.Set(now)
	file := filepath.Join(d.dir, "clock")
	must(d.t, os.WriteFile(file+".new", []byte(now.Format(time.RFC3339Nano)), 0o600))
	must(d.t, os.Rename(file+".new", file))
}

// begin starts the program.
func (d *eventDay) begin() {
	d.t.Helper()
	cmd := program(filepath.Join(d.dir, "data"))
	cmd.Env = append(cmd.Env, simulatedClock+"="+filepath.Join(d.dir, "clock"), "FTC_API_URL="+d.web.URL,
		"FTC_API_USERNAME="+firstapitest.Username, "FTC_API_TOKEN="+firstapitest.Token)
	d.p = launch(d.t, cmd)
	d.url.Store(d.p.url)
}

// until waits for a condition.
func (d *eventDay) until(what string, holds func() bool) {
	d.t.Helper()
	deadline := time.After(time.Minute)
	for !holds() {
		select {
		case <-deadline:
			d.t.Fatalf("%s: never; heard %v\n%s", what, d.heard(), d.p.text())
		case <-time.After(5 * time.Millisecond):
		}
	}
}

// synced waits until the program has read what the official server has now.
func (d *eventDay) synced() {
	d.t.Helper()
	now := d.clock.Now()
	d.until("synced", func() bool {
		var event struct{ SyncedAt *time.Time }
		status, err := ask("GET", d.p.url+"/api/events/ZZDEV1?season=2025", "", "", &event)
		return err == nil && status == http.StatusOK && event.SyncedAt != nil && !event.SyncedAt.Before(now)
	})
}

func matchLine(key ftc.MatchKey, rev int) string {
	return fmt.Sprintf("completed %s-%d-%d %d", key.Level, key.Series, key.Number, rev)
}

// heard returns what each spectator has heard.
func (d *eventDay) heard() [][]string {
	lists := make([][]string, len(d.hall))
	for i, s := range d.hall {
		lists[i] = s.heard()
	}
	return lists
}

// after waits until every spectator has heard the line, and of the ratings after each result.
func (d *eventDay) after(line string) {
	d.t.Helper()
	told := func(lines []string, what string) (n int) {
		for _, l := range lines {
			if strings.HasPrefix(l, what) {
				n++
			}
		}
		return n
	}
	d.until(line, func() bool {
		return !slices.ContainsFunc(d.heard(), func(lines []string) bool {
			return !slices.Contains(lines, line) || told(lines, "completed ") != told(lines, "epa-updated ")
		})
	})
}

// TestAWholeEventDay plays the fake's event, from the official server to a spectator, by a
// clock that is moved: through kills of the program, an outage, a time without changes, a
// correction, a replay and a match that vanishes.
func TestAWholeEventDay(t *testing.T) {
	t.Parallel()
	at := func(clock string) time.Time {
		day, err := time.Parse(time.DateTime, "2026-01-17 "+clock)
		must(t, err)
		return day.Add(5 * time.Hour) // New York, in winter
	}
	d := startEventDay(t, at("09:30:00"))
	d.synced()
	key := func(number int) ftc.MatchKey {
		return ftc.MatchKey{EventKey: d.fake.Event(), Level: ftc.Qual, Number: number}
	}
	kills := map[int]bool{2: true, 14: true, 28: true}
	over := 0
	for n, m := range d.fake.Moments() {
		if m.MatchKey == key(27) {
			must(t, d.fake.Vanish(key(27)))
			d.set(m.Posted)
			d.synced()
			continue
		}
		d.set(m.Started.Add(3 * time.Minute))
		d.synced()
		d.set(m.Posted.Add(time.Second))
		if kills[n] { // while it reads, stores or tells
			d.p.kill()
			d.begin()
		}
		d.after(matchLine(m.MatchKey, 1))
		d.rated(n == 5 || n == 20)
		over++
		switch m.MatchKey {
		case key(5):
			must(t, d.fake.Correct(key(1), 10, 0))
			d.clock.Advance(30 * time.Second)
			d.set(d.clock.Now())
			d.after(matchLine(key(1), 2))
			d.rated(true)
		case key(8):
			d.outage()
		case key(12):
			d.lunch(at("11:30:00"))
			_, err := d.fake.Replay(key(2), at("11:40:00"), at("11:45:00"), 7, 7)
			must(t, err)
			d.set(at("11:41:00"))
			d.synced()
			d.set(at("11:45:30"))
			d.after(matchLine(key(2), 2))
			d.rated(false)
		}
	}
	d.compare(over)
	d.compareRatings()
}

// outage lets the official server fail for a minute of the clock.
func (d *eventDay) outage() {
	d.t.Helper()
	before := strings.Count(d.p.text(), "official results cannot be read")
	d.fake.Fail(firstapitest.Trouble{Kind: firstapitest.Busy})
	d.set(d.clock.Now().Add(time.Minute))
	d.until("an outage", func() bool { return strings.Count(d.p.text(), "official results cannot be read") > before })
	var list []struct{ Rev int }
	status, err := ask("GET", d.p.url+"/api/events/ZZDEV1/results?season=2025", "", "", &list)
	if err != nil || status != http.StatusOK || len(list) != 8 {
		d.t.Errorf("results while the official server is out: %d, %v, %d of them", status, err, len(list))
	}
	d.fake.Mend()
}

// lunch is a time without changes: nothing is sent and nothing is told.
func (d *eventDay) lunch(at time.Time) {
	d.t.Helper()
	d.set(at)
	d.synced()
	before, told := d.unchanged.Load(), d.heard()
	d.set(at.Add(time.Minute))
	d.synced()
	if now := d.heard(); d.unchanged.Load() == before || !reflect.DeepEqual(now, told) {
		d.t.Errorf("a minute without changes: %d answers 304, heard %v after %v", d.unchanged.Load()-before, now, told)
	}
}

// compare holds what the spectators heard against what happened: each start and each
// result once, in order, and after each result once that it has changed ratings.
func (s *spectator) compare(over int) {
	s.t.Helper()
	state, starts, revs := make(map[string]string), make(map[string]int), make(map[string]int)
	completed := 0
	unrated := make(map[string]int) // results without their ratings, by level and number, for these name no series
	for _, l := range s.heard() {
		var what, match string
		var rev int
		if _, err := fmt.Sscan(l, &what, &match, &rev); err != nil {
			s.t.Error(err)
		}
		level, place, _ := strings.Cut(match, "-")
		_, number, _ := strings.Cut(place, "-")
		switch what {
		case "started":
			starts[match]++
		case "epa-updated":
			if unrated[level+" "+number]--; unrated[level+" "+number] < 0 {
				s.t.Errorf("%s: ratings of %s %s more often than results", s.name, level, number)
			}
			continue
		case "completed":
			completed++
			unrated[level+" "+number]++
			if revs[match]++; rev != revs[match] || state[match] == "" {
				s.t.Errorf("%s: heard %s after %q and %d results", s.name, l, state[match], revs[match]-1)
			}
		default:
			continue
		}
		state[match] = what
	}
	for match, n := range unrated {
		if n != 0 {
			s.t.Errorf("%s: %d results of %s without ratings", s.name, n, match)
		}
	}
	for match, last := range state {
		want := 1
		if match == "qual-0-2" {
			want = 2 // it was played twice
		}
		if match == "qual-0-27" {
			continue // it may have been supposed to begin
		}
		if starts[match] != want || last != "completed" {
			s.t.Errorf("%s: %s: %d starts, last %s", s.name, match, starts[match], last)
		}
	}
	if over != 32 || completed != over+2 { // a correction and a replay
		s.t.Errorf("%s: %d matches, %d results told", s.name, over, completed)
	}
}

// compare holds what was heard, and what is stored, against what happened.
func (d *eventDay) compare(over int) {
	d.t.Helper()
	for _, s := range d.hall {
		s.compare(over)
	}
	var matches []struct {
		MatchNumber     int
		TournamentLevel ftc.Level
		RemovedAt       *time.Time
		Result          *ftc.Result
	}
	_, err := ask("GET", d.p.url+"/api/events/ZZDEV1/matches?season=2025", "", "", &matches)
	must(d.t, err)
	for _, m := range matches {
		vanished := m.TournamentLevel == ftc.Qual && m.MatchNumber == 27
		if (m.RemovedAt != nil) != vanished || (m.Result == nil) != vanished {
			d.t.Errorf("%s match %d: removed %v, result %v", m.TournamentLevel, m.MatchNumber, m.RemovedAt, m.Result)
		}
		if m.TournamentLevel == ftc.Qual && m.MatchNumber == 2 && m.Result.Plays != 2 {
			d.t.Errorf("the replayed match: %+v", m.Result)
		}
	}
	if len(matches) != 33 {
		d.t.Errorf("%d matches", len(matches))
	}
}
