package hub_test

import (
	"context"
	"encoding/binary"
	"fmt"
	"io"
	"net"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// counter is a client that counts frames and looks at nothing else. It costs little, so
// that a benchmark measures the hub.
type counter struct {
	conn  net.Conn
	count *atomic.Int64
}

// newCounter connects and subscribes, and then counts frames into count.
func newCounter(b *testing.B, r *rig, channel, channelData string, count *atomic.Int64) *counter {
	b.Helper()
	conn, br, _, err := ws.Dial(context.Background(), r.url+"/app/"+appKey)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { _ = conn.Close() })
	var source io.Reader = conn
	if br != nil {
		source = br
	}
	f, err := readFrame(source)
	if err != nil {
		b.Fatal(err)
	}
	_, id, _ := strings.Cut(string(f.Payload), `socket_id\":\"`)
	id, _, _ = strings.Cut(id, `\`)
	if _, err := conn.Write(masked(ws.OpText, true, subscribeText(b, id, channel, channelData))); err != nil {
		b.Fatal(err)
	}
	c := &counter{conn: conn, count: count}
	go c.run(source)
	return c
}

func (c *counter) run(source io.Reader) {
	buf := make([]byte, 64<<10)
	skip, head := 0, []byte(nil)
	for {
		n, err := source.Read(buf)
		if err != nil {
			return
		}
		frames := int64(0)
		for b := buf[:n]; len(b) > 0; {
			if skip > 0 {
				k := min(skip, len(b))
				skip, b = skip-k, b[k:]
				continue
			}
			head, b = append(head, b[0]), b[1:]
			if length, ok := frameLength(head); ok {
				skip, head = length, head[:0]
				frames++
			}
		}
		c.count.Add(frames)
	}
}

// frameLength returns the length of the payload once the header is whole.
func frameLength(head []byte) (int, bool) {
	switch {
	case len(head) < 2:
		return 0, false
	case head[1] < 126:
		return int(head[1]), true
	case head[1] == 126 && len(head) == 4:
		return int(binary.BigEndian.Uint16(head[2:])), true
	case head[1] == 127 && len(head) == 10:
		return int(binary.BigEndian.Uint64(head[2:])), true
	}
	return 0, false
}

// wait waits until the count is there. It polls, because a signal for every frame would
// be the most expensive part of the benchmark.
func wait(b *testing.B, count *atomic.Int64, want int64) {
	b.Helper()
	deadline := time.Now().Add(60 * time.Second)
	for count.Load() < want {
		if time.Now().After(deadline) {
			b.Fatalf("%d of %d frames came", count.Load(), want)
		}
		<-time.After(20 * time.Microsecond)
	}
}

const benchData = `{"id":"0190","seq":12,"teamNumber":8569,"matchNumber":12,"totalScore":87,"alliance":"RED"}`

func BenchmarkFanout1000(b *testing.B) {
	const subscribers, window = 1000, 64
	r := newRig(b, hub.Options{})
	var count atomic.Int64
	for range subscribers {
		newCounter(b, r, "hall", "", &count)
	}
	wait(b, &count, subscribers) // the welcomes
	channels := []realtime.Channel{"hall"}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i >= window {
			wait(b, &count, int64(subscribers*(i-window+2)))
		}
		if err := r.hub.Publish(appID, channels, "scouting:new-entry", benchData, ""); err != nil {
			b.Fatal(err)
		}
	}
	wait(b, &count, int64(subscribers*(b.N+1)))
	b.StopTimer()
	b.ReportMetric(float64(subscribers*b.N)/b.Elapsed().Seconds(), "deliveries/s")
	b.ReportMetric(0, "ns/op")
	b.ReportMetric(float64(b.Elapsed().Nanoseconds())/float64(b.N)/subscribers, "ns/delivery")
}

func BenchmarkPublishOneSubscriber(b *testing.B) {
	const window = 64
	r := newRig(b, hub.Options{})
	var count atomic.Int64
	newCounter(b, r, "hall", "", &count)
	wait(b, &count, 1)
	channels := []realtime.Channel{"hall"}
	b.ReportAllocs()
	b.ResetTimer()
	for i := range b.N {
		if i >= window && i%window == 0 {
			wait(b, &count, int64(i-window+1))
		}
		if err := r.hub.Publish(appID, channels, "scouting:new-entry", benchData, ""); err != nil {
			b.Fatal(err)
		}
	}
	wait(b, &count, int64(b.N+1))
}

func BenchmarkPresenceJoin500(b *testing.B) {
	const joins = 500
	app := testApp()
	app.MaxPresenceMembers = joins
	r := newRig(b, hub.Options{Apps: []hub.App{app}})
	b.ReportAllocs()
	for n := range b.N {
		var count atomic.Int64
		channel := fmt.Sprintf("presence-%d", n)
		counters := make([]*counter, joins)
		for i := range counters {
			counters[i] = newCounter(b, r, channel, fmt.Sprintf(`{"user_id":"u%d","user_info":{"name":"Scout %d"}}`, i, i), &count)
		}
		// A welcome for each, and every later member told to every earlier one.
		wait(b, &count, joins+joins*(joins-1)/2)
		for _, c := range counters {
			_ = c.conn.Close()
		}
	}
}
