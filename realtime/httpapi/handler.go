package httpapi

import (
	"io"
	"net/http"
	"strings"
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
}

// Option changes how the API works.
type Option func(*api)

// WithClock lets the API read the time from now instead of the system's clock.
func WithClock(now func() time.Time) Option { return func(a *api) { a.now = now } }

// New returns the handler of everything that a Pusher server serves: the sockets below
// /app/, the HTTP API below /apps/, "OK" at / and the readiness at /ready.
func New(h *hub.Hub, options ...Option) http.Handler {
	a := &api{hub: h, now: time.Now, tenants: make(map[string]*tenant)}
	for _, app := range h.Apps() {
		a.tenants[app.ID] = newTenant(app)
	}
	for _, option := range options {
		option(a)
	}
	return a.shared(http.HandlerFunc(a.serve))
}

// serve finds out what the request is for.
func (a *api) serve(w http.ResponseWriter, r *http.Request) {
	asks := r.Method == http.MethodGet || r.Method == http.MethodHead
	switch path := r.URL.Path; {
	case strings.HasPrefix(path, "/apps/"):
		a.serveCall(w, r)
	case asks && strings.HasPrefix(path, "/app/"):
		a.hub.ServeSocket(w, r)
	case asks && path == "/":
		_, _ = io.WriteString(w, "OK")
	case asks && path == "/ready":
		a.ready(w)
	default:
		a.elsewhere(w, r)
	}
}

// elsewhere answers at all other paths. Sockets learn of their mistake by a close code.
func (a *api) elsewhere(w http.ResponseWriter, r *http.Request) {
	if r.Method == http.MethodGet && strings.EqualFold(r.Header.Get("Upgrade"), "websocket") {
		a.hub.ServeSocket(w, r)
		return
	}
	writeError(w, errNotFound)
}

// call is one call of the API, on behalf of an app. It returns what is encoded as the
// answer.
type call func(a *api, r *request) (any, error)

// request is a request that is known to come from the app's backend.
type request struct {
	tenant *tenant
	name   string            // of the channel or user in the path
	query  map[string]string // its parameters, but those of the signature
	body   []byte
}

// serveCall verifies a request, calls, and writes the outcome.
func (a *api) serveCall(w http.ResponseWriter, r *http.Request) {
	to := find(r.URL.EscapedPath())
	switch {
	case to.do == nil:
		a.elsewhere(w, r)
		return
	case !to.takes(r.Method):
		to.refuseMethod(w)
		return
	}
	req, err := a.verify(w, r, to)
	if err != nil {
		writeError(w, err)
		return
	}
	if to.method == http.MethodGet {
		if err := req.tenant.mayRead(a.now()); err != nil {
			writeError(w, err)
			return
		}
	}
	answer, err := to.do(a, req)
	if err != nil {
		writeError(w, err)
		return
	}
	writeJSON(w, http.StatusOK, answer)
}

func (a *api) ready(w http.ResponseWriter) {
	if !a.hub.Ready() {
		writeError(w, hub.ErrStopped)
		return
	}
	_, _ = io.WriteString(w, "OK")
}

var errNotFound = fault.New(fault.NotFound, "not-found", "There is nothing at this path.")
