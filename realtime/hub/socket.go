package hub

import (
	"crypto/rand"
	"encoding/binary"
	"net"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// socket is one client's connection.
type socket struct {
	app  *app
	id   string
	born uint64 // its number among all sockets of the app; set by app.admit
	wire net.Conn
	raw  syscall.RawConn // nil where writes that do not block are impossible

	heard atomic.Int64 // when the peer was last heard, Unix nanoseconds
	asked atomic.Bool  // a ping is waiting for its answer

	eventsAt int64 // the second that events counts; only its reader touches both
	events   int

	watching []string // users whose watcher it is; users.mu guards it

	mu            sync.Mutex // guards the fields below
	subscriptions map[realtime.Channel]*subscription
	user          protocol.User // who has signed in; zero before. Changes with users.mu held besides
	permission    *time.Timer   // closes the socket when it runs out; nil when it need not
	outbox        outbox
	closing       bool          // nothing enters the outbox any more
	closeBy       time.Time     // set with closing: when the peer must have taken everything
	flushed       chan struct{} // made with closing, closed when the outbox is empty or lost
}

func (h *Hub) newSocket(a *app, wire net.Conn) *socket {
	s := &socket{app: a, id: newSocketID(), wire: wire, raw: rawConn(wire)}
	s.heard.Store(time.Now().UnixNano())
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
func (s *socket) close(code protocol.CloseCode) bool { return s.closeWith(closeFrames(code), false) }

// cut is close without what has not been sent yet.
func (s *socket) cut(code protocol.CloseCode) bool { return s.closeWith(closeFrames(code), true) }

func (s *socket) closeWith(last []byte, drop bool) bool {
	s.mu.Lock()
	if s.closing {
		s.mu.Unlock()
		return false
	}
	if drop {
		s.outbox.drop()
	}
	s.outbox.push(last)
	s.closing, s.closeBy = true, time.Now().Add(closePatience)
	s.flushed = make(chan struct{})
	_ = s.wire.SetWriteDeadline(s.closeBy) // for a write under way
	s.app.hub.leaves(s, false)
	s.mu.Unlock()
	s.detach()
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

// end is the reader's last act.
func (s *socket) end() {
	s.mu.Lock()
	open := !s.closing
	if open {
		s.closing, s.closeBy = true, time.Now()
		s.flushed = make(chan struct{})
		_ = s.wire.SetWriteDeadline(s.closeBy) // frees a writer
		if !s.outbox.writing {
			close(s.flushed)
		}
	}
	s.mu.Unlock()
	if open {
		s.detach()
	}
	<-s.flushed
	_ = s.wire.Close()
	s.mu.Lock()
	s.outbox.drop()
	s.mu.Unlock()
	s.app.hub.leaves(s, true)
	s.app.hub.log.Debug("socket closed", "app", s.app.ID, "socket", s.id)
}
