package redisbus_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/redisbus"
)

const appID, appKey, secret = "app1", "key1", "a-secret-of-the-tests"

// node is a hub with a bus of its own, behind a listener.
type node struct {
	t   testing.TB
	hub *hub.Hub
	bus *redisbus.Bus
	url string

	mu      sync.Mutex // guards notices
	notices []hub.Notice
}

// newNode starts a node over the Redis at the URL.
func newNode(t testing.TB, url string) *node {
	t.Helper()
	return newNodeOf(t, redisbus.Options{URL: url})
}

func newNodeOf(t testing.TB, options redisbus.Options) *node {
	t.Helper()
	bus, err := redisbus.New(options)
	if err != nil {
		t.Fatal(err)
	}
	n := &node{t: t, bus: bus}
	app := hub.App{ID: appID, Key: appKey, Secret: secret, ClientMessages: true, UserAuthentication: true, Watchlist: true, MaxPresenceMembers: 5000}
	n.hub, err = hub.New(hub.Options{Apps: []hub.App{app}, Bus: bus, Notify: func(_ string, notice hub.Notice) {
		n.mu.Lock()
		defer n.mu.Unlock()
		n.notices = append(n.notices, notice)
	}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(http.HandlerFunc(n.hub.ServeSocket))
	n.url = strings.Replace(server.URL, "http", "ws", 1)
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), time.Second)
		defer cancel()
		_ = n.hub.Shutdown(ctx) // what does not close in time is cut
		server.Close()
		bus.Close()
	})
	return n
}

// told returns the notices of the event that this node has to tell a backend.
func (n *node) told(event string) []hub.Notice {
	n.mu.Lock()
	defer n.mu.Unlock()
	var list []hub.Notice
	for _, notice := range n.notices {
		if notice.Event == event && !notice.Elsewhere {
			list = append(list, notice)
		}
	}
	return list
}

// client is a Pusher client that keeps every frame.
type client struct {
	t  testing.TB
	ws *websocket.Conn
	id string

	mu     sync.Mutex // guards frames
	frames []frame
}

type frame struct {
	Event, Channel, Data string
	at                   time.Time
}

// connect opens a socket at ws://host:port and waits until it is established.
func connect(t testing.TB, url string) *client {
	t.Helper()
	conn, _, err := websocket.Dial(t.Context(), url+"/app/"+appKey+"?protocol=7", nil)
	if err != nil {
		t.Fatal(err)
	}
	conn.SetReadLimit(8 << 20)
	c := &client{t: t, ws: conn}
	done := make(chan struct{})
	go func() {
		defer close(done)
		c.read()
	}()
	t.Cleanup(func() {
		_ = conn.CloseNow()
		<-done
	})
	established := c.wait("pusher:connection_established", 1)
	var data struct {
		ID string `json:"socket_id"`
	}
	if err := json.Unmarshal([]byte(established.Data), &data); err != nil {
		t.Fatal(err)
	}
	c.id = data.ID
	return c
}

func (c *client) read() {
	for {
		_, raw, err := c.ws.Read(context.Background())
		if err != nil {
			return
		}
		var f struct {
			Event, Channel string
			Data           json.RawMessage
		}
		if json.Unmarshal(raw, &f) != nil {
			continue
		}
		if f.Event == "pusher:ping" {
			_ = c.ws.Write(context.Background(), websocket.MessageText, []byte(`{"event":"pusher:pong"}`))
			continue
		}
		var text string
		if json.Unmarshal(f.Data, &text) != nil {
			text = string(f.Data)
		}
		c.mu.Lock()
		c.frames = append(c.frames, frame{f.Event, f.Channel, text, time.Now()})
		c.mu.Unlock()
	}
}

// all returns the frames of an event.
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

// join subscribes and waits for the answer.
func (c *client) join(channel, channelData string) frame {
	c.t.Helper()
	data := map[string]string{"channel": channel, "channel_data": channelData}
	if realtime.Channel(channel).Private() {
		auth, err := realtime.Signer{Key: appKey, Secret: secret}.Channel(c.id, realtime.Channel(channel), channelData)
		if err != nil {
			c.t.Fatal(err)
		}
		data["auth"] = auth
	}
	before := len(c.all("pusher_internal:subscription_succeeded"))
	c.tell("pusher:subscribe", data)
	return c.wait("pusher_internal:subscription_succeeded", before+1)
}

