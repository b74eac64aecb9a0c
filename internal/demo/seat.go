package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"sync"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	sockets "github.com/ftcmetrics/ftcmetrics/realtime/client"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// joinTime is for each subscription.
const joinTime = 10 * time.Second

// entryCreated is the event that carries a new entry to its team.
const entryCreated = "scouting:entry-created"

// seat is somebody's place on the realtime side: the channels they follow while online.
type seat struct {
	token    string
	channels []string
	onEvent  func(sockets.Message)
	socket   *sockets.Socket // nil while away
	ended    chan struct{}   // closed when nothing more is read from it
}

// venue is where seats are: the hub of the embedded driver. The zero venue has no hub, and
// then everybody plays without sockets.
type venue struct {
	api *client
	hub string
	key string // of the app
}

// sit connects and joins the channels, unless that is so already.
func (v venue) sit(ctx context.Context, s *seat) error {
	if v.hub == "" || s.online() {
		return nil
	}
	s.leave()
	opened, err := sockets.Dial(ctx, sockets.Options{URL: v.hub, Key: v.key, Name: "ftcmetrics-demo", HTTP: v.api.http})
	if err != nil {
		return fmt.Errorf("connect to the hub: %w", err)
	}
	for _, channel := range s.channels {
		if err := v.join(ctx, s, opened, channel); err != nil {
			opened.Cut()
			return fmt.Errorf("join %s: %w", channel, err)
		}
	}
	s.socket, s.ended = opened, make(chan struct{})
	go s.listen(opened, s.ended)
	return nil
}

// join subscribes to a channel and waits for the answer.
func (v venue) join(ctx context.Context, s *seat, opened *sockets.Socket, channel string) error {
	ctx, cancel := context.WithTimeout(ctx, joinTime)
	defer cancel()
	auth, data, err := v.api.authorize(ctx, s.token, opened.ID, channel)
	if err == nil {
		err = opened.Subscribe(ctx, realtime.Channel(channel), auth, data)
	}
	for err == nil {
		var m sockets.Message
		if m, err = opened.Next(ctx); err != nil {
			break
		}
		switch {
		case m.Event == protocol.EventSucceeded && m.Channel == channel:
			return nil
		case m.Event == protocol.EventSubscriptionError:
			return fmt.Errorf("the hub refuses it: %s", m.Text())
		default:
			s.onEvent(m) // of a channel that was joined before
		}
	}
	return err
}

// listen gives everything that is published to onEvent, until the socket ends.
func (s *seat) listen(opened *sockets.Socket, ended chan<- struct{}) {
	defer close(ended)
	for {
		m, err := opened.Next(context.Background())
		if err != nil {
			return
		}
		s.onEvent(m)
	}
}

// online reports whether there is a socket that has not ended.
func (s *seat) online() bool {
	if s.socket == nil {
		return false
	}
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// leave closes the socket, if there is one.
func (s *seat) leave() { s.end((*sockets.Socket).Close) }

// vanish is leave without a word.
func (s *seat) vanish() { s.end((*sockets.Socket).Cut) }

func (s *seat) end(how func(*sockets.Socket)) {
	if s.socket != nil {
		how(s.socket)
		<-s.ended
		s.socket = nil
	}
}

// screen is what a coach watches: it counts the entries that arrive by themselves.
type screen struct {
	seat
	mu   sync.Mutex
	seen map[uuid.UUID]bool // guarded by mu
}

func newScreen(c *crew) *screen {
	s := &screen{seen: map[uuid.UUID]bool{}}
	id := c.ID.String()
	s.seat = seat{token: c.Coach.Token, channels: []string{"private-team-" + id, "presence-team-" + id}, onEvent: s.show}
	return s
}

func (s *screen) show(m sockets.Message) {
	var payload struct {
		Entry struct {
			ID uuid.UUID `json:"id"`
		} `json:"entry"`
	}
	if m.Event != entryCreated || json.Unmarshal([]byte(m.Text()), &payload) != nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.seen[payload.Entry.ID] = true // an event may come twice
}

// count is how many entries have arrived.
func (s *screen) count() int {
	s.mu.Lock()
	defer s.mu.Unlock()
	return len(s.seen)
}
