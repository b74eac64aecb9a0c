package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"maps"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// Guest is one socket on several channels that keeps the rules for clients on each of the
// logged ones, as a Follower does on one, and knows who is on the presence channel.
type Guest struct {
	Careless bool // reads nothing after a reconnect and nothing at a jump; set it before Visit

	t        testing.TB
	client   *Client
	where    func() string
	presence string               // the presence channel, if there is one
	channels map[string]*Follower // the logged ones; only their books are used
	stop     context.CancelFunc
	done     chan struct{}

	mu       sync.Mutex // guards the fields below
	members  map[string]bool
	removed  []string // who was said to have gone, in order
	sessions int
	heard    map[string][]hearing // by channel
}

// hearing is when a socket told of an event.
type hearing struct {
	seq int64
	at  time.Time
}

// NewGuest returns a guest with a token, which may be empty, who is not there yet.
func NewGuest(t testing.TB, token string, where func() string, channels ...string) *Guest {
	g := &Guest{
		t: t, client: NewClient(token, 5*time.Second), where: where, channels: make(map[string]*Follower), stop: func() {},
		members: make(map[string]bool), heard: make(map[string][]hearing),
	}
	for _, channel := range channels {
		if strings.HasPrefix(channel, "presence-") {
			g.presence = channel
			continue
		}
		g.channels[channel] = &Follower{Channel: channel, t: t, client: g.client, where: where}
	}
	return g
}

// Visit opens the socket, and a new one whenever it ends, until Leave or the end of the test.
func (g *Guest) Visit() {
	ctx, stop := context.WithCancel(context.Background())
	g.stop, g.done = stop, make(chan struct{})
	go func() {
		defer close(g.done)
		for ctx.Err() == nil {
			_ = g.sit(ctx) // it comes back, however it ended
			select {
			case <-ctx.Done():
			case <-time.After(50 * time.Millisecond):
			}
		}
	}()
	g.t.Cleanup(g.Leave)
}

// Leave ends the visit.
func (g *Guest) Leave() {
	g.stop()
	<-g.done
}

// Sessions is how often the guest has been on all of its channels.
func (g *Guest) Sessions() int {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.sessions
}

// Members are who the guest sees on the presence channel.
func (g *Guest) Members() map[string]bool {
	g.mu.Lock()
	defer g.mu.Unlock()
	return maps.Clone(g.members)
}

// session is one socket of a guest.
type session struct {
	base   string
	socket *websocket.Conn
	last   map[string]int64 // the seq that the socket has reached, by channel
	joined int
}

func (g *Guest) sit(ctx context.Context) error {
	s := &session{base: g.where(), last: make(map[string]int64)}
	opening, cancel := context.WithTimeout(ctx, silence)
	var err error
	s.socket, _, err = websocket.Dial(opening, strings.Replace(s.base, "http", "ws", 1)+"/app/"+Key+"?protocol=7", nil) //nolint:bodyclose // the library says that it need not be
	cancel()
	if err != nil {
		return err
	}
	defer s.socket.CloseNow() //nolint:errcheck // it is over
	s.socket.SetReadLimit(1 << 20)
	asking, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		ticker := time.NewTicker(time.Second)
		defer ticker.Stop()
		for {
			select {
			case <-asking.Done():
				return
			case <-ticker.C:
				_ = s.socket.Write(asking, websocket.MessageText, []byte(`{"event":"pusher:ping","data":{}}`)) // the reader sees the end
			}
		}
	}()
	for {
		reading, cancel := context.WithTimeout(ctx, silence)
		_, raw, err := s.socket.Read(reading)
		cancel()
		if err == nil {
			err = g.frame(ctx, s, raw, time.Now())
		}
		if err != nil {
			return err
		}
	}
}

