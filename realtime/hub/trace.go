package hub

import (
	"encoding/json"
	"strconv"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// note puts a line about the socket into the debug log, if anybody reads it. No lock may be
// held.
func (s *socket) note(l inspect.Line) {
	t := s.app.hub.trace
	if !t.On() {
		return
	}
	l.App, l.SocketID = s.app.ID, s.id
	if l.UserID == "" {
		s.mu.Lock()
		l.UserID = s.who().UserID
		s.mu.Unlock()
	}
	t.Note(l)
}

// noteOpened notes who has come.
func (s *socket) noteOpened() {
	l := inspect.Line{Kind: inspect.Connect, Data: s.peer.agent.Value()}
	if s.peer.address.IsValid() {
		l.Address = s.peer.address.String()
	}
	s.note(l)
}

// noteRefusal counts what was refused to the socket, and notes it.
func (s *socket) noteRefusal(channel, event string, err error) {
	s.app.counts.refused.Add(1)
	f := fault.From(err)
	s.note(inspect.Line{Kind: inspect.Refused, Channel: channel, Name: event, Reason: f.Code + ": " + f.Detail})
}

// turnedAway counts and notes a client that was refused before it had a socket. The app may
// be unknown.
func (h *Hub) turnedAway(a *app, p peer, reason string) {
	l := inspect.Line{Kind: inspect.Refused, Data: p.agent.Value(), Reason: reason}
	if p.address.IsValid() {
		l.Address = p.address.String()
	}
	if a == nil {
		h.refused.Add(1)
	} else {
		a.counts.refused.Add(1)
		l.App = a.ID
	}
	h.trace.Note(l)
}

// ending is why a socket has ended, as far as we know.
type ending struct {
	code   protocol.CloseCode // 0: not by us
	reason string
}

// fault reports whether the peer was at fault.
func (e ending) fault() bool {
	switch e.code {
	case protocol.CloseBroken, protocol.CloseBinary, protocol.CloseNotUTF8, protocol.CloseTooBig, protocol.CloseSlow, protocol.CloseMute:
		return true
	}
	return false
}

func (e ending) String() string {
	if e.code == 0 {
		return e.reason
	}
	return strconv.Itoa(int(e.code)) + ": " + e.reason
}

// The ends that are not ours.
var (
	byClient = ending{reason: "closed by the client"}
	byLoss   = ending{reason: "the connection was lost"}
)

// traced returns in whose name the socket is, if anybody reads the debug log. It must be
// called with mu held.
func (s *socket) traced() string {
	if !s.app.hub.trace.On() {
		return ""
	}
	return s.who().UserID
}

// ended counts and notes the end of a socket that was open in the name of the user.
func (s *socket) ended(e ending, userID string) {
	if e.fault() {
		s.app.counts.faults.Add(1)
	}
	if s.born == 0 || !s.app.hub.trace.On() {
		return // it was never let in
	}
	s.app.hub.trace.Note(inspect.Line{Kind: inspect.Disconnect, App: s.app.ID, SocketID: s.id, UserID: userID, Reason: e.String()})
}

// rewatch notes whether what the socket is given is wanted in the debug log.
func (s *socket) rewatch() {
	s.mu.Lock()
	defer s.mu.Unlock()
	users := s.app.hub.trace.Users()
	s.watched.Store(users != nil && s.named(func(m protocol.Member) bool {
		_, wanted := users[m.UserID]
		return wanted
	}))
}

// rewatch does so for all sockets.
func (h *Hub) rewatch() {
	for _, a := range h.byID {
		for _, s := range a.everySocket() {
			s.rewatch()
		}
	}
}

// joined notes that the socket may be another user's now.
func (s *socket) joined(l inspect.Line) {
	s.note(l)
	if s.app.hub.trace.Users() != nil {
		s.rewatch()
	}
}

// noteGiven notes the events of the batch that a socket was given whose user is watched.
// Their frames are read again, because that happens to few.
func (w *sweeper) noteGiven(s *socket, skip int) {
	for _, m := range w.batch[skip:] {
		if m.except == s {
			continue
		}
		var f struct {
			Event, Channel string
			Data           json.RawMessage
		}
		if json.Unmarshal(textOf(m.frame), &f) != nil || strings.HasPrefix(f.Event, "pusher") {
			continue
		}
		data := plainData(f.Data)
		s.note(inspect.Line{Kind: inspect.Event, Channel: f.Channel, Name: f.Event, Size: len(data), Data: data})
	}
}

// textOf returns the payload of a frame of ours.
func textOf(frame []byte) []byte {
	switch frame[1] {
	case 126:
		return frame[4:]
	case 127:
		return frame[10:]
	}
	return frame[2:]
}
