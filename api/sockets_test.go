package api_test

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// socket is a client of the server's hub.
type socket struct {
	t  *testing.T
	ws *websocket.Conn
	id string
}

// frame is what a client reads.
type frame struct {
	Event, Channel string
	Data           json.RawMessage
}

// text is the data out of its string.
func (f frame) text() string {
	var text string
	if json.Unmarshal(f.Data, &text) != nil {
		return string(f.Data)
	}
	return text
}

// sockets starts a listener of the server's hub.
func (s *server) sockets() string {
	s.t.Helper()
	listener := httptest.NewServer(http.HandlerFunc(s.hub.ServeSocket))
	s.t.Cleanup(listener.Close)
	return strings.Replace(listener.URL, "http", "ws", 1) + "/app/key?protocol=7"
}

func (s *server) connect(at, agent string) *socket {
	s.t.Helper()
	ws, _, err := websocket.Dial(s.t.Context(), at, &websocket.DialOptions{HTTPHeader: http.Header{"User-Agent": {agent}}})
	must(s.t, err)
	s.t.Cleanup(func() { _ = ws.CloseNow() })
	c := &socket{t: s.t, ws: ws}
	var established struct {
		SocketID string `json:"socket_id"`
	}
	must(s.t, json.Unmarshal([]byte(c.until("pusher:connection_established").text()), &established))
	c.id = established.SocketID
	return c
}

// until reads up to a frame of the event.
func (c *socket) until(event string) frame {
	c.t.Helper()
	ctx, cancel := context.WithTimeout(c.t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, raw, err := c.ws.Read(ctx)
		if err != nil {
			c.t.Fatalf("waiting for %s: %v", event, err)
		}
		var f frame
		must(c.t, json.Unmarshal(raw, &f))
		if f.Event == event {
			return f
		}
	}
}

func (c *socket) tell(event string, data map[string]string) {
	c.t.Helper()
	raw, err := json.Marshal(map[string]any{"event": event, "data": data})
	must(c.t, err)
	must(c.t, c.ws.Write(c.t.Context(), websocket.MessageText, raw))
}

// join subscribes in the name of a user.
func (c *socket) join(channel, user string) {
	c.t.Helper()
	data := map[string]string{"channel": channel}
	if name := realtime.Channel(channel); name.Private() {
		data["channel_data"] = fmt.Sprintf(`{"user_id":%q,"user_info":{"displayName":"Name of %s"}}`, user, user)
		auth, err := realtime.Signer{Key: "key", Secret: "secret of the tests"}.Channel(c.id, name, data["channel_data"])
		must(c.t, err)
		data["auth"] = auth
	}
	c.tell("pusher:subscribe", data)
	c.until("pusher_internal:subscription_succeeded")
}

// get asks as the operator.
func get[T any](s *server, path string) T {
	s.t.Helper()
	a := s.call("GET", path, s.owner, "")
	if a.status != http.StatusOK {
		s.t.Fatalf("GET %s: %d %s", path, a.status, a.body)
	}
	var data T
	a.into(s.t, &data)
	return data
}

