package relay_test

import (
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
	"github.com/ftcmetrics/ftcmetrics/realtime/relay"
)

var channels = []realtime.Channel{"event-A", "event-B", "event-C"}

// load writes n events a channel from several writers.
func (w *world) load(n int) {
	var writers sync.WaitGroup
	for range 4 {
		writers.Go(func() {
			for range n / 4 {
				w.write(noted, channels...)
			}
		})
	}
	writers.Wait()
}

// arrived waits until the sink has so many different events of each channel.
func (w *world) arrived(n int) {
	w.t.Helper()
	w.sink.await(w.t, fmt.Sprint(n, " events a channel"), func() bool {
		return w.sink.distinct("event-A") >= n && w.sink.distinct("event-B") >= n && w.sink.distinct("event-C") >= n
	})
}

// TestSinkThatFails has a third of the calls end badly: refused for now, cut before or after
// the sink took them, or slow.
func TestSinkThatFails(t *testing.T) {
	w := newWorld(t)
	w.load(8)
	seed := rand.Uint64()
	t.Log("seed", seed)
	dice := rand.New(rand.NewPCG(seed, 1)) //nolint:gosec // a test's
	bad := make([]int, 10000)
	for i := range bad {
		bad[i] = dice.IntN(12)
	}
	w.sink.set(func(call int, out http.ResponseWriter) bool {
		switch bad[call] {
		case 0:
			out.WriteHeader(http.StatusServiceUnavailable)
			return true
		case 1:
			panic(http.ErrAbortHandler)
		}
		return false
	}, func(call int) bool { return bad[call] == 2 || bad[call] == 3 })
	leader, _ := w.node(nil)
	w.await("the node leads", func() bool { return leader.Stats().Leading })
	w.load(200)
	w.arrived(200)
	for _, channel := range channels {
		t.Logf("%s: %d repeats", channel, w.sink.inOrder(t, channel, 9, 208)) // the first 8 were there before the sink
	}
	w.await("the cursors are at the heads", func() bool { return leader.Stats().Behind == 0 })
	if s := leader.Stats(); s.Failed == 0 || s.Refused != 0 {
		t.Errorf("the schedule of faults was not used: %+v", s)
	}
}

// TestLeaderIsKilled ends the leading session in the database again and again under load,
// with two nodes that both want to lead.
func TestLeaderIsKilled(t *testing.T) {
	w := newWorld(t)
	a, stop := w.node(nil)
	w.await("a leads", func() bool { return a.Stats().Leading })
	b, _ := w.node(nil)
	var load sync.WaitGroup
	load.Go(func() { w.load(400) })
	for kill := range 4 {
		var killed int
		w.await("there is a leader to kill", func() bool {
			err := w.pool.QueryRow(t.Context(), `SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
				WHERE application_name = 'ftcmetrics relay' AND datname = current_database()
				AND pid IN (SELECT pid FROM pg_locks WHERE locktype = 'advisory' AND granted)`).Scan(&killed)
			return err == nil && killed > 0
		})
		if killed > 1 {
			t.Fatalf("%d leaders at once", killed)
		}
		n := 100 * (kill + 1)
		w.sink.await(t, "the feed goes on", func() bool { return w.sink.distinct("event-A") >= n })
	}
	load.Wait()
	w.arrived(400)
	for _, channel := range channels {
		w.sink.inOrder(t, channel, 1, 400)
	}
	stop()
	w.await("b leads", func() bool { return b.Stats().Leading && !a.Stats().Leading })
	w.write(noted, channels...)
	w.arrived(401)
	for _, channel := range channels {
		w.sink.inOrder(t, channel, 1, 401)
	}
}

// TestOnlyOneLeads starts five nodes that all want to.
func TestOnlyOneLeads(t *testing.T) {
	w := newWorld(t)
	var nodes []*relay.Leader
	for range 5 {
		n, _ := w.node(nil)
		nodes = append(nodes, n)
	}
	leading := func() (n int) {
		for _, node := range nodes {
			if node.Stats().Leading {
				n++
			}
		}
		return n
	}
	w.await("one leads", func() bool { return leading() == 1 })
	w.load(100)
	w.arrived(100)
	for _, channel := range channels {
		if repeats := w.sink.inOrder(t, channel, 1, 100); repeats != 0 {
			t.Errorf("%s: %d repeats without any trouble", channel, repeats)
		}
	}
	if n := leading(); n != 1 {
		t.Errorf("%d lead", n)
	}
}

