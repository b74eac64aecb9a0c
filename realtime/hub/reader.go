package hub

import (
	"errors"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// receive handles what the peer has sent and reports whether it will hear more. What the
// socket answers meanwhile goes out in one write. Only the wire calls it, and in is not
// read after.
func (s *socket) receive(in []byte) bool {
	s.heard.Store(time.Now().UnixNano())
	s.asked.Store(false)
	gathers := s.gather()
	more := s.read(in)
	if gathers {
		s.release()
	}
	s.weigh()
	return more
}

// read handles the messages that are complete with what has come in.
func (s *socket) read(in []byte) bool {
	for len(in) > 0 && !s.deaf {
		op, payload, used, err := s.frames.next(in)
		in = in[used:]
		var wrong broken
		if errors.As(err, &wrong) {
			s.deaf = true
			s.close(protocol.CloseCode(wrong))
			return true
		}
		if op == ws.OpContinuation {
			continue
		}
		s.app.counts.received.Add(1)
		s.app.counts.receivedBytes.Add(int64(len(payload)))
		switch op {
		case ws.OpText:
			s.handle(payload)
		case ws.OpPing:
			s.deliver(nil, pongFrame(payload))
		case ws.OpClose:
			s.closeWith(echo(payload), false, byClient)
			return false
		}
	}
	return true
}

// echo returns the answer to the peer's close.
func echo(payload []byte) []byte {
	if len(payload) == 0 {
		return closeFrames(protocol.CloseNormal)
	}
	if len(payload) == 1 {
		return closeFrames(protocol.CloseBroken)
	}
	code, reason := ws.ParseCloseFrameData(payload)
	if ws.CheckCloseFrameData(code, reason) != nil {
		return closeFrames(protocol.CloseBroken)
	}
	return seal(append(newFrame(2), payload[:2]...), ws.OpClose)
}

// handle handles one message.
func (s *socket) handle(text []byte) {
	m, err := protocol.DecodeMessage(text)
	if err != nil {
		s.refuse(m, 0, err)
		return
	}
	switch m.Event {
	case protocol.EventPing:
		s.deliver(nil, textFrame(protocol.Pong))
	case protocol.EventPong:
	default:
		s.used.Store(true)
		s.handleWish(m)
	}
}

// handleWish handles a message by which the peer wants something.
func (s *socket) handleWish(m protocol.Message) {
	switch m.Event {
	case protocol.EventSubscribe:
		s.subscribe(m)
	case protocol.EventUnsubscribe:
		s.unsubscribe(m)
	case protocol.EventSignin:
		s.signin(m)
	default:
		if !strings.HasPrefix(m.Event, protocol.ClientEventPrefix) {
			s.refuse(m, 0, errUnknownEvent)
			return
		}
		if err := s.sendOn(m); err != nil {
			s.refuse(m, protocol.RefusedClientEvent, err)
		}
	}
}

// refuse tells the peer that a message of its was refused. The socket stays open.
func (s *socket) refuse(m protocol.Message, code int, err error) {
	s.noteRefusal(m.Channel, m.Event, err)
	s.deliver(nil, errorFrame(code, fault.From(err).Detail))
}
