package redisbus_test

import (
	"encoding/json"
	"fmt"
	"slices"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

const (
	each = 10 // members on each node
	room = "presence-hall"
)

// hall is a set of nodes with members on each of them, who are all in one channel.
type hall struct {
	t       *testing.T
	members [][]*client // by node
}

// fill connects the members of one node after the other and waits until everybody knows
// everybody.
func fill(t *testing.T, urls ...string) *hall {
	t.Helper()
	h := &hall{t: t}
	for i, url := range urls {
		var here []*client
		for k := range each {
			c := connect(t, url)
			c.join(room, member(name(i, k)))
			here = append(here, c)
		}
		h.members = append(h.members, here)
	}
	for i, here := range h.members {
		for k, c := range here {
			later := (len(urls)-i)*each - k - 1
			eventually(t, fmt.Sprintf("%s has met the others", name(i, k)), func() bool { return len(c.all("pusher_internal:member_added")) >= later })
		}
	}
	h.forget()
	return h
}

func name(node, k int) string { return fmt.Sprintf("n%d-%02d", node, k) }

// names are the members of a node.
func names(node int) []string {
	var list []string
	for k := range each {
		list = append(list, name(node, k))
	}
	return list
}

// forget drops the frames that came so far.
func (h *hall) forget() {
	for _, here := range h.members {
		for _, c := range here {
			c.mu.Lock()
			c.frames = nil
			c.mu.Unlock()
		}
	}
}

// saw wants the members of the nodes to have been told of these, each once and of nobody
// else. It waits for them.
func (h *hall) saw(event string, want []string, nodes ...int) (last time.Time) {
	h.t.Helper()
	for _, node := range nodes {
		for k, c := range h.members[node] {
			eventually(h.t, fmt.Sprintf("%d of %s at %s", len(want), event, name(node, k)), func() bool { return len(c.users(event)) >= len(want) })
			if got := c.users(event); !slices.Equal(got, want) {
				h.t.Errorf("%s was told of %s %v, want %v", name(node, k), event, got, want)
			}
			for _, f := range c.all("pusher_internal:" + event) {
				if f.at.After(last) {
					last = f.at
				}
			}
		}
	}
	return last
}

// flaps counts what members of the nodes were told.
func (h *hall) flaps(nodes ...int) (n int) {
	for _, node := range nodes {
		for _, c := range h.members[node] {
			n += len(c.users("member_added")) + len(c.users("member_removed"))
		}
	}
	return n
}

// TestProcesses does to the program what the tests of hubs in this process cannot.
func TestProcesses(t *testing.T) {
	t.Parallel()
	program := build(t)
	for name, check := range map[string]func(t *testing.T, program string){
		"kill": checkKill, "frozen": checkFrozen, "empty Redis and kill": checkEmptyRedisAndKill,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			check(t, program)
		})
	}
}

// checkKill kills one of three nodes. Its members go, each once, for those on the others.
func checkKill(t *testing.T, program string) {
	redis := redistest.New(t)
	var nodes []*process
	for range 3 {
		nodes = append(nodes, startProcess(t, program, redis.URL()))
	}
	h := fill(t, nodes[0].url, nodes[1].url, nodes[2].url)
	killed := time.Now()
	nodes[2].kill()
	last := h.saw("member_removed", names(2), 0, 1)
	timed(t, "kill_removed_seconds", last.Sub(killed), 8*time.Second)
	if got := h.flaps(0, 1); got != 2*each*each {
		t.Errorf("%d news, want %d", got, 2*each*each)
	}
}

