package hub

import (
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// The refusals of client events.
var (
	errClientEventsOff = fault.New(fault.Forbidden, "client-events-off", "Client events are not enabled for this app.")
	errClientChannel   = fault.New(fault.Forbidden, "client-event-channel", "Client events go to private and presence channels that this connection is subscribed to.")
	errClientEventSize = fault.New(fault.TooLarge, "client-event-too-large", "The data of the client event is larger than this app allows.")
	errClientEventRoom = fault.New(fault.TooMany, "client-event-room", "The channel has more in line already than its subscribers take.")
	errClientEventRate = fault.New(fault.TooMany, "client-event-rate", "This connection sends more client events a second than this app allows.")
)

// sendOn sends a client event to the other subscribers of its channel.
func (s *socket) sendOn(m protocol.Message) error {
	now := time.Now()
	if !s.mayClientEvent(now) {
		return errClientEventRate
	}
	if err := m.ClientEvent(); err != nil {
		return err
	}
	name := realtime.Channel(m.Channel)
	sub := s.subscription(name)
	switch {
	case !s.app.ClientMessages:
		return errClientEventsOff
	case sub == nil || !name.Private() || name.Encrypted():
		return errClientChannel
	case len(m.Data) > s.app.MaxEventPayloadBytes:
		return errClientEventSize
	}
	userID := ""
	if name.Presence() {
		userID = sub.member.UserID
	}
	size := len(m.Event) + len(m.Channel) + len(m.Data) + len(userID) + 64
	frame := sealText(protocol.AppendClientEvent(newFrame(size), m, userID))
	if !sub.channel.offer(message{frame: frame, except: s, at: now}) {
		return errClientEventRoom
	}
	s.note(inspect.Line{Kind: inspect.ClientEvent, Channel: m.Channel, Name: m.Event, UserID: sub.member.UserID, Size: len(m.Data), Data: string(m.Data)})
	if bus := s.app.hub.bus; bus != nil {
		bus.Send(Message{App: s.app.ID, Channels: []realtime.Channel{name}, Frame: frame})
	}
	if s.app.hub.notices.notify != nil {
		sub.channel.note(Notice{Event: NoticeClientEvent, UserID: userID, SocketID: s.id, Name: m.Event, Data: plainData(m.Data)})
	}
	return nil
}

// mayClientEvent counts a client event in the second that now is in. Only the reader of
// the socket calls it.
func (s *socket) mayClientEvent(now time.Time) bool {
	if second := now.Unix(); second != s.eventsAt {
		s.eventsAt, s.events = second, 0
	}
	s.events++
	limit := s.app.MaxClientEventsPerSecond
	return limit < 0 || s.events <= limit
}
