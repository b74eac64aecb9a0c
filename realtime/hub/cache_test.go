package hub_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

func TestCacheChannels(t *testing.T) {
	n := newNotified()
	r := newRig(t, hub.Options{Notify: n.notify})
	for _, name := range []string{"cache-a", "private-cache-a", "private-encrypted-cache-a", "presence-cache-a"} {
		first, second := r.connect(), r.connect()
		member := ""
		if strings.HasPrefix(name, "presence-") {
			member = `{"user_id":"7"}`
		}
		first.subscribe(name, member)
		if f := first.expect("pusher:cache_miss"); f.Channel != name {
			t.Errorf("%+v", f)
		}
		r.publish(name, "old", "1")
		r.publish(name, "new", `{"a":"é"}`)
		first.expect("old")
		first.expect("new")
		second.subscribe(name, member)
		if f := second.expect("new"); f.Channel != name || f.text() != `{"a":"é"}` {
			t.Errorf("%s: %+v", name, f)
		}
		second.quiet()
		_, _ = first.ws.CloseNow(), second.ws.CloseNow()
		if member == "" {
			n.expect(t, "channel_occupied "+name, "cache_miss "+name, "channel_vacated "+name)
		} else {
			n.expect(t, "channel_occupied "+name, "member_added "+name+" 7", "cache_miss "+name,
				"member_removed "+name+" 7", "channel_vacated "+name)
		}
		r.publish(name, "alone", "nobody hears it")
		later := r.connect()
		later.subscribe(name, member)
		later.expect("alone")
		later.quiet()
		if member == "" {
			n.expect(t, "channel_occupied "+name)
		} else {
			n.expect(t, "channel_occupied "+name, "member_added "+name+" 7")
		}
	}
}

func TestNotCached(t *testing.T) {
	r := newRig(t, hub.Options{})
	a, b := r.connect(), r.connect()
	a.subscribe("private-cache-a", "")
	a.expect("pusher:cache_miss")
	a.send(`{"event":"client-x","channel":"private-cache-a","data":1}`)
	a.quiet()
	b.subscribe("private-cache-a", "")
	b.expect("pusher:cache_miss")
	for _, name := range []string{"my-cache-a", "cache", "cacheable"} {
		r.publish(name, "n", "")
		b.subscribe(name, "")
		b.quiet()
	}
}

func TestCacheAge(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := newPipeRig(t, hub.Options{})
		r.publish("cache-a", "n", "x")
		r.publish("cache-b", "n", "x")
		pass(t, 29*time.Minute)
		r.publish("cache-b", "n", "y")
		c := r.connect()
		c.subscribe("cache-a", "")
		c.expect("n")
		if info, err := r.hub.Channel(appID, "cache-a"); err != nil || info.Cached == nil || info.Cached.Data != "x" || info.Cached.TTL != time.Minute {
			t.Errorf("%+v %v", info.Cached, err)
		}
		_ = c.ws.CloseNow()
		pass(t, time.Minute)
		c = r.connect()
		c.subscribe("cache-a", "")
		c.expect("pusher:cache_miss")
		c.subscribe("cache-b", "")
		c.expect("n")
		if info, err := r.hub.Channel(appID, "cache-a"); err != nil || info.Cached != nil {
			t.Errorf("%+v %v", info.Cached, err)
		}
	})
}

// What is kept is bounded, and what was published last is kept.
func TestCacheBounds(t *testing.T) {
	app := testApp()
	app.MaxEventPayloadBytes = 10 << 20
	r := newRig(t, hub.Options{Apps: []hub.App{app}})
	kept := func(format string, n int) (sum int) {
		for i := range n {
			if info, err := r.hub.Channel(appID, realtime.Channel(fmt.Sprintf(format, i))); err == nil && info.Cached != nil {
				sum++
			}
		}
		return sum
	}
	for i := range 10_100 {
		r.publish(fmt.Sprintf("cache-%d", i), "n", "x")
	}
	if n := kept("cache-%d", 10_100); n != 10_000 || kept("cache-%d", 100) != 0 {
		t.Errorf("%d events kept", n)
	}
	big := strings.Repeat("x", 10<<20)
	for i := range 10 {
		r.publish(fmt.Sprintf("cache-big-%d", i), "n", big)
	}
	if n := kept("cache-big-%d", 10); n != 6 || kept("cache-%d", 10_100) != 0 {
		t.Errorf("%d big events kept", n)
	}
	if n := r.hub.Stats().Channels; n != 0 {
		t.Errorf("%d channels though nobody is subscribed", n)
	}
}

// Whenever a socket subscribes, it gets the last event and misses none, and none twice.
func TestCacheOrder(t *testing.T) {
	r := newRig(t, hub.Options{})
	for round := range 20 {
		name := fmt.Sprintf("cache-%d", round)
		var racing sync.WaitGroup
		racing.Go(func() {
			for i := range 50 {
				r.publish(name, "n", fmt.Sprint(i))
			}
		})
		for range 3 {
			c := r.connect()
			racing.Go(func() {
				c.subscribe(name, "")
				last := -1
				for last < 49 {
					f := c.next()
					var n int
					if f.Event == "pusher:cache_miss" && last == -1 {
						last = -2 // all of them have to come
						continue
					}
					if _, err := fmt.Sscan(f.text(), &n); err != nil || last == -2 && n != 0 || last >= 0 && n != last+1 {
						t.Errorf("after %d came %+v", last, f)
						return
					}
					last = n
				}
			})
		}
		racing.Wait()
	}
}
