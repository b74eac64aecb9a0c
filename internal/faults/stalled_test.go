package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"net"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// reader is a spectator on two channels who takes every message at once, in order.
type reader struct {
	heard chan<- string // the channel of each message that was the next one
	next  map[string]int
	ended chan error
}

// open opens a socket and subscribes it to the channels.
func open(t *testing.T, node *Node, client *http.Client, channels ...string) *websocket.Conn {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	socket, _, err := websocket.Dial(ctx, "ws://"+node.Address+"/app/"+Key+"?protocol=7", &websocket.DialOptions{HTTPClient: client})
	must(t, err)
	t.Cleanup(func() { _ = socket.CloseNow() })
	socket.SetReadLimit(1 << 20)
	for _, channel := range channels {
		must(t, socket.Write(ctx, websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"`+channel+`"}}`)))
	}
	for joined := 0; joined < len(channels); {
		_, raw, err := socket.Read(ctx)
		must(t, err)
		if strings.Contains(string(raw), "subscription_succeeded") {
			joined++
		}
	}
	return socket
}

func (r *reader) read(socket *websocket.Conn) {
	for {
		_, raw, err := socket.Read(context.Background())
		if err != nil {
			r.ended <- err
			return
		}
		var frame struct{ Event, Channel, Data string }
		_ = json.Unmarshal(raw, &frame) // what it is not is counted as missing
		if n, err := strconv.Atoi(strings.TrimLeft(frame.Data, "0")); err == nil && n == r.next[frame.Channel]+1 {
			r.next[frame.Channel] = n
			r.heard <- frame.Channel
		}
	}
}

// slowLink is how a client is connected that has little room for what it does not read.
func slowLink() *http.Client {
	dial := func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if tcp, ok := conn.(*net.TCPConn); ok {
			err = tcp.SetReadBuffer(256 << 10) // less than what one loopback packet may have would make reading crawl afterwards
		}
		return conn, err
	}
	return &http.Client{Transport: &http.Transport{DialContext: dial}}
}

// hall is where messages are published to readers one after the other.
type hall struct {
	t       *testing.T
	node    *Node
	client  *Client
	readers []*reader
	heard   chan string
	sent    map[string]int
}

// tell publishes 10 KB and returns how long it takes until every reader has it.
func (h *hall) tell(channel string) time.Duration {
	h.t.Helper()
	h.sent[channel]++
	began := time.Now()
	body := fmt.Sprintf(`{"name":"n","channel":"%s","data":"%010000d"}`, channel, h.sent[channel])
	if a := h.node.publish(h.t, h.client, time.Now(), body); a.Status != http.StatusOK {
		h.t.Fatalf("%d %s", a.Status, a.Body)
	}
	for n := range h.readers {
		late := time.NewTimer(patience) // for each, so that it is not the machine's slowness that ends it
		select {
		case got := <-h.heard:
			if got != channel {
				h.t.Fatalf("a message of %s while one of %s is awaited", got, channel)
			}
		case <-late.C:
			for _, r := range h.readers {
				if len(r.ended) > 0 {
					h.t.Errorf("somebody who reads was closed: %v", <-r.ended)
				}
			}
			h.t.Fatalf("message %d of %s: %d of %d who read have it", h.sent[channel], channel, n, len(h.readers))
		}
		late.Stop()
	}
	return time.Since(began)
}

// closes is how many sockets the node says it has closed for reading too slowly.
func (n *Node) closes(t *testing.T, client *Client) (sum float64) {
	t.Helper()
	a := client.Want(t, http.StatusOK, "GET", "http://"+n.Metrics+"/metrics", "", nil)
	for line := range strings.Lines(string(a.Body)) {
		if strings.HasPrefix(line, "ftcmetrics_slow_consumer_closes_total") {
			fields := strings.Fields(line)
			count, err := strconv.ParseFloat(fields[len(fields)-1], 64)
			must(t, err)
			sum += count
		}
	}
	return sum
}

// TestStalledReaders is the short form of R17: a third of a channel's subscribers stop
// reading. The others get every message as fast as those of a channel where everybody reads;
// the stalled ones are closed, with a code that has them come back, and cost little until then.
func TestStalledReaders(t *testing.T) {
	t.Parallel()
	const reading, stalling, slow, well = 20, 10, "hall-slow", "hall-well"
	s := NewSite(t, NewPostgres(t, false), 1, "HUB_ACTIVITY_TIMEOUT=10m") // nobody here answers pings
	h := &hall{t: t, node: s.Nodes[0], client: NewClient("", patience), heard: make(chan string, 4*reading), sent: make(map[string]int)}
	for range reading {
		r := &reader{heard: h.heard, next: make(map[string]int), ended: make(chan error, 1)}
		h.readers = append(h.readers, r)
		go r.read(open(t, h.node, nil, slow, well))
	}
	for range 20 { // caches fill
		h.tell(slow)
		h.tell(well)
	}
	held := memory(t, h.node.PID())
	var stalled []*websocket.Conn
	for range stalling {
		stalled = append(stalled, open(t, h.node, slowLink(), slow))
	}
	var atSlow, atWell []time.Duration
	most := held
	for h.node.closes(t, h.client) < stalling {
		if len(atSlow) == 2000 { // 20 MB for each
			t.Fatalf("%.0f of %d who read nothing are closed after %d messages", h.node.closes(t, h.client), stalling, h.sent[slow])
		}
		atSlow, atWell = append(atSlow, h.tell(slow)), append(atWell, h.tell(well))
		most = max(most, memory(t, h.node.PID()))
	}
	t.Logf("closed after %d messages", len(atSlow))
	Figure(t, "R17.times_as_long_for_those_who_read", total(atSlow)/total(atWell), 2)
	slices.Sort(atSlow)
	Timed(t, "R17.slowest_message_ms", atSlow[len(atSlow)-1], time.Second)
	Figure(t, "R17.memory_grown_mib", most-held, stalling+32)
	h.tell(slow)
	for _, r := range h.readers {
		select {
		case err := <-r.ended:
			t.Errorf("somebody who reads was closed: %v", err)
		default:
		}
	}
	var waking sync.WaitGroup
	for _, socket := range stalled {
		waking.Go(func() { h.wake(socket) })
	}
	waking.Wait()
}

func total(list []time.Duration) (sum float64) {
	for _, d := range list {
		sum += d.Seconds()
	}
	return sum
}

// wake lets a stalled socket ask and read what is left for it, until it learns that it has
// ended: by a code that has it come back, or because nothing is there any more.
func (h *hall) wake(socket *websocket.Conn) {
	ctx, cancel := context.WithTimeout(h.t.Context(), 4*patience) // all of them have a queue to read
	defer cancel()
	err := socket.Write(ctx, websocket.MessageText, []byte(`{"event":"pusher:ping","data":{}}`))
	for err == nil {
		_, _, err = socket.Read(ctx)
	}
	if code := websocket.CloseStatus(err); ctx.Err() != nil || code != -1 && (code < 4100 || code > 4199) {
		h.t.Errorf("who stalled ends with %v", err)
	}
}
