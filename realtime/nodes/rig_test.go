package nodes_test

import (
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	pusherhttp "github.com/pusher/pusher-http-go/v5"
	"go.uber.org/goleak"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/nodes"
	"github.com/ftcmetrics/ftcmetrics/realtime/redisbus"
)

const appID, appKey, secret = "app1", "key1", "a-secret-of-the-tests"

// TestMain lets more tests run at once than there are processors: they wait for Redis.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "6") // what the command line says comes later
	goleak.VerifyTestMain(m)
}

// node is a hub with what is around it, over Redis if there is one.
type node struct {
	*nodes.Service
	hub   *hub.Hub
	trace *inspect.Trace
	id    string
	url   string // of sockets
	api   *pusherhttp.Client
}

func newNode(t testing.TB, redis string) *node {
	t.Helper()
	n := &node{id: "alone"}
	var bus *redisbus.Bus
	options := hub.Options{Apps: []hub.App{{ID: appID, Key: appKey, Secret: secret, ClientMessages: true, UserAuthentication: true, MaxPresenceMembers: 1000}}}
	about := nodes.Options{App: appID, Version: "test"}
	if redis != "" {
		var err error
		if bus, err = redisbus.New(redisbus.Options{URL: redis}); err != nil {
			t.Fatal(err)
		}
		options.Bus, about.Peers, n.id = bus, bus, bus.ID()
	}
	n.trace = inspect.NewTrace(n.id)
	options.Trace = n.trace
	var err error
	if n.hub, err = hub.New(options); err != nil {
		t.Fatal(err)
	}
	about.Hub, about.Trace, about.ID = n.hub, n.trace, n.id
	n.Service = nodes.New(about)
	sockets, api := httptest.NewServer(http.HandlerFunc(n.hub.ServeSocket)), httptest.NewServer(httpapi.New(n.hub))
	n.url = strings.Replace(sockets.URL, "http", "ws", 1)
	n.api = &pusherhttp.Client{AppID: appID, Key: appKey, Secret: secret, Host: strings.TrimPrefix(api.URL, "http://"), HTTPClient: api.Client()}
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = n.hub.Shutdown(ctx) // what does not close in time is cut
		sockets.Close()
		api.Close()
		if bus != nil {
			bus.Close()
		}
	})
	return n
}

// client is a socket that keeps its frames.
type client struct {
	t  testing.TB
	ws *websocket.Conn
	id string

	mu     sync.Mutex // guards the fields below
	frames []frame
	closed websocket.StatusCode // -1 while it is open
}

type frame struct{ Event, Channel, Data string }

// connect opens a socket at ws://host:port and waits until it is established.
func connect(t testing.TB, url string) *client {
	t.Helper()
	ws, _, err := websocket.Dial(t.Context(), url+"/app/"+appKey+"?protocol=7", nil)
	if err != nil {
		t.Fatal(err)
	}
	c := &client{t: t, ws: ws, closed: -1}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.read()
	}()
	t.Cleanup(func() {
		_ = ws.CloseNow()
		<-done
	})
	var data struct {
		ID string `json:"socket_id"`
	}
	if err := json.Unmarshal([]byte(c.wait("pusher:connection_established", 1).Data), &data); err != nil {
		t.Fatal(err)
	}
	c.id = data.ID
	return c
}

func (c *client) read() {
	for {
		_, raw, err := c.ws.Read(context.Background())
		c.mu.Lock()
		if err != nil {
			c.closed = max(0, websocket.CloseStatus(err))
			c.mu.Unlock()
			return
		}
		var f struct {
			Event, Channel string
			Data           json.RawMessage
		}
		text := ""
		if json.Unmarshal(raw, &f) == nil && json.Unmarshal(f.Data, &text) != nil {
			text = string(f.Data)
		}
		c.frames = append(c.frames, frame{f.Event, f.Channel, text})
		c.mu.Unlock()
	}
}

func (c *client) all(event string) []frame {
	c.mu.Lock()
	defer c.mu.Unlock()
	var list []frame
	for _, f := range c.frames {
		if f.Event == event {
			list = append(list, f)
		}
	}
	return list
}

// wait waits for the n-th frame of the event.
func (c *client) wait(event string, n int) frame {
	c.t.Helper()
	eventually(c.t, fmt.Sprintf("frame %d of %s", n, event), func() bool { return len(c.all(event)) >= n })
	return c.all(event)[n-1]
}

// ended returns the code that the socket was closed with, -1 while it is open.
func (c *client) ended() websocket.StatusCode {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.closed
}

func (c *client) tell(event string, data any) {
	c.t.Helper()
	text, err := json.Marshal(map[string]any{"event": event, "data": data})
	if err != nil {
		c.t.Fatal(err)
	}
	if err := c.ws.Write(c.t.Context(), websocket.MessageText, text); err != nil {
		c.t.Fatal(err)
	}
}

// join subscribes in the name of a user, and waits for the answer.
func (c *client) join(channel, user string) {
	c.t.Helper()
	data := map[string]string{"channel": channel}
	if name := realtime.Channel(channel); name.Private() {
		data["channel_data"] = fmt.Sprintf(`{"user_id":%q}`, user)
		auth, err := realtime.Signer{Key: appKey, Secret: secret}.Channel(c.id, name, data["channel_data"])
		if err != nil {
			c.t.Fatal(err)
		}
		data["auth"] = auth
	}
	before := len(c.all("pusher_internal:subscription_succeeded"))
	c.tell("pusher:subscribe", data)
	c.wait("pusher_internal:subscription_succeeded", before+1)
}

// eventually waits until something is true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(30 * time.Second); !is(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

// must returns the answer to a question that has to have one.
func must[T any](t testing.TB) func(T, error) T {
	return func(value T, err error) T {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
		return value
	}
}