// checkFrozen stops one of three nodes for 12 s. Its members go once and come back once, and
// its own clients are told nothing.
func checkFrozen(t *testing.T, program string) {
	redis := redistest.New(t)
	var nodes []*process
	for range 3 {
		nodes = append(nodes, startProcess(t, program, redis.URL()))
	}
	h := fill(t, nodes[0].url, nodes[1].url, nodes[2].url)
	stopped := time.Now()
	nodes[2].signal(syscall.SIGSTOP)
	last := h.saw("member_removed", names(2), 0, 1)
	timed(t, "frozen_removed_seconds", last.Sub(stopped), 8*time.Second)
	during(t, 12*time.Second-time.Since(stopped))
	woken := time.Now()
	nodes[2].signal(syscall.SIGCONT)
	last = h.saw("member_added", names(2), 0, 1)
	timed(t, "woken_added_seconds", last.Sub(woken), 4*time.Second)
	during(t, 6*time.Second) // over a lease and the grace
	h.saw("member_removed", names(2), 0, 1)
	h.saw("member_added", names(2), 0, 1)
	figure(t, "woken_own_flaps", float64(h.flaps(2)), 0)
}

// TestEmptyRedis kills Redis and starts it empty. One node reaches it 3 s later than the
// others. Nobody is told anything, and what happens meanwhile is told afterwards.
func TestEmptyRedis(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	hole := redistest.NewProxy(t, redis.Address)
	nodes := []*node{newNode(t, redis.URL()), newNode(t, redis.URL()), newNode(t, hole.URL())}
	h := fill(t, nodes[0].url, nodes[1].url, nodes[2].url)
	redis.Kill()
	during(t, 1500*time.Millisecond)
	late := connect(t, nodes[0].url)
	if got := roster(late.join(room, member("late"))); len(got) != 3*each+1 {
		t.Errorf("without Redis a newcomer sees %d members", len(got))
	}
	hole.Hole(true)
	redis.Restart()
	h.saw("member_added", []string{"late"}, 0, 1)
	during(t, 3*time.Second)
	hole.Hole(false)
	h.saw("member_added", []string{"late"}, 2)
	during(t, 7*time.Second) // over the grace
	figure(t, "empty_redis_flaps", float64(h.flaps(0, 1, 2)-3*each), 0)
	for i, n := range nodes {
		if got := len(n.bus.Members(appID, room)); got < 2*each || got > 2*each+1 {
			t.Errorf("node %d sees %d members on the others", i, got)
		}
	}
	told := 0
	for _, n := range nodes {
		told += len(n.told("member_added")) + len(n.told("member_removed"))
	}
	if told != 3*each+1 {
		t.Errorf("webhooks were told %d times, want %d new members", told, 3*each+1)
	}
}

// TestLostMessage changes what Redis has without a word on the stream. The next beat shows
// that a version is missing.
func TestLostMessage(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	n := newNode(t, redis.URL())
	c := connect(t, n.url)
	c.join(room, member("ann"))
	for _, command := range []string{
		`ZADD {ftcmetrics}:nodes 9999999999999 ghost`, `HSET {ftcmetrics}:node:ghost "p` + appID + `\n` + room + `\nbob" "1 {\"a\":1}"`, `INCR {ftcmetrics}:version`,
	} {
		if answer, err := redis.Do(command); err != nil || answer[0] != ':' {
			t.Fatalf("%s: %s %v", command, answer, err)
		}
	}
	if f := c.wait("pusher_internal:member_added", 1); f.Data != `{"user_id":"bob","user_info":{"a":1}}` {
		t.Errorf("added %s", f.Data)
	}
}

// TestSlowRedis has a Redis that takes half a second for an answer. What crosses is late;
// nothing else is, and nobody flaps.
func TestSlowRedis(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	way := redistest.NewProxy(t, redis.Address)
	nodes := []*node{newNode(t, way.URL()), newNode(t, way.URL())}
	h := fill(t, nodes[0].url, nodes[1].url)
	straight := connect(t, newNode(t, redis.URL()).url) // by a node that waits for nothing
	straight.join("private-order", "")
	way.Delay(250 * time.Millisecond)
	start := time.Now()
	late := connect(t, nodes[0].url)
	late.join(room, member("late"))
	late.join("private-order", "")
	for _, channel := range []realtime.Channel{room, "private-order"} {
		if err := nodes[0].hub.Publish(appID, []realtime.Channel{channel}, "n", "1", ""); err != nil {
			t.Fatal(err)
		}
	}
	near := late.wait("n", 2)
	timed(t, "slow_redis_round_seconds", near.at.Sub(start), 400*time.Millisecond)
	if first := straight.wait("n", 1); !near.at.Before(first.at) {
		t.Errorf("who is on the same node hears %s after who is on another: it waits for Redis", near.at.Sub(first.at))
	}
	far := h.members[1][0]
	far.wait("n", 1)
	far.wait("pusher_internal:member_added", 1)
	timed(t, "slow_redis_crossing_seconds", time.Since(start), 4*time.Second)
	during(t, 7*time.Second) // over a lease
	figure(t, "slow_redis_flaps", float64(h.flaps(0, 1)-2*each), 0)
}

