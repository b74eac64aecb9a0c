package hub_test

import (
	"context"
	"fmt"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// Every subscriber gets every message once, in one order, while others come and go.
func TestFanoutOrder(t *testing.T) {
	const subscribers, publishers, messages = 1000, 4, 50
	r := newRig(t, hub.Options{})
	clients := make([]*client, subscribers)
	for i := range clients {
		clients[i] = r.connect()
		clients[i].subscribe("hall", "")
	}
	var publishing sync.WaitGroup
	for p := range publishers {
		publishing.Go(func() {
			for m := range messages {
				r.publish("hall", strconv.Itoa(p), strconv.Itoa(m))
			}
		})
	}
	orders := make([]string, subscribers)
	var reading sync.WaitGroup
	for i, c := range clients {
		reading.Go(func() {
			next := [publishers]int{}
			for range publishers * messages {
				f := c.next()
				p, _ := strconv.Atoi(f.Event)
				if f.text() != strconv.Itoa(next[p]) {
					t.Errorf("subscriber %d: publisher %d: got %s, want %d", i, p, f.text(), next[p])
					return
				}
				next[p]++
				orders[i] += f.Event
			}
		})
	}
	passing := r.connect()
	for range 20 {
		passing.ask("hall", "")
		passing.send(`{"event":"pusher:unsubscribe","data":{"channel":"hall"}}`)
	}
	publishing.Wait()
	reading.Wait()
	for i := range orders {
		if orders[i] != orders[0] {
			t.Fatalf("subscriber %d saw another order", i)
		}
		clients[i].quiet()
	}
}

// A subscriber hears exactly what is published after its success, never the rest.
func TestNewcomers(t *testing.T) {
	r := newRig(t, hub.Options{})
	r.connect().subscribe("hall", "")
	stop := make(chan struct{})
	var publishing sync.WaitGroup
	publishing.Go(func() {
		for i := 0; ; i++ {
			select {
			case <-stop:
				return
			default:
				r.publish("hall", "n", strconv.Itoa(i))
			}
		}
	})
	for range 20 {
		c := r.connect()
		c.subscribe("hall", "")
		last := -1
		for range 50 {
			n, err := strconv.Atoi(c.expect("n").text())
			if err != nil || last >= 0 && n != last+1 {
				t.Errorf("%d after %d", n, last)
			}
			last = n
		}
		_ = c.ws.CloseNow()
	}
	close(stop)
	publishing.Wait()
}

func TestExcept(t *testing.T) {
	r := newRig(t, hub.Options{})
	a, b := r.connect(), r.connect()
	a.subscribe("hall", "")
	b.subscribe("hall", "")
	for i := range 20 {
		except := a.id
		if i%2 == 1 {
			except = b.id
		}
		if err := r.hub.Publish(appID, []realtime.Channel{"hall"}, "n", strconv.Itoa(i), except); err != nil {
			t.Fatal(err)
		}
	}
	for i := range 10 {
		if got := b.expect("n").text(); got != strconv.Itoa(2*i) {
			t.Errorf("b got %s", got)
		}
		if got := a.expect("n").text(); got != strconv.Itoa(2*i+1) {
			t.Errorf("a got %s", got)
		}
	}
	a.quiet()
	b.quiet()
}

// A subscriber that does not read costs a bounded amount and is closed; nobody waits for it.
func TestStuckReader(t *testing.T) {
	r := newRig(t, hub.Options{})
	good := r.connect()
	good.subscribe("hall", "")
	stuck := r.connect()
	stuck.subscribe("hall", "")

	data := fmt.Sprintf("%10000d", 7)
	var most int64
	for sent := 0; r.hub.Stats().SlowCloses == 0; sent++ {
		if sent > 10_000 {
			t.Fatal("the stuck reader was never closed")
		}
		r.publish("hall", "n", data)
		good.expect("n")
		most = max(most, r.hub.Stats().QueuedBytes)
	}
	if most > 2<<20 {
		t.Errorf("%d bytes were queued", most)
	}
	for i := range 10 {
		r.publish("hall", "n", strconv.Itoa(i))
		if got := good.expect("n").text(); got != strconv.Itoa(i) {
			t.Errorf("got %s", got)
		}
	}
	if info, _ := r.hub.Channel(appID, "hall"); info.Subscriptions != 1 {
		t.Errorf("%d subscriptions", info.Subscriptions)
	}
	// When it reads again it finds whole frames, the error, and the close.
	before := stuck.expectClose(4100)
	if last := before[len(before)-1]; last.Event != "pusher:error" {
		t.Errorf("last: %+v", last)
	}
}

func TestPublisher(t *testing.T) {
	r := newRig(t, hub.Options{})
	c := r.connect()
	c.subscribe("hall", "")
	p := r.hub.Publisher(appID)
	events := []realtime.Event{{Channel: "hall", Name: "a", Data: "1"}, {Channel: "empty", Name: "b"}, {Channel: "hall", Name: "c"}}
	if err := p.Publish(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	c.expect("a")
	c.expect("c")
	ended, cancel := context.WithCancel(t.Context())
	cancel()
	if err := p.Publish(ended, events); err == nil {
		t.Error("published after the end of the context")
	}
	if err := r.hub.Publisher("other").Publish(t.Context(), events); err == nil {
		t.Error("published for no app")
	}
	if err := r.hub.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if err := p.Publish(t.Context(), events); err == nil {
		t.Error("published after the shutdown")
	}
}

func TestOccupied(t *testing.T) {
	occupied := make(chan realtime.Channel, 9)
	r := newRig(t, hub.Options{OnOccupied: func(_ string, c realtime.Channel, _ time.Time) { occupied <- c }})
	a, b := r.connect(), r.connect()
	a.subscribe("hall", "")
	b.subscribe("hall", "")
	a.subscribe("pit", "")
	if x, y := <-occupied, <-occupied; x != "hall" || y != "pit" || len(occupied) != 0 {
		t.Errorf("%s %s and %d more", x, y, len(occupied))
	}
	if !r.hub.Occupied(appID, "hall") || r.hub.Occupied(appID, "field") {
		t.Error("occupied")
	}
	a.send(`{"event":"pusher:unsubscribe","data":{"channel":"pit"}}`)
	a.quiet()
	if r.hub.Occupied(appID, "pit") || r.hub.Stats().Channels != 1 {
		t.Error("still occupied")
	}
}

// What was published before a stop comes before its goodbye, to everybody.
func TestShutdownGivesOutFirst(t *testing.T) {
	r := newRig(t, hub.Options{})
	clients := make([]*client, 200)
	for i := range clients {
		clients[i] = r.connect()
		clients[i].subscribe("hall", "")
	}
	for i := range 20 {
		r.publish("hall", "n", strconv.Itoa(i))
	}
	stopped := make(chan error, 1)
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	go func() { stopped <- r.hub.Shutdown(ctx) }()
	for i, c := range clients {
		if before := c.expectClose(4200); len(before) != 21 { // and the error before the close
			t.Errorf("subscriber %d got %d frames", i, len(before))
		}
	}
	if err := <-stopped; err != nil {
		t.Error(err)
	}
}
