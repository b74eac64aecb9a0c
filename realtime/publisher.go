package realtime

import (
	"context"
	"time"
)

// Event is a realtime event on its way to the subscribers of one channel.
type Event struct {
	Channel Channel
	Name    string
	Data    string // what a client finds in the frame's data: JSON text for our own events, any text for others'
	Except  string // the socket id that must not receive it, or ""
}

// Logged is an event with its place in the channel's log.
type Logged struct {
	Seq   int64
	Event Event
}

// Revocation ends what a user was allowed to hear. The sockets it concerns lose their
// subscriptions and are closed with 4009.
type Revocation struct {
	UserID   string    `json:"userId"`
	Session  string    `json:"session,omitempty"`  // only sockets of this token id, under whatever name; "" means all of the user's
	Channels []Channel `json:"channels,omitempty"` // only sockets that hold one of these; none means any private channel
}

// Publisher carries committed events to sockets. Publish keeps the order of events on one
// channel, returns when the publisher has taken responsibility for all of them, and may be
// called again with the same events after an error. Implementations are safe for
// concurrent use.
type Publisher interface {
	Publish(ctx context.Context, events []Event) error
	Revoke(ctx context.Context, revocation Revocation) error
}

// RefusedError is the error of a publisher that will never take what it was given. Asking
// again changes nothing.
type RefusedError struct {
	Reason string // what it said
}

// Error returns the reason.
func (e *RefusedError) Error() string { return "refused: " + e.Reason }

// LaterError is the error of a publisher that wants to be left alone for a while.
type LaterError struct {
	After time.Duration // how long
	Cause error
}

// Error returns the cause.
func (e *LaterError) Error() string { return e.Cause.Error() }

// Unwrap returns the cause.
func (e *LaterError) Unwrap() error { return e.Cause }
