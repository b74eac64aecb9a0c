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
	mux := http.NewServeMux()
	mux.HandleFunc("GET /{$}", func(w http.ResponseWriter, _ *http.Request) { _, _ = io.WriteString(w, "OK") })
	mux.HandleFunc("GET /ready", a.ready)
	mux.HandleFunc("GET /app/{path...}", h.ServeSocket)
	routes := []struct {
		method, path string
		call         call
	}{
		{http.MethodPost, "/apps/{app}/events", a.events},
		{http.MethodPost, "/apps/{app}/batch_events", a.batchEvents},
		{http.MethodGet, "/apps/{app}/channels", a.limited(a.channels)},
		{http.MethodGet, "/apps/{app}/channels/{channel}", a.limited(a.channel)},
		{http.MethodGet, "/apps/{app}/channels/{channel}/users", a.limited(a.users)},
		{http.MethodPost, "/apps/{app}/users/{user}/terminate_connections", a.terminate},
	}
	for _, r := range routes {
		mux.HandleFunc(r.method+" "+r.path, a.signed(r.call))
		mux.HandleFunc(r.path, refuseMethod(r.method))
	}
	mux.HandleFunc("/", a.elsewhere)
	return a.shared(mux)
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
type call func(r *request) (any, error)

// request is a request that is known to come from the app's backend.
type request struct {
	*http.Request
	tenant *tenant
	query  map[string]string // its parameters, but those of the signature
	body   []byte
}

// signed verifies a request, calls, and writes the outcome.
func (a *api) signed(do call) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		req, err := a.verify(w, r)
		if err != nil {
			writeError(w, err)
			return
		}
		answer, err := do(req)
		if err != nil {
			writeError(w, err)
			return
		}
		writeJSON(w, http.StatusOK, answer)
	}
}

// limited is a question: it takes a point of those that the app has for questions.
func (a *api) limited(do call) call {
	return func(r *request) (any, error) {
		if err := r.tenant.mayRead(a.now()); err != nil {
			return nil, err
		}
		return do(r)
	}
}

func refuseMethod(allowed string) http.HandlerFunc {
	allow := allowed
	if allowed == http.MethodGet {
		allow += ", " + http.MethodHead
	}
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Allow", allow)
		write(w, http.StatusMethodNotAllowed, "method-not-allowed", "This path answers "+allowed+" only.")
	}
}

func (a *api) ready(w http.ResponseWriter, _ *http.Request) {
	if !a.hub.Ready() {
		writeError(w, hub.ErrStopped)
		return
	}
	_, _ = io.WriteString(w, "OK")
}

var errNotFound = fault.New(fault.NotFound, "not-found", "There is nothing at this path.")
