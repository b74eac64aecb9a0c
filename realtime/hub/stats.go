package hub

import (
	"slices"
	"sync/atomic"
	"time"
)

// Stats are counts of a hub or of one app: what there is now, and totals since the start.
type Stats struct {
	Connections int   // open sockets
	Channels    int   // occupied channels
	QueuedBytes int64 // in the queues of slow sockets
	HeldBytes   int64 // what Options.MaxHeldBytes bounds; 0 in the counts of one app

	Opened           int64 // sockets
	Closed           int64 // sockets
	MessagesReceived int64 // from clients
	MessagesSent     int64 // events given to sockets
	BytesReceived    int64
	BytesSent        int64
	SlowCloses       int64 // sockets closed because they read too slowly

	Delays Delays // of events, from their publisher to the sockets of all subscribers
}

// delayBounds are the upper ends of the buckets of Delays. There is one more bucket for
// what takes longer.
var delayBounds = [...]time.Duration{
	100 * time.Microsecond, 300 * time.Microsecond, time.Millisecond, 3 * time.Millisecond,
	10 * time.Millisecond, 30 * time.Millisecond, 100 * time.Millisecond, 300 * time.Millisecond,
	time.Second, 3 * time.Second, 10 * time.Second,
}

// Delays are how long events took, counted. An event ends when the hub has written it to
// every subscriber's socket; for a socket that takes nothing now, when it is in line.
type Delays struct {
	Count  int64
	Sum    time.Duration
	Within [len(delayBounds)]int64 // how many took no longer than each of DelayBounds
}

// DelayBounds returns the bounds that Delays counts by, the shortest first.
func DelayBounds() []time.Duration { return slices.Clone(delayBounds[:]) }

// delays are the running totals that Delays are read from.
type delays struct {
	sum     atomic.Int64
	buckets [len(delayBounds) + 1]atomic.Int64
}

// bucketOf returns the bucket of a delay. Most are in one of the first.
func bucketOf(delay time.Duration) int {
	for i, bound := range delayBounds {
		if delay <= bound {
			return i
		}
	}
	return len(delayBounds)
}

// add adds what one sweep has counted.
func (d *delays) add(counted *[len(delayBounds) + 1]int64, sum time.Duration) {
	d.sum.Add(int64(sum))
	for i, n := range counted {
		if n > 0 {
			d.buckets[i].Add(n)
		}
	}
}

func (d *delays) read() Delays {
	var r Delays
	for i := range d.buckets {
		r.Count += d.buckets[i].Load()
		if i < len(r.Within) {
			r.Within[i] = r.Count
		}
	}
	r.Sum = time.Duration(d.sum.Load())
	return r
}

func (d *Delays) add(e Delays) {
	d.Count += e.Count
	d.Sum += e.Sum
	for i, n := range e.Within {
		d.Within[i] += n
	}
}

// Stats returns the counts over all apps. It visits every socket.
func (h *Hub) Stats() Stats {
	var sum Stats
	for _, a := range h.byID {
		sum.add(a.stats())
	}
	sum.HeldBytes = h.held.Load()
	return sum
}

// AppStats returns the counts of one app; an unknown app has none.
func (h *Hub) AppStats(appID string) Stats {
	a := h.byID[appID]
	if a == nil {
		return Stats{}
	}
	return a.stats()
}

func (s *Stats) add(t Stats) {
	s.Connections += t.Connections
	s.Channels += t.Channels
	s.QueuedBytes += t.QueuedBytes
	s.Opened += t.Opened
	s.Closed += t.Closed
	s.MessagesReceived += t.MessagesReceived
	s.MessagesSent += t.MessagesSent
	s.BytesReceived += t.BytesReceived
	s.BytesSent += t.BytesSent
	s.SlowCloses += t.SlowCloses
	s.Delays.add(t.Delays)
}

func (a *app) stats() Stats {
	s := Stats{
		Channels:         int(a.counts.channels.Load()),
		Opened:           a.counts.opened.Load(),
		Closed:           a.counts.closed.Load(),
		MessagesReceived: a.counts.received.Load(),
		MessagesSent:     a.counts.sent.Load(),
		BytesReceived:    a.counts.receivedBytes.Load(),
		BytesSent:        a.counts.sentBytes.Load(),
		SlowCloses:       a.counts.slow.Load(),
		Delays:           a.counts.delays.read(),
	}
	for _, open := range a.everySocket() {
		s.Connections++
		open.mu.Lock()
		s.QueuedBytes += int64(open.outbox.queued)
		open.mu.Unlock()
	}
	return s
}
