package demo

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"sync"
	"time"

	"github.com/coder/websocket"
)

const (
	joinTime    = 10 * time.Second // for connecting, and for each subscription
	largestText = 256 << 10
)

// message is one message of the Pusher protocol. Data is text that holds JSON.
type message struct {
	Event   string          `json:"event"`
	Channel string          `json:"channel,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"`
}

// inner reads the JSON inside the data, which is a string or the value itself.
func (m message) inner(out any) error {
	var text string
	if json.Unmarshal(m.Data, &text) == nil {
		return json.Unmarshal([]byte(text), out)
	}
	return json.Unmarshal(m.Data, out)
}

// socket is one open connection to the hub, with its reader and its pinger.
type socket struct {
	ws      *websocket.Conn
	id      string
	answers chan message // of subscriptions, one at a time
	ended   chan struct{}
	onEvent func(message)
	running sync.WaitGroup
}

// dial connects to the hub. onEvent gets everything that is published, on the reader's
// goroutine.
func dial(ctx context.Context, client *http.Client, hub, key string, onEvent func(message)) (*socket, error) {
	ctx, cancel := context.WithTimeout(ctx, joinTime)
	defer cancel()
	address := hub + "/app/" + url.PathEscape(key) + "?protocol=7&client=ftcmetrics-demo&version=1"
	ws, _, err := websocket.Dial(ctx, address, &websocket.DialOptions{HTTPClient: client}) //nolint:bodyclose // Dial keeps the body for itself
	if err != nil {
		return nil, err
	}
	ws.SetReadLimit(largestText)
	var hello struct {
		SocketID        string `json:"socket_id"`
		ActivityTimeout int    `json:"activity_timeout"`
	}
	first, err := read(ctx, ws)
	if err == nil && first.Event != "pusher:connection_established" {
		err = fmt.Errorf("the hub said %s %s", first.Event, first.Data)
	}
	if err == nil {
		err = first.inner(&hello)
	}
	if err != nil {
		return nil, errors.Join(err, ws.CloseNow())
	}
	s := &socket{ws: ws, id: hello.SocketID, answers: make(chan message, 1), ended: make(chan struct{}), onEvent: onEvent}
	s.running.Go(s.read)
	s.running.Go(func() { s.ping(time.Duration(max(hello.ActivityTimeout, 2)) * time.Second / 2) })
	return s, nil
}

func read(ctx context.Context, ws *websocket.Conn) (message, error) {
	var m message
	_, raw, err := ws.Read(ctx)
	if err == nil {
		err = json.Unmarshal(raw, &m)
	}
	return m, err
}

// read gets messages until the socket ends.
func (s *socket) read() {
	defer close(s.ended)
	for {
		m, err := read(context.Background(), s.ws)
		if err != nil {
			return
		}
		switch m.Event {
		case "pusher:ping":
			if err := s.write(message{Event: "pusher:pong"}); err != nil {
				return
			}
		case "pusher_internal:subscription_succeeded", "pusher:subscription_error":
			select {
			case s.answers <- m:
			default: // nobody waits any more
			}
		default:
			s.onEvent(m)
		}
	}
}

// ping keeps the socket from looking dead.
func (s *socket) ping(every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-s.ended:
			return
		case <-ticker.C:
			if err := s.write(message{Event: "pusher:ping"}); err != nil {
				return
			}
		}
	}
}

func (s *socket) write(m message) error {
	raw, err := json.Marshal(m)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), joinTime)
	defer cancel()
	return s.ws.Write(ctx, websocket.MessageText, raw)
}

// subscribe joins a channel with a signature and waits for the answer.
func (s *socket) subscribe(ctx context.Context, channel, auth, channelData string) error {
	data, err := json.Marshal(map[string]string{"channel": channel, "auth": auth, "channel_data": channelData})
	if err != nil {
		return err
	}
	if err := s.write(message{Event: "pusher:subscribe", Data: data}); err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, joinTime)
	defer cancel()
	for {
		select {
		case m := <-s.answers:
			if m.Channel != channel {
				continue
			}
			if m.Event == "pusher:subscription_error" {
				return fmt.Errorf("the hub refuses %s: %s", channel, m.Data)
			}
			return nil
		case <-s.ended:
			return fmt.Errorf("the hub closed the socket instead of joining %s", channel)
		case <-ctx.Done():
			return fmt.Errorf("no answer to joining %s: %w", channel, ctx.Err())
		}
	}
}

// alive reports whether the socket has not ended.
func (s *socket) alive() bool {
	select {
	case <-s.ended:
		return false
	default:
		return true
	}
}

// close takes leave and waits for the goroutines.
func (s *socket) close() {
	_ = s.ws.Close(websocket.StatusNormalClosure, "") // it ends, politely or not
	s.running.Wait()
}

// cut ends the socket as a tablet does that is carried out of the Wi-Fi: without a word.
func (s *socket) cut() {
	_ = s.ws.CloseNow() // it ends, politely or not
	s.running.Wait()
}