// TestDeafSubscription has a subscription that is well but that nothing comes by any more.
func TestDeafSubscription(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	way := redistest.NewProxy(t, redis.Address)
	nodes := []*node{newNode(t, redis.URL()), newNode(t, way.URL())}
	h := fill(t, nodes[0].url, nodes[1].url)
	way.Deafen()
	deafened := time.Now()
	connect(t, nodes[0].url).join(room, member("late"))
	last := h.saw("member_added", []string{"late"}, 0, 1)
	timed(t, "deaf_subscription_added_seconds", last.Sub(deafened), 8*time.Second)
	// A machine with other work may have read everything for another reason before.
	eventually(t, "the subscription is made anew", func() bool { return nodes[1].bus.Stats().Resets > 0 })
}

// checkEmptyRedisAndKill loses Redis with what it held, and a node in the same moment.
func checkEmptyRedisAndKill(t *testing.T, program string) {
	redis := redistest.New(t)
	var nodes []*process
	for range 3 {
		nodes = append(nodes, startProcess(t, program, redis.URL()))
	}
	h := fill(t, nodes[0].url, nodes[1].url, nodes[2].url)
	redis.Kill()
	killed := time.Now()
	nodes[2].kill()
	during(t, 500*time.Millisecond)
	redis.Restart()
	last := h.saw("member_removed", names(2), 0, 1)
	timed(t, "lost_redis_and_kill_removed_seconds", last.Sub(killed), 8*time.Second)
	figure(t, "lost_redis_and_kill_flaps", float64(h.flaps(0, 1)-2*each*each), 0)
}

// TestBlackHole has a Redis that accepts and says nothing for 10 s, for one node 2.5 s longer:
// the other must not take it for dead. Nobody is told anything, and sockets, publishing and questions go on as if nothing were.
func TestBlackHole(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	hole, longer := redistest.NewProxy(t, redis.Address), redistest.NewProxy(t, redis.Address)
	nodes := []*node{newNode(t, hole.URL()), newNode(t, longer.URL())}
	h := fill(t, nodes[0].url, nodes[1].url)
	hole.Hole(true)
	longer.Hole(true)
	began, slowest := time.Now(), time.Duration(0)
	for i := 0; time.Since(began) < 10*time.Second; i++ {
		start := time.Now()
		c := connect(t, nodes[0].url)
		c.join(fmt.Sprint("private-", i), "")
		if err := nodes[0].hub.Publish(appID, []realtime.Channel{realtime.Channel(fmt.Sprint("private-", i))}, "n", "1", ""); err != nil {
			t.Fatal(err)
		}
		c.wait("n", 1)
		if _, err := nodes[0].hub.Channels(appID, ""); err != nil {
			t.Fatal(err)
		}
		_ = c.ws.CloseNow()
		slowest = max(slowest, time.Since(start))
		during(t, 50*time.Millisecond)
	}
	timed(t, "black_hole_slowest_round_seconds", slowest, time.Second)
	hole.Hole(false)
	during(t, 2500*time.Millisecond)
	longer.Hole(false)
	late := connect(t, nodes[1].url)
	late.join(room, member("late"))
	through := time.Now()
	h.saw("member_added", []string{"late"}, 0, 1)
	timed(t, "black_hole_recovery_seconds", time.Since(through), 5*time.Second)
	during(t, 7*time.Second) // over a lease and the grace
	figure(t, "black_hole_flaps", float64(h.flaps(0, 1)-2*each), 0)
	if dropped := nodes[0].bus.Stats().Dropped; dropped == 0 {
		t.Error("the messages that nobody took are not counted")
	}
	far := connect(t, nodes[1].url)
	far.join("private-after", "")
	near := connect(t, nodes[0].url)
	near.join("private-after", "")
	eventually(t, "messages cross again", func() bool {
		_ = nodes[0].hub.Publish(appID, []realtime.Channel{"private-after"}, "n", "1", "") // refused by nobody
		return len(far.all("n")) > 0
	})
}

