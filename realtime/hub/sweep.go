package hub

import (
	"context"
	"slices"
	"sync"
	"time"
)

// runQueue holds the channels that wait for a sweeper. A channel is in it once at most,
// so that it is as long as there are channels.
type runQueue struct {
	mu     sync.Mutex // guards the fields below
	more   sync.Cond
	line   []*channel
	next   int // the first of line that still waits
	swept  int // channels that a sweeper has
	still  sync.Cond
	closed bool
}

func (q *runQueue) init() { q.more.L, q.still.L = &q.mu, &q.mu }

// settle waits until everything that was in line is with the sockets, or ctx ends. What is
// published meanwhile may make it wait longer.
func (q *runQueue) settle(ctx context.Context) {
	stop := context.AfterFunc(ctx, func() {
		q.mu.Lock()
		defer q.mu.Unlock()
		q.still.Broadcast()
	})
	defer stop()
	q.mu.Lock()
	defer q.mu.Unlock()
	for (q.swept > 0 || q.next < len(q.line)) && ctx.Err() == nil {
		q.still.Wait()
	}
}

// done says that a sweeper has finished with a channel that it got from pop.
func (q *runQueue) done() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.swept--; q.swept == 0 {
		q.still.Broadcast()
	}
}

func (q *runQueue) push(c *channel) {
	q.mu.Lock()
	if q.next > len(q.line)/2 && len(q.line) == cap(q.line) {
		kept := copy(q.line, q.line[q.next:])
		clear(q.line[kept:])
		q.line, q.next = q.line[:kept], 0
	}
	q.line = append(q.line, c)
	q.mu.Unlock()
	q.more.Signal()
}

// pop waits for a channel. It returns nil when the queue is closed and empty.
func (q *runQueue) pop() *channel {
	q.mu.Lock()
	defer q.mu.Unlock()
	for q.next == len(q.line) {
		if q.closed {
			return nil
		}
		q.line, q.next = q.line[:0], 0
		q.more.Wait()
	}
	c := q.line[q.next]
	q.line[q.next] = nil
	q.next++
	q.swept++
	return c
}

func (q *runQueue) close() {
	q.mu.Lock()
	q.closed = true
	q.mu.Unlock()
	q.more.Broadcast()
}

// sweeper carries what is pending on one channel after the other to the subscribers.
type sweeper struct {
	batch       []message
	first       uint64 // the number of batch[0]
	subscribers []*subscription
	joined      []byte
	ends        []int  // where each message ends in joined
	packed      []byte // joined with the larger frames compressed; nil before it is needed
	packedEnds  []int
	deflater    deflater
	excepted    map[*socket]struct{}
	delays      [len(delayBounds) + 1]int64 // of one sweep, by bucket
}

// sweep is the life of one sweeper.
func (h *Hub) sweep() {
	w := sweeper{excepted: make(map[*socket]struct{})}
	for c := h.queue.pop(); c != nil; c = h.queue.pop() {
		if w.load(c) {
			w.carry(c.app)
			w.finish(c)
		}
		h.queue.done()
	}
}

// load takes what is pending, and the subscribers as they are now. Their list is copied
// because it may change during the writes, which happen without the lock; next to a write
// for each the copy costs nothing.
func (w *sweeper) load(c *channel) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	if len(c.subscriptions) == 0 {
		c.skip()
		c.scheduled = false
		c.room.Broadcast()
		return false
	}
	n, size := 0, 0
	for n < len(c.pending) && (n == 0 || size+len(c.pending[n].frame) <= maxSweep) {
		size += len(c.pending[n].frame)
		n++
	}
	w.first = c.first
	if n == len(c.pending) {
		w.batch, c.pending = c.pending, w.batch[:0]
	} else {
		w.batch = append(w.batch[:0], c.pending[:n]...)
		c.pending = slices.Delete(c.pending, 0, n)
	}
	c.first += uint64(n)
	full := c.bytes > maxPending
	c.bytes -= size
	if full {
		c.room.Broadcast()
	}
	w.subscribers = append(w.subscribers[:0], c.subscriptions...)
	w.join(size)
	return true
}

