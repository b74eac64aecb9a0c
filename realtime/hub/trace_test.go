package hub_test

import (
	"encoding/json"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// follow asks for the debug log and returns how to ask on.
func follow(t testing.TB, trace *inspect.Trace, f inspect.Filter) (next func() []string) {
	t.Helper()
	after := int64(inspect.Newest)
	next = func() []string {
		t.Helper()
		part, err := trace.Read(f, after, 500)
		if err != nil {
			t.Fatal(err)
		}
		after = part.Next
		var told []string
		for _, l := range part.Lines {
			if l.Node != "n" || l.App != appID || l.At.IsZero() || l.SocketID == "" && l.Kind != inspect.Event && l.Kind != inspect.Refused {
				t.Errorf("line %+v", l)
			}
			told = append(told, strings.Join(slices.DeleteFunc([]string{string(l.Kind), l.UserID, l.Channel, l.Name, l.Data, l.Reason}, func(s string) bool { return s == "" }), " "))
		}
		return told
	}
	next()
	return next
}

// TestTrace does everything that the debug log tells of.
func TestTrace(t *testing.T) {
	trace := inspect.NewTrace("n")
	app := testApp()
	app.ClientMessages, app.UserAuthentication, app.AllowedOrigins = true, true, []string{"https://good.example"}
	r := newRig(t, hub.Options{Trace: trace, Apps: []hub.App{app}})
	before := r.connect()
	before.subscribe("private-x", `{"user_id":"ann"}`)
	if trace.On() {
		t.Fatal("lines are made that nobody has asked for")
	}
	all, ann := follow(t, trace, inspect.Filter{}), follow(t, trace, inspect.Filter{User: "ann"})
	bob := r.open("/app/"+appKey, http.Header{"User-Agent": {"Tablet"}})
	bob.id = idOf(t, bob.expect("pusher:connection_established"))
	bob.subscribe("private-x", `{"user_id":"bob"}`)
	bob.send(`{"event":"client-move","channel":"private-x","data":{"a":1}}`)
	before.expect("client-move")
	r.publish("private-x", "score", `{"points":7}`)
	before.expect("score")
	bob.expect("score")
	bob.send(`{"event":"pusher:unsubscribe","data":{"channel":"private-x"}}`)
	bob.send(`{"event":"pusher:subscribe","data":{"channel":"private-x","auth":"key:wrong"}}`)
	bob.expect("pusher:subscription_error")
	bob.send(`{"event":"wish"}`)
	bob.expect("pusher:error")
	bob.signin(`{"id":"bea"}`)
	if !r.hub.CloseConnection(before.id) {
		t.Error("there is no such connection")
	}
	before.expectClose(4009)
	_ = bob.ws.CloseNow()
	want := []string{
		"connect Tablet", "subscribe bob private-x", `client-event bob private-x client-move {"a":1}`,
		`event private-x score {"points":7}`, `event ann private-x client-move {"a":1}`, `event ann private-x score {"points":7}`,
		"unsubscribe bob private-x",
		"refused private-x pusher:subscribe bad-signature: The signature does not allow this connection to join the channel.",
		"refused wish unknown-event: There is no such event; the events of clients start with client-.",
		"signin bea", "disconnect ann 4009: An operator has closed this connection.", "disconnect bea the connection was lost",
	}
	slices.Sort(want)
	var got []string
	eventually(t, "all lines are there", func() bool {
		got = append(got, all()...)
		return len(got) >= len(want)
	})
	slices.Sort(got)
	if !slices.Equal(got, want) {
		t.Errorf("the log has\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	got = ann()
	slices.Sort(got)
	if want := []string{"disconnect ann 4009: An operator has closed this connection.", `event ann private-x client-move {"a":1}`, `event ann private-x score {"points":7}`}; !slices.Equal(got, want) {
		t.Errorf("of ann it has %q", got)
	}
	_, _, err := websocket.Dial(t.Context(), r.url+"/app/"+appKey, &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {"https://bad.example"}}})
	if err == nil {
		t.Error("the page may connect")
	}
	if got := all(); !slices.Equal(got, []string{"refused Go-http-client/1.1 pages of the origin https://bad.example may not connect"}) {
		t.Errorf("of a page that may not connect: %q", got)
	}
	counts := r.hub.Counts()
	if counts.Refused != 3 || counts.Connections != 0 || counts.Subscriptions != 0 {
		t.Errorf("counts %+v", counts)
	}
}

func idOf(t testing.TB, established frame) string {
	t.Helper()
	var data struct {
		ID string `json:"socket_id"`
	}
	if err := json.Unmarshal([]byte(established.text()), &data); err != nil {
		t.Fatal(err)
	}
	return data.ID
}
