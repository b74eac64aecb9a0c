package hub

import (
	"net"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// The bounds of what a socket may be behind.
const (
	maxQueued      = 1 << 20 // bytes that wait for one socket
	writePatience  = 5 * time.Second
	closePatience  = 2 * time.Second // for everything that is left when a socket closes
	answerPatience = 2 * time.Second // for the peer's own close
	maxBlockWrite  = 32 << 10        // bytes of one write that may block
)

// piece is a buffer of whole frames, of which off bytes are written.
type piece struct {
	buf []byte
	off int
}

// outbox holds what a socket has not taken yet. The socket's mu guards it. Whoever set
// writing, and nobody else, writes; while the outbox is not empty, writing is set or
// about to be.
type outbox struct {
	head    piece   // in line first; no buf when the outbox is empty
	rest    []piece // in line behind it
	next    int     // the first of rest that is still in line
	queued  int     // bytes in line
	flight  int     // bytes of head in the write under way
	writing bool
	waiting bool // for the peer to take more; writing is set too
	broken  bool // a write failed, or nobody reads: nothing can be written any more
}

func (o *outbox) push(buf []byte) {
	o.queued += len(buf)
	if o.head.buf == nil {
		o.head = piece{buf: buf}
		return
	}
	o.rest = append(o.rest, piece{buf: buf})
}

// advance removes n written bytes.
func (o *outbox) advance(n int) {
	o.flight = 0
	o.queued -= n
	o.head.off += n
	if o.head.off < len(o.head.buf) {
		return
	}
	o.head = piece{}
	if o.next < len(o.rest) {
		o.head, o.rest[o.next] = o.rest[o.next], piece{}
		o.next++
	}
	if o.next == len(o.rest) {
		o.rest, o.next = nil, 0
	}
}

// drop removes everything but the rest of a frame that is partly written.
func (o *outbox) drop() {
	o.rest, o.next = nil, 0
	end := 0
	if begun := o.head.off + o.flight; begun > 0 {
		end = boundary(o.head.buf, begun)
	}
	o.queued = end - o.head.off
	if o.queued == 0 {
		o.head = piece{}
		return
	}
	o.head.buf = o.head.buf[:end]
}

// deliver gives the socket a buffer of whole frames for the subscription, or for itself
// when sub is nil. It never blocks. It reports whether the socket took it.
func (s *socket) deliver(sub *subscription, buf []byte) bool {
	s.mu.Lock()
	if s.closing || sub != nil && sub.gone {
		s.mu.Unlock()
		return false
	}
	if sub != nil && !s.used.Load() { // a load costs less than a store
		s.used.Store(true)
	}
	s.outbox.push(buf)
	if s.outbox.writing {
		behind := s.behind()
		s.mu.Unlock()
		if behind {
			s.slow()
		}
		return true
	}
	s.outbox.writing = true
	s.write()
	return true
}

// line pushes a buffer of whole frames without writing it, so that locks may be held;
// settle has to follow. It reports whether the socket took it.
func (s *socket) line(buf []byte) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return false
	}
	s.outbox.push(buf)
	return true
}

// settle writes what another call has pushed, and ends a socket that has too much in line.
func (s *socket) settle() {
	s.flush()
	s.mu.Lock()
	behind := s.behind()
	s.mu.Unlock()
	if behind {
		s.slow()
	}
}

// flush writes what another call has pushed.
func (s *socket) flush() {
	s.mu.Lock()
	if s.outbox.writing || s.outbox.head.buf == nil {
		s.mu.Unlock()
		return
	}
	s.outbox.writing = true
	s.write()
}

// gather makes what follows wait for release, unless somebody writes already. It reports
// whether release has to be called.
func (s *socket) gather() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.outbox.writing || s.closing {
		return false
	}
	s.outbox.writing = true
	return true
}

// release writes what has gathered, or what has waited for the peer to take more. Writing
// must be set by the caller, or on its behalf.
func (s *socket) release() {
	s.mu.Lock()
	s.write()
}

// behind reports whether too much is in line, for this socket or for all that are slow
// together. It must be called with mu held.
func (s *socket) behind() bool {
	if s.outbox.queued > maxQueued {
		return true
	}
	return s.outbox.waiting && s.tally()
}

// write writes as much as the socket takes at once and leaves the rest to the wire. It
// must be called with mu held and writing set, and lets go of mu.
func (s *socket) write() {
	o := &s.outbox
	for o.head.buf != nil && !o.broken {
		chunk := o.head.buf[o.head.off:]
		o.flight = len(chunk)
		s.mu.Unlock()
		n, err := s.wire.write(chunk)
		s.mu.Lock()
		s.wrote(n, err)
		if err == nil && n < len(chunk) {
			s.falter(n)
			s.mu.Unlock()
			s.wire.drain(s)
			return
		}
	}
	s.rest()
}

// writeTo is what a slow socket's outbox is emptied by where writes block.
func (s *socket) writeTo(conn net.Conn) {
	s.mu.Lock()
	o := &s.outbox
	for o.head.buf != nil && !o.broken {
		chunk := o.head.buf[o.head.off:]
		chunk = chunk[:min(len(chunk), maxBlockWrite)]
		o.flight = len(chunk)
		s.mu.Unlock()
		n, err := conn.Write(chunk)
		s.mu.Lock()
		s.wrote(n, err)
		s.falter(n)
	}
	s.rest()
}

// wrote notes the outcome of a write. After an error the socket is lost. It must be called
// with mu held.
func (s *socket) wrote(n int, err error) {
	s.outbox.advance(n)
	if err != nil {
		s.outbox.broken = true
		s.outbox.drop()
	}
}

// falter gives the peer a while to take more than it did. It must be called with mu held.
func (s *socket) falter(taken int) {
	began := !s.outbox.waiting
	s.outbox.waiting = true
	s.tally()
	if !s.closing && (began || taken > 0) {
		s.allow(writePatience)
	}
}

// rest gives writing back, because there is nothing to write or no way to. It must be
// called with mu held, and lets go of it.
func (s *socket) rest() {
	o := &s.outbox
	o.writing, o.waiting = false, false
	if !s.closing {
		s.allow(0)
	}
	s.tally()
	lost := o.broken
	last := s.closing && !s.said
	if last {
		s.said = true
		s.allow(answerPatience) // closing at once could take our last words from the peer
	}
	bury := last && s.over
	s.mu.Unlock()
	switch {
	case bury:
		s.bury()
	case lost:
		s.wire.cut() // ends the reader, and that the socket
	}
}

// slow ends a socket that takes less than its channels give. It reports whether the
// socket was open.
func (s *socket) slow() bool {
	if !s.cut(protocol.CloseSlow) {
		return false
	}
	s.app.counts.slow.Add(1)
	s.app.hub.log.Debug("socket too slow", "app", s.app.ID, "socket", s.id)
	return true
}
