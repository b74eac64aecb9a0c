package faults

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// silence is how long a follower believes in a socket that says nothing; it asks each
// second.
const silence = 4 * time.Second

// Delivery is one event as a subscriber got it.
type Delivery struct {
	Seq  int64
	ID   string
	Name string
	Data json.RawMessage
}

// Follower is a subscriber that follows the rule for clients: after every subscription it
// reads what it has missed, applies events by seq, and drops those it has.
type Follower struct {
	Channel string

	t      testing.TB
	client *Client
	where  func() string
	stop   context.CancelFunc
	done   chan struct{}

	mu         sync.Mutex // guards the fields below
	Applied    []Delivery // in order, from seq 1
	live       int        // heard by a socket
	duplicates int        // heard by a socket, and known
	unequal    int        // the same seq with another id
	inversions int        // on one socket, behind a later one and new
	jumps      int        // on one socket, with events missing before it
	resets     int
	sessions   int
	lastError  error
	codes      map[websocket.StatusCode]int
	away       time.Duration // the longest time without a subscription
}

// Follow subscribes to a channel, each time at the node that where names. It ends with the
// test.
func (s *Site) Follow(channel string, where func() string) *Follower {
	ctx, stop := context.WithCancel(context.Background())
	f := &Follower{Channel: channel, t: s.t, client: NewClient(s.Token, 5*time.Second), where: where, stop: stop, done: make(chan struct{}), codes: make(map[websocket.StatusCode]int)}
	go f.run(ctx)
	s.t.Cleanup(f.Stop)
	Until(s.t, channel+" is subscribed", func() bool { f.mu.Lock(); defer f.mu.Unlock(); return f.sessions > 0 })
	return f
}

// Stop ends the subscription.
func (f *Follower) Stop() {
	f.stop()
	<-f.done
}

func (f *Follower) run(ctx context.Context) {
	defer close(f.done)
	left := time.Now()
	for ctx.Err() == nil {
		err := f.sit(ctx, func() {
			f.mu.Lock()
			defer f.mu.Unlock()
			if f.sessions > 0 {
				f.away = max(f.away, time.Since(left))
			}
			f.sessions++
		})
		f.mu.Lock()
		f.lastError = err
		f.codes[websocket.CloseStatus(err)]++
		f.mu.Unlock()
		if sat(err) {
			left = time.Now()
		}
		select {
		case <-ctx.Done():
		case <-time.After(50 * time.Millisecond):
		}
	}
}

// errLost is why a subscribed socket ended; others never were subscribed.
type errLost struct{ error }

func (e errLost) Unwrap() error { return e.error }

func sat(err error) bool {
	var lost errLost
	return errors.As(err, &lost)
}

// sit opens a socket and stays until it ends.
func (f *Follower) sit(ctx context.Context, subscribed func()) error {
	base := f.where()
	opening, cancel := context.WithTimeout(ctx, silence)
	socket, _, err := websocket.Dial(opening, strings.Replace(base, "http", "ws", 1)+"/app/"+Key+"?protocol=7", nil) //nolint:bodyclose // the library says that it need not be
	cancel()
	if err != nil {
		return err
	}
	defer socket.CloseNow() //nolint:errcheck // it is over
	socket.SetReadLimit(1 << 20)
	asking, stop := context.WithCancel(ctx)
	defer stop()
	go func() {
		for ticker := time.NewTicker(time.Second); asking.Err() == nil; {
			select {
			case <-asking.Done():
				ticker.Stop()
			case <-ticker.C:
				_ = socket.Write(asking, websocket.MessageText, []byte(`{"event":"pusher:ping","data":{}}`))
			}
		}
	}()
	var last int64
	in := false
	for {
		reading, cancel := context.WithTimeout(ctx, silence)
		_, raw, err := socket.Read(reading)
		cancel()
		if err == nil {
			err = f.frame(ctx, base, socket, raw, &last, func() { in = true; subscribed() })
		}
		if err != nil && in {
			return errLost{err}
		}
		if err != nil {
			return err
		}
	}
}

