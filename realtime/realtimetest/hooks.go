package realtimetest

import (
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"time"
)

// Hooks receives webhooks over HTTP. Each app has a path of its own.
type Hooks struct {
	server *httptest.Server

	mu       sync.Mutex // guards the fields below
	requests []delivery
	behave   map[string]func(n int) int // of an app: the status of its n-th request, from 0
	more     chan struct{}              // closed when there is another request
}

// delivery is one request of a server.
type delivery struct {
	app    string // by the path
	header http.Header
	body   []byte
	status int // what it was answered with; 0 before it is
	at     time.Time
}

// NewHooks starts a receiver. Close must be called in the end.
func NewHooks() *Hooks {
	h := &Hooks{more: make(chan struct{}), behave: map[string]func(int) int{}}
	h.server = httptest.NewServer(h)
	return h
}

// Close ends the receiver.
func (h *Hooks) Close() { h.server.Close() }

// URL is where the webhooks of the app go.
func (h *Hooks) URL(appID string) string { return h.server.URL + "/" + appID }

// ServeHTTP takes a request.
func (h *Hooks) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(r.Body)
	if err != nil {
		return // the sender has gone
	}
	app := strings.TrimPrefix(r.URL.Path, "/")
	h.mu.Lock()
	behave, n := h.behave[app], 0
	for _, d := range h.requests {
		if d.app == app {
			n++
		}
	}
	d := delivery{app: app, header: r.Header, body: body, at: time.Now()}
	if behave == nil {
		d.status = http.StatusOK
	}
	i := len(h.requests)
	h.requests = append(h.requests, d)
	close(h.more)
	h.more = make(chan struct{})
	h.mu.Unlock()
	if behave == nil {
		return
	}
	status := behave(n) // may take its time
	h.mu.Lock()
	h.requests[i].status = status
	close(h.more)
	h.more = make(chan struct{})
	h.mu.Unlock()
	w.WriteHeader(status)
}

// answer sets how the requests of an app are answered.
func (h *Hooks) answer(app string, behave func(n int) int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.behave[app] = behave
}

// look returns the requests of the app, and what is closed when there are more.
func (h *Hooks) look(app string) ([]delivery, <-chan struct{}) {
	h.mu.Lock()
	defer h.mu.Unlock()
	var found []delivery
	for _, d := range h.requests {
		if d.app == app {
			found = append(found, d)
		}
	}
	return found, h.more
}
