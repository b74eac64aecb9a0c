package hub_test

import (
	"fmt"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

func countApp() hub.App {
	app := testApp()
	app.SubscriptionCount, app.UserAuthentication = true, true
	return app
}

func (c *client) expectCount(n int) {
	c.t.Helper()
	f := c.expect("pusher_internal:subscription_count")
	if f.text() != fmt.Sprintf(`{"subscription_count":%d}`, n) {
		c.t.Errorf("%s, want %d", f.text(), n)
	}
}

func TestSubscriptionCount(t *testing.T) {
	n := newNotified()
	r := newRig(t, hub.Options{Apps: []hub.App{countApp()}, Notify: n.notify})
	a, b := r.connect(), r.connect()
	a.subscribe("scores", "")
	a.expectCount(1)
	b.subscribe("scores", "")
	a.expectCount(2)
	b.expectCount(2)
	b.send(`{"event":"pusher:unsubscribe","data":{"channel":"scores"}}`)
	a.expectCount(1)
	b.quiet()
	n.expect(t, "channel_occupied scores", "subscription_count scores 1", "subscription_count scores 2", "subscription_count scores 1")
	a.subscribe("presence-pit", `{"user_id":"7"}`)
	a.signin(`{"id":"7"}`)
	a.quiet()
	a.subscribe("private-cache-x", "")
	a.expect("pusher:cache_miss")
	a.expectCount(1)
}

func TestSubscriptionCountOff(t *testing.T) {
	r := newRig(t, hub.Options{})
	c := r.connect()
	c.subscribe("scores", "")
	c.quiet()
}

// Many subscribers hear of it at most every five seconds, and of the last state for sure.
func TestSubscriptionCountPace(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPipeRig(t, hub.Options{Apps: []hub.App{countApp()}})
		witness := r.connect()
		witness.subscribe("hall", "")
		witness.expectCount(1)
		crowd := make([]*client, 120)
		for i := range crowd {
			c := r.connect()
			crowd[i] = c
			c.subscribe("hall", "")
			go func() { // the others' counts are nobody's business
				for {
					if _, _, err := c.ws.Read(t.Context()); err != nil {
						return
					}
				}
			}()
			if i < 99 {
				witness.expectCount(i + 2)
			}
		}
		witness.quiet()
		start := time.Now()
		witness.expectCount(121)
		if after := time.Since(start); after != 5*time.Second {
			t.Errorf("counted after %v", after)
		}
		pass(t, 6*time.Second)
		for _, c := range crowd[:10] {
			_ = c.ws.CloseNow()
		}
		witness.expectCount(120)
		witness.expectCount(111)
		if after := time.Since(start); after != 16*time.Second {
			t.Errorf("counted after %v", after)
		}
		for _, c := range crowd[10:] {
			_ = c.ws.CloseNow()
		}
		for n := 100; n > 0; n-- {
			witness.expectCount(n)
		}
		synctest.Wait()
	})
}
