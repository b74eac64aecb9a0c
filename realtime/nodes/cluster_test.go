package nodes_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"os/exec"
	"path/filepath"
	"slices"
	"syscall"
	"testing"
	"time"

	pusherhttp "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// pair starts two nodes over Redis that know of each other.
func pair(t testing.TB) (a, b *node) {
	t.Helper()
	redis := redistest.New(t)
	a, b = newNode(t, redis.URL()), newNode(t, redis.URL())
	for _, n := range []*node{a, b} {
		eventually(t, "the nodes know each other", func() bool { return len(must[inspect.Overview](t)(n.Overview(t.Context())).Nodes) == 2 })
	}
	return a, b
}

// TestCountsOfTwoNodes holds the figures of the socket service against those that the
// Pusher HTTP API of the other node gives.
func TestCountsOfTwoNodes(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	for i := range 12 {
		c := connect(t, []*node{a, b}[i%2].url)
		c.join(fmt.Sprint("event-", i%3), "")
		c.join("presence-hall", fmt.Sprint("user-", i%4))
	}
	connect(t, b.url).join("presence-pit", "ann")
	overview := func() inspect.Counts { return *must[inspect.Overview](t)(a.Overview(t.Context())).Totals }
	eventually(t, "the figures are those of all sockets", func() bool {
		o := overview()
		return o.Connections == 13 && o.Subscriptions == 25 && o.Channels == 5
	})
	counts, users := "subscription_count", "user_count"
	eventually(t, "both nodes say the same", func() bool {
		page := must[inspect.ChannelPage](t)(a.Channels(t.Context(), inspect.ChannelQuery{Limit: 50}))
		list := must[*pusherhttp.ChannelsList](t)(b.api.Channels(pusherhttp.ChannelsParams{}))
		if len(page.Channels) != 5 || len(list.Channels) != 5 {
			return false
		}
		for _, ch := range page.Channels {
			told := must[*pusherhttp.Channel](t)(b.api.Channel(string(ch.Name), pusherhttp.ChannelParams{Info: &counts}))
			if told.SubscriptionCount != *ch.Subscriptions {
				return false
			}
			if !ch.Name.Presence() {
				continue
			}
			told = must[*pusherhttp.Channel](t)(b.api.Channel(string(ch.Name), pusherhttp.ChannelParams{Info: &users}))
			if told.UserCount != *ch.Members {
				return false
			}
		}
		return true
	})
	for _, name := range []realtime.Channel{"presence-hall", "presence-pit"} {
		var want, got []string
		for _, user := range must[*pusherhttp.Users](t)(b.api.GetChannelUsers(string(name))).List {
			want = append(want, user.ID)
		}
		for _, m := range must[inspect.MemberPage](t)(a.Members(t.Context(), inspect.MemberQuery{Channel: name, Limit: 50})).Members {
			got = append(got, m.UserID)
		}
		if slices.Sort(want); !slices.Equal(got, want) {
			t.Errorf("%s has %v, the other node says %v", name, got, want)
		}
	}
	if err := b.hub.Publish(appID, []realtime.Channel{"event-0", "presence-pit"}, "n", "{}", ""); err != nil {
		t.Fatal(err)
	}
	eventually(t, "what the other node has published is counted", func() bool {
		for _, ch := range must[inspect.ChannelPage](t)(a.Channels(t.Context(), inspect.ChannelQuery{Limit: 50})).Channels {
			if want := ch.Name == "event-0" || ch.Name == "presence-pit"; want != (*ch.Published == 1) {
				return false
			}
		}
		return true
	})
}

// TestConnectionsOfTwoNodes walks through the connections of both, and acts on those of the
// other node.
func TestConnectionsOfTwoNodes(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	far, other := connect(t, b.url), connect(t, b.url)
	far.join("private-team-1", "ann")
	want := []string{far.id, other.id, connect(t, a.url).id}
	slices.Sort(want)
	var got []string
	q := inspect.ConnectionQuery{Limit: 1}
	for more := true; more && len(got) <= len(want); {
		page := must[inspect.ConnectionPage](t)(a.Connections(t.Context(), q))
		if page.Count != 3 || len(page.Connections) != 1 {
			t.Fatalf("page %+v", page)
		}
		q.After, more = page.Connections[0].ID, page.More
		got = append(got, q.After)
	}
	if !slices.Equal(got, want) {
		t.Errorf("connections %v, want %v", got, want)
	}
	page := must[inspect.ConnectionPage](t)(a.Connections(t.Context(), inspect.ConnectionQuery{User: "ann", Limit: 10}))
	if page.Count != 1 || page.Connections[0].ID != far.id || page.Connections[0].Node != b.id || page.More {
		t.Errorf("ann has %+v", page)
	}
	if err := a.Send(t.Context(), far.id, "hello", `{"a":1}`); err != nil {
		t.Fatal(err)
	}
	if f := far.wait("hello", 1); f.Data != `{"a":1}` || f.Channel != "" {
		t.Errorf("got %+v", f)
	}
	if err := a.Close(t.Context(), far.id); err != nil {
		t.Fatal(err)
	}
	eventually(t, "the far socket is closed", func() bool { return far.ended() == 4009 })
	if other.ended() != -1 || len(other.all("hello")) > 0 {
		t.Error("another socket was meant, too")
	}
	for _, err := range []error{a.Close(t.Context(), far.id), a.Send(t.Context(), far.id, "hello", "{}")} {
		if !errors.Is(err, inspect.ErrNoConnection) {
			t.Errorf("of a closed socket: %v", err)
		}
	}
}

