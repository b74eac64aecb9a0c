package redisbus_test

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/redisbus"
)

// TestTwoTabs has one user on two nodes, who is one member.
func TestTwoTabs(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	a, b := newNode(t, redis.URL()), newNode(t, redis.URL())
	watcher := connect(t, a.url)
	watcher.join("presence-x", member("watcher"))
	tab1, tab2 := connect(t, a.url), connect(t, b.url)
	tab1.join("presence-x", member("ann"))
	watcher.wait("pusher_internal:member_added", 1)
	eventually(t, "b knows both", func() bool { return len(b.bus.Members(appID, "presence-x")) == 2 })
	if got := roster(tab2.join("presence-x", member("ann"))); !slices.Equal(got, []string{"ann", "watcher"}) {
		t.Errorf("the second tab sees %v", got)
	}
	eventually(t, "a knows the second tab", func() bool { return len(a.bus.Members(appID, "presence-x")) == 1 })
	_ = tab1.ws.CloseNow()
	eventually(t, "b knows that the first tab went", func() bool { return len(b.bus.Members(appID, "presence-x")) == 1 })
	if got := watcher.users("member_removed"); got != nil {
		t.Errorf("removed %v while a tab was there", got)
	}
	_ = tab2.ws.CloseNow()
	watcher.wait("pusher_internal:member_removed", 1)
	if added, removed := watcher.users("member_added"), watcher.users("member_removed"); fmt.Sprint(added, removed) != "[ann] [ann]" {
		t.Errorf("added %v, removed %v", added, removed)
	}
}

// TestNoticesOnce has a channel that is joined and left on two nodes: each notice is told
// by one of them.
func TestNoticesOnce(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	nodes := []*node{newNode(t, redis.URL()), newNode(t, redis.URL())}
	var sockets []*client
	for i := range 10 {
		c := connect(t, nodes[i%2].url)
		c.join("presence-x", member(fmt.Sprint("u", i/4)))
		sockets = append(sockets, c)
	}
	count := func(event string) int { return len(nodes[0].told(event)) + len(nodes[1].told(event)) }
	eventually(t, "three members were told", func() bool { return count("member_added") >= 3 })
	for _, c := range sockets {
		_ = c.ws.CloseNow()
	}
	eventually(t, "the end was told", func() bool { return count("channel_vacated") >= 1 })
	for event, want := range map[string]int{"channel_occupied": 1, "member_added": 3, "member_removed": 3, "channel_vacated": 1} {
		if got := count(event); got != want {
			t.Errorf("%s was told %d times, want %d", event, got, want)
		}
	}
}

// TestMessages has events, client events, the end of a user, cached events and hints cross.
func TestMessages(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	a, b := newNode(t, redis.URL()), newNode(t, redis.URL())
	near, far := connect(t, a.url), connect(t, b.url)
	for _, c := range []*client{near, far} {
		c.join("private-x", "")
	}
	if err := a.hub.Publish(appID, []realtime.Channel{"private-x", "cache-x"}, "score", "7", far.id); err != nil {
		t.Fatal(err)
	}
	near.wait("score", 1)
	_ = near.ws.Write(t.Context(), 1, []byte(`{"event":"client-move","channel":"private-x","data":"1"}`))
	far.wait("client-move", 1)
	if got := far.all("score"); got != nil {
		t.Errorf("the socket that was left out got %v", got)
	}
	far.join("cache-x", "")
	if f := far.wait("score", 1); f.Data != "7" || f.Channel != "cache-x" {
		t.Errorf("cached %+v", f)
	}
	hinted := make(chan int64, 1)
	b.bus.OnHint(func(channel realtime.Channel, seq int64) {
		if channel == "private-team-1" {
			hinted <- seq
		}
	})
	a.bus.Hint("private-team-1", 12)
	select {
	case seq := <-hinted:
		if seq != 12 {
			t.Errorf("hinted at %d", seq)
		}
	case <-t.Context().Done():
	case <-time.After(time.Minute):
		t.Error("the hint did not come")
	}
	late := newNode(t, redis.URL())
	newcomer := connect(t, late.url)
	newcomer.join("cache-x", "")
	newcomer.wait("score", 1) // which was published before its node began
}

// TestStop has the last node with members stop: webhooks are told of the end.
func TestStop(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	a, b := newNode(t, redis.URL()), newNode(t, redis.URL())
	c, watcher := connect(t, a.url), connect(t, b.url)
	c.join("presence-x", member("ann"))
	watcher.join("presence-x", member("watcher"))
	c.wait("pusher_internal:member_added", 1)
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	if err := a.hub.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if got := a.told("member_removed"); len(got) != 1 || got[0].UserID != "ann" {
		t.Errorf("told %+v", got)
	}
	watcher.wait("pusher_internal:member_removed", 1)
	if err := b.hub.Shutdown(ctx); err != nil {
		t.Fatal(err)
	}
	if got := len(a.told("channel_vacated")) + len(b.told("channel_vacated")); got != 1 {
		t.Errorf("the end was told %d times", got)
	}
}

// TestPrefixes has two clusters share a Redis that wants a password, in a database that is
// not the first. They know nothing of each other.
func TestPrefixes(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	if answer, err := redis.Do("CONFIG SET requirepass geheim"); err != nil || answer != "+OK\r\n" {
		t.Fatal(answer, err)
	}
	url := "redis://:geheim@" + redis.Address + "/3"
	a, b, other := newNode(t, url), newNode(t, url), newNodeOf(t, redisbus.Options{URL: url, Prefix: "others"})
	near, far, stranger := connect(t, a.url), connect(t, b.url), connect(t, other.url)
	for i, c := range []*client{near, stranger, far} {
		c.join("presence-x", member(fmt.Sprint("u", i)))
	}
	near.wait("pusher_internal:member_added", 1)
	if err := a.hub.Publish(appID, []realtime.Channel{"presence-x"}, "n", "1", ""); err != nil {
		t.Fatal(err)
	}
	far.wait("n", 1)
	if got := fmt.Sprint(near.users("member_added"), stranger.users("member_added"), stranger.all("n")); got != "[u2] [] []" {
		t.Errorf("got %s", got)
	}
	if got := other.bus.Stats(); got.Facts != 0 || !got.Connected {
		t.Errorf("the other cluster sees %+v", got)
	}
}
