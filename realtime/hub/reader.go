package hub

import (
	"errors"
	"io"
	"strings"
	"time"

	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// read is the life of a socket: it handles what the peer sends until the end.
func (s *socket) read(f *frames) {
	defer s.end()
	defer f.in.release()
	for {
		op, payload, err := f.next()
		var wrong broken
		if errors.As(err, &wrong) {
			s.close(protocol.CloseCode(wrong))
			_, _ = io.Copy(io.Discard, onlyReader{f.in})
			return
		}
		if err != nil {
			return
		}
		s.heard.Store(time.Now().UnixNano())
		s.asked.Store(false)
		s.app.counts.received.Add(1)
		s.app.counts.receivedBytes.Add(int64(len(payload)))
		switch op {
		case ws.OpText:
			s.handle(payload)
		case ws.OpPing:
			s.deliver(nil, pongFrame(payload))
		case ws.OpClose:
			s.closeWith(echo(payload), false)
			return
		}
	}
}

// onlyReader hides what else a reader could do.
type onlyReader struct{ io.Reader }

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
		s.refuse(0, err)
		return
	}
	switch m.Event {
	case protocol.EventPing:
		s.deliver(nil, textFrame(protocol.Pong))
	case protocol.EventPong:
	case protocol.EventSubscribe:
		s.subscribe(m)
	case protocol.EventUnsubscribe:
		s.unsubscribe(m)
	case protocol.EventSignin:
		s.signin(m)
	default:
		if !strings.HasPrefix(m.Event, protocol.ClientEventPrefix) {
			s.refuse(0, errUnknownEvent)
			return
		}
		if err := s.sendOn(m); err != nil {
			s.refuse(protocol.RefusedClientEvent, err)
		}
	}
}

// refuse tells the peer that a message of its was refused. The socket stays open.
func (s *socket) refuse(code int, err error) {
	s.deliver(nil, errorFrame(code, fault.From(err).Detail))
}
