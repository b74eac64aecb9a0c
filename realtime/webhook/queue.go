package webhook

import (
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// The bounds of what waits for one endpoint, and of one request.
const (
	maxQueued      = 10_000
	maxQueuedBytes = 16 << 20
	maxBatch       = 100
	maxBatchBytes  = 256 << 10
)

// queue is what waits for one endpoint. Only its worker takes from it.
type queue struct {
	more chan struct{} // has a token when there is something new; closed with the queue

	mu      sync.Mutex // guards the fields below
	waiting []queued
	bytes   int
	lost    int64 // notices that found no room since take was last called
	closed  bool
}

type queued struct {
	hub.Notice
	since time.Time
}

// weight is about what a notice takes in memory and in a body.
func weight(n hub.Notice) int {
	return 128 + len(n.Channel) + len(n.UserID) + len(n.SocketID) + len(n.Name) + len(n.Data)
}

func (q *queue) push(n hub.Notice) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if q.closed {
		return
	}
	if len(q.waiting) >= maxQueued || q.bytes+weight(n) > maxQueuedBytes {
		q.lost++
		return
	}
	q.waiting = append(q.waiting, queued{n, time.Now()})
	q.bytes += weight(n)
	select {
	case q.more <- struct{}{}:
	default:
	}
}

// take returns the next batch, if there is one, and how many notices are lost because they
// found no room or have waited since before the time oldest.
func (q *queue) take(oldest time.Time) (batch []queued, lost int64) {
	q.mu.Lock()
	defer q.mu.Unlock()
	lost, q.lost = q.lost, 0
	for len(q.waiting) > 0 && q.waiting[0].since.Before(oldest) {
		q.shift()
		lost++
	}
	size := 0
	for len(q.waiting) > 0 && len(batch) < maxBatch {
		if size += weight(q.waiting[0].Notice); size > maxBatchBytes && len(batch) > 0 {
			break
		}
		batch = append(batch, q.shift())
	}
	return batch, lost
}

// shift removes the first notice. It must be called with mu held.
func (q *queue) shift() queued {
	first := q.waiting[0]
	q.waiting[0] = queued{}
	if q.waiting = q.waiting[1:]; len(q.waiting) == 0 {
		q.waiting = nil
	}
	q.bytes -= weight(first.Notice)
	return first
}

func (q *queue) size() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	return int64(len(q.waiting))
}

// close ends the queue: what is in it can still be taken.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	if !q.closed {
		q.closed = true
		close(q.more)
	}
}

// clear empties the queue and returns how many notices were in it or had found no room.
func (q *queue) clear() int64 {
	q.mu.Lock()
	defer q.mu.Unlock()
	n := int64(len(q.waiting)) + q.lost
	q.waiting, q.bytes, q.lost = nil, 0, 0
	return n
}
