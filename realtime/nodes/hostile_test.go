package nodes_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// TestManyAskers has a thousand askers walk through twenty thousand channels at once: each
// gets a page or is told to come later, and the last one in bounded time.
func TestManyAskers(t *testing.T) {
	t.Parallel()
	n := newNode(t, "")
	const each = 10_000
	for i := range 2 {
		c := connect(t, n.url)
		for k := range each {
			text := fmt.Appendf(nil, `{"event":"pusher:subscribe","data":{"channel":"event-%05d"}}`, i*each+k)
			if err := c.ws.Write(t.Context(), websocket.MessageText, text); err != nil {
				t.Fatal(err)
			}
		}
		c.wait("pusher_internal:subscription_succeeded", each)
	}
	var pages, busy atomic.Int64
	var asking sync.WaitGroup
	began := time.Now()
	for range 1000 {
		asking.Go(func() {
			page, err := n.Channels(t.Context(), inspect.ChannelQuery{After: inspect.Place{Name: "event-00000", App: appID}, Limit: 100})
			switch {
			case errors.Is(err, inspect.ErrBusy):
				busy.Add(1)
			case err != nil || len(page.Channels) != 100 || !page.More || page.Channels[99].Name != "event-00100":
				t.Errorf("a page of %d: %v", len(page.Channels), err)
			default:
				pages.Add(1)
			}
		})
	}
	asking.Wait()
	if pages.Load() < 2 || busy.Load() == 0 || pages.Load()+busy.Load() != 1000 {
		t.Errorf("%d pages, %d were told to come later", pages.Load(), busy.Load())
	}
	if took := time.Since(began); took > 30*time.Second {
		t.Errorf("it took %s", took)
	}
	overview := must[inspect.Overview](t)(n.Overview(t.Context()))
	if overview.Totals.Channels != 2*each || overview.Totals.Subscriptions != 2*each {
		t.Errorf("totals %+v", overview.Totals)
	}
	held := must[inspect.ConnectionPage](t)(n.Connections(t.Context(), inspect.ConnectionQuery{Limit: 10}))
	if c := held.Connections[0]; c.Held != each || len(c.Channels) != inspect.MaxListed {
		t.Errorf("a connection lists %d of %d", len(c.Channels), c.Held)
	}
}

// TestLogIsBounded fills the debug log faster than it is read, with larger texts than it
// keeps and more filters than it takes.
func TestLogIsBounded(t *testing.T) {
	t.Parallel()
	trace := inspect.NewTrace("n")
	read := func(f inspect.Filter, after int64) inspect.Part {
		return must[inspect.Part](t)(trace.Read(f, after, 500))
	}
	start := read(inspect.Filter{}, inspect.Newest).Next
	huge := strings.Repeat("é", 1<<20)
	for range 5000 {
		trace.Note(inspect.Line{Kind: inspect.Event, Channel: huge, Name: huge, Data: huge, Reason: huge})
	}
	part := read(inspect.Filter{}, start)
	if part.Lost != 5000-2048 || len(part.Lines) == 0 || len(part.Lines) > 500 {
		t.Errorf("%d lines, %d lost", len(part.Lines), part.Lost)
	}
	size, total := 0, len(part.Lines)
	for _, l := range part.Lines {
		size += len(l.Data) + len(l.Name) + len(l.Reason) + len(l.Channel)
		if len(l.Data) > 2<<10 || len(l.Reason) > 256 {
			t.Fatalf("a line of %d bytes", len(l.Data))
		}
	}
	if size > 1<<20 {
		t.Errorf("an answer of %d bytes", size)
	}
	for part.Lost = 0; len(part.Lines) > 0; total += len(part.Lines) {
		if part = read(inspect.Filter{}, part.Next); part.Lost > 0 {
			t.Errorf("%d lost in between", part.Lost)
		}
	}
	if total != 2048 {
		t.Errorf("%d lines in all", total)
	}
	for i := range 15 {
		read(inspect.Filter{User: fmt.Sprint(i)}, inspect.Newest)
	}
	if _, err := trace.Read(inspect.Filter{User: "one more"}, inspect.Newest, 1); !errors.Is(err, inspect.ErrTraces) {
		t.Errorf("a 17th filter: %v", err)
	}
	read(inspect.Filter{User: "3"}, inspect.Newest)
}
