package loadgen

import (
	"encoding/json"
	"errors"
	"fmt"
	"maps"
	"strings"
)

var errUninvited = errors.New("a message for somebody who is not subscribed")

// room is a channel that guests come to and leave. It has a publisher of its own, with one
// request at a time, so that the order of its messages is known.
type room struct {
	name      string
	publisher *publisher
	posted    uint32 // messages sent
}

// answered is how many messages the server has accepted.
func (r *room) answered() uint32 {
	if r.publisher.busy {
		return r.posted - 1
	}
	return r.posted
}

func (r *room) presence() bool { return strings.HasPrefix(r.name, "presence-") }

// stage is how far a visit has come.
type stage int

const (
	asked   stage = iota // the subscription is sent
	present              // and confirmed
	leaving              // the end is sent; what was under way may still come
	over                 // the server has answered what was sent behind the end
)

// visit is one subscription to a room, and what it must bring: every message published
// from its confirmation until its end, once and in order.
type visit struct {
	room  *room
	stage stage

	earliest uint32          // the first message that it may bring: none that was accepted before it was asked for
	latest   uint32          // the last that may be its first; known when it is confirmed
	last     uint32          // the message that came last, 0 before the first
	members  map[string]bool // the users of a presence channel, as its socket was told
}

// enter subscribes the socket to the room.
func (s *subscriber) enter(r *room, user string) {
	s.visit = &visit{room: r, earliest: r.answered() + 1}
	s.subscribe(r.name, user)
}

// leave ends the subscription. The ping behind it tells when the server has done so.
func (s *subscriber) leave() {
	s.visit.stage = leaving
	s.send(unsubscription(s.visit.room.name))
	s.send([]byte(`{"event":"pusher:ping","data":{}}`))
}

// deliver takes a message, or says why it cannot be the next one.
func (v *visit) deliver(m stamp) error {
	wrong := func(reason error) error {
		return fmt.Errorf("%s: message %d of channel %d came after %d, the first may be %d to %d: %w",
			v.room.name, m.number, m.publisher, v.last, v.earliest, v.latest, reason)
	}
	switch {
	case v.stage == asked || v.stage == over || m.publisher != v.room.publisher.id:
		return wrong(errUninvited)
	case m.number <= v.last || m.number < v.earliest:
		return wrong(errRepeated)
	case v.last == 0 && m.number > v.latest, v.last != 0 && m.number != v.last+1:
		return wrong(errMissing)
	}
	v.last = m.number
	return nil
}

// caughtUp reports whether everything has come that was published so far. What was under
// way when the visit was confirmed need not come.
func (v *visit) caughtUp() bool { return max(v.last+1, v.latest) > v.room.posted }

// confirmed takes the success of the subscription, with the members that are there.
func (v *visit) confirmed(ids []string) error {
	if v.stage != asked {
		return fmt.Errorf("%s: a second success: %w", v.room.name, errRepeated)
	}
	v.stage, v.latest = present, v.room.posted+1
	v.members = make(map[string]bool, len(ids))
	for _, id := range ids {
		if v.members[id] {
			return fmt.Errorf("%s: member %s is listed twice: %w", v.room.name, id, errRepeated)
		}
		v.members[id] = true
	}
	return nil
}

// changed takes the news that a member has come or gone.
func (v *visit) changed(text []byte, came bool) error {
	var m struct{ Channel, Data string }
	var member struct {
		ID string `json:"user_id"`
	}
	if err := json.Unmarshal(text, &m); err != nil {
		return fmt.Errorf("%w: %.200q", errNotJSON, text)
	}
	if err := json.Unmarshal([]byte(m.Data), &member); err != nil {
		return fmt.Errorf("%w: %.200q", errNotJSON, text)
	}
	switch {
	case v.stage == asked || v.stage == over || m.Channel != v.room.name:
		return fmt.Errorf("%w: %.200q", errUninvited, text)
	case v.members[member.ID] == came:
		return fmt.Errorf("%s: member %s has come or gone twice: %w", v.room.name, member.ID, errRepeated)
	case came:
		v.members[member.ID] = true
	default:
		delete(v.members, member.ID)
	}
	return nil
}

// sees reports whether the socket was told of exactly these members.
func (v *visit) sees(members map[string]bool) bool { return maps.Equal(v.members, members) }
