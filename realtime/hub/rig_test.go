package hub_test

import (
	"context"
	"encoding/json"
	"net"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

const (
	appID  = "app1"
	appKey = "key1"
	secret = "a-secret-of-the-tests"
)

// rig is a hub behind a listener.
type rig struct {
	t   testing.TB
	hub *hub.Hub
	url string
	// dial opens the transport of a client.
	dial func(ctx context.Context, network, addr string) (net.Conn, error)
	// deflates makes raw connections ask for compression.
	deflates bool
}

func testApp() hub.App {
	return hub.App{ID: appID, Key: appKey, Secret: secret, ClientMessages: true}
}

// newRig starts a hub on a TCP port of its own. It pings nobody unless it is told to: on a
// slow machine that would be a frame more than the test knows of.
func newRig(t testing.TB, options hub.Options) *rig {
	t.Helper()
	if options.ActivityTimeout == 0 {
		options.ActivityTimeout = time.Hour
	}
	ln, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	r := startRig(t, options, ln)
	r.url = "ws://" + ln.Addr().String()
	r.dial = (&net.Dialer{}).DialContext
	return r
}

// newPipeRig starts a hub that is reached through memory, as a synctest bubble needs it.
func newPipeRig(t testing.TB, options hub.Options) *rig {
	t.Helper()
	ln := newPipeListener()
	r := startRig(t, options, ln)
	r.url = "ws://hub"
	r.dial = func(context.Context, string, string) (net.Conn, error) { return ln.connect() }
	return r
}

func startRig(t testing.TB, options hub.Options, ln net.Listener) *rig {
	t.Helper()
	if options.Apps == nil {
		options.Apps = []hub.App{testApp()}
	}
	h, err := hub.New(options)
	if err != nil {
		t.Fatal(err)
	}
	mux := http.NewServeMux()
	mux.HandleFunc("/", h.ServeSocket)
	server := &http.Server{Handler: mux}
	served := make(chan struct{})
	go func() {
		defer close(served)
		_ = server.Serve(ln)
	}()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = h.Shutdown(ctx)
		_ = server.Close()
		<-served
	})
	return &rig{t: t, hub: h}
}

// client is a Pusher client in the hands of a test.
type client struct {
	t  testing.TB
	ws *websocket.Conn
	id string
}

// frame is a frame as a client sees it.
type frame struct {
	Event   string          `json:"event"`
	Channel string          `json:"channel"`
	Data    json.RawMessage `json:"data"`
	UserID  string          `json:"user_id"`
}

// text returns the data, out of its string if it is one.
func (f frame) text() string {
	var s string
	if json.Unmarshal(f.Data, &s) == nil {
		return s
	}
	return string(f.Data)
}

func (r *rig) open(path string, header http.Header) *client {
	r.t.Helper()
	transport := &http.Transport{DialContext: r.dial}
	conn, _, err := websocket.Dial(r.t.Context(), r.url+path, &websocket.DialOptions{
		HTTPClient: &http.Client{Transport: transport}, HTTPHeader: header,
	})
	if err != nil {
		r.t.Fatal(err)
	}
	conn.SetReadLimit(1 << 20)
	r.t.Cleanup(func() { _ = conn.CloseNow() })
	return &client{t: r.t, ws: conn}
}

// connect opens a connection and waits until it is established.
func (r *rig) connect() *client {
	r.t.Helper()
	c := r.open("/app/"+appKey+"?protocol=7&client=test", nil)
	var data struct {
		SocketID string `json:"socket_id"`
	}
	f := c.expect("pusher:connection_established")
	if err := json.Unmarshal([]byte(f.text()), &data); err != nil || data.SocketID == "" {
		r.t.Fatalf("established: %s", f.Data)
	}
	c.id = data.SocketID
	return c
}

func (c *client) send(text string) {
	c.t.Helper()
	if err := c.ws.Write(c.t.Context(), websocket.MessageText, []byte(text)); err != nil {
		c.t.Fatal(err)
	}
}

