package hub_test

import (
	"context"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

const tick = time.Second

// pass lets the time of a bubble go on.
func pass(t *testing.T, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

func TestMutePeer(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPipeRig(t, hub.Options{})
		c := r.connect()
		start := time.Now()
		c.expect("pusher:ping")
		if after := time.Since(start); after < 45*time.Second || after > 55*time.Second {
			t.Errorf("pinged after %v", after)
		}
		c.send(`{"event":"pusher:pong","data":{}}`)
		c.expect("pusher:ping")
		c.expectClose(4201)
		if after := time.Since(start); after > 180*time.Second {
			t.Errorf("closed after %v", after)
		}
		synctest.Wait()
		if n := r.hub.Stats().Connections; n != 0 {
			t.Errorf("%d connections", n)
		}
	})
}

func TestPingKeepsOpen(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPipeRig(t, hub.Options{ActivityTimeout: 10 * time.Second})
		c := r.connect()
		for range 20 {
			pass(t, 9*time.Second)
			c.quiet()
		}
	})
}

// A socket on which nothing is said but pings ends after a day; one that is used stays.
func TestInactivity(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPipeRig(t, hub.Options{ActivityTimeout: time.Hour})
		idle, used := r.connect(), r.connect()
		used.subscribe("hall", "")
		start := time.Now()
		for range 26 {
			pass(t, 55*time.Minute)
			idle.quiet()
			r.publish("hall", "n", "")
			used.expect("n")
			used.quiet()
		}
		if n := r.hub.Stats().Connections; n != 2 {
			t.Fatalf("%d connections after %v", n, time.Since(start))
		}
		text, err := "", error(nil)
		for err == nil {
			var raw []byte
			if _, raw, err = idle.ws.Read(t.Context()); err == nil {
				text = string(raw)
			}
		}
		if websocket.CloseStatus(err) != 4202 || !strings.Contains(text, "4202") || time.Since(start) > 25*time.Hour {
			t.Errorf("after %v: %s, %v", time.Since(start), text, err)
		}
		used.quiet()
	})
}

// A peer that never reads at all is gone when its patience ends, also where writes block.
func TestStuckWithoutDescriptor(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPipeRig(t, hub.Options{})
		good, stuck := r.connect(), r.connect()
		good.subscribe("hall", "")
		stuck.subscribe("hall", "")
		r.publish("hall", "n", "1")
		good.expect("n")
		pass(t, 20*time.Second)
		if n := r.hub.Stats(); n.SlowCloses != 1 || n.Connections != 1 || n.QueuedBytes != 0 {
			t.Errorf("%+v", n)
		}
		r.publish("hall", "n", "2")
		good.expect("n")
	})
}

func TestShutdownSpreads(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPipeRig(t, hub.Options{})
		clients := make([]*client, 50)
		for i := range clients {
			clients[i] = r.connect()
		}
		closed := make(chan time.Duration, len(clients))
		start := time.Now()
		for _, c := range clients {
			go func() {
				c.expectClose(4200)
				closed <- time.Since(start)
			}()
		}
		ctx, cancel := context.WithTimeout(t.Context(), 5*time.Second)
		defer cancel()
		if err := r.hub.Shutdown(ctx); err != nil {
			t.Fatal(err)
		}
		if r.hub.Ready() {
			t.Error("still ready")
		}
		var last time.Duration
		for range clients {
			last = max(last, <-closed)
		}
		if last < 200*time.Millisecond || last > 5*time.Second {
			t.Errorf("the last was closed after %v", last)
		}
	})
}

func TestShutdownCuts(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPipeRig(t, hub.Options{})
		r.connect() // never reads its close
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		if err := r.hub.Shutdown(ctx); err == nil {
			t.Error("a mute peer had no consequence")
		}
	})
}
