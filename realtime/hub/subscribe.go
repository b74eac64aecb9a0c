package hub

import (
	"errors"
	"net/http"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// The refusals of messages that could be read.
var (
	errUnknownEvent = fault.New(fault.Malformed, "unknown-event", "There is no such event; the events of clients start with client-.")
	errSubscribed   = fault.New(fault.Conflict, "already-subscribed", "This connection is subscribed to the channel already.")
	errUnsubscribed = fault.New(fault.NotFound, "not-subscribed", "This connection is not subscribed to the channel.")
	errSignature    = fault.New(fault.Unauthenticated, "bad-signature", "The signature does not allow this connection to join the channel.")
	errNotSignedIn  = fault.New(fault.Unauthenticated, "not-signed-in", "Only the signed-in user may join this channel.")
	errNoMember     = fault.New(fault.Malformed, "no-channel-data", "A presence channel needs channel_data with a user_id.")
	errFull         = fault.New(fault.Forbidden, "presence-channel-full", "The presence channel has as many members as it may have.")
	errTooManyHeld  = fault.New(fault.TooMany, "too-many-subscriptions", "This connection has as many subscriptions as it may have.")
	errClosing      = fault.New(fault.Unavailable, "closing", "This connection is closing.")
	errRevoked      = fault.New(fault.Forbidden, "revoked", "The signature is from before the permission ended.")
)

// subscribe handles a pusher:subscribe.
func (s *socket) subscribe(m protocol.Message) {
	want, err := m.Subscribe()
	if err != nil {
		s.refuse(m, 0, err)
		return
	}
	if len(want.Channel) > 2*realtime.MaxChannelName {
		s.refuse(m, 0, realtime.ErrChannelName) // too long to be repeated
		return
	}
	name, member, err := s.authorize(want)
	if err == nil {
		err = s.join(name, member)
	}
	switch {
	case err == nil:
		s.joined(inspect.Line{Kind: inspect.Subscribe, Channel: want.Channel, UserID: member.UserID})
	case errors.Is(err, errClosing):
	case errors.Is(err, errSubscribed) && name.User() != "": // by signing in
		s.deliver(nil, sealText(protocol.AppendSucceeded(newFrame(128), name)))
	case errors.Is(err, errSubscribed):
		m.Channel = want.Channel
		s.refuse(m, 0, err)
	case errors.Is(err, errRevoked):
		s.close(protocol.CloseReconnect)
	default:
		s.noteRefusal(want.Channel, m.Event, err)
		f := fault.From(err)
		s.deliver(nil, sealText(protocol.AppendSubscriptionError(newFrame(256), want.Channel, f.Detail, status(f))))
	}
}

// status returns the HTTP status that a subscription_error carries.
func status(f *fault.Error) int {
	switch f.Kind {
	case fault.Unauthenticated:
		return http.StatusUnauthorized
	case fault.Forbidden:
		return http.StatusForbidden
	case fault.TooLarge:
		return http.StatusRequestEntityTooLarge
	case fault.TooMany:
		return http.StatusTooManyRequests
	}
	return http.StatusBadRequest
}

// authorize decides whether the socket may join, and in whose name. On a private channel
// channel_data may be anything that is signed; where it presents a user, that user's
// revocation ends the subscription.
func (s *socket) authorize(want protocol.Subscribe) (realtime.Channel, protocol.Member, error) {
	none := protocol.Member{}
	name, err := realtime.ParseChannel(want.Channel)
	switch {
	case err != nil:
		return "", none, err
	case name.User() != "":
		user := s.signedIn()
		if user.ID != name.User() {
			return "", none, errNotSignedIn
		}
		return name, user.Member(), nil
	case !name.Private():
		return name, none, nil
	case !s.app.signer.VerifyChannel(want.Auth, s.id, name, want.ChannelData):
		return "", none, errSignature
	case want.ChannelData == "" && name.Presence():
		member, err := s.signedInMember()
		return name, member, err
	case want.ChannelData == "":
		return name, none, nil
	}
	member, err := protocol.DecodeMember(want.ChannelData, s.app.MaxPresenceMemberBytes)
	if err == nil || !name.Presence() {
		return name, member, nil
	}
	return "", none, err
}

// signedInMember returns the signed-in user as a member of presence channels.
func (s *socket) signedInMember() (protocol.Member, error) {
	member := s.signedIn().Member()
	switch {
	case member.UserID == "":
		return member, errNoMember
	case len(member.Info) > s.app.MaxPresenceMemberBytes:
		return member, protocol.ErrMemberTooLarge
	}
	return member, nil
}

// join subscribes the socket to the channel and tells it so.
func (s *socket) join(name realtime.Channel, member protocol.Member) error {
	ch := s.app.obtain(name)
	err := s.enter(&subscription{socket: s, channel: ch, member: member})
	first := err == nil && len(ch.subscriptions) == 1
	s.app.release(ch)
	if err != nil {
		return err
	}
	s.settle()
	if first {
		s.app.occupied(name)
	}
	return nil
}

// enter is the part of join that happens at one moment: the subscription begins, the
// others hear of a new member, and the welcome is in the outbox before anything that the
// channel says later. It must be called with the channel's mu held.
func (s *socket) enter(sub *subscription) error {
	ch := sub.channel
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closing:
		return errClosing
	case s.subscriptions[ch.name] != nil:
		return errSubscribed
	case len(s.subscriptions) >= protocol.MaxSubscriptions:
		return errTooManyHeld
	case s.app.revoked.covers(s.born, ch.name, sub.member), s.app.revoked.covers(s.born, ch.name, s.user.Member()):
		return errRevoked
	case ch.members != nil && ch.members.full(sub.member.UserID, s.app.MaxPresenceMembers):
		return errFull
	}
	if len(ch.subscriptions) == 0 {
		ch.turned(Notice{Event: NoticeOccupied})
		ch.hold(Subscribed, "", 1, nil) // before the first member comes
	}
	if ch.members != nil {
		ch.present(sub.member)
	}
	s.hold(sub)
	s.outbox.push(sealText(ch.appendWelcome(newFrame(128))))
	if ch.name.Cache() {
		s.outbox.push(ch.lastEvent())
	}
	return nil
}

