package faults

import (
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

// Mood is how an external hub treats what is published to it.
type Mood int

// The moods.
const (
	Willing       Mood = iota // takes everything
	Busy                      // 503, come again in a second
	Gone                      // connections are cut before an answer
	Slow                      // takes everything, after 300 ms
	AcceptThenCut             // takes everything, and no answer arrives
	Mute                      // takes a call and says nothing until the mood changes
	Picky                     // 400 for each event whose seq ends with 50, and for batches with one
)

// ExternalHub is a server that speaks Pusher's HTTP API, such as soketi, as the program
// publishes to it.
type ExternalHub struct {
	Host, Port string

	mu       sync.Mutex // guards the fields below
	mood     Mood
	turned   chan struct{} // closed when the mood changes
	calls    int
	held     int                   // the call that a Mute hub has, by its number, or 0
	channels map[string][]Delivery // in the order in which they came
	total    int
	refused  int // events that were not taken for what they are
}

// NewExternalHub starts a hub that ends with the test.
func NewExternalHub(t testing.TB) *ExternalHub {
	t.Helper()
	h := &ExternalHub{channels: make(map[string][]Delivery), turned: make(chan struct{})}
	server := httptest.NewServer(h)
	t.Cleanup(server.Close)
	h.Host, h.Port, _ = strings.Cut(strings.TrimPrefix(server.URL, "http://"), ":")
	return h
}

// Set changes the mood.
func (h *ExternalHub) Set(mood Mood) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.mood = mood
	close(h.turned)
	h.turned = make(chan struct{})
}

// Held is the number of the call that waits for an answer from a Mute hub, or 0.
func (h *ExternalHub) Held() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.held
}

// hold keeps a call until the mood changes or the caller has enough.
func (h *ExternalHub) hold(r *http.Request) {
	_, _ = io.Copy(io.Discard, r.Body) // so that the caller's end is seen
	h.mu.Lock()
	h.calls++
	call, turned := h.calls, h.turned
	h.held = call
	h.mu.Unlock()
	select {
	case <-turned:
	case <-r.Context().Done():
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	if h.held == call {
		h.held = 0
	}
}

// Total is how many events were taken, repeats included.
func (h *ExternalHub) Total() int {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.total
}

// published is one event on the wire.
type published struct {
	Name     string
	Channel  string
	Channels []string
	Data     string
}

// ServeHTTP implements http.Handler.
func (h *ExternalHub) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	h.mu.Lock()
	mood := h.mood
	h.mu.Unlock()
	if mood == Mute {
		h.hold(r)
	}
	if mood == Gone || mood == Mute {
		panic(http.ErrAbortHandler)
	}
	if mood == Busy {
		w.Header().Set("Retry-After", "1")
		w.WriteHeader(http.StatusServiceUnavailable)
		return
	}
	if mood == Slow {
		<-time.After(300 * time.Millisecond)
	}
	var body struct {
		published
		Batch []published
	}
	if r.Method != http.MethodPost || json.NewDecoder(r.Body).Decode(&body) != nil {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	batch := body.Batch
	if len(batch) == 0 {
		batch = []published{body.published}
	}
	if !h.take(batch, mood == Picky) {
		w.WriteHeader(http.StatusBadRequest)
		return
	}
	if mood == AcceptThenCut {
		panic(http.ErrAbortHandler)
	}
	w.Header().Set("Content-Type", "application/json")
	_, _ = w.Write([]byte("{}"))
}

// take takes all of the events or none.
func (h *ExternalHub) take(batch []published, picky bool) bool {
	var events []Delivery
	var channels []string
	for _, p := range batch {
		var e Delivery
		_ = json.Unmarshal([]byte(p.Data), &e) // one without seq and id is found by the comparison
		e.Name = p.Name
		for _, channel := range append(p.Channels, p.Channel) {
			if channel != "" {
				events, channels = append(events, e), append(channels, channel)
			}
		}
	}
	h.mu.Lock()
	defer h.mu.Unlock()
	for _, e := range events {
		if picky && e.Seq%100 == 50 {
			if len(events) == 1 {
				h.refused++
			}
			return false
		}
	}
	for i, e := range events {
		h.channels[channels[i]] = append(h.channels[channels[i]], e)
	}
	h.total += len(events)
	return true
}

// compare holds what the hub got of a channel against the log. Events that the hub refused
// for what they are may be missing.
func (h *ExternalHub) compare(channel string, log []Delivery) (ledger Ledger) {
	h.mu.Lock()
	defer h.mu.Unlock()
	got := make(map[int64]string)
	var last int64
	for _, e := range h.channels[channel] {
		id, known := got[e.Seq]
		switch {
		case known && id != e.ID:
			ledger.Unequal++
		case known:
			ledger.Duplicates++
		case e.Seq < last:
			ledger.Inversions++
		}
		got[e.Seq] = e.ID
		last = max(last, e.Seq)
		ledger.Live++
	}
	for _, e := range log {
		if got[e.Seq] != e.ID {
			ledger.Undelivered++
		}
		delete(got, e.Seq)
	}
	ledger.Phantom = len(got)
	ledger.Acknowledged, ledger.Logged = len(log), len(log)
	return ledger
}
