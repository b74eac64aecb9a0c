package hub_test

import (
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// awaitDelays waits until n events are counted, and returns the counts.
func (r *rig) awaitDelays(n int64) hub.Delays {
	r.t.Helper()
	end := time.After(time.Minute)
	for {
		d := r.hub.AppStats(appID).Delays
		if d.Count >= n {
			return d
		}
		select {
		case <-end:
			r.t.Fatalf("%d deliveries are counted, want %d", d.Count, n)
		case <-time.After(time.Millisecond):
		}
	}
}

// An event counts once, however many hear it, whoever published it, and not if nobody does.
// What the hub itself tells does not count.
func TestDelays(t *testing.T) {
	r := newRig(t, hub.Options{})
	began := time.Now()
	r.publish("presence-hall", "n", "nobody hears this")
	clients := make([]*client, 3)
	for i, member := range []string{`{"user_id":"1"}`, `{"user_id":"2"}`, `{"user_id":"3"}`} {
		clients[i] = r.connect()
		clients[i].subscribe("presence-hall", member)
		for _, other := range clients[:i] {
			other.expect("pusher_internal:member_added")
		}
	}
	r.publish("presence-hall", "n", "1")
	events := []realtime.Event{{Channel: "presence-hall", Name: "n", Data: "2"}, {Channel: "empty", Name: "n"}, {Channel: "presence-hall", Name: "n", Data: "3"}}
	if err := r.hub.Publisher(appID).Publish(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	for _, c := range clients {
		for range 3 {
			c.expect("n")
		}
	}
	clients[0].send(`{"event":"client-n","channel":"presence-hall","data":"4"}`)
	clients[1].expect("client-n")
	d := r.awaitDelays(4)
	if last := len(d.Within) - 1; d.Count != 4 || d.Within[last] != 4 {
		t.Errorf("%d deliveries, %d of them within %v, want 4", d.Count, d.Within[last], hub.DelayBounds()[last])
	}
	if most := 4 * time.Since(began); d.Sum <= 0 || d.Sum > most {
		t.Errorf("4 deliveries took %v, the test %v", d.Sum, most/4)
	}
	for i := range d.Within[1:] {
		if d.Within[i] > d.Within[i+1] {
			t.Errorf("%d took up to %v and %d up to %v", d.Within[i], hub.DelayBounds()[i], d.Within[i+1], hub.DelayBounds()[i+1])
		}
	}
	if all := r.hub.Stats().Delays; all != d {
		t.Errorf("over all apps %+v, in the only one %+v", all, d)
	}
}