// present enters a socket of the member, and tells the others of somebody new. It must be
// called with mu held.
func (c *channel) present(member protocol.Member) {
	first, came := c.members.join(member)
	if first {
		c.hold(Present, member.UserID, 1, member.Info)
	}
	if !came {
		return
	}
	c.turned(Notice{Event: NoticeMemberAdded, UserID: member.UserID})
	size := 2*len(member.Info) + 192
	c.append(message{frame: sealText(protocol.AppendMemberAdded(newFrame(size), c.name, member))})
}

// hold begins a subscription. It must be called with the mu of both ends held.
func (s *socket) hold(sub *subscription) {
	ch := sub.channel
	if s.subscriptions == nil {
		s.subscriptions = make(map[realtime.Channel]*subscription, 1)
	}
	s.subscriptions[ch.name] = sub
	if ch.name.Private() {
		s.authorized()
	}
	ch.add(sub)
	ch.hold(Subscribed, "", len(ch.subscriptions), nil)
	ch.counted(true)
}

// appendWelcome appends the subscription_succeeded. It must be called with mu held.
func (c *channel) appendWelcome(dst []byte) []byte {
	if c.members != nil {
		return c.members.roster.AppendSucceeded(dst, c.name)
	}
	return protocol.AppendSucceeded(dst, c.name)
}

// unsubscribe handles a pusher:unsubscribe.
func (s *socket) unsubscribe(m protocol.Message) {
	name, err := m.Unsubscribe()
	if err != nil {
		s.refuse(m, 0, err)
		return
	}
	s.mu.Lock()
	sub := s.subscriptions[realtime.Channel(name)]
	if sub != nil {
		sub.gone = true
		delete(s.subscriptions, sub.channel.name)
	}
	s.mu.Unlock()
	if sub == nil {
		s.refuse(m, 0, errUnsubscribed)
		return
	}
	sub.channel.leave(sub)
	s.note(inspect.Line{Kind: inspect.Unsubscribe, Channel: name, UserID: sub.member.UserID})
}

func (s *socket) subscription(name realtime.Channel) *subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subscriptions[name]
}
