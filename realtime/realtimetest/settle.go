package realtimetest

import (
	"context"
	"encoding/json"
	"strconv"
	"strings"
	"sync"

	"github.com/coder/websocket"
)

// canaryChannel is where the nodes are heard by settle.
const canaryChannel = "the-canaries"

// canaries are sockets, one on each node, by which rows know that what happened before is
// known everywhere: an event that is published on every node has come to every node. That
// what one node says comes in its order is all that they rely on.
type canaries struct {
	mu      sync.Mutex // one round at a time; guards the fields below
	rounds  int
	sockets []*canary
	reading sync.WaitGroup
}

// canary is one of the sockets. It counts how many events of each round came.
type canary struct {
	conn *websocket.Conn

	mu    sync.Mutex // guards the fields below
	heard map[string]int
	more  chan struct{} // closed when there is more
	ended bool
}

// settle waits until every node knows what happened on each. One node knows it anyway.
func (r *rig) settle() {
	r.Helper()
	if len(r.server.Nodes) == 1 {
		return
	}
	c := &r.turns.canaries
	c.mu.Lock()
	defer c.mu.Unlock()
	app := r.other(AppMain)
	ctx, cancel := context.WithTimeout(context.WithoutCancel(r.Context()), r.waiting)
	defer cancel()
	if c.sockets == nil {
		for _, node := range r.server.Nodes {
			c.open(ctx, r, "ws://"+node+"/app/"+app.Key+clientQuery)
		}
	}
	c.rounds++
	round := strconv.Itoa(c.rounds)
	for _, node := range r.server.Nodes {
		asker := *r
		asker.app = app
		if got := asker.callAt(node, call{method: "POST", path: "/events", body: trigger(canaryChannel, "round", round)}); got.status != 200 {
			r.Fatalf("a canary cannot be told: %d %s", got.status, got.body)
		}
	}
	for _, one := range c.sockets {
		if !one.wait(ctx, round, len(r.server.Nodes)) {
			r.Fatalf("the nodes do not hear each other")
		}
	}
}

func (c *canaries) open(ctx context.Context, r *rig, url string) {
	r.Helper()
	conn, _, err := websocket.Dial(ctx, url, nil) //nolint:bodyclose // it never needs to be closed
	r.must(err)
	one := &canary{conn: conn, heard: map[string]int{}, more: make(chan struct{})}
	c.sockets = append(c.sockets, one)
	c.reading.Go(one.read)
	r.must(conn.Write(ctx, websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"`+canaryChannel+`"}}`)))
	if !one.wait(ctx, succeeded, 1) {
		r.Fatalf("a canary cannot subscribe")
	}
}

// close ends the canaries.
func (c *canaries) close() {
	for _, one := range c.sockets {
		_ = one.conn.CloseNow()
	}
	c.reading.Wait()
}

func (c *canary) read() {
	for {
		_, raw, err := c.conn.Read(context.Background())
		var f frame
		if err == nil && json.Unmarshal(raw, &f) == nil && f.Event == ping {
			_ = c.conn.Write(context.Background(), websocket.MessageText, []byte(`{"event":"`+pong+`","data":{}}`))
		}
		c.mu.Lock()
		switch f.Event {
		case succeeded:
			c.heard[succeeded]++
		case "round":
			c.heard[strings.Trim(f.text(), `"`)]++
		}
		c.ended = err != nil
		close(c.more)
		c.more = make(chan struct{})
		c.mu.Unlock()
		if err != nil {
			return
		}
	}
}

func (c *canary) wait(ctx context.Context, what string, n int) bool {
	for {
		c.mu.Lock()
		heard, ended, more := c.heard[what], c.ended, c.more
		c.mu.Unlock()
		if heard >= n || ended {
			return heard >= n
		}
		select {
		case <-more:
		case <-ctx.Done():
			return false
		}
	}
}
