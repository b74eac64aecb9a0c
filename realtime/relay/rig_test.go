package relay_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
	"github.com/ftcmetrics/ftcmetrics/realtime/relay"
)

const secret = "a-secret-of-the-tests"

type note struct {
	Text string `json:"text"`
}

var (
	noted = realtime.Define[note]("test:noted", "A note.", "event-{code}", "private-user-{id}", "#server-to-user-{id}")
	// No server takes a name of over 200 bytes.
	unsayable = realtime.Define[note](strings.Repeat("x", 201), "An event that is refused.", "event-{code}")
)

// heard is an event that the sink took.
type heard struct {
	channel realtime.Channel
	seq     int64
	id      string
}

// sink is a hub of our own behind its HTTP API, with something in front of it that behaves
// badly when it is told to, and that notes which events the hub took.
type sink struct {
	address string

	mu       sync.Mutex // guards the fields below
	behave   func(call int, w http.ResponseWriter) bool
	calls    int
	times    []time.Time
	taken    []heard
	ended    []string // users whose connections were terminated
	cutAfter func(call int) bool
	changed  chan struct{} // closed and made anew at each change
}

func newSink(t *testing.T) *sink {
	t.Helper()
	h, err := hub.New(hub.Options{Apps: []hub.App{{ID: "app", Key: "key", Secret: secret}}})
	if err != nil {
		t.Fatal(err)
	}
	s := &sink{changed: make(chan struct{})}
	inner := httpapi.New(h)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.serve(inner, w, r) }))
	s.address = strings.TrimPrefix(server.URL, "http://")
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = h.Shutdown(ctx)
		server.Close()
	})
	return s
}

func (s *sink) serve(inner http.Handler, w http.ResponseWriter, r *http.Request) {
	raw, _ := io.ReadAll(r.Body)
	r.Body = io.NopCloser(bytes.NewReader(raw))
	s.mu.Lock()
	s.calls++
	s.times = append(s.times, time.Now())
	call, behave, cut := s.calls, s.behave, s.cutAfter
	s.mu.Unlock()
	if behave != nil && behave(call, w) {
		return
	}
	answer := httptest.NewRecorder()
	inner.ServeHTTP(answer, r)
	if answer.Code == http.StatusOK {
		s.note(r.URL.Path, raw)
	}
	if cut != nil && cut(call) {
		panic(http.ErrAbortHandler) // it was taken, and the caller does not learn it
	}
	w.WriteHeader(answer.Code)
	_, _ = w.Write(answer.Body.Bytes())
}

func (s *sink) note(path string, raw []byte) {
	s.mu.Lock()
	defer s.mu.Unlock()
	type trigger struct {
		Channel  realtime.Channel
		Channels []realtime.Channel
		Data     string
	}
	var body struct {
		Batch []trigger
		trigger
	}
	_ = json.Unmarshal(raw, &body) // the hub took it, so it is well formed
	if parts := strings.Split(path, "/"); parts[len(parts)-1] == "terminate_connections" {
		s.ended = append(s.ended, parts[len(parts)-2])
	}
	if len(body.Channels) > 0 {
		body.Batch = append(body.Batch, trigger{Channel: body.Channels[0], Data: body.Data})
	}
	for _, one := range body.Batch {
		var data struct {
			Seq int64
			ID  string
		}
		_ = json.Unmarshal([]byte(one.Data), &data)
		s.taken = append(s.taken, heard{one.Channel, data.Seq, data.ID})
	}
	close(s.changed)
	s.changed = make(chan struct{})
}

// set changes the behaviour: behave answers itself if it returns true, and after is whether
// an answer is cut although the call was taken.
func (s *sink) set(behave func(call int, w http.ResponseWriter) bool, after func(call int) bool) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.behave, s.cutAfter = behave, after
}

