package httpapi

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// api answers the calls.
type api struct {
	hub     *hub.Hub
	tenants map[string]*tenant // by the ids of their apps
	now     func() time.Time
	origins []string // whose pages may read answers

	requests sync.Pool // of *request
}

// Option changes how the API works.
type Option func(*api)

// WithClock lets the API read the time from now instead of the system's clock.
func WithClock(now func() time.Time) Option { return func(a *api) { a.now = now } }

// New returns the handler of everything that a Pusher server serves: the sockets below
// /app/, the HTTP API below /apps/, "OK" at / and the readiness at /ready.
func New(h *hub.Hub, options ...Option) http.Handler {
	a := &api{requests: sync.Pool{New: func() any { return new(request) }}, hub: h, now: time.Now, tenants: make(map[string]*tenant)}
	for _, app := range h.Apps() {
		a.tenants[app.ID] = newTenant(app)
	}
	for _, option := range options {
		option(a)
	}
	return a.shared(http.HandlerFunc(a.serve))
}

// serve finds out what the request is for. Sockets at a wrong path learn of it by a close code.
func (a *api) serve(w http.ResponseWriter, r *http.Request) {
	asks := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/apps/"):
		a.serveCall(w, r)
	case asks && strings.HasPrefix(path, "/app/"), upgrades(r):
		a.hub.ServeSocket(w, r)
	case asks && path == "/":
		_, _ = io.WriteString(w, "OK")
	case asks && path == "/ready":
		a.ready(w)
	default:
		writeError(w, errNotFound)
	}
}

// upgrades reports whether the client wants a socket.
func upgrades(r *http.Request) bool {
	return r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket")
}

// call is one call of the API, on behalf of an app. It returns what is encoded as the
// answer, nil for an object without fields.
type call func(a *api, r *request) (any, error)

// serveCall verifies a request, calls, and writes the outcome.
func (a *api) serveCall(w http.ResponseWriter, r *http.Request) {
	to := find(r.URL.EscapedPath())
	switch {
	case to.do == nil && upgrades(r):
		a.hub.ServeSocket(w, r)
		return
	case to.do == nil:
		writeError(w, errNotFound)
		return
	case !to.takes(r.Method):
		to.refuseMethod(w)
		return
	}
	req := a.requests.Get().(*request)
	defer a.release(req)
	answer, err := a.answer(w, r, to, req)
	switch {
	case err != nil:
		writeError(w, err)
	case answer == nil:
		writeNothing(w)
	default:
		writeJSON(w, http.StatusOK, answer)
	}
}

// answer returns what the call returns to a request of the app's backend.
func (a *api) answer(w http.ResponseWriter, r *http.Request, to route, req *request) (any, error) {
	if err := a.verify(w, r, to, req); err != nil {
		return nil, err
	}
	if to.method == http.MethodGet {
		if err := req.tenant.mayRead(req.at); err != nil {
			return nil, err
		}
	}
	return to.do(a, req)
}

func (a *api) ready(w http.ResponseWriter) {
	if !a.hub.Ready() {
		writeError(w, hub.ErrStopped)
		return
	}
	_, _ = io.WriteString(w, "OK")
}

var errNotFound = fault.New(fault.NotFound, "not-found", "There is nothing at this path.")