// frame takes one frame of the socket.
func (g *Guest) frame(ctx context.Context, s *session, raw []byte, now time.Time) error {
	var frame struct {
		Event, Channel string
		Data           json.RawMessage
	}
	if err := json.Unmarshal(raw, &frame); err != nil {
		return err
	}
	data := text(frame.Data)
	switch {
	case frame.Event == "pusher:connection_established":
		return g.subscribe(ctx, s, data)
	case frame.Event == "pusher_internal:subscription_succeeded":
		return g.joined(ctx, s, frame.Channel, data)
	case strings.HasPrefix(frame.Event, "pusher_internal:member_"):
		return g.member(frame.Event, data)
	case strings.HasSuffix(frame.Event, "error"):
		return fmt.Errorf("%s", raw)
	case !strings.HasPrefix(frame.Event, "pusher"):
		return g.hear(ctx, s, frame.Channel, frame.Event, data, now)
	}
	return nil
}

// subscribe asks for all channels, each with the server's signature where it needs one.
func (g *Guest) subscribe(ctx context.Context, s *session, established json.RawMessage) error {
	var greeting struct {
		SocketID string `json:"socket_id"`
	}
	if err := json.Unmarshal(established, &greeting); err != nil {
		return err
	}
	names := make([]string, 0, len(g.channels)+1)
	for name := range g.channels {
		names = append(names, name)
	}
	if g.presence != "" {
		names = append(names, g.presence)
	}
	for _, name := range names {
		data := map[string]string{"channel": name}
		if strings.HasPrefix(name, "private-") || strings.HasPrefix(name, "presence-") {
			a, err := g.client.Ask(ctx, "POST", s.base+"/api/pusher/auth", fmt.Sprintf(`{"socket_id":"%s","channel_name":"%s"}`, greeting.SocketID, name))
			if err == nil && a.Status != http.StatusOK {
				err = fmt.Errorf("auth: %d %s", a.Status, a.Body)
			}
			if err == nil {
				err = json.Unmarshal(a.Body, &data)
			}
			if err != nil {
				return err
			}
		}
		raw, err := json.Marshal(map[string]any{"event": "pusher:subscribe", "data": data})
		if err != nil {
			return err
		}
		if err := s.socket.Write(ctx, websocket.MessageText, raw); err != nil {
			return err
		}
	}
	return nil
}

// joined takes the success of one subscription: the roster, or what the guest has missed.
func (g *Guest) joined(ctx context.Context, s *session, channel string, data json.RawMessage) error {
	if channel == g.presence {
		var success struct{ Presence struct{ IDs []string } }
		if err := json.Unmarshal(data, &success); err != nil {
			return err
		}
		g.mu.Lock()
		clear(g.members)
		for _, id := range success.Presence.IDs {
			g.members[id] = true
		}
		g.mu.Unlock()
	} else if f := g.channels[channel]; f != nil && !g.Careless {
		if err := f.missed(ctx, s.base); err != nil {
			return err
		}
	}
	s.joined++
	want := len(g.channels)
	if g.presence != "" {
		want++
	}
	if s.joined == want {
		g.mu.Lock()
		g.sessions++
		g.mu.Unlock()
	}
	return nil
}

func (g *Guest) member(event string, data json.RawMessage) error {
	var who struct {
		ID string `json:"user_id"`
	}
	if err := json.Unmarshal(data, &who); err != nil {
		return err
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	if event == "pusher_internal:member_added" {
		g.members[who.ID] = true
		return nil
	}
	delete(g.members, who.ID)
	g.removed = append(g.removed, who.ID)
	return nil
}

// hear takes an event and notes when it came.
func (g *Guest) hear(ctx context.Context, s *session, channel, name string, data json.RawMessage, now time.Time) error {
	f := g.channels[channel]
	var e struct{ Seq int64 }
	if err := json.Unmarshal(data, &e); err != nil || f == nil {
		return fmt.Errorf("%s of %s: %w", name, channel, err)
	}
	g.mu.Lock()
	g.heard[channel] = append(g.heard[channel], hearing{e.Seq, now})
	g.mu.Unlock()
	if g.Careless {
		return nil
	}
	last := s.last[channel]
	err := f.hear(ctx, s.base, name, data, &last)
	s.last[channel] = last
	return err
}