// TestRefusedForGood has an event that no server takes among others.
func TestRefusedForGood(t *testing.T) {
	w := newWorld(t)
	l, _ := w.node(nil)
	w.await("the node leads", func() bool { return l.Stats().Leading })
	w.write(noted, "event-A")
	err := w.log.Write(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error { // two of them inside one batch
		for range 2 {
			_ = batch.Add(noted.On(note{}, "event-A"))
			_ = batch.Add(unsayable.On(note{}, "event-A"))
		}
		return batch.Add(noted.On(note{}, "event-A"))
	})
	if err != nil {
		t.Fatal(err)
	}
	w.sink.await(t, "what can be said", func() bool { return w.sink.distinct("event-A") == 4 })
	w.await("two dead letters", func() bool { return l.Stats().Refused == 2 && l.Stats().Behind == 0 })
	letters, err := w.log.Letters(t.Context(), eventlog.LetterFilter{}, 0, 10)
	if err != nil || len(letters) != 2 || letters[0].Seq != 3 || letters[1].Seq != 5 || letters[0].Channel != "event-A" || letters[0].Reason == "" {
		t.Fatalf("%+v, %v", letters, err)
	}
	replay := func(want string, ok func([]eventlog.Letter) bool) {
		t.Helper()
		if n, err := w.log.Replay(t.Context(), eventlog.LetterFilter{Number: letters[0].Number}, func(*eventlog.Batch) {}); n != 1 || err != nil {
			t.Fatalf("replay: %d, %v", n, err)
		}
		w.await(want, func() bool {
			now, err := w.log.Letters(t.Context(), eventlog.LetterFilter{}, 0, 10)
			return err == nil && ok(now)
		})
	}
	replay("refused again", func(now []eventlog.Letter) bool { return len(now) == 2 && now[0].Refusals == 2 && !now[0].Wanted })
	w.sink.set(func(_ int, out http.ResponseWriter) bool { // a server that takes such names
		_, _ = out.Write([]byte(`{"batch":[]}`))
		return true
	}, nil)
	replay("taken", func(now []eventlog.Letter) bool { return len(now) == 1 && now[0].Seq == 5 })
	if _, err := w.log.Replay(t.Context(), eventlog.LetterFilter{Number: 99}, func(*eventlog.Batch) {}); err == nil {
		t.Error("a letter that is not there is sent again")
	}
}

// TestWrongKeyWaits has a server that knows our app only after a while. No event is to
// blame, so none is given up.
func TestWrongKeyWaits(t *testing.T) {
	w := newWorld(t)
	w.sink.set(func(call int, out http.ResponseWriter) bool {
		if call > 3 {
			return false
		}
		out.WriteHeader([]int{http.StatusUnauthorized, http.StatusForbidden, http.StatusNotFound}[call-1])
		return true
	}, nil)
	l, _ := w.node(nil)
	w.await("the node leads", func() bool { return l.Stats().Leading })
	w.write(noted, channels...)
	w.arrived(1)
	if s := l.Stats(); s.Refused != 0 || s.Failed != 3 {
		t.Errorf("%+v", s)
	}
}

// TestRetryAfter has the sink ask for a pause that is longer than ours.
func TestRetryAfter(t *testing.T) {
	w := newWorld(t)
	w.sink.set(func(call int, out http.ResponseWriter) bool {
		if call > 1 {
			return false
		}
		out.Header().Set("Retry-After", "4")
		out.WriteHeader(http.StatusTooManyRequests)
		return true
	}, nil)
	l, _ := w.node(nil)
	w.await("the node leads", func() bool { return l.Stats().Leading })
	w.write(noted, channels...)
	state := func(want eventlog.SinkState) func() bool {
		return func() bool {
			sinks, err := w.log.Sinks(t.Context())
			return err == nil && len(sinks) == 1 && sinks[0].State == want && (sinks[0].RetryAt != nil) == (want == eventlog.SinkPaused)
		}
	}
	w.await("operators see the pause", state(eventlog.SinkPaused))
	w.arrived(1)
	w.await("operators see that it is over", state(eventlog.SinkRelaying))
	w.sink.mu.Lock()
	defer w.sink.mu.Unlock()
	if pause := w.sink.times[1].Sub(w.sink.times[0]); pause < 4*time.Second {
		t.Errorf("asked again after %s", pause)
	}
}

