package hub

import (
	"errors"
	"os"
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
	broken  bool // a write failed: nothing can be written any more
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
	s.outbox.push(buf)
	if s.outbox.writing {
		over := s.outbox.queued > maxQueued
		s.mu.Unlock()
		if over {
			s.slow()
		}
		return true
	}
	s.outbox.writing = true
	s.mu.Unlock()
	s.startWriting()
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
	behind := s.outbox.queued > maxQueued
	s.mu.Unlock()
	if behind {
		s.slow()
	}
}

// flush writes what another call has pushed.
func (s *socket) flush() {
	s.mu.Lock()
	start := !s.outbox.writing && s.outbox.head.buf != nil
	if start {
		s.outbox.writing = true
	}
	s.mu.Unlock()
	if start {
		s.startWriting()
	}
}

// startWriting writes as much as the socket takes at once and leaves the rest to a writer.
// Writing must be set by the caller.
func (s *socket) startWriting() {
	if s.raw != nil && s.write() {
		return
	}
	s.app.hub.sockets.Go(s.writeBlocking)
}

// write writes without blocking and reports whether the outbox is empty, or lost.
func (s *socket) write() bool {
	for {
		chunk, more := s.nextChunk(false)
		if !more {
			return true
		}
		n, err := writeNow(&s.app.hub.writes, s.raw, chunk)
		s.wrote(n, err)
		if err == nil && n < len(chunk) {
			return false
		}
	}
}

// writeBlocking is the overflow writer: it empties the outbox at the speed of the peer.
func (s *socket) writeBlocking() {
	for {
		chunk, more := s.nextChunk(true)
		if !more {
			return
		}
		n, err := s.wire.Write(chunk)
		if errors.Is(err, os.ErrDeadlineExceeded) && s.slow() {
			err = nil // it may still take its close
		}
		s.wrote(n, err)
	}
}

// nextChunk returns what to write next. When there is nothing, it gives writing back.
func (s *socket) nextChunk(block bool) ([]byte, bool) {
	s.mu.Lock()
	o := &s.outbox
	if o.head.buf == nil || o.broken {
		if block && !o.broken {
			_ = s.wire.SetWriteDeadline(time.Time{}) // writes that do not block obey it too
		}
		o.writing = false
		last, sent := s.closing, !o.broken
		s.mu.Unlock()
		if last {
			s.said(sent)
		}
		return nil, false
	}
	chunk := o.head.buf[o.head.off:]
	if block {
		chunk = chunk[:min(len(chunk), maxBlockWrite)]
		deadline := time.Now().Add(writePatience)
		if s.closing {
			deadline = s.closeBy
		}
		_ = s.wire.SetWriteDeadline(deadline)
	}
	o.flight = len(chunk)
	s.mu.Unlock()
	return chunk, true
}

// wrote notes the outcome of a write. After an error the socket is lost.
func (s *socket) wrote(n int, err error) {
	s.mu.Lock()
	s.outbox.advance(n)
	if err != nil {
		s.outbox.broken = true
		s.outbox.drop()
	}
	s.mu.Unlock()
	if err != nil {
		_ = s.wire.Close() // ends the reader, and that the socket
	}
}

// said is called when the last frame of a closing socket is written, or cannot be. The
// peer has a while to answer; closing at once could take the frame from it.
func (s *socket) said(sent bool) {
	if sent {
		_ = s.wire.SetReadDeadline(time.Now().Add(answerPatience))
	}
	close(s.flushed)
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
