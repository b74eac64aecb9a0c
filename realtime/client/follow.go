package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"math/rand/v2"
	"net/http"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// Between two attempts to come back.
const (
	firstPause  = time.Second
	longestWait = 15 * time.Second
)

// DeniedError is why a channel cannot be had. Asking again changes nothing.
type DeniedError struct {
	Channel realtime.Channel
	Reason  string
}

// Error names the channel and the reason.
func (e *DeniedError) Error() string { return fmt.Sprintf("%s: %s", e.Channel, e.Reason) }

// Following is what Follow does.
type Following struct {
	Options
	Channels []realtime.Channel

	// Authorize signs for a private channel. A DeniedError ends the following.
	Authorize func(ctx context.Context, socketID string, channel realtime.Channel) (auth, channelData string, err error)

	// Joined is called after each subscription, before what is heard on it from then on: the
	// place to read what was missed. After an error of Joined or Heard another socket is
	// tried, unless it is a DeniedError or a StopError.
	Joined func(ctx context.Context, channel realtime.Channel) error
	Heard  func(Message) error

	Lost func(cause error, wait time.Duration) // a socket is over, and when the next one is tried
}

// StopError ends a following from within; Follow returns the cause.
type StopError struct{ Cause error }

// Error is the cause's.
func (e *StopError) Error() string { return e.Cause.Error() }

// Unwrap returns the cause.
func (e *StopError) Unwrap() error { return e.Cause }

// Follow stays on the channels until ctx ends, over as many sockets as it takes, and returns
// nil then. What cannot get better by waiting is returned as an error, and so is a first socket
// that does not open: the address may be wrong.
func Follow(ctx context.Context, f Following) error {
	pause := firstPause
	for been := false; ; {
		err := f.sit(ctx, func() { been, pause = true, firstPause })
		var stop *StopError
		switch {
		case ctx.Err() != nil:
			return nil //nolint:nilerr // it was to end
		case errors.As(err, &stop):
			return stop.Cause
		case final(err), !been:
			return err
		}
		wait := pause/2 + rand.N(pause/2) //nolint:gosec // spreads the clients of one server that ended
		var closed *CloseError
		if pause == firstPause && errors.As(err, &closed) && closed.Code >= 4200 && closed.Code < 4300 {
			wait = 0 // it asks for that
		}
		pause = min(2*pause, longestWait)
		f.Lost(err, wait)
		select {
		case <-time.After(wait):
		case <-ctx.Done():
			return nil
		}
	}
}

// final reports whether the next attempt would end like the last one.
func final(err error) bool {
	var closed *CloseError
	var refused *HandshakeError
	var denied *DeniedError
	switch {
	case errors.As(err, &closed):
		return closed.Final()
	case errors.As(err, &denied):
		return true
	}
	return errors.As(err, &refused) && refused.Status < http.StatusInternalServerError && refused.Status != http.StatusTooManyRequests
}

// sit opens a socket and stays until it ends. subscribed is called for each channel that it got.
func (f *Following) sit(ctx context.Context, subscribed func()) error {
	s, err := Dial(ctx, f.Options)
	if err != nil {
		return err
	}
	defer s.Close()
	for _, channel := range f.Channels {
		if err := f.ask(ctx, s, channel); err != nil {
			return err
		}
	}
	for {
		m, err := s.Next(ctx)
		if err != nil {
			return err
		}
		if err := f.take(ctx, m, subscribed); err != nil {
			return err
		}
	}
}

func (f *Following) ask(ctx context.Context, s *Socket, channel realtime.Channel) error {
	var auth, channelData string
	if channel.Private() {
		var err error
		if auth, channelData, err = f.Authorize(ctx, s.ID, channel); err != nil {
			return err
		}
	}
	return s.Subscribe(ctx, channel, auth, channelData)
}

// take passes on one message.
func (f *Following) take(ctx context.Context, m Message, subscribed func()) error {
	switch m.Event {
	case protocol.EventSucceeded:
		subscribed()
		return f.Joined(ctx, realtime.Channel(m.Channel))
	case protocol.EventSubscriptionError:
		return &DeniedError{realtime.Channel(m.Channel), "the server refuses it: " + reason(m)}
	}
	return f.Heard(m)
}

// reason is what the server says of a refusal.
func reason(m Message) string {
	var said struct{ Error, Message string }
	if json.Unmarshal([]byte(m.Text()), &said) == nil && said.Error+said.Message != "" {
		return said.Error + said.Message
	}
	return m.Text()
}