// TestWithoutHintsOrWithoutPolls takes away one of the two ways to hear of an event.
func TestWithoutHintsOrWithoutPolls(t *testing.T) {
	w := newWorld(t)
	quiet := eventlog.New(w.pool, func(realtime.Channel, int64) {})
	l, stop := w.node(nil)
	w.await("the node leads", func() bool { return l.Stats().Leading })
	hinting := w.log
	w.log = quiet
	w.write(noted, channels...)
	w.arrived(1)
	stop()
	w.log = hinting
	l, _ = w.node(func(o *relay.LeaderOptions) { o.Poll = time.Hour })
	w.await("the next leads", func() bool { return l.Stats().Leading })
	w.write(noted, channels...)
	w.arrived(2)
}

// TestCursorsOutliveLeaders writes while nobody leads, and to a channel that began then.
func TestCursorsOutliveLeaders(t *testing.T) {
	w := newWorld(t)
	w.write(noted, channels...)
	l, stop := w.node(nil)
	w.await("the node leads", func() bool { return l.Stats().Leading })
	w.write(noted, channels...)
	w.arrived(1)
	stop()
	w.load(40)
	w.write(noted, "event-NEW")
	l, _ = w.node(nil)
	w.arrived(41)
	for _, channel := range channels {
		w.sink.inOrder(t, channel, 2, 42)
	}
	w.sink.await(t, "the new channel's event", func() bool { return w.sink.distinct("event-NEW") == 1 })
	w.await("all is known to have arrived", func() bool { return l.Stats().Behind == 0 })
	sinks, err := w.log.Sinks(t.Context())
	if err != nil || len(sinks) != 1 || sinks[0].Behind != 0 || sinks[0].Leader == "" {
		t.Errorf("%+v, %v", sinks, err)
	}
}

// TestRevocationsAndUsers has what does not go out in batches.
func TestRevocationsAndUsers(t *testing.T) {
	w := newWorld(t)
	l, _ := w.node(nil)
	w.await("the node leads", func() bool { return l.Stats().Leading })
	err := w.log.Write(t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error {
		_ = batch.Add(noted.On(note{}, "private-user-u1", "#server-to-user-u1"))
		return batch.Revoke(realtime.Revocation{UserID: "u2"})
	})
	if err != nil {
		t.Fatal(err)
	}
	w.sink.await(t, "both events and the revocation", func() bool {
		return w.sink.distinct("private-user-u1") == 1 && w.sink.distinct("#server-to-user-u1") == 1 && len(w.sink.ended) == 1
	})
	if w.sink.ended[0] != "u2" {
		t.Errorf("the connections of %v have ended", w.sink.ended)
	}
	if s := l.Stats(); s.Refused != 0 {
		t.Errorf("%+v", s)
	}
}

// TestStopWhileTheSinkHangs has a request under way that nobody answers.
func TestStopWhileTheSinkHangs(t *testing.T) {
	w := newWorld(t)
	asked, release := make(chan struct{}), make(chan struct{})
	defer close(release)
	once := sync.OnceFunc(func() { close(asked) })
	w.sink.set(func(int, http.ResponseWriter) bool {
		once()
		<-release
		return true
	}, nil)
	l, stop := w.node(func(o *relay.LeaderOptions) {
		o.Publisher = pusher.New(pusher.Options{AppID: "app", Key: "key", Secret: secret, Host: w.sink.address, Timeout: time.Hour})
	})
	w.await("the node leads", func() bool { return l.Stats().Leading })
	w.write(noted, channels...)
	<-asked
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	done := make(chan struct{})
	go func() { stop(); close(done) }()
	select {
	case <-done:
	case <-ctx.Done():
		t.Fatal("the stop waits for the sink")
	}
}
