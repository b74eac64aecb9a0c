package hub_test

import (
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

func (r *rig) revoke(revocation realtime.Revocation) {
	r.t.Helper()
	if err := r.hub.Publisher(appID).Revoke(r.t.Context(), revocation); err != nil {
		r.t.Fatal(err)
	}
}

func TestRevoke(t *testing.T) {
	r := newRig(t, hub.Options{})
	watcher := r.connect()
	watcher.subscribe("presence-a", `{"user_id":"w"}`)
	gone, elsewhere, other, plain := r.connect(), r.connect(), r.connect(), r.connect()
	gone.subscribe("presence-a", `{"user_id":"7","session":"s1"}`)
	gone.subscribe("public", "")
	elsewhere.subscribe("private-b", `{"user_id":"7"}`)
	other.subscribe("private-a", `{"user_id":"8"}`)
	plain.subscribe("public", "")
	watcher.expect("pusher_internal:member_added")

	r.revoke(realtime.Revocation{UserID: "7", Channels: []realtime.Channel{"presence-a", "private-a"}})
	for _, channel := range []string{"presence-a", "public", "private-a", "private-b"} {
		r.publish(channel, "after", "")
	}
	if before := gone.expectClose(4009); len(before) != 1 || before[0].Event != "pusher:error" {
		t.Errorf("before the close: %+v", before)
	}
	watcher.expect("pusher_internal:member_removed")
	watcher.expect("after")
	for _, c := range []*client{elsewhere, other, plain} {
		c.expect("after")
	}
	r.revoke(realtime.Revocation{UserID: "7"})
	elsewhere.expectClose(4009)
	other.quiet()
}

func TestRevokeSession(t *testing.T) {
	r := newRig(t, hub.Options{})
	one, two := r.connect(), r.connect()
	one.subscribe("private-a", `{"user_id":"7","session":"s1"}`)
	two.subscribe("private-a", `{"user_id":"7","session":"s2"}`)
	r.revoke(realtime.Revocation{UserID: "7", Session: "s2"})
	two.expectClose(4009)
	one.quiet()
}

// On channels that strangers share a user has another name, and the session tells.
func TestRevokeSessionUnderAnotherName(t *testing.T) {
	r := newRig(t, hub.Options{})
	hidden, banked, other := r.connect(), r.connect(), r.connect()
	hidden.subscribe("presence-event-x", `{"user_id":"pseudonym","session":"s2"}`)
	other.subscribe("private-a", `{"user_id":"7","session":"s1"}`)
	r.revoke(realtime.Revocation{UserID: "7", Session: "s2"})
	hidden.expectClose(4009)
	banked.ask("presence-event-x", `{"user_id":"pseudonym","session":"s2"}`)
	banked.expectClose(4200)
	other.quiet()
}

// Where all of a user's sockets end, those under another name do, too; a real user of that name
// is somebody else.
func TestRevokeOwnerUnderAnotherName(t *testing.T) {
	r := newRig(t, hub.Options{})
	watcher, hidden, banked, other := r.connect(), r.connect(), r.connect(), r.connect()
	owned := func(user, owner string) string {
		return fmt.Sprintf(`{"user_id":%q,"owner":%q}`, user, realtime.OwnerOf(owner))
	}
	watcher.subscribe("presence-event-x", owned("w", "9"))
	hidden.subscribe("presence-event-x", owned("pseudonym", "7"))
	if f := watcher.expect("pusher_internal:member_added"); strings.Contains(string(f.Data), "owner") || strings.Contains(string(f.Data), realtime.OwnerOf("7")) {
		t.Errorf("the others hear whose it is: %s", f.Data)
	}
	other.subscribe("private-a", `{"user_id":"pseudonym"}`)
	r.revoke(realtime.Revocation{UserID: "7"})
	hidden.expectClose(4009)
	banked.ask("presence-event-x", owned("pseudonym", "7"))
	banked.expectClose(4200)
	watcher.expect("pusher_internal:member_removed")
	other.quiet()
}

// A signature from before a revocation is worthless to the socket that has it.
func TestBankedSignature(t *testing.T) {
	r := newRig(t, hub.Options{})
	banked, innocent, elsewhere := r.connect(), r.connect(), r.connect()
	r.revoke(realtime.Revocation{UserID: "7", Channels: []realtime.Channel{"private-a"}})
	elsewhere.subscribe("private-b", `{"user_id":"7"}`)
	innocent.subscribe("private-a", `{"user_id":"8"}`)
	banked.ask("private-a", `{"user_id":7}`)
	if before := banked.expectClose(4200); len(before) != 1 || before[0].Event != "pusher:error" {
		t.Errorf("before the close: %+v", before)
	}
	// It may come back, and then needs a new signature.
	again := r.connect()
	again.subscribe("private-a", `{"user_id":"7"}`)
}

// What is remembered is bounded; the sockets of a forgotten revocation have to reconnect.
func TestManyRevocations(t *testing.T) {
	r := newRig(t, hub.Options{})
	old := r.connect()
	r.revoke(realtime.Revocation{UserID: "first"})
	young := r.connect()
	for i := range 1100 {
		r.revoke(realtime.Revocation{UserID: fmt.Sprint(i)})
		r.revoke(realtime.Revocation{UserID: "same"})
	}
	old.expectClose(4200)
	young.expectClose(4200)
}

// Revoke against a socket that subscribes at the same moment: one of the two wins, and in
// both cases nothing published later is heard.
func TestRevokeRace(t *testing.T) {
	r := newRig(t, hub.Options{})
	for i := range 200 {
		user := fmt.Sprint(i)
		c := r.connect()
		var racing sync.WaitGroup
		racing.Go(func() { c.ask("private-a", `{"user_id":"`+user+`"}`) })
		r.revoke(realtime.Revocation{UserID: user})
		r.publish("private-a", "secret", "")
		racing.Wait()
		for {
			f := c.next()
			if f.Event == "secret" {
				t.Fatal("heard after the revocation")
			}
			if f.Event == "pusher:error" {
				break
			}
		}
		_ = c.ws.CloseNow()
	}
}

func TestTerminate(t *testing.T) {
	r := newRig(t, hub.Options{})
	a, tab, b, banked := r.connect(), r.connect(), r.connect(), r.connect()
	a.subscribe("private-a", `{"user_id":"7"}`)
	tab.subscribe("presence-a", `{"user_id":"7"}`)
	b.subscribe("private-a", `{"user_id":"8"}`)
	if n := r.hub.Terminate(appID, "7"); n != 2 {
		t.Errorf("%d terminated", n)
	}
	a.expectClose(4009)
	tab.expectClose(4009)
	banked.ask("private-a", `{"user_id":"7"}`)
	banked.expectClose(4200)
	again := r.connect()
	again.subscribe("private-a", `{"user_id":"7"}`)
	b.quiet()
}
