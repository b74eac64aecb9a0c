package hub

// Stats are counts of a hub or of one app: what there is now, and totals since the start.
type Stats struct {
	Connections int   // open sockets
	Channels    int   // occupied channels
	QueuedBytes int64 // in the queues of slow sockets

	Opened           int64 // sockets
	Closed           int64 // sockets
	MessagesReceived int64 // from clients
	MessagesSent     int64 // events given to sockets
	BytesReceived    int64
	BytesSent        int64
	SlowCloses       int64 // sockets closed because they read too slowly
}

// Stats returns the counts over all apps. It visits every socket.
func (h *Hub) Stats() Stats {
	var sum Stats
	for _, a := range h.byID {
		sum.add(a.stats())
	}
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
	}
	for _, open := range a.everySocket() {
		s.Connections++
		open.mu.Lock()
		s.QueuedBytes += int64(open.outbox.queued)
		open.mu.Unlock()
	}
	return s
}
