package hub_test

import (
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// A private channel knows an id, a presence channel the name to it. Another name on a
// channel that strangers share is not theirs to the operator.
func TestConnectionHasItsName(t *testing.T) {
	r := newRig(t, hub.Options{})
	c := r.connect()
	c.subscribe("presence-event-1", `{"user_id":"alias","user_info":{"name":"Scout 12"}}`)
	c.subscribe("private-team-1", `{"user_id":"7"}`)
	named := func(want string) {
		t.Helper()
		page, err := r.hub.ConnectionPage(inspect.ConnectionQuery{Limit: 10})
		if err != nil {
			t.Fatal(err)
		}
		if len(page.Connections) != 1 || page.Connections[0].UserID != "7" || page.Connections[0].DisplayName != want {
			t.Fatalf("%+v, want user 7 with the name %q", page.Connections, want)
		}
	}
	named("")
	c.subscribe("presence-team-1", `{"user_id":"7","user_info":{"name":"Kim"}}`)
	named("Kim")
}