// TestSocketService looks at connections and channels as an operator, and acts on them.
func TestSocketService(t *testing.T) {
	s := newServer(t)
	at := s.sockets()
	ann, bob := s.connect(at, "Tablet 1"), s.connect(at, "Tablet 2")
	ann.join("presence-team-1", "ann")
	bob.join("presence-team-1", "bob")
	bob.join("private-team-1", "bob")
	ann.join("event-USNCRA", "")

	o := get[inspect.Overview](s, "/api/socket/overview")
	if o.Totals == nil || o.Totals.Connections != 2 || o.Totals.Subscriptions != 4 || o.Totals.Channels != 3 || o.Totals.MessagesIn != 4 || len(o.Nodes) != 1 {
		t.Errorf("overview %+v", o)
	}
	if n := o.Nodes[0]; n.ID != "here" || n.MemoryBytes <= 0 || n.Goroutines <= 0 || n.StartedAt.IsZero() {
		t.Errorf("node %+v", n)
	}

	must(t, s.hub.Publish("app", []realtime.Channel{"event-USNCRA"}, "n", `{}`, ""))
	channels := get[inspect.ChannelPage](s, "/api/socket/channels").Channels
	var told []string
	for _, ch := range channels {
		members := "-"
		if ch.Members != nil {
			members = fmt.Sprint(*ch.Members)
		}
		told = append(told, fmt.Sprint(ch.Name, " ", ch.Type, " ", ch.App, " ", *ch.Subscriptions, " ", members, " ", *ch.Published))
	}
	want := []string{"event-USNCRA public app 1 - 1", "presence-team-1 presence app 2 2 0", "private-team-1 private app 1 - 0"}
	if !slices.Equal(told, want) {
		t.Errorf("channels %q", told)
	}
	members := get[inspect.MemberPage](s, "/api/socket/channels/presence-team-1/members?limit=1")
	if members.Count != 2 || len(members.Members) != 1 || members.Members[0].UserID != "ann" || string(members.Members[0].Info) != `{"displayName":"Name of ann"}` {
		t.Errorf("members %+v", members)
	}
	if a := s.call("GET", "/api/socket/channels/private-team-1/members", s.owner, ""); a.status != http.StatusUnprocessableEntity {
		t.Errorf("members of a private channel: %d", a.status)
	}
	s.lookAtConnections(ann, bob)
	s.actOnConnections(ann, bob)
}

func (s *server) lookAtConnections(ann, bob *socket) {
	s.t.Helper()
	t := s.t
	for query, want := range map[string][]string{
		"": {ann.id, bob.id}, "?user=bob": {bob.id}, "?channel=event-USNCRA": {ann.id}, "?address=127.0.0.0/8": {ann.id, bob.id},
		"?address=10.1.2.3": {}, "?user=nobody": {}, "?channel=presence-team-1&user=ann": {ann.id},
	} {
		page := get[inspect.ConnectionPage](s, "/api/socket/connections"+query)
		var ids []string
		for _, c := range page.Connections {
			ids = append(ids, c.ID)
		}
		slices.Sort(want)
		if page.Count != len(want) || !slices.Equal(ids, want) {
			t.Errorf("connections%s: %v, want %v", query, ids, want)
		}
	}
	c := get[inspect.ConnectionPage](s, "/api/socket/connections?user=bob").Connections[0]
	if c.UserID != "bob" || c.DisplayName != "Name of bob" || c.UserAgent != "Tablet 2" || c.Address != "127.0.0.1" || c.Node != "here" ||
		c.Held != 2 || !slices.Equal(c.Channels, []realtime.Channel{"presence-team-1", "private-team-1"}) || c.Since.IsZero() || c.LastHeard.Before(c.Since) {
		t.Errorf("connection %+v", c)
	}
}

func (s *server) actOnConnections(ann, bob *socket) {
	s.t.Helper()
	t := s.t
	if a := s.call("POST", "/api/socket/direct", s.owner, `{"socketId":"`+ann.id+`","name":"hello","data":{"a": 1}}`); a.status != http.StatusOK {
		t.Errorf("direct: %d %s", a.status, a.body)
	}
	if f := ann.until("hello"); f.Channel != "" || f.text() != `{"a":1}` {
		t.Errorf("direct %+v", f)
	}
	if a := s.call("DELETE", "/api/socket/connections/"+bob.id, s.owner, ""); a.status != http.StatusOK {
		t.Errorf("close: %d %s", a.status, a.body)
	}
	bob.until("pusher:error")
	if _, _, err := bob.ws.Read(t.Context()); websocket.CloseStatus(err) != 4009 {
		t.Errorf("closed by %v", err)
	}
	if a := s.call("DELETE", "/api/socket/connections/"+bob.id, s.owner, ""); a.status != http.StatusNotFound {
		t.Errorf("closed again: %d", a.status)
	}
}

