package loadgen

import (
	"bytes"
	"encoding/binary"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
)

// The events that tell of members.
const (
	memberAdded   = "pusher_internal:member_added"
	memberRemoved = "pusher_internal:member_removed"
)

var errClosed = errors.New("the server closed a socket unasked")

// subscriber is one WebSocket.
type subscriber struct {
	fleet    *fleet
	id       int
	wire     *connection
	mask     [4]byte
	upgraded bool
	socketID string // empty until the server has greeted

	members, added, removed int // of a presence channel: told at first, told since

	visit   *visit // in churn: what it is subscribed to
	ledger  ledger
	stalled bool // has been stopped from reading: it may be closed, and is not counted
	gaps    int  // messages that a stalled socket missed although later ones came
	gone    bool // a stalled socket that was closed
}

// open begins the socket's connection.
func (s *subscriber) open(narrow bool) error {
	binary.LittleEndian.PutUint32(s.mask[:], rand.Uint32())
	wire, err := s.fleet.loop.dial(s, narrow)
	if err != nil {
		return err
	}
	s.wire = wire
	s.fleet.loop.write(wire, s.fleet.signer.upgrade())
	return nil
}

func (s *subscriber) send(message []byte) {
	s.fleet.loop.write(s.wire, appendFrame(nil, opText, s.mask, message))
}

func (s *subscriber) subscribe(channel, userID string) {
	s.send(s.fleet.signer.subscription(s.socketID, channel, userID))
}

func (s *subscriber) receive(b []byte) (used int, err error) {
	if !s.upgraded {
		head, _, whole := bytes.Cut(b, []byte("\r\n\r\n"))
		if !whole {
			return 0, nil
		}
		if !bytes.HasPrefix(head, []byte("HTTP/1.1 101 ")) {
			return 0, fmt.Errorf("upgrade refused: %.120q", head)
		}
		s.upgraded = true
		used = len(head) + 4
	}
	s.fleet.look()
	for {
		f, size, err := nextFrame(b[used:])
		if err != nil || size == 0 {
			return used, err
		}
		used += size
		if err := s.frame(f); err != nil {
			return used, fmt.Errorf("socket %d: %w", s.id, err)
		}
	}
}

func (s *subscriber) frame(f frame) error {
	switch f.op {
	case opText:
		return s.message(f.payload)
	case opPing:
		s.fleet.loop.write(s.wire, appendFrame(nil, opPong, s.mask, f.payload))
	case opClose:
		if s.stalled {
			s.gone = true
			return nil
		}
		if len(f.payload) < 2 {
			return errClosed
		}
		return fmt.Errorf("%w: %d %q", errClosed, binary.BigEndian.Uint16(f.payload), f.payload[2:])
	}
	return nil
}

// message takes every payload of ours out of a text frame; some servers put several
// messages in one. A frame without any is an event of the protocol.
func (s *subscriber) message(text []byte) error {
	for n := 0; ; n++ {
		m, rest, found, err := cutPayload(text)
		switch {
		case err != nil:
			return err
		case !found && n == 0:
			return s.event(text)
		case !found:
			return nil
		}
		if err := s.deliver(m); err != nil {
			return err
		}
		text = rest
	}
}

func (s *subscriber) deliver(m stamp) error {
	if s.stalled {
		err := s.ledger.enter(m)
		if errors.Is(err, errMissing) {
			s.gaps += int(m.number - s.ledger.last[m.publisher] - 1)
			s.ledger.skipTo(m)
			return nil
		}
		return err
	}
	var err error
	if s.visit != nil {
		err = s.visit.deliver(m)
	} else {
		err = s.ledger.enter(m)
	}
	if err != nil {
		return err
	}
	s.fleet.delivered++
	if s.fleet.timing {
		s.fleet.delays = append(s.fleet.delays, s.fleet.now-m.due)
	}
	return nil
}

func (s *subscriber) event(text []byte) error {
	e, err := parseEvent(text)
	if err != nil {
		return err
	}
	switch e.name {
	case "pusher:connection_established":
		var greeting struct {
			SocketID string `json:"socket_id"`
		}
		if err := json.Unmarshal(e.data, &greeting); err != nil || greeting.SocketID == "" {
			return fmt.Errorf("greeting without a socket id: %.200q", text)
		}
		s.socketID = greeting.SocketID
		s.fleet.greeted(s)
	case "pusher_internal:subscription_succeeded":
		var list struct {
			Presence struct {
				Count int
				IDs   []string
			}
		}
		if len(e.data) > 0 && json.Unmarshal(e.data, &list) != nil {
			return fmt.Errorf("subscription without data: %.200q", text)
		}
		s.members = list.Presence.Count
		s.fleet.subscribed++
		if s.visit != nil {
			return s.visit.confirmed(list.Presence.IDs)
		}
	case memberAdded, memberRemoved:
		if e.name == memberAdded {
			s.added++
		} else {
			s.removed++
		}
		if s.visit != nil {
			return s.visit.changed(text, e.name == memberAdded)
		}
	case "pusher:pong":
		if s.visit != nil && s.visit.stage == leaving {
			s.visit.stage = over
		}
	case "pusher:ping":
		s.send([]byte(`{"event":"pusher:pong","data":{}}`))
	case "pusher:error", "pusher:subscription_error", "pusher_internal:subscription_error":
		if s.stalled {
			return nil // what it is closed for
		}
		return fmt.Errorf("the server said %.300q", text)
	}
	return nil
}

func (s *subscriber) ended(cause error) error {
	if s.stalled {
		s.gone = true
		return nil
	}
	return fmt.Errorf("socket %d: %w: %w", s.id, errClosed, orEnd(cause))
}