// TestLogOfTwoNodes follows a user over both nodes, page by page.
func TestLogOfTwoNodes(t *testing.T) {
	t.Parallel()
	a, b := pair(t)
	q := inspect.LogQuery{Filter: inspect.Filter{User: "ann"}, Limit: 2}
	first := must[inspect.LogPage](t)(a.Log(t.Context(), q))
	if len(first.Lines) > 0 || first.Next == "" {
		t.Fatalf("at first %+v", first)
	}
	here, there, bob := connect(t, a.url), connect(t, b.url), connect(t, b.url)
	here.join("private-team-1", "ann")
	there.join("private-team-1", "ann")
	bob.join("private-team-1", "bob")
	if err := a.hub.Publish(appID, []realtime.Channel{"private-team-1"}, "score", `{"points":7}`, ""); err != nil {
		t.Fatal(err)
	}
	for _, c := range []*client{here, there, bob} {
		c.wait("score", 1)
	}
	_ = there.ws.CloseNow()
	var lines []inspect.Line
	eventually(t, "all lines have come", func() bool {
		var err error
		if q.After, err = inspect.ParseCursor(first.Next); err != nil {
			t.Fatal(err)
		}
		first = must[inspect.LogPage](t)(a.Log(t.Context(), q))
		if len(first.Lines) > q.Limit {
			t.Fatalf("a page of %d lines", len(first.Lines))
		}
		lines = append(lines, first.Lines...)
		return len(lines) >= 5
	})
	var told []string
	for _, l := range lines {
		at := map[string]string{a.id: "a", b.id: "b"}[l.Node]
		told = append(told, fmt.Sprint(at, " ", l.Kind, " ", l.UserID, " ", l.Channel, " ", l.Name, l.Data))
	}
	slices.Sort(told)
	want := []string{
		`a event ann private-team-1 score{"points":7}`, "a subscribe ann private-team-1 ",
		"b disconnect ann  ", `b event ann private-team-1 score{"points":7}`, "b subscribe ann private-team-1 ",
	}
	if !slices.Equal(told, want) {
		t.Errorf("the log has\n%q, want\n%q", told, want)
	}
}

// TestFrozenNode names a node that does not answer, and hears of it again.
func TestFrozenNode(t *testing.T) {
	t.Parallel()
	redis := redistest.New(t)
	a := newNode(t, redis.URL())
	p := startHub(t, redis.URL())
	far := connect(t, p.url)
	near := connect(t, a.url)
	count := func() inspect.ConnectionPage {
		return must[inspect.ConnectionPage](t)(a.Connections(t.Context(), inspect.ConnectionQuery{Limit: 10}))
	}
	eventually(t, "both are known", func() bool { return count().Count == 2 })
	id := ""
	for _, n := range must[inspect.Overview](t)(a.Overview(t.Context())).Nodes {
		if n.ID != a.id {
			id = n.ID
		}
	}
	p.signal(syscall.SIGSTOP)
	if _, err := syscall.Wait4(p.cmd.Process.Pid, nil, syscall.WUNTRACED, nil); err != nil { // it stops a little later
		t.Fatal(err)
	}
	began := time.Now()
	page := count()
	if took := time.Since(began); took > 3*time.Second {
		t.Errorf("an answer without the frozen node took %s", took)
	}
	if len(page.Silent) != 1 || page.Silent[0].ID != id || page.Count != 1 || page.Connections[0].ID != near.id {
		t.Errorf("with the frozen node %s: %+v", id, page)
	}
	if err := a.Close(t.Context(), "1.1"); !errors.Is(err, inspect.ErrNodes) {
		t.Errorf("a socket that may be on the frozen node: %v", err)
	}
	p.signal(syscall.SIGCONT)
	eventually(t, "it answers again", func() bool { page = count(); return page.Count == 2 && len(page.Silent) == 0 })
	if far.ended() != -1 {
		t.Error("the far socket has ended")
	}
	p.signal(syscall.SIGTERM)
	<-p.done
	eventually(t, "who says goodbye is not missed", func() bool { page = count(); return page.Count == 1 && len(page.Silent) == 0 })
}

// process is "ftcmetrics hub" as a process of its own.
type process struct {
	t    testing.TB
	url  string
	cmd  *exec.Cmd
	done chan struct{} // closed when it has ended
}

func startHub(t testing.TB, redis string) *process {
	t.Helper()
	program := filepath.Join(t.TempDir(), "ftcmetrics")
	if out, err := exec.CommandContext(t.Context(), "go", "build", "-o", program, "../../cmd/ftcmetrics").CombinedOutput(); err != nil {
		t.Fatalf("go build: %v\n%s", err, out)
	}
	p := &process{t: t, done: make(chan struct{})}
	p.cmd = exec.Command(program, "hub") //nolint:gosec // our own program
	dir := t.TempDir()
	p.cmd.Env = []string{
		"HOME=" + dir, "DATA_DIR=" + dir, "HUB_ADDR=127.0.0.1:0", "METRICS_ADDR=127.0.0.1:0", "LOG_FORMAT=json", "REDIS_URL=" + redis,
		"REALTIME_APP_ID=" + appID, "REALTIME_APP_KEY=" + appKey, "REALTIME_APP_SECRET=" + secret,
	}
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
		_ = p.cmd.Wait() // it is killed, or stopped
	}()
	t.Cleanup(func() {
		_ = p.cmd.Process.Kill() // it may have ended
		<-p.done
	})
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