// TestSocketPages walks through more channels and connections than a page has.
func TestSocketPages(t *testing.T) {
	s := newServer(t)
	at := s.sockets()
	var want, found []string
	for i := range 7 {
		c := s.connect(at, "")
		c.join(fmt.Sprint("event-", i), "")
		want = append(want, c.id, fmt.Sprint("event-", i))
	}
	walk := func(path string, names func(data json.RawMessage) []string) {
		for cursor := ""; ; {
			a := s.call("GET", path+"?limit=3&after="+url.QueryEscape(cursor), s.owner, "")
			var page struct {
				Data       json.RawMessage
				NextCursor string
			}
			must(t, json.Unmarshal([]byte(a.body), &page))
			found = append(found, names(page.Data)...)
			if cursor = page.NextCursor; cursor == "" || len(found) > 2*len(want) {
				return
			}
		}
	}
	walk("/api/socket/channels", func(data json.RawMessage) (names []string) {
		var page inspect.ChannelPage
		must(t, json.Unmarshal(data, &page))
		for _, ch := range page.Channels {
			names = append(names, string(ch.Name))
		}
		return names
	})
	walk("/api/socket/connections", func(data json.RawMessage) (names []string) {
		var page inspect.ConnectionPage
		must(t, json.Unmarshal(data, &page))
		for _, c := range page.Connections {
			names = append(names, c.ID)
		}
		return names
	})
	slices.Sort(want)
	slices.Sort(found)
	if !slices.Equal(found, want) {
		t.Errorf("pages have\n%q, want\n%q", found, want)
	}
}

// TestBroadcast holds broadcasts against the documented events, and finds them in the log.
func TestBroadcast(t *testing.T) {
	s := newServer(t)
	const entry = `"scoutedTeamNumber":8569,"matchNumber":3`
	for body, want := range map[string]string{
		`{"channel":"event-USNCRA","name":"hall:lunch","data":{"at noon":true}}`: "200",
		`{"channel":"event-USNCRA","name":"hall:lunch","data":{"at":"noon"}}`:    "422 /data/at",
		`{"channel":"event-USNCRA","name":"hall:lunch","data":"noon"}`:           "422 /data",
		`{"channel":"event-USNCRA","name":"pusher:error","data":{}}`:             "422 /name",
		`{"channel":"event-USNCRA","name":"client-x","data":{}}`:                 "422 /name",
		`{"name":"n","data":{}}`:                                                            "422 /channels",
		`{"channels":["a","b c"],"name":"n","data":{}}`:                                     "422 /channels/1",
		`{"channel":"a\u0001b","name":"n","data":{}}`:                                       "422 /channels/0",
		`{"channel":"private-encrypted-x","name":"n","data":{}}`:                            "422 /channels/0",
		`{"channel":"a","name":"n","data":{"x":"` + strings.Repeat("x", 11<<10) + `"}}`:     "413",
		`{"channel":"a","name":"n","data":{"x":"` + strings.Repeat("x", 70<<10) + `"}}`:     "413",
		`{"channel":"private-team-1","name":"team:member-left","data":{}}`:                  "422 /data/userId",
		`{"channel":"event-USNCRA","name":"team:member-left","data":{"userId":"x"}}`:        "422 /channels/0",
		`{"channel":"event-USNCRA","name":"scouting:new-entry","data":{` + entry + `}}`:     "422 /data/eventCode",
		`{"channel":"event-USNCRA","name":"scouting:new-entry","data":{"matchNumber":"3"}}`: "422 /data/matchNumber",
	} {
		a := s.call("POST", "/api/socket/broadcast", s.owner, body)
		got := fmt.Sprint(a.status)
		for i, e := range a.problemIf(t).Errors {
			if _, wanted, _ := strings.Cut(want, " "); i == 0 || e.Pointer == wanted {
				got = fmt.Sprint(a.status, " ", e.Pointer)
			}
		}
		if got != want {
			t.Errorf("%.100s: %s, want %s: %s", body, got, want, a.body)
		}
	}
	page := s.call("GET", "/api/channels/event-USNCRA/events", "", "")
	if !strings.Contains(page.body, `"name":"hall:lunch"`) || strings.Contains(page.body, "member-left") {
		t.Errorf("the log has %s", page.body)
	}
	for query, want := range map[string]int{"": 1, "?names=hall:lunch,other": 1, "?names=other": 0, "?team=8569&match=3": 1} {
		var page struct {
			Events     []struct{ Name string }
			Next, Head int64
		}
		s.call("GET", "/api/channels/event-USNCRA/events"+query, "", "").into(t, &page)
		if len(page.Events) != want || page.Next != page.Head || page.Head == 0 {
			t.Errorf("the log%s has %+v", query, page)
		}
	}
	me := get[struct{ ID string }](s, "/api/me")
	if a := s.call("POST", "/api/socket/direct", s.owner, `{"userId":"`+me.ID+`","name":"hello","data":{"a":1}}`); a.status != http.StatusOK {
		t.Errorf("direct: %d %s", a.status, a.body)
	}
	for _, channel := range []string{"private-user-" + me.ID, "%23server-to-user-" + me.ID} {
		if a := s.call("GET", "/api/channels/"+channel+"/events", s.owner, ""); !strings.Contains(a.body, `"name":"hello"`) {
			t.Errorf("%s has %d %s", channel, a.status, a.body)
		}
	}
}