func member(user string) string { return `{"user_id":"` + user + `"}` }

// users returns the users of the events of a kind that the client has got, sorted.
func (c *client) users(event string) []string {
	var list []string
	for _, f := range c.all("pusher_internal:" + event) {
		var m struct {
			ID string `json:"user_id"`
		}
		_ = json.Unmarshal([]byte(f.Data), &m) // else it is none of those wanted
		list = append(list, m.ID)
	}
	slices.Sort(list)
	return list
}

// roster returns the ids of a success, sorted.
func roster(f frame) []string {
	var data struct{ Presence struct{ IDs []string } }
	_ = json.Unmarshal([]byte(f.Data), &data) // else it is none of those wanted
	slices.Sort(data.Presence.IDs)
	return data.Presence.IDs
}

// eventually waits until something is true.
func eventually(t testing.TB, what string, is func() bool) {
	t.Helper()
	for deadline := time.Now().Add(2 * time.Minute); !is(); <-time.After(time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("not in time: %s", what)
		}
	}
}

// during lets time pass, as faults take it.
func during(t testing.TB, d time.Duration) {
	t.Helper()
	select {
	case <-time.After(d):
	case <-t.Context().Done():
	}
}

// figure prints a measured value with its limit, and fails above it.
func figure(t testing.TB, name string, value, limit float64) {
	t.Helper()
	fmt.Printf("%s %.2f %.2f\n", name, value, limit)
	if value > limit {
		t.Errorf("%s is %.2f, over %.2f", name, value, limit)
	}
}

// timed prints a time with the limit that a machine keeps which does nothing else. It fails
// only for one that is no longer slow, but waits until somebody gives up.
func timed(t testing.TB, name string, took, limit time.Duration) {
	t.Helper()
	fmt.Printf("%s %.2f %.2f\n", name, took.Seconds(), limit.Seconds())
	if took > max(10*time.Second, 3*limit) {
		t.Errorf("%s is %s: it hangs", name, took)
	}
}

// process is "ftcmetrics hub" as a process of its own.
type process struct {
	t    testing.TB
	url  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

// build compiles the program once for the test.
func build(t testing.TB) string {
	t.Helper()
	program := filepath.Join(t.TempDir(), "ftcmetrics")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/ftcmetrics").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	return program
}

// startProcess starts a hub over the Redis at the URL.
func startProcess(t testing.TB, program, redis string, env ...string) *process {
	t.Helper()
	p := &process{t: t, done: make(chan struct{})}
	p.cmd = exec.Command(program, "hub") //nolint:gosec // our own program
	dir := t.TempDir()
	p.cmd.Env = []string{
		"HOME=" + dir, "DATA_DIR=" + dir, "HUB_ADDR=127.0.0.1:0", "METRICS_ADDR=127.0.0.1:0", "LOG_FORMAT=json", "REDIS_URL=" + redis,
		"REALTIME_APP_ID=" + appID, "REALTIME_APP_KEY=" + appKey, "REALTIME_APP_SECRET=" + secret, "HUB_MAX_PRESENCE_MEMBERS=5000",
	}
	p.cmd.Env = append(p.cmd.Env, env...)
	said, err := p.cmd.StderrPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	serving := make(chan string, 1)
	go func() {
		defer close(p.done)
		for lines := bufio.NewScanner(said); lines.Scan(); {
			var line struct{ Msg, Hub string }
			if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "serving" {
				serving <- line.Hub
			}
		}
		_ = p.cmd.Wait() // it is killed
	}()
	t.Cleanup(p.kill)
	select {
	case address := <-serving:
		p.url = "ws://" + address
	case <-time.After(30 * time.Second):
		t.Fatal("the program does not serve")
	}
	return p
}

func (p *process) signal(s syscall.Signal) {
	p.t.Helper()
	if err := p.cmd.Process.Signal(s); err != nil {
		p.t.Fatal(err)
	}
}

func (p *process) kill() {
	_ = p.cmd.Process.Kill() // it may have ended
	<-p.done
}
