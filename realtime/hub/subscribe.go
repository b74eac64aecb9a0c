package hub

import (
	"errors"

	"net/http"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// The refusals of messages that could be read.
var (
	errSignin       = fault.New(fault.Unavailable, "signin-off", "Signing in is not available on this server.")
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
		s.refuse(0, err)
		return
	}
	if len(want.Channel) > 2*realtime.MaxChannelName {
		s.refuse(0, realtime.ErrChannelName) // too long to be repeated
		return
	}
	name, member, err := s.authorize(want)
	if err == nil {
		err = s.join(name, member)
	}
	switch {
	case err == nil, errors.Is(err, errClosing):
	case errors.Is(err, errSubscribed):
		s.refuse(0, err)
	case errors.Is(err, errRevoked):
		s.close(protocol.CloseReconnect)
	default:
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
		return "", none, errNotSignedIn
	case !name.Private():
		return name, none, nil
	case !s.app.signer.VerifyChannel(want.Auth, s.id, name, want.ChannelData):
		return "", none, errSignature
	case want.ChannelData == "" && name.Presence():
		return "", none, errNoMember
	case want.ChannelData == "":
		return name, none, nil
	}
	member, err := protocol.DecodeMember(want.ChannelData, s.app.MaxPresenceMemberBytes)
	if err == nil || !name.Presence() {
		return name, member, nil
	}
	return "", none, err
}

// join subscribes the socket to the channel and tells it so.
func (s *socket) join(name realtime.Channel, member protocol.Member) error {
	sub := &subscription{socket: s, member: member}
	ch := s.app.obtain(name)
	sub.channel = ch
	err := s.enter(ch, sub)
	count := len(ch.subscriptions)
	ch.mu.Unlock()
	if count == 0 {
		s.app.removeEmpty(ch)
	}
	if err != nil {
		return err
	}
	s.flush()
	if s.behind() {
		s.slow()
	}
	if occupied := s.app.hub.opts.OnOccupied; occupied != nil && count == 1 {
		occupied(s.app.ID, name, time.Now())
	}
	return nil
}

// enter is the part of join that happens at one moment: the subscription begins, the
// others hear of a new member, and the welcome is in the outbox before anything that the
// channel says later. It must be called with the channel's mu held.
func (s *socket) enter(ch *channel, sub *subscription) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closing:
		return errClosing
	case s.subscriptions[ch.name] != nil:
		return errSubscribed
	case len(s.subscriptions) >= protocol.MaxSubscriptions:
		return errTooManyHeld
	case s.app.revoked.covers(s.born, ch.name, sub.member):
		return errRevoked
	case ch.members != nil && ch.members.full(sub.member.UserID, s.app.MaxPresenceMembers):
		return errFull
	}
	if s.subscriptions == nil {
		s.subscriptions = make(map[realtime.Channel]*subscription, 1)
	}
	s.subscriptions[ch.name] = sub
	if len(ch.subscriptions) == 0 {
		ch.note(Notice{Event: NoticeOccupied})
	}
	if ch.members != nil && ch.members.join(sub.member) {
		ch.note(Notice{Event: NoticeMemberAdded, UserID: sub.member.UserID})
		size := 2*len(sub.member.Info) + 192
		ch.append(message{frame: sealText(protocol.AppendMemberAdded(newFrame(size), ch.name, sub.member))})
	}
	ch.add(sub)
	s.outbox.push(sealText(ch.appendWelcome(newFrame(128))))
	return nil
}

// appendWelcome appends the subscription_succeeded. It must be called with mu held.
func (c *channel) appendWelcome(dst []byte) []byte {
	if c.members != nil {
		return c.members.roster.AppendSucceeded(dst, c.name)
	}
	return protocol.AppendSucceeded(dst, c.name)
}

func (s *socket) behind() bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.outbox.queued > maxQueued
}

// unsubscribe handles a pusher:unsubscribe.
func (s *socket) unsubscribe(m protocol.Message) {
	name, err := m.Unsubscribe()
	if err != nil {
		s.refuse(0, err)
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
		s.refuse(0, errUnsubscribed)
		return
	}
	sub.channel.leave(sub)
}

func (s *socket) subscription(name realtime.Channel) *subscription {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.subscriptions[name]
}
