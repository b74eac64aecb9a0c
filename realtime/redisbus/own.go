package redisbus

import (
	"context"
	"encoding/json"
	"strconv"
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// The bounds of what waits to be sent, and of one batch.
const (
	maxQueued     = 8 << 20 // bytes of messages; facts are as many as they are
	maxAge        = 5 * time.Second
	maxBatch      = 512
	maxBatchBytes = 256 << 10
)

// own is what this node holds and what it has to say.
type own struct {
	wake chan struct{} // has a token when there is something to send

	mu    sync.Mutex // guards the fields below
	still sync.Cond  // signalled when everything is sent
	facts map[hub.Fact]*mine
	line  []item
	bytes int
	hints map[realtime.Channel]int64
	busy  bool // the worker has a batch
}

// mine is a fact of this node. It stays while Redis may not know that it is over.
type mine struct {
	n      int
	info   string
	known  string // the epoch in which Redis has it; "" if it does not
	queued bool   // it is in line, and what is sent is what it is then
}

// item is a fact in line, or a message with what is kept of it.
type item struct {
	fact    *hub.Fact
	message string
	keep    []string // fields of the cache, each followed by its event
	at      time.Time
}

func (i *item) size() int {
	n := len(i.message)
	for _, text := range i.keep {
		n += len(text)
	}
	return n
}

func (o *own) init() {
	o.wake = make(chan struct{}, 1)
	o.still.L = &o.mu
	o.facts, o.hints = map[hub.Fact]*mine{}, map[realtime.Channel]int64{}
}

func (o *own) poke() {
	select {
	case o.wake <- struct{}{}:
	default:
	}
}

// Hold implements hub.Bus.
func (b *Bus) Hold(fact hub.Fact, n int, info json.RawMessage) {
	o := &b.own
	o.mu.Lock()
	m := o.facts[fact]
	if m == nil {
		m = &mine{}
		o.facts[fact] = m
	}
	if m.n = n; info != nil {
		m.info = string(info)
	}
	if !m.queued {
		m.queued = true
		o.line = append(o.line, item{fact: &fact})
	}
	o.mu.Unlock()
	o.poke()
}

// Send implements hub.Bus.
func (b *Bus) Send(m hub.Message) {
	i := item{message: messageText(m), at: time.Now()}
	for _, channel := range m.Channels {
		if channel.Cache() && m.Frame == nil {
			event := appendNetstring(appendNetstring(nil, m.Name), m.Data)
			i.keep = append(i.keep, m.App+"\n"+string(channel), string(event))
		}
	}
	o := &b.own
	o.mu.Lock()
	full := o.bytes+i.size() > maxQueued
	if !full {
		o.line = append(o.line, i)
		o.bytes += i.size()
		b.counts.queued.Store(int64(o.bytes))
	}
	o.mu.Unlock()
	if full {
		b.counts.dropped.Add(1)
		return
	}
	o.poke()
}

// Hint tells the other nodes that the channel of the log has reached seq. It never blocks.
func (b *Bus) Hint(channel realtime.Channel, seq int64) {
	o := &b.own
	o.mu.Lock()
	o.hints[channel] = max(o.hints[channel], seq)
	o.mu.Unlock()
	o.poke()
}

// Settle implements hub.Bus. It does not wait for a Redis that does not answer.
func (b *Bus) Settle(ctx context.Context) {
	o := &b.own
	stop := context.AfterFunc(ctx, func() {
		o.mu.Lock()
		defer o.mu.Unlock()
		o.still.Broadcast()
	})
	defer stop()
	o.mu.Lock()
	defer o.mu.Unlock()
	for (len(o.line) > 0 || len(o.hints) > 0 || o.busy) && ctx.Err() == nil && b.counts.connected.Load() {
		o.still.Wait()
	}
}

// batch is what goes to Redis at once.
type batch struct {
	args     []string   // of the script, after node and epoch
	facts    []hub.Fact // with what was said of them
	said     []int
	messages int64
}

// take returns the next batch, nil when there is nothing to say.
func (b *Bus) take() *batch {
	o := &b.own
	o.mu.Lock()
	defer o.mu.Unlock()
	if len(o.line) == 0 && len(o.hints) == 0 {
		o.busy = false
		o.still.Broadcast()
		return nil
	}
	o.busy = true
	next, size := &batch{}, 0
	for channel, seq := range o.hints {
		next.args = append(next.args, "h", string(channel), strconv.FormatInt(seq, 10), "")
	}
	clear(o.hints)
	n := 0
	for ; n < len(o.line) && n < maxBatch && size < maxBatchBytes; n++ {
		i := &o.line[n]
		if i.fact != nil {
			m := o.facts[*i.fact]
			m.queued = false
			next.facts, next.said = append(next.facts, *i.fact), append(next.said, m.n)
			next.args = append(next.args, "f", factText(*i.fact), strconv.Itoa(m.n), m.info)
			continue
		}
		o.bytes -= i.size()
		if time.Since(i.at) > maxAge {
			b.counts.dropped.Add(1)
			continue
		}
		size += i.size()
		for k := 0; k < len(i.keep); k += 2 {
			next.args = append(next.args, "c", i.keep[k], i.keep[k+1], milliseconds(cacheAge))
		}
		next.args = append(next.args, "e", i.message, "", "")
		next.messages++
	}
	o.line = append([]item(nil), o.line[n:]...)
	b.counts.queued.Store(int64(o.bytes))
	return next
}

// all returns every fact of this node, for a registration, and takes them out of the line.
func (o *own) all(gone func(hub.Fact) bool) *batch {
	o.mu.Lock()
	defer o.mu.Unlock()
	everything := &batch{}
	for f, m := range o.facts {
		if m.n == 0 && (m.known == "" || !gone(f)) {
			continue // nobody else may say that it is over, or nobody has heard of it
		}
		everything.facts, everything.said = append(everything.facts, f), append(everything.said, m.n)
		everything.args = append(everything.args, factText(f), strconv.Itoa(m.n), m.info, m.known)
	}
	return everything
}

// taken notes that Redis has what was said.
func (o *own) taken(said *batch, epoch string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for i, f := range said.facts {
		m := o.facts[f]
		switch {
		case m == nil:
		case said.said[i] > 0:
			m.known = epoch
		case m.n == 0 && !m.queued:
			delete(o.facts, f)
		default:
			m.known = ""
		}
	}
}

// forget drops the facts that are over and that a registration has left out.
func (o *own) forget() {
	o.mu.Lock()
	defer o.mu.Unlock()
	for f, m := range o.facts {
		if m.n == 0 && !m.queued {
			delete(o.facts, f)
		}
	}
}

// holds reports whether this node makes the fact true.
func (o *own) holds(f hub.Fact) bool {
	o.mu.Lock()
	defer o.mu.Unlock()
	m := o.facts[f]
	return m != nil && m.n > 0
}
