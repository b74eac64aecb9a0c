package hub

import (
	"errors"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// The refusals of sign-ins. All but the first close the socket.
var (
	errSigninOff     = fault.New(fault.Unavailable, "signin-off", "Users cannot sign in to this app.")
	errUserSignature = fault.New(fault.Unauthenticated, "bad-user-signature", "The signature does not sign this connection in.")
	errOtherUser     = fault.New(fault.Conflict, "signed-in-already", "This connection is signed in as another user.")
)

// errUnauthorized ends a socket that was given no permission in time.
var errUnauthorized = fault.New(fault.Unauthenticated, "not-authorized-in-time", "This connection neither signed in nor joined a private channel in time.")

// signin handles a pusher:signin.
func (s *socket) signin(m protocol.Message) {
	if !s.app.UserAuthentication {
		s.refuse(m, 0, errSigninOff)
		return
	}
	want, err := m.Signin()
	if err != nil {
		s.refuse(m, 0, err)
		return
	}
	var user protocol.User
	if s.app.signer.VerifyUser(want.Auth, s.id, want.UserData) {
		user, err = protocol.DecodeUser(want.UserData)
	} else {
		err = errUserSignature
	}
	if err == nil {
		err = s.signedInAs(user, want.UserData)
	}
	switch {
	case err == nil:
		s.joined(inspect.Line{Kind: inspect.Signin})
	case errors.Is(err, errClosing):
	case errors.Is(err, errRevoked):
		s.close(protocol.CloseReconnect)
	default:
		s.expel(err)
	}
}

// expel closes the socket with 4009 and says why.
func (s *socket) expel(err error) {
	s.noteRefusal("", protocol.EventSignin, err)
	s.closeSaying(protocol.CloseForbidden, fault.From(err).Detail, false)
}

// signedInAs enters the user, and tells the peer and those who watch the user.
func (s *socket) signedInAs(user protocol.User, userData string) error {
	u := &s.app.users
	u.mu.Lock()
	first, ch, err := s.identify(user, userData)
	var told []*socket
	if err == nil {
		told = u.enter(s, user, first)
	}
	u.mu.Unlock()
	if err != nil {
		return err
	}
	s.settle()
	for _, w := range told {
		w.settle()
	}
	if ch != nil {
		s.app.occupied(ch.name)
	}
	return nil
}

// identify is the moment from which the socket is the user's: it hears the user's own
// channel, and the answer is in the outbox before anything that the channel says. It
// reports whether the socket was nobody's before, and returns the channel if the socket
// is the first on it. It must be called with users.mu held.
func (s *socket) identify(user protocol.User, userData string) (first bool, occupied *channel, err error) {
	var own *channel
	if name, err := realtime.ParseChannel(string(realtime.ToUser(user.ID))); err == nil {
		own = s.app.obtain(name)
		defer s.app.release(own)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.closing:
		return false, nil, errClosing
	case s.user.ID != "" && s.user.ID != user.ID:
		return false, nil, errOtherUser
	case s.barred(user.Member()):
		return false, nil, errRevoked
	}
	first = s.user.ID == ""
	s.user = user
	s.authorized()
	if first && own != nil {
		s.hold(&subscription{socket: s, channel: own, member: user.Member()})
		if len(own.subscriptions) == 1 {
			occupied = own
		}
	}
	s.outbox.push(sealText(protocol.AppendSigninSuccess(newFrame(2*len(userData)+64), userData)))
	return first, occupied, nil
}

// barred reports whether the user has lost what the socket would be allowed in their
// name. It must be called with mu held.
func (s *socket) barred(user protocol.Member) bool {
	if s.app.revoked.covers(s.born, realtime.ToUser(user.UserID), user) {
		return true
	}
	for name := range s.subscriptions {
		if s.app.revoked.covers(s.born, name, user) {
			return true
		}
	}
	return false
}

// signedIn returns the user whose socket it is; the zero User when it is nobody's.
func (s *socket) signedIn() protocol.User {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.user
}

// awaitPermission closes the socket if it is given no permission within the app's time.
func (s *socket) awaitPermission() {
	patience := s.app.AuthorizationTimeout
	if patience <= 0 {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.closing {
		return
	}
	s.permission = time.AfterFunc(patience, func() {
		s.mu.Lock()
		late := s.permission != nil
		s.mu.Unlock()
		if late {
			s.expel(errUnauthorized)
		}
	})
}

// authorized notes that the socket was given a permission, or needs none any more. It
// must be called with mu held.
func (s *socket) authorized() {
	if s.permission != nil {
		s.permission.Stop()
		s.permission = nil
	}
}
