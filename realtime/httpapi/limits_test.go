package httpapi_test

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// limitRig is a rig of one app, whose API reads a clock that the test moves.
type limitRig struct {
	*rig
	clock atomic.Pointer[time.Time]
}

func newLimitRig(t *testing.T, app hub.App) *limitRig {
	r := &limitRig{}
	now := time.Now()
	r.clock.Store(&now)
	app.ID, app.Key, app.Secret = "1", appKey, secret
	other := hub.App{ID: "2", Key: "key2", Secret: secret}
	r.rig = newRigOf(t, []hub.App{app, other}, httpapi.WithClock(func() time.Time { return *r.clock.Load() }))
	return r
}

// pass lets the time of the API go on.
func (r *limitRig) pass(d time.Duration) {
	now := r.clock.Load().Add(d)
	r.clock.Store(&now)
}

// want sends a request and compares the status and, of a refusal for a while, how long.
func (r *limitRig) want(q raw, status int, code, retryAfter string) {
	r.t.Helper()
	got, header, body := r.send(q)
	var problem struct{ Error, Code string }
	if err := json.Unmarshal([]byte(body), &problem); err != nil {
		r.t.Fatalf("%s: %v", body, err)
	}
	if got != status || problem.Code != code || (problem.Error == "") != (status == 200) || header.Get("Retry-After") != retryAfter {
		r.t.Errorf("%s: %d %s, Retry-After %q; want %d %s, %q", q.body, got, body, header.Get("Retry-After"), status, code, retryAfter)
	}
}

// eventTo is an event to n channels, the first of which is c0.
func eventTo(n int, name string) raw {
	channels := make([]string, n)
	for i := range channels {
		channels[i] = fmt.Sprintf(`"c%d"`, i)
	}
	return raw{method: "POST", path: "/apps/1/events", body: `{"name":"` + name + `","data":"d","channels":[` + strings.Join(channels, ",") + `]}`}
}

func batchOf(n int, name string) raw {
	event := `,{"name":"` + name + `","channel":"c0","data":"d"}`
	return raw{method: "POST", path: "/apps/1/batch_events", body: `{"batch":[` + strings.Repeat(event, n)[1:] + `]}`}
}

func TestBackendEventsPerSecond(t *testing.T) {
	r := newLimitRig(t, hub.App{MaxBackendEventsPerSecond: 5})
	conn, _ := r.subscriber("c0", "")
	refused := func(q raw, retryAfter string) {
		t.Helper()
		r.want(q, 429, "backend-event-rate", retryAfter)
	}
	r.want(eventTo(3, "one"), 200, "", "")
	refused(eventTo(3, "lost"), "1")
	refused(batchOf(3, "lost"), "1")
	r.want(batchOf(2, "two"), 200, "", "")
	refused(eventTo(1, "lost"), "1")
	r.pass(199 * time.Millisecond)
	refused(eventTo(1, "lost"), "1")
	r.pass(time.Millisecond)
	r.want(eventTo(1, "three"), 200, "", "")

	// What is refused for another reason costs nothing.
	r.pass(time.Second)
	for range 3 {
		r.want(raw{method: "POST", path: "/apps/1/batch_events", body: `{"batch":[{"name":"lost","channel":"c0","data":"d"},{"name":"lost","channel":"c0"}]}`}, 400, "no-data", "")
		r.want(raw{method: "POST", path: "/apps/1/events", body: `{"name":"lost","channel":"c 0","data":"d"}`}, 400, "bad-channel-name", "")
		r.want(raw{method: "POST", path: "/apps/1/events", body: eventTo(1, "lost").body, secret: "wrong"}, 401, "wrong-signature", "")
		r.want(raw{method: "GET", path: "/apps/1/channels"}, 200, "", "")
	}
	r.want(batchOf(5, "four"), 200, "", "")

	// An event to more channels than there are points in a second waits for all of them.
	refused(eventTo(12, "lost"), "1")
	r.pass(time.Second)
	r.want(eventTo(12, "five"), 200, "", "")
	refused(eventTo(1, "lost"), "2")
	r.pass(1600 * time.Millisecond)
	r.want(eventTo(1, "six"), 200, "", "")
	r.want(raw{method: "POST", path: "/apps/1/events", body: `{"name":"lost","data":"d","channels":["c0","c0","c1"]}`}, 429, "backend-event-rate", "1")

	for _, name := range []string{"one", "two", "two", "three", "four", "four", "four", "four", "four", "five", "six"} {
		r.read(conn, name)
	}
	for range 20 { // other apps have limits of their own
		if code, body := r.do(raw{method: "POST", path: "/apps/2/events", body: eventTo(5, "x").body, query: map[string]string{"auth_key": "key2"}}); code != 200 {
			t.Fatalf("%d %s", code, body)
		}
	}
}