func (c *client) next() frame {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 60*time.Second)
	defer cancel()
	_, text, err := c.ws.Read(ctx)
	if err != nil {
		c.t.Fatalf("read: %v", err)
	}
	var f frame
	if err := json.Unmarshal(text, &f); err != nil {
		c.t.Fatalf("frame %q: %v", text, err)
	}
	return f
}

func (c *client) expect(event string) frame {
	c.t.Helper()
	f := c.next()
	if f.Event != event {
		c.t.Fatalf("got %s %s, want %s", f.Event, f.Data, event)
	}
	return f
}

// expectClose reads to the end and wants it to have the code. It returns what came before.
func (c *client) expectClose(code int) []frame {
	c.t.Helper()
	var before []frame
	for {
		ctx, cancel := context.WithTimeout(c.t.Context(), 60*time.Second)
		_, text, err := c.ws.Read(ctx)
		cancel()
		if err != nil {
			if got := int(websocket.CloseStatus(err)); got != code {
				c.t.Fatalf("closed with %d (%v), want %d", got, err, code)
			}
			return before
		}
		var f frame
		if err := json.Unmarshal(text, &f); err != nil {
			c.t.Fatal(err)
		}
		before = append(before, f)
	}
}

// eventually waits until something is true.
func eventually(t *testing.T, what string, is func() bool) {
	t.Helper()
	deadline := time.Now().Add(30 * time.Second)
	for !is() {
		if time.Now().After(deadline) {
			t.Fatal(what)
		}
		<-time.After(time.Millisecond)
	}
}

// quiet makes sure that nothing was sent before the answer to a ping of ours.
func (c *client) quiet() {
	c.t.Helper()
	c.send(`{"event":"pusher:ping","data":{}}`)
	c.expect("pusher:pong")
}

// ask sends a subscription, signed if the channel needs that.
func (c *client) ask(channel, channelData string) {
	c.t.Helper()
	c.send(subscribeText(c.t, c.id, channel, channelData))
}

func (c *client) subscribe(channel, channelData string) frame {
	c.t.Helper()
	c.ask(channel, channelData)
	return c.expect("pusher_internal:subscription_succeeded")
}

func subscribeText(t testing.TB, socket, channel, channelData string) string {
	t.Helper()
	data := map[string]string{"channel": channel}
	if strings.HasPrefix(channel, "private-") || strings.HasPrefix(channel, "presence-") {
		auth, err := realtime.Signer{Key: appKey, Secret: secret}.Channel(socket, realtime.Channel(channel), channelData)
		if err != nil {
			t.Fatal(err)
		}
		data["auth"] = auth
		if channelData != "" {
			data["channel_data"] = channelData
		}
	}
	text, err := json.Marshal(map[string]any{"event": "pusher:subscribe", "data": data})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

func (r *rig) publish(channel, name, data string) {
	r.t.Helper()
	if err := r.hub.Publish(appID, []realtime.Channel{realtime.Channel(channel)}, name, data, ""); err != nil {
		r.t.Fatal(err)
	}
}

// pipeListener accepts the other ends of in-memory connections.
type pipeListener struct {
	conns  chan net.Conn
	closed chan struct{}
}

func newPipeListener() *pipeListener {
	return &pipeListener{conns: make(chan net.Conn), closed: make(chan struct{})}
}

func (l *pipeListener) connect() (net.Conn, error) {
	near, far := net.Pipe()
	select {
	case l.conns <- far:
		return near, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Accept() (net.Conn, error) {
	select {
	case conn := <-l.conns:
		return conn, nil
	case <-l.closed:
		return nil, net.ErrClosed
	}
}

func (l *pipeListener) Close() error {
	close(l.closed)
	return nil
}

func (l *pipeListener) Addr() net.Addr { return &net.UnixAddr{Name: "pipe", Net: "unix"} }
