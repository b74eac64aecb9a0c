// Package client is the other side of the Pusher protocol: a socket to any server that speaks
// it, and what it takes to stay on channels while sockets come and go.
package client

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"sync"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

const (
	patience    = 10 * time.Second // for a socket to open, and for each write
	pongTime    = 10 * time.Second // how much longer than announced the server may be silent
	largestText = 1 << 20
)

// Options say where the server is and who calls.
type Options struct {
	URL    string // of the server: http, https, ws or wss
	Key    string // of the app
	Name   string // of the calling program, told to the server
	Origin string // of the page that the caller stands for; programs have none
	HTTP   *http.Client
}

// address is where sockets of the app are opened.
func (o Options) address() (string, error) {
	at, err := url.Parse(o.URL)
	if err != nil || at.Host == "" {
		return "", fmt.Errorf("%q is no address such as https://scouting.example.org", o.URL)
	}
	switch at.Scheme {
	case "http", "ws":
		at.Scheme = "ws"
	case "https", "wss":
		at.Scheme = "wss"
	default:
		return "", fmt.Errorf("%q is no address such as https://scouting.example.org", o.URL)
	}
	at = at.JoinPath("app", o.Key)
	at.RawQuery = url.Values{"protocol": {"7"}, "client": {o.Name}, "version": {"1"}, "flash": {"false"}}.Encode()
	return at.String(), nil
}

// ErrMute is why a socket is of no use that opened: something on the way lets the handshake
// through, and not what comes after it.
var ErrMute = errors.New("a socket opens, and then nothing comes")

// HandshakeError is an answer that opens no socket: it came from the server, or from
// something before it.
type HandshakeError struct {
	Status int
	Text   string // how the answer begins
}

// Error says what was answered.
func (e *HandshakeError) Error() string {
	return fmt.Sprintf("the answer is %d %s and no WebSocket", e.Status, http.StatusText(e.Status))
}

// CloseError is how the server ended a socket.
type CloseError struct {
	Code   protocol.CloseCode
	Reason string
}

// Error says the code and the reason.
func (e *CloseError) Error() string {
	return fmt.Sprintf("the server closed the socket with %d: %s", e.Code, e.Reason)
}

// Final reports whether a client must not come back with the same request.
func (e *CloseError) Final() bool { return e.Code >= 4000 && e.Code < 4100 }

// Message is one message of the protocol.
type Message struct {
	Event   string          `json:"event"`
	Channel string          `json:"channel,omitempty"`
	Data    json.RawMessage `json:"data,omitempty"` // a string, or any other JSON
	UserID  string          `json:"user_id,omitempty"`
}

// Text is the data as it was published.
func (m Message) Text() string {
	var text string
	if json.Unmarshal(m.Data, &text) == nil {
		return text
	}
	return string(m.Data)
}

// Internal reports whether the message is the protocol's own, and nobody published it.
func (m Message) Internal() bool {
	return strings.HasPrefix(m.Event, "pusher:") || strings.HasPrefix(m.Event, "pusher_internal:")
}

// Socket is an open socket. Next must be called again and again, by one caller at a time;
// the rest is safe for concurrent use.
type Socket struct {
	ID string

	ws      *websocket.Conn
	silence time.Duration // after which the server is taken for dead
	said    *CloseError   // by an error frame, before the close; belongs to the caller of Next
	stop    context.CancelFunc
	pinging sync.WaitGroup
}

// Dial opens a socket. Its errors are a HandshakeError, a CloseError, ErrMute, or what the
// network says.
func Dial(ctx context.Context, o Options) (*Socket, error) {
	address, err := o.address()
	if err != nil {
		return nil, err
	}
	opening, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	dialing := &websocket.DialOptions{HTTPClient: o.HTTP, CompressionMode: websocket.CompressionContextTakeover}
	if o.Origin != "" {
		dialing.HTTPHeader = http.Header{"Origin": {o.Origin}}
	}
	ws, response, err := websocket.Dial(opening, address, dialing) //nolint:bodyclose // Dial keeps the body for itself
	if err != nil {
		return nil, refusal(response, err)
	}
	ws.SetReadLimit(largestText)
	s := &Socket{ws: ws, silence: patience, stop: func() {}}
	if err := s.greet(opening); err != nil {
		_ = ws.CloseNow() // it is of no use
		if opening.Err() != nil && ctx.Err() == nil {
			err = ErrMute
		}
		return nil, err
	}
	return s, nil
}

