package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
	pusher "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// deadline is for each answer of the console: a second for nodes that are silent, and the rest
// for a machine that does much else.
const deadline = 8 * time.Second

// console is the socket service of one node, asked by a program.
type console struct {
	*process
	token string
}

// told is an answer of the console.
type told struct {
	status int
	code   string // of the problem, if it is one
	took   time.Duration
}

// do sends a request that has to be answered in time. Many may, at once.
func (c console) do(method, path, body string, out any) told {
	began := time.Now()
	late := func(err error) told {
		c.t.Errorf("%s %s: no answer after %s: %v", method, path, time.Since(began), err)
		return told{}
	}
	request, err := http.NewRequestWithContext(c.t.Context(), method, c.url+"/api/socket/"+path, strings.NewReader(body))
	if err != nil {
		return late(err)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+c.token)
	response, err := (&http.Client{Timeout: deadline}).Do(request)
	if err != nil {
		return late(err)
	}
	raw, err := io.ReadAll(response.Body)
	var answer struct {
		Type string
		Data any
	}
	answer.Data = out
	if err = errors.Join(err, response.Body.Close(), json.Unmarshal(raw, &answer)); err != nil {
		return late(err)
	}
	_, code, _ := strings.Cut(answer.Type, "#")
	return told{response.StatusCode, code, time.Since(began)}
}

// look has the whole picture that the console gives.
type look struct {
	Overview    inspect.Overview
	Channels    inspect.ChannelPage
	Members     inspect.MemberPage
	Connections inspect.ConnectionPage
}

const presence = "presence-event-USNCRA"

func (c console) look() (l look) {
	c.t.Helper()
	for path, out := range map[string]any{"overview": &l.Overview, "channels": &l.Channels, "channels/" + presence + "/members": &l.Members, "connections": &l.Connections} {
		if a := c.do("GET", path, "", out); a.status != http.StatusOK {
			c.t.Fatalf("%s: %d %s", path, a.status, a.code)
		}
	}
	return l
}