// join makes one buffer of the batch. A batch of one is not copied.
func (w *sweeper) join(size int) {
	w.ends = w.ends[:0]
	if len(w.batch) == 1 {
		w.joined = w.batch[0].frame
	} else {
		w.joined = make([]byte, 0, size) // sockets may keep it for long
	}
	for _, m := range w.batch {
		if len(w.batch) > 1 {
			w.joined = append(w.joined, m.frame...)
		}
		w.ends = append(w.ends, len(w.joined))
		if m.except != nil {
			w.excepted[m.except] = struct{}{}
		}
	}
}

// carry gives every subscriber its part of the batch.
func (w *sweeper) carry(a *app) {
	var messages, bytes int
	traced := a.hub.trace.Users() != nil
	for _, sub := range w.subscribers {
		skip := 0
		if sub.from > w.first {
			skip = int(sub.from - w.first)
		}
		if skip >= len(w.batch) {
			continue
		}
		buf, ends := w.joined, w.ends
		if sub.socket.deflates {
			buf, ends = w.pack()
		}
		count := len(w.batch) - skip
		if skip > 0 {
			buf = buf[ends[skip-1]:]
		}
		if len(w.excepted) > 0 {
			if _, some := w.excepted[sub.socket]; some {
				buf, count = w.without(sub.socket, skip)
			}
		}
		if count > 0 && sub.socket.deliver(sub, buf) {
			messages += count
			bytes += len(buf)
			if traced && sub.socket.watched.Load() {
				w.noteGiven(sub.socket, skip)
			}
		}
	}
	if messages == 0 {
		return
	}
	a.counts.sent.Add(int64(messages))
	a.counts.sentBytes.Add(int64(bytes))
	w.measure(&a.counts.delays)
}

// pack returns the batch with the larger frames compressed, once for all subscribers that
// take it so, and where each message ends.
func (w *sweeper) pack() ([]byte, []int) {
	if w.packed != nil {
		return w.packed, w.packedEnds
	}
	w.packed, w.packedEnds = w.joined, w.ends
	if !slices.ContainsFunc(w.batch, func(m message) bool { return len(m.frame) > minDeflate }) {
		return w.packed, w.packedEnds
	}
	w.packed, w.packedEnds = make([]byte, 0, len(w.joined)), nil
	for _, m := range w.batch {
		w.packed = append(w.packed, w.deflater.frame(m.frame)...)
		w.packedEnds = append(w.packedEnds, len(w.packed))
	}
	return w.packed, w.packedEnds
}

// measure counts how long the batch took from its publishers to here, where every subscriber's
// socket has it or has put it in line. It reads the clock once, and not for what the hub
// itself tells.
func (w *sweeper) measure(d *delays) {
	var now time.Time
	var sum time.Duration
	for _, m := range w.batch {
		if m.at.IsZero() {
			continue
		}
		if now.IsZero() {
			now = time.Now()
		}
		delay := now.Sub(m.at)
		sum += delay
		w.delays[bucketOf(delay)]++
	}
	if now.IsZero() {
		return
	}
	d.add(&w.delays, sum)
	clear(w.delays[:])
}

// without returns the batch after skip messages, but for those that are not for the socket.
func (w *sweeper) without(s *socket, skip int) ([]byte, int) {
	var buf []byte
	count := 0
	for _, m := range w.batch[skip:] {
		if m.except != s {
			buf = append(buf, m.frame...)
			count++
		}
	}
	return buf, count
}

// finish lets go of everything and gives the channel back, to the queue if more is pending.
func (w *sweeper) finish(c *channel) {
	clear(w.batch)
	clear(w.subscribers)
	clear(w.excepted)
	w.joined, w.packed, w.packedEnds = nil, nil, nil
	if cap(w.batch) > 4096 {
		w.batch = nil
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	c.scheduled = len(c.pending) > 0
	if c.scheduled {
		c.app.hub.queue.push(c)
	}
}