func refusal(response *http.Response, err error) error {
	if response == nil || response.StatusCode == http.StatusSwitchingProtocols {
		return err
	}
	var text [512]byte
	n := 0
	if response.Body != nil {
		n, _ = response.Body.Read(text[:]) // of what it has, some is enough
	}
	return &HandshakeError{Status: response.StatusCode, Text: strings.TrimSpace(string(text[:n]))}
}

// greet waits for the server's first word, and begins to keep the socket alive.
func (s *Socket) greet(ctx context.Context) error {
	m, err := s.Next(ctx)
	if err != nil {
		return err
	}
	var hello struct {
		SocketID        string `json:"socket_id"`
		ActivityTimeout int    `json:"activity_timeout"`
	}
	if err := json.Unmarshal([]byte(m.Text()), &hello); err != nil || m.Event != protocol.EventEstablished || hello.SocketID == "" {
		return fmt.Errorf("this is no server of the Pusher protocol: it began with %.100s %.200s", m.Event, m.Data)
	}
	s.ID = hello.SocketID
	active := time.Duration(max(hello.ActivityTimeout, 2)) * time.Second
	s.silence = active + pongTime
	pinging, stop := context.WithCancel(context.Background())
	s.stop = stop
	s.pinging.Go(func() { s.ping(pinging, active/2) })
	return nil
}

// ping asks for a sign of life before the server's silence gets long.
func (s *Socket) ping(ctx context.Context, every time.Duration) {
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
			if s.send(ctx, protocol.EventPing, struct{}{}) != nil {
				return // Next finds out why
			}
		}
	}
}

func (s *Socket) send(ctx context.Context, event string, data any) error {
	raw, err := json.Marshal(map[string]any{"event": event, "data": data})
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(ctx, patience)
	defer cancel()
	return s.ws.Write(ctx, websocket.MessageText, raw)
}

// Subscribe asks for a channel; the answer comes through Next. Auth and channelData are ""
// for a public channel.
func (s *Socket) Subscribe(ctx context.Context, channel realtime.Channel, auth, channelData string) error {
	data := map[string]string{"channel": string(channel)}
	if auth != "" {
		data["auth"] = auth
	}
	if channelData != "" {
		data["channel_data"] = channelData
	}
	return s.send(ctx, protocol.EventSubscribe, data)
}

// Next returns the next message that is more than a sign of life. Once it has returned an
// error the socket is over.
func (s *Socket) Next(ctx context.Context) (Message, error) {
	for {
		m, err := s.read(ctx)
		if err != nil {
			return Message{}, err
		}
		switch m.Event {
		case protocol.EventPong:
		case protocol.EventPing:
			if err := s.send(ctx, protocol.EventPong, struct{}{}); err != nil {
				return Message{}, err
			}
		case protocol.EventError:
			var said struct {
				Code    int
				Message string
			}
			if json.Unmarshal([]byte(m.Text()), &said) != nil || said.Code < 4000 || said.Code >= 4300 {
				return m, nil
			}
			s.said = &CloseError{protocol.CloseCode(said.Code), said.Message} //nolint:gosec // it is below 4300; the close follows
		default:
			return m, nil
		}
	}
}

func (s *Socket) read(ctx context.Context) (Message, error) {
	reading, cancel := context.WithTimeout(ctx, s.silence)
	defer cancel()
	var m Message
	_, raw, err := s.ws.Read(reading)
	if err != nil {
		return m, s.ending(ctx, reading, err)
	}
	if err := json.Unmarshal(raw, &m); err != nil {
		return m, fmt.Errorf("this is no server of the Pusher protocol: it said %.200q", raw)
	}
	return m, nil
}

// ending says why no more can be read.
func (s *Socket) ending(ctx, reading context.Context, err error) error {
	var closed websocket.CloseError
	switch {
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &closed) && closed.Code >= 4000 && closed.Code < 5000:
		reason := closed.Reason
		if s.said != nil && reason == "" {
			reason = s.said.Reason
		}
		return &CloseError{protocol.CloseCode(closed.Code), reason} //nolint:gosec // as above
	case s.said != nil:
		return s.said
	case reading.Err() != nil:
		return fmt.Errorf("the server says nothing any more, not even in answer to a ping: %w", reading.Err())
	}
	return err
}

// Cut ends the socket as a device does that is carried out of the Wi-Fi: without a word.
func (s *Socket) Cut() {
	s.stop()
	_ = s.ws.CloseNow() // it ends, whatever it says
	s.pinging.Wait()
}

// Close takes leave.
func (s *Socket) Close() {
	s.stop()
	_ = s.ws.Close(websocket.StatusNormalClosure, "") // it ends, politely or not
	s.pinging.Wait()
}
