package webhook

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

const (
	testKey    = "key1"
	testSecret = "a-secret-of-the-tests"
)

func testApp(endpoints ...Endpoint) App {
	return App{ID: "app1", Key: testKey, Secret: testSecret, Endpoints: endpoints}
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// stop shuts a sender down and fails if that is not clean.
func stop(t testing.TB, s *Sender) {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
	defer cancel()
	must(t, s.Shutdown(ctx))
}

// received is one request that an endpoint got.
type received struct {
	path   string
	header http.Header
	raw    []byte
	body   body
	at     time.Time
}

// names are the names of the events and their channels, in order.
func (r received) names() []string {
	var names []string
	for _, e := range r.body.Events {
		names = append(names, e.Name+" "+e.Channel)
	}
	return names
}

// endpoints is an HTTP server, or a transport without a network, that keeps what it gets.
type endpoints struct {
	t      testing.TB
	status func(nth int) int // of the nth request, from 0

	mu  sync.Mutex // guards all
	all []received
}

func (e *endpoints) take(r *http.Request) int {
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		e.t.Error(err)
	}
	got := received{path: r.URL.Path, header: r.Header.Clone(), raw: raw, at: time.Now()}
	if err := json.Unmarshal(raw, &got.body); err != nil {
		e.t.Errorf("%s: %v", raw, err)
	}
	e.mu.Lock()
	defer e.mu.Unlock()
	e.all = append(e.all, got)
	if e.status == nil {
		return http.StatusOK
	}
	return e.status(len(e.all) - 1)
}

func (e *endpoints) requests() []received {
	e.mu.Lock()
	defer e.mu.Unlock()
	return append([]received(nil), e.all...)
}

// events are the names of all events that came, in order.
func (e *endpoints) events() string {
	var all []string
	for _, r := range e.requests() {
		all = append(all, r.names()...)
	}
	return strings.Join(all, ", ")
}

// ServeHTTP makes it a server's handler.
func (e *endpoints) ServeHTTP(w http.ResponseWriter, r *http.Request) { w.WriteHeader(e.take(r)) }

// RoundTrip makes it a transport, as a synctest bubble needs it.
func (e *endpoints) RoundTrip(r *http.Request) (*http.Response, error) {
	status := e.take(r)
	if status == 0 {
		return nil, errors.New("connection refused")
	}
	return &http.Response{StatusCode: status, Header: http.Header{}, Body: http.NoBody, Request: r}, nil
}

// serveEndpoints starts the endpoints as a server.
func serveEndpoints(t *testing.T, status func(int) int) (*endpoints, string) {
	e := &endpoints{t: t, status: status}
	server := httptest.NewServer(e)
	t.Cleanup(server.Close)
	return e, server.URL
}

// logBook is a logger and what it wrote.
type logBook struct {
	mu   sync.Mutex // guards text
	text bytes.Buffer
}

func (b *logBook) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.Write(p)
}

func (b *logBook) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.text.String()
}

func (b *logBook) logger() *slog.Logger { return slog.New(slog.NewTextHandler(b, nil)) }

func occupiedNotice(channel string) hub.Notice {
	return hub.Notice{Event: hub.NoticeOccupied, Channel: realtime.Channel(channel)}
}
