package demo

import (
	"context"
	"fmt"
	"sync"

	"github.com/google/uuid"
)

// entryCreated is the event that carries a new entry to its team.
const entryCreated = "scouting:entry-created"

// seat is somebody's place on the realtime side: the channels they follow while online.
type seat struct {
	token    string
	channels []string
	onEvent  func(message)
	socket   *socket // nil while away
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
	if v.hub == "" || s.socket != nil && s.socket.alive() {
		return nil
	}
	s.leave()
	opened, err := dial(ctx, v.api.http, v.hub, v.key, s.onEvent)
	if err != nil {
		return fmt.Errorf("connect to the hub: %w", err)
	}
	for _, channel := range s.channels {
		auth, data, err := v.api.authorize(ctx, s.token, opened.id, channel)
		if err == nil {
			err = opened.subscribe(ctx, channel, auth, data)
		}
		if err != nil {
			opened.cut()
			return err
		}
	}
	s.socket = opened
	return nil
}

// leave closes the socket, if there is one.
func (s *seat) leave() {
	if s.socket != nil {
		s.socket.close()
		s.socket = nil
	}
}

// vanish is leave without a word.
func (s *seat) vanish() {
	if s.socket != nil {
		s.socket.cut()
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

func (s *screen) show(m message) {
	var payload struct {
		Entry struct {
			ID uuid.UUID `json:"id"`
		} `json:"entry"`
	}
	if m.Event != entryCreated || m.inner(&payload) != nil {
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
