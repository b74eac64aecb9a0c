package realtimetest

import (
	"encoding/json"
	"net/http"
	"strconv"
	"strings"
	"sync/atomic"
	"time"

	pusher "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

const patience = 20 * time.Second

// turns deals the nodes of a server out, one after the other.
type turns struct {
	taken    atomic.Uint64
	canaries canaries
}

// rig is a server in the hands of one row.
type rig struct {
	tester
	server  *Server
	app     App
	turns   *turns
	http    *http.Client
	prefix  string // what makes names of this row its own
	named   int
	waiting time.Duration
}

func newRig(t tester, s *Server, of row, turns *turns) *rig {
	app, _ := s.app(of.appID())
	r := &rig{tester: t, server: s, app: app, turns: turns, prefix: strings.ReplaceAll(of.name, "_", "-") + ".", waiting: s.Patience}
	if r.waiting == 0 {
		r.waiting = patience
	}
	transport := &http.Transport{}
	r.http = &http.Client{Transport: transport, Timeout: r.waiting}
	t.Cleanup(transport.CloseIdleConnections)
	return r
}

// node returns the address of the node whose turn it is.
func (r *rig) node() string {
	r.Helper()
	r.settle()
	return r.server.Nodes[r.turns.taken.Add(1)%uint64(len(r.server.Nodes))]
}

// other returns another app of the server.
func (r *rig) other(id string) App {
	r.Helper()
	app, ok := r.server.app(id)
	if !ok {
		r.Fatalf("the server was not given the app %s", id)
	}
	return app
}

// name returns a name that no other row has, such as a channel's with the kind in front.
func (r *rig) name(kind string) string {
	r.named++
	return kind + r.prefix + strconv.Itoa(r.named)
}

// signer signs with the secret of the row's app.
func (r *rig) signer() realtime.Signer {
	return realtime.Signer{Key: r.app.Key, Secret: r.app.Secret}
}

// backend returns the real Go library as the backend of the row's app.
func (r *rig) backend() *pusher.Client {
	return &pusher.Client{AppID: r.app.ID, Key: r.app.Key, Secret: r.app.Secret, Host: r.node(), HTTPClient: r.http, OverrideMaxMessagePayloadKB: 1000}
}

// publish publishes one event.
func (r *rig) publish(channel, name, data string) {
	r.Helper()
	if r.server.Publisher == nil || r.app.ID != AppMain {
		if got := r.post("/events", trigger(channel, name, data)); got.status != http.StatusOK {
			r.Fatalf("%s: %d %s", got.what, got.status, got.body)
		}
		return
	}
	event := realtime.Event{Channel: realtime.Channel(channel), Name: name, Data: data}
	if err := r.server.Publisher.Publish(r.Context(), []realtime.Event{event}); err != nil {
		r.Fatalf("publish %s on %s: %v", name, channel, err)
	}
}

// must ends the row if there is an error.
func (r *rig) must(err error) {
	r.Helper()
	if err != nil {
		r.Fatalf("%v", err)
	}
}

// text returns v as JSON.
func text(v any) string {
	raw, err := json.Marshal(v)
	if err != nil {
		return err.Error() // no JSON, so that it is no use to any row
	}
	return string(raw)
}

// same reports whether two texts are the same JSON.
func same(a, b string) bool {
	var x, y any
	if json.Unmarshal([]byte(a), &x) != nil || json.Unmarshal([]byte(b), &y) != nil {
		return false
	}
	return text(x) == text(y)
}