// TestStorm has sockets come and go on three nodes as fast as they can, and wants every
// node to end with the same members, those who are there.
func TestStorm(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	nodes := []*node{newNode(t, redis.URL()), newNode(t, redis.URL()), newNode(t, redis.URL())}
	const sockets, rounds, people = 24, 40, 8
	watchers := make([]*client, len(nodes))
	for i := range watchers {
		watchers[i] = connect(t, nodes[i].url)
		watchers[i].join(room, member("watcher"))
	}
	var coming sync.WaitGroup
	clients := make([]*client, sockets)
	for i := range clients {
		clients[i] = connect(t, nodes[i%len(nodes)].url)
	}
	for i, c := range clients {
		coming.Go(func() {
			for round := range rounds {
				c.join(room, member(fmt.Sprint("u", (i+round)%people)))
				if round < rounds-1 || i%2 == 0 {
					c.tell("pusher:unsubscribe", map[string]string{"channel": room})
				}
			}
		})
	}
	coming.Wait()
	want := []string{"watcher"}
	for i := 1; i < sockets; i += 2 {
		want = append(want, fmt.Sprint("u", (i+rounds-1)%people))
	}
	slices.Sort(want)
	want = slices.Compact(want)
	for i, n := range nodes {
		eventually(t, fmt.Sprintf("node %d has %v", i, want), func() bool {
			got, err := n.hub.Users(appID, room)
			slices.Sort(got)
			return err == nil && slices.Equal(got, want)
		})
		// Whoever counts what a client was told gets there, too.
		eventually(t, fmt.Sprintf("a client of node %d has %v", i, want), func() bool { return slices.Equal(watchers[i].present(), want) })
		if wrong := watchers[i].wrong(); wrong != "" {
			t.Errorf("a client of node %d was told %s", i, wrong)
		}
		// A subscription that ends while its user has another one changes counts alone, which travel by themselves.
		eventually(t, fmt.Sprintf("node %d counts what is there", i), func() bool {
			info, err := n.hub.Channel(appID, room)
			return err == nil && info.Subscriptions == len(watchers)+sockets/2 && info.Users == len(want)
		})
	}
	eventually(t, fmt.Sprintf("webhooks say that %d are there", len(want)), func() bool {
		turned := 0
		for _, n := range nodes {
			turned += len(n.told("member_added")) - len(n.told("member_removed"))
		}
		return turned == len(want)
	})
}

// present is who is there by what the client was told since it subscribed.
func (c *client) present() []string {
	there := map[string]bool{}
	c.walk(func(user string, added bool) { there[user] = added })
	var list []string
	for user, is := range there {
		if is {
			list = append(list, user)
		}
	}
	slices.Sort(list)
	return list
}

// wrong names the first user of whom the client was told twice the same.
func (c *client) wrong() (what string) {
	there := map[string]bool{}
	c.walk(func(user string, added bool) {
		if there[user] == added && what == "" {
			what = fmt.Sprintf("twice that %s added=%v", user, added)
		}
		there[user] = added
	})
	return what
}

func (c *client) walk(visit func(user string, added bool)) {
	c.mu.Lock()
	frames := slices.Clone(c.frames)
	c.mu.Unlock()
	for _, f := range frames {
		switch f.Event {
		case "pusher_internal:subscription_succeeded":
			for _, user := range roster(f) {
				visit(user, true)
			}
		case "pusher_internal:member_added", "pusher_internal:member_removed":
			var m struct {
				ID string `json:"user_id"`
			}
			_ = json.Unmarshal([]byte(f.Data), &m) // else it is nobody
			visit(m.ID, f.Event == "pusher_internal:member_added")
		}
	}
}