// await returns when ok, which is called with mu held, or fails the test.
func (s *sink) await(t *testing.T, what string, ok func() bool) {
	t.Helper()
	limit := time.After(30 * time.Second)
	for {
		s.mu.Lock()
		done, changed := ok(), s.changed
		s.mu.Unlock()
		if done {
			return
		}
		select {
		case <-changed:
		case <-limit:
			s.mu.Lock()
			defer s.mu.Unlock()
			t.Fatalf("never: %s; the sink has %d events after %d calls", what, len(s.taken), s.calls)
		}
	}
}

// distinct is how many different events of the channel were taken; called with mu held.
func (s *sink) distinct(channel realtime.Channel) int {
	ids := map[string]bool{}
	for _, h := range s.taken {
		if h.channel == channel {
			ids[h.id] = true
		}
	}
	return len(ids)
}

// inOrder fails the test unless the first deliveries of the channel are from..to without a
// gap, and every repeat has the id of the first.
func (s *sink) inOrder(t *testing.T, channel realtime.Channel, from, to int64) (repeats int) {
	t.Helper()
	s.mu.Lock()
	defer s.mu.Unlock()
	ids, next := map[int64]string{}, from
	for _, h := range s.taken {
		if h.channel != channel {
			continue
		}
		if id, again := ids[h.seq]; again {
			repeats++
			if id != h.id {
				t.Fatalf("%s %d comes with two ids", channel, h.seq)
			}
			continue
		}
		if h.seq != next {
			t.Fatalf("%s: %d comes where %d should", channel, h.seq, next)
		}
		ids[h.seq] = h.id
		next++
	}
	if next != to+1 {
		t.Fatalf("%s ends at %d, not at %d", channel, next-1, to)
	}
	return repeats
}

// world is a log with nodes that relay it to one sink.
type world struct {
	t    *testing.T
	pool *pgxpool.Pool
	log  *eventlog.Log
	sink *sink

	mu    sync.Mutex // guards nodes
	nodes []*relay.Leader
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, pool: pgtest.New(t), sink: newSink(t)}
	w.log = eventlog.New(w.pool, func(channel realtime.Channel, seq int64) {
		w.mu.Lock()
		defer w.mu.Unlock()
		for _, n := range w.nodes {
			n.Hint(channel, seq)
		}
	})
	return w
}

// node runs a leader with a lease of its own and returns what ends it.
func (w *world) node(change func(*relay.LeaderOptions)) (l *relay.Leader, stop func()) {
	w.t.Helper()
	o := relay.LeaderOptions{
		Sink: "test", Control: eventlog.Control, Logger: slog.New(slog.DiscardHandler),
		Publisher: pusher.New(pusher.Options{AppID: "app", Key: "key", Secret: secret, Host: w.sink.address}),
		Lead: func(ctx context.Context) (relay.Lease, error) {
			lease, err := w.log.Lead(ctx, "test")
			if lease == nil {
				return nil, err
			}
			return lease, err
		},
	}
	if change != nil {
		change(&o)
	}
	l = relay.NewLeader(o)
	w.mu.Lock()
	w.nodes = append(w.nodes, l)
	w.mu.Unlock()
	ctx, cancel := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { l.Run(ctx) })
	stop = sync.OnceFunc(func() {
		cancel()
		work.Wait()
	})
	w.t.Cleanup(stop)
	return l, stop
}

// await returns when ok, or fails the test. It looks again whenever the database has
// answered a question.
func (w *world) await(what string, ok func() bool) {
	w.t.Helper()
	limit := time.After(30 * time.Second)
	for !ok() {
		if _, err := w.pool.Exec(w.t.Context(), `SELECT pg_sleep(0.005)`); err != nil {
			w.t.Fatal(err)
		}
		select {
		case <-limit:
			w.t.Fatalf("never: %s", what)
		default:
		}
	}
}

func (w *world) write(definition realtime.Definition[note], channels ...realtime.Channel) {
	w.t.Helper()
	err := w.log.Write(w.t.Context(), func(_ pgx.Tx, batch *eventlog.Batch) error {
		return batch.Add(definition.On(note{Text: "hello"}, channels...))
	})
	if err != nil {
		w.t.Error(fmt.Errorf("write: %w", err))
	}
}
