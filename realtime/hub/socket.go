package hub

import (
	"crypto/rand"
	"encoding/binary"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// socket is one client's connection.
type socket struct {
	app  *app
	id   string
	born uint64 // its number among all sockets of the app; set by app.admit
	wire wire
	peer peer

	since time.Time // when it was opened

	frames frames // what the peer has sent; only the reader touches it, and deaf
	deaf   bool   // the peer broke the protocol: nothing that it says is heard any more

	deflates bool // the peer takes compressed messages

	used   atomic.Bool // something but pings was said since the last beat
	usedAt time.Time   // the beat of which that was last true; only the pulse touches it

	heard atomic.Int64 // when the peer was last heard, Unix nanoseconds
	asked atomic.Bool  // a ping is waiting for its answer

	watched atomic.Bool // what it is given is wanted in the debug log

	eventsAt int64 // the second that events counts; only its reader touches both
	events   int

	watching []string // users whose watcher it is; users.mu guards it

	mu            sync.Mutex // guards the fields below
	subscriptions map[realtime.Channel]*subscription
	user          protocol.User // who has signed in; zero before. Changes with users.mu held besides
	permission    *time.Timer   // closes the socket when it runs out; nil when it need not
	outbox        outbox
	incomplete    int         // bytes that the peer has begun to say; only the reader sets it
	tallied       int         // bytes that the hub has counted as held for this socket
	closing       bool        // nothing enters the outbox any more
	said          bool        // set after closing: the outbox is empty, or lost
	over          bool        // nothing is read any more
	alarm         *time.Timer // calls ring; nil while the peer need not hurry
	due           time.Time   // when ring has to act; alarm may be early
}

func (h *Hub) newSocket(a *app, conn net.Conn, p peer) *socket {
	s := &socket{app: a, id: newSocketID(), peer: p, since: time.Now()}
	s.usedAt = s.since
	s.heard.Store(s.usedAt.UnixNano())
	s.wire = h.newWire(conn, s)
	return s
}

// newSocketID returns two random numbers with a dot between. They have 53 bits, so that
// no client reads another number than we sent.
func newSocketID() string {
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	id := strconv.AppendUint(make([]byte, 0, 34), binary.BigEndian.Uint64(random[:8])>>11, 10)
	id = append(id, '.')
	return string(strconv.AppendUint(id, binary.BigEndian.Uint64(random[8:])>>11, 10))
}

// close says goodbye with the code, after what is in the outbox already, and ends every
// subscription. The reader ends by itself once the peer has answered. It reports whether
// the socket was open. No lock may be held.
func (s *socket) close(code protocol.CloseCode) bool {
	return s.closeSaying(code, code.Reason(), false)
}

// cut is close without what has not been sent yet.
func (s *socket) cut(code protocol.CloseCode) bool { return s.closeSaying(code, code.Reason(), true) }

// closeSaying is close, or cut, with another reason of at most 123 bytes.
func (s *socket) closeSaying(code protocol.CloseCode, reason string, drop bool) bool {
	return s.closeWith(closeFramesSaying(code, reason), drop, ending{code, reason})
}

func (s *socket) closeWith(last []byte, drop bool, why ending) bool {
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return false
	}
	if drop {
		s.outbox.drop()
	}
	s.outbox.push(last)
	s.closing = true
	s.allow(closePatience)
	s.tally()
	s.app.hub.leaves(s, false)
	userID := s.traced()
	s.mu.Unlock()
	s.detach()
	s.ended(why, userID)
	s.flush()
	return true
}

// detach ends every subscription, signs the user out and leaves the app.
func (s *socket) detach() {
	s.mu.Lock()
	ended := s.subscriptions
	s.subscriptions = nil
	s.authorized()
	for _, sub := range ended {
		sub.gone = true
	}
	s.mu.Unlock()
	for _, sub := range ended {
		sub.channel.leave(sub)
	}
	s.app.users.leave(s)
	s.app.dismiss(s)
}

// end is called once, when nothing is read any more.
func (s *socket) end() {
	s.mu.Lock()
	open, writes, userID := !s.closing, s.outbox.writing, s.traced()
	s.over, s.closing = true, true
	if open {
		s.outbox.broken = true
		s.said = !writes // else by who writes
	}
	bury := s.said
	s.mu.Unlock()
	if open {
		s.detach()
		s.ended(byLoss, userID)
	}
	switch {
	case bury:
		s.bury()
	case open:
		s.wire.cut() // frees who writes
	}
}

// bury lets go of everything, after end and the last write.
func (s *socket) bury() {
	s.wire.close()
	s.mu.Lock()
	s.outbox = outbox{broken: true}
	s.frames, s.incomplete = frames{}, 0
	s.tally()
	s.allow(0)
	s.mu.Unlock()
	s.app.hub.leaves(s, true)
	s.app.hub.log.Debug("socket closed", "app", s.app.ID, "socket", s.id)
	s.app.hub.sockets.Done()
}

// allow gives the peer a while; then ring acts. 0 gives it all the time. It must be called
// with mu held.
func (s *socket) allow(d time.Duration) {
	switch {
	case d == 0 && s.alarm != nil:
		s.alarm.Stop()
		s.alarm = nil
	case d == 0:
	case s.alarm == nil:
		s.due = time.Now().Add(d)
		s.alarm = time.AfterFunc(d, s.ring)
	default:
		s.due = time.Now().Add(d)
		s.alarm.Reset(d)
	}
}

// ring ends a socket whose peer was too slow: to take what is in line, or to answer the
// goodbye.
func (s *socket) ring() {
	s.mu.Lock()
	closing, idle := s.closing, s.alarm == nil
	if left := time.Until(s.due); left > 0 && !idle {
		s.alarm.Reset(left)
		idle = true
	}
	s.mu.Unlock()
	switch {
	case idle:
	case closing:
		s.wire.cut()
	default:
		s.slow()
	}
}

// tally counts what the socket makes the hub hold, and reports whether the hub holds too
// much for all sockets together. It must be called with mu held.
func (s *socket) tally() bool {
	held := s.incomplete
	if s.outbox.waiting {
		held += s.outbox.queued
	}
	h := s.app.hub
	grown := held - s.tallied
	s.tallied = held
	return h.held.Add(int64(grown)) > h.opts.MaxHeldBytes && grown > 0
}

// weigh tallies what the peer has begun to say, and ends the socket if that is too much.
// Only the reader calls it.
func (s *socket) weigh() {
	held := s.frames.held()
	if held == s.incomplete {
		return
	}
	s.mu.Lock()
	s.incomplete = held
	full := s.tally()
	s.mu.Unlock()
	if full {
		s.deaf, s.frames = true, frames{}
		s.weigh()
		s.closeSaying(protocol.CloseSlow, errHubFull.Detail, true)
	}
}