// channelsAndMembers is what the console and the Pusher HTTP API both tell, in one form.
func (l look) channelsAndMembers() string {
	var parts []string
	for _, ch := range l.Channels.Channels {
		parts = append(parts, fmt.Sprint(ch.Name, " ", *ch.Subscriptions))
	}
	for _, m := range l.Members.Members {
		parts = append(parts, m.UserID)
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// silent are the nodes that parts of the picture name as silent.
func (l look) silent() (names []string) {
	for _, list := range [][]inspect.Silent{l.Overview.Silent, l.Channels.Silent, l.Members.Silent, l.Connections.Silent} {
		name := "none"
		for _, one := range list {
			name = one.ID
		}
		names = append(names, name)
	}
	return names
}

// pusherTells is the same by the Pusher HTTP API of the process.
func (c console) pusherTells() string {
	c.t.Helper()
	client := pusher.Client{AppID: "shared", Key: "shared-key", Secret: sharedSecret, Host: c.hub, HTTPClient: &http.Client{Timeout: deadline}}
	info := "subscription_count"
	list, err := client.Channels(pusher.ChannelsParams{})
	must(c.t, err)
	var parts []string
	for name := range list.Channels {
		one, err := client.Channel(name, pusher.ChannelParams{Info: &info})
		must(c.t, err)
		parts = append(parts, fmt.Sprint(name, " ", one.SubscriptionCount))
	}
	users, err := client.GetChannelUsers(presence)
	must(c.t, err)
	for _, user := range users.List {
		parts = append(parts, user.ID)
	}
	slices.Sort(parts)
	return strings.Join(parts, ", ")
}

// guest is a socket of somebody in the hall.
type guest struct {
	id     string
	socket *websocket.Conn
}

func (c console) guest() guest {
	c.t.Helper()
	socket, id := c.dialID("shared-key")
	c.join(socket, id, c.token, presence) // the tests' one person, on several sockets
	say(c.t, socket, `{"event":"pusher:subscribe","data":{"channel":"event-USNCRA"}}`)
	hears(c.t, socket, `succeeded","channel":"event-USNCRA"`)
	return guest{id, socket}
}

// TestConsoleOverTwoNodes has two servers on one database and one Redis, sockets on both, and
// asks the first about all of them: at rest, while the second is frozen, and when it wakes.
func TestConsoleOverTwoNodes(t *testing.T) {
	t.Parallel()
	redis, database := redistest.New(t), aside(t)
	first, second := shared(t, database, "REDIS_URL="+redis.URL()), shared(t, database, "REDIS_URL="+redis.URL())
	ann := command(t, database, "owner", "create", "--name", "Ann")
	bob := command(t, database, "owner", "create", "--name", "Bob")
	a, b := console{first, ann}, console{second, bob}
	here, there := []guest{a.guest(), a.guest()}, []guest{b.guest(), b.guest(), b.guest()}

	whole := func(sockets int, members string) func() bool {
		return func() bool {
			ok := true
			for _, c := range []console{a, b} {
				l, want := c.look(), c.pusherTells()
				o, open := l.Overview, first.connected()+second.connected()
				ok = ok && len(o.Nodes) == 2 && o.Totals.Connections == sockets && o.Nodes[0].Connections+o.Nodes[1].Connections == sockets && open == sockets &&
					l.Connections.Count == sockets && len(l.Connections.Connections) == sockets && l.channelsAndMembers() == want && strings.Contains(want, members) &&
					o.Totals.Channels == 2 && l.Members.Count == 2 && slices.Equal(l.silent(), []string{"none", "none", "none", "none"})
			}
			return ok
		}
	}
	until(t, "both nodes tell of all five sockets", whole(5, "event-USNCRA 5, presence-event-USNCRA 5"))
	a.actsOn(here, there)
	until(t, "both nodes tell that one has gone", whole(4, "event-USNCRA 4, presence-event-USNCRA 4"))

	name := nodeOf(a.look(), there[0].id)
	must(t, second.cmd.Process.Signal(syscall.SIGSTOP))
	_, err := syscall.Wait4(second.cmd.Process.Pid, nil, syscall.WUNTRACED, nil) // it stops a little later
	must(t, err)
	thaw := func() error { return second.cmd.Process.Signal(syscall.SIGCONT) }
	t.Cleanup(func() { _ = thaw() }) // it may have ended
	a.withoutTheOther(name, there[0])
	must(t, thaw())
	until(t, "both nodes tell of all four sockets again", whole(4, "event-USNCRA 4, presence-event-USNCRA 4"))
	for _, g := range append(here, there[:2]...) {
		hears(t, g.socket, "hall:tea") // said while the second was frozen
	}
}

// nodeOf is the node that has the socket.
func nodeOf(l look, id string) string {
	for _, one := range l.Connections.Connections {
		if one.ID == id {
			return one.Node
		}
	}
	return ""
}

// actsOn does at this node what reaches sockets of both. It closes the last one there.
func (c console) actsOn(here, there []guest) {
	c.t.Helper()
	must := func(method, path, body string) {
		c.t.Helper()
		if a := c.do(method, path, body, nil); a.status != http.StatusOK {
			c.t.Fatalf("%s %s: %d %s", method, path, a.status, a.code)
		}
	}
	l := c.look()
	if x, y := nodeOf(l, here[0].id), nodeOf(l, there[0].id); x == "" || y == "" || x == y {
		c.t.Errorf("the sockets are on %q and %q", x, y)
	}
	must("POST", "broadcast", `{"channel":"event-USNCRA","name":"hall:lunch","data":{}}`)
	for _, g := range slices.Concat(here, there) {
		hears(c.t, g.socket, "hall:lunch")
	}
	must("POST", "direct", `{"socketId":"`+there[0].id+`","name":"hall:called","data":{}}`)
	hears(c.t, there[0].socket, "hall:called")
	last := there[len(there)-1]
	must("DELETE", "connections/"+url.PathEscape(last.id), "")
	closed(c.t, last.socket)
}

// withoutTheOther asks while the other node is frozen: for as long as its members are known,
// and when they have gone. Every answer comes in time and names who is missing in it.
func (c console) withoutTheOther(name string, lost guest) {
	c.t.Helper()
	for _, ask := range []struct{ method, path, body string }{
		{"POST", "direct", `{"socketId":"` + lost.id + `","name":"hall:called","data":{}}`},
		{"DELETE", "connections/1.1", ""},
	} {
		if a := c.do(ask.method, ask.path, ask.body, nil); a.status != http.StatusServiceUnavailable || a.code != "node-silent" {
			c.t.Errorf("%s %s: %d %s, want 503 node-silent", ask.method, ask.path, a.status, a.code)
		}
	}
	answers := make(chan told, 20)
	for range cap(answers) {
		go func() {
			var o inspect.Overview
			answers <- c.do("GET", "overview", "", &o)
		}()
	}
	for range cap(answers) {
		if one := <-answers; one.status != http.StatusOK {
			c.t.Errorf("the overview for one of many: %d %s after %s", one.status, one.code, one.took)
		}
	}
	if a := c.do("POST", "broadcast", `{"channel":"event-USNCRA","name":"hall:tea","data":{}}`, nil); a.status != http.StatusOK {
		c.t.Errorf("a broadcast: %d %s", a.status, a.code)
	}
	until(c.t, "the members of the frozen node are taken for gone", func() bool {
		l := c.look()
		for i, who := range l.silent() {
			if part := []string{"overview", "channels", "members", "connections"}[i]; who != name {
				c.t.Errorf("the %s name %q as silent, want %q", part, who, name)
			}
		}
		if n := l.Overview.Totals.Connections; n != 2 || l.Connections.Count != 2 || len(l.Overview.Nodes) != 1 {
			c.t.Errorf("%d and %d connections on %d nodes, want the 2 of the node that answers", n, l.Connections.Count, len(l.Overview.Nodes))
		}
		return l.Members.Count == 1
	})
}