func TestReadRequestsPerSecond(t *testing.T) {
	r := newLimitRig(t, hub.App{MaxReadRequestsPerSecond: 3})
	for _, path := range []string{"/apps/1/channels", "/apps/1/channels/c", "/apps/1/channels/presence-c/users"} {
		r.want(raw{method: "GET", path: path}, 200, "", "")
	}
	for _, path := range []string{"/apps/1/channels", "/apps/1/channels/c", "/apps/1/channels/presence-c/users"} {
		r.want(raw{method: "GET", path: path}, 429, "read-request-rate", "1")
		r.want(raw{method: "GET", path: path, secret: "wrong"}, 401, "wrong-signature", "")
	}
	r.want(eventTo(1, "n"), 200, "", "")
	r.want(raw{method: "POST", path: "/apps/1/users/7/terminate_connections"}, 200, "", "")
	r.pass(time.Second)
	for range 3 {
		r.want(raw{method: "GET", path: "/apps/1/channels"}, 200, "", "")
	}
	r.want(raw{method: "GET", path: "/apps/1/channels"}, 429, "read-request-rate", "1")
	for range 20 {
		if code, body := r.do(raw{method: "GET", path: "/apps/2/channels", query: map[string]string{"auth_key": "key2"}}); code != 200 {
			t.Fatalf("%d %s", code, body)
		}
	}
}

func TestChannelsAtOnceAndBatchSize(t *testing.T) {
	for _, test := range []struct {
		app             hub.App
		channels, batch int
	}{
		{hub.App{}, 100, 10},
		{hub.App{MaxEventChannels: 1, MaxEventBatch: 1}, 1, 1},
		{hub.App{MaxEventChannels: 2000, MaxEventBatch: 500}, 2000, 500},
	} {
		r := newLimitRig(t, test.app)
		conn, _ := r.subscriber("c0", "")
		r.want(eventTo(test.channels+1, "lost"), 400, "too-many-channels", "")
		r.want(batchOf(test.batch+1, "lost"), 400, "bad-batch", "")
		r.want(raw{method: "POST", path: "/apps/1/batch_events", body: `{"batch":[]}`}, 400, "bad-batch", "")
		channels := make([]realtime.Channel, test.channels+1)
		for i := range channels {
			channels[i] = "c0"
		}
		if err := r.hub.Publish("1", channels, "lost", "d", ""); !errors.Is(err, hub.ErrManyChannels) {
			t.Errorf("%d channels: %v", len(channels), err)
		}
		r.want(eventTo(test.channels, "all"), 200, "", "")
		r.want(batchOf(test.batch, "batch"), 200, "", "")
		r.read(conn, "all")
		for range test.batch {
			r.read(conn, "batch")
		}
	}
}

// Bodies may be as large as the app's limits together make them, and no larger.
func TestBodyLimit(t *testing.T) {
	data := strings.Repeat(`\u0001`, 30<<10)
	event := `,{"name":"` + strings.Repeat("n", 200) + `","channel":"c0","data":"` + data + `"}`
	batch := func(n int) raw {
		return raw{method: "POST", path: "/apps/1/batch_events", body: `{"batch":[` + strings.Repeat(event, n)[1:] + `]}`}
	}
	r := newLimitRig(t, hub.App{MaxEventPayloadBytes: 30 << 10, MaxEventBatch: 20})
	r.want(batch(20), 200, "", "")
	r.want(batch(21), 413, "body-too-large", "")
	for _, test := range []struct {
		data   string
		status int
		code   string
	}{
		{data, 200, ""},
		{data + "x", 413, "event-too-large"},
		{strings.Repeat("x", 5<<20), 413, "body-too-large"},
	} {
		r.want(raw{method: "POST", path: "/apps/1/events", body: `{"name":"n","channel":"c","data":"` + test.data + `"}`}, test.status, test.code, "")
	}
}