// frame takes one frame of a socket. last is the seq that the socket has reached.
func (f *Follower) frame(ctx context.Context, base string, socket *websocket.Conn, raw []byte, last *int64, subscribed func()) error {
	var frame struct {
		Event string
		Data  json.RawMessage
	}
	if err := json.Unmarshal(raw, &frame); err != nil {
		return err
	}
	switch {
	case frame.Event == "pusher:connection_established":
		return f.subscribe(ctx, base, socket, text(frame.Data))
	case frame.Event == "pusher_internal:subscription_succeeded":
		if err := f.missed(ctx, base); err != nil {
			return err
		}
		subscribed()
	case frame.Event == "pusher:error": // the close comes next
	case strings.Contains(frame.Event, "error"):
		return fmt.Errorf("%s", raw)
	case !strings.HasPrefix(frame.Event, "pusher"):
		return f.hear(ctx, base, frame.Event, text(frame.Data), last)
	}
	return nil
}

// text is the content of data, which is JSON in a string.
func text(raw json.RawMessage) json.RawMessage {
	var inner string
	if json.Unmarshal(raw, &inner) == nil {
		return json.RawMessage(inner)
	}
	return raw
}

func (f *Follower) subscribe(ctx context.Context, base string, socket *websocket.Conn, established json.RawMessage) error {
	var greeting struct {
		SocketID string `json:"socket_id"`
	}
	if err := json.Unmarshal(established, &greeting); err != nil {
		return err
	}
	data := map[string]string{"channel": f.Channel}
	if strings.HasPrefix(f.Channel, "private-") {
		a, err := f.client.Ask(ctx, "POST", base+"/api/pusher/auth", fmt.Sprintf(`{"socket_id":"%s","channel_name":"%s"}`, greeting.SocketID, f.Channel))
		if err != nil {
			return err
		}
		if a.Status != http.StatusOK {
			return fmt.Errorf("auth: %d %s", a.Status, a.Body)
		}
		var auth map[string]string
		if err := json.Unmarshal(a.Body, &auth); err != nil {
			return err
		}
		for name, value := range auth {
			data[name] = value
		}
	}
	raw, err := json.Marshal(map[string]any{"event": "pusher:subscribe", "data": data})
	if err != nil {
		return err
	}
	return socket.Write(ctx, websocket.MessageText, raw)
}

// page is a piece of the log.
type page struct {
	Events []Delivery
	Next   int64
	Head   int64
	Epoch  string
	Reset  bool
}

func readPage(ctx context.Context, client *Client, base, channel string, after int64) (page, error) {
	var p page
	a, err := client.Ask(ctx, "GET", fmt.Sprintf("%s/api/channels/%s/events?after=%d&limit=500", base, channel, after), "")
	if err == nil && a.Status != http.StatusOK {
		err = fmt.Errorf("events of %s: %d %.200s", channel, a.Status, a.Body)
	}
	if err == nil {
		err = a.Into(&p)
	}
	return p, err
}

// missed reads the channel after what was applied last.
func (f *Follower) missed(ctx context.Context, base string) error {
	for {
		f.mu.Lock()
		after := int64(len(f.Applied))
		f.mu.Unlock()
		p, err := readPage(ctx, f.client, base, f.Channel, after)
		if err != nil {
			return err
		}
		f.mu.Lock()
		if p.Reset {
			f.resets++
		}
		for _, e := range p.Events {
			f.apply(e)
		}
		f.mu.Unlock()
		if len(p.Events) == 0 || p.Next >= p.Head {
			return nil // the socket tells what came after
		}
	}
}

// apply takes an event that is the next one, and compares one that is known. Call it with
// mu held.
func (f *Follower) apply(e Delivery) (known, next bool) {
	n := int64(len(f.Applied))
	switch {
	case e.Seq == n+1:
		f.Applied = append(f.Applied, e)
		return false, true
	case e.Seq <= n && e.Seq > 0:
		if f.Applied[e.Seq-1].ID != e.ID {
			f.unequal++
		}
		return true, false
	}
	return false, false
}

// hear takes an event from the socket.
func (f *Follower) hear(ctx context.Context, base, name string, data json.RawMessage, last *int64) error {
	e := Delivery{Name: name, Data: data}
	if err := json.Unmarshal(data, &struct {
		Seq *int64
		ID  *string
	}{&e.Seq, &e.ID}); err != nil {
		return err
	}
	f.mu.Lock()
	f.live++
	known, next := f.apply(e)
	switch {
	case *last > 0 && e.Seq > *last+1:
		f.jumps++
	case e.Seq < *last && !known:
		f.inversions++
	case e.Seq <= *last:
		f.duplicates++
	}
	*last = max(*last, e.Seq)
	f.mu.Unlock()
	if known || next {
		return nil
	}
	return f.missed(ctx, base)
}
