package hub_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// notified collects notices, each as one line.
type notified struct {
	mu   sync.Mutex
	more sync.Cond
	all  []string
}

func newNotified() *notified {
	n := &notified{}
	n.more.L = &n.mu
	return n
}

func (n *notified) notify(app string, notice hub.Notice) {
	n.mu.Lock()
	defer n.mu.Unlock()
	line := fmt.Sprintf("%s %s", notice.Event, notice.Channel)
	for _, part := range []string{notice.UserID, notice.Name, notice.Data} {
		if part != "" {
			line += " " + part
		}
	}
	if notice.Count > 0 {
		line += fmt.Sprintf(" %d", notice.Count)
	}
	if app != appID || notice.At.IsZero() || (notice.SocketID != "") != (notice.Event == hub.NoticeClientEvent) {
		line += fmt.Sprintf(" WRONG %+v", notice)
	}
	n.all = append(n.all, line)
	n.more.Broadcast()
}

// expect waits until as many notices are there and wants them to be these.
func (n *notified) expect(t *testing.T, want ...string) {
	t.Helper()
	n.mu.Lock()
	defer n.mu.Unlock()
	for len(n.all) < len(want) {
		n.more.Wait()
	}
	if !slices.Equal(n.all, want) {
		t.Errorf("got  %q\nwant %q", n.all, want)
	}
	n.all = nil
}

func TestNotices(t *testing.T) {
	n := newNotified()
	r := newRig(t, hub.Options{Notify: n.notify})
	a, b, tab := r.connect(), r.connect(), r.connect()
	a.subscribe("scores", "")
	b.subscribe("scores", "")
	n.expect(t, "channel_occupied scores")
	b.subscribe("presence-pit", `{"user_id":"7"}`)
	a.subscribe("presence-pit", `{"user_id":"8"}`)
	tab.subscribe("presence-pit", `{"user_id":"8"}`)
	n.expect(t, "channel_occupied presence-pit", "member_added presence-pit 7", "member_added presence-pit 8")

	b.expect("pusher_internal:member_added")
	b.send(`{"event":"client-x","channel":"presence-pit","data":"a \"text\""}`)
	b.send(`{"event":"client-y","channel":"presence-pit","data": {"b": 1}}`)
	b.send(`{"event":"client-z","channel":"scores","data":{}}`)
	b.expect("pusher:error")
	n.expect(t, `client_event presence-pit 7 client-x a "text"`, `client_event presence-pit 7 client-y {"b": 1}`)

	a.send(`{"event":"pusher:unsubscribe","data":{"channel":"presence-pit"}}`)
	b.send(`{"event":"pusher:unsubscribe","data":{"channel":"presence-pit"}}`)
	b.quiet()
	n.expect(t, "member_removed presence-pit 7")
	_ = tab.ws.CloseNow()
	n.expect(t, "member_removed presence-pit 8", "channel_vacated presence-pit")
	c := r.connect()
	c.send(subscribeText(t, a.id, "private-x", "")) // refused, so that nothing happened
	c.expect("pusher:subscription_error")
	if err := r.hub.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	n.expect(t, "channel_vacated scores")
}

// Of each channel the notices alternate, whatever sockets do at the same time.
func TestNoticeOrder(t *testing.T) {
	n := newNotified()
	r := newRig(t, hub.Options{Notify: n.notify})
	var racing sync.WaitGroup
	for range 4 {
		c := r.connect()
		racing.Go(func() {
			for range 50 {
				c.subscribe("hall", "")
				c.send(`{"event":"pusher:unsubscribe","data":{"channel":"hall"}}`)
			}
			c.quiet()
		})
	}
	racing.Wait()
	if err := r.hub.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if len(n.all) == 0 || len(n.all)%2 != 0 {
		t.Fatalf("%d notices", len(n.all))
	}
	for i, line := range n.all {
		if want := []string{"channel_occupied hall", "channel_vacated hall"}[i%2]; line != want {
			t.Fatalf("notice %d is %s", i, line)
		}
	}
}