// problemIf is the problem of an answer that is one.
func (a answer) problemIf(t *testing.T) problem {
	t.Helper()
	if a.status < 400 {
		return problem{}
	}
	return a.problem(t)
}

// TestRefusedAuthorization finds in the debug log why a socket got no signature, and the
// refusals in the overview's number.
func TestRefusedAuthorization(t *testing.T) {
	s := newServer(t)
	next := get[inspect.LogPage](s, "/api/socket/log").Next
	s.call("POST", "/api/pusher/auth", s.owner, `{"socket_id":"1.1","channel_name":"private-team-x"}`)
	s.call("POST", "/api/pusher/user-auth", "", `{"socket_id":"2.2"}`)
	me := get[struct{ ID string }](s, "/api/me")
	lines := get[inspect.LogPage](s, "/api/socket/log?after="+next).Lines
	if len(lines) != 2 || lines[0].Kind != inspect.Refused || lines[0].SocketID != "1.1" || lines[0].Channel != "private-team-x" || lines[0].UserID != me.ID ||
		!strings.Contains(lines[0].Reason, "You may not join this channel.") || lines[0].Address != "127.0.0.1" || lines[1].Name != "/api/pusher/user-auth" {
		t.Errorf("the log has %+v", lines)
	}
	if o := get[inspect.Overview](s, "/api/socket/overview"); o.Totals.Refused != 2 || o.Nodes[0].Refused != 2 {
		t.Errorf("the overview has %+v", o)
	}
}

// TestTheLogKeepsWhatIsPrivate: an operator reads in the debug log what is said where they may
// listen, and nothing of a team that is not theirs.
func TestTheLogKeepsWhatIsPrivate(t *testing.T) {
	s := newServer(t)
	other, err := s.accounts.CreateOwner(t.Context(), accounts.NewOwner{DisplayName: "Other"})
	must(t, err)
	mine, theirs := "private-team-"+s.team(s.owner), "private-team-"+s.team(other.Token)
	next := get[inspect.LogPage](s, "/api/socket/log").Next
	for _, channel := range []string{mine, theirs, "event-USNCRA", "private-user-" + other.User.ID.String()} {
		must(t, s.hub.Publish("app", []realtime.Channel{realtime.Channel(channel)}, "said", `{"word":"secret"}`, ""))
	}
	var got []string
	for _, l := range get[inspect.LogPage](s, "/api/socket/log?after="+next).Lines {
		got = append(got, fmt.Sprint(l.Channel, " ", l.Size, " ", l.Data, " ", l.Withheld))
	}
	want := []string{mine + ` 17 {"word":"secret"} false`, theirs + " 17  true", `event-USNCRA 17 {"word":"secret"} false`, "private-user-" + other.User.ID.String() + " 17  true"}
	if !slices.Equal(got, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
}
