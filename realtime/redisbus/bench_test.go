package redisbus_test

import (
	"encoding/json"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/redisbus"
)

// deaf is a hub without sockets: only facts are measured.
type deaf struct{}

func (deaf) Hear(hub.Message) bool                                        { return true }
func (deaf) Change(hub.Fact)                                              {}
func (deaf) Turn(hub.Fact, bool, bool, time.Time)                         {}
func (deaf) Remember(string, realtime.Channel, string, string, time.Time) {}

// info reads one number from what Redis says of itself.
func info(b *testing.B, redis *redistest.Server, section, name string) float64 {
	b.Helper()
	text, err := redis.Do("INFO " + section)
	if err != nil {
		b.Fatal(err)
	}
	_, rest, _ := strings.Cut(text, "\n"+name+":")
	value, _, _ := strings.Cut(rest, "\r")
	n, err := strconv.ParseFloat(value, 64)
	if err != nil {
		b.Fatalf("%s of %q: %v", name, text, err)
	}
	return n
}

// costs is what has been used so far: CPU in us and bytes.
type costs struct{ redis, ours, in, out, memory, heap float64 }

func measure(b *testing.B, redis *redistest.Server) (c costs) {
	b.Helper()
	runtime.GC()
	var memory runtime.MemStats
	runtime.ReadMemStats(&memory)
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	c.redis = 1e6 * (info(b, redis, "cpu", "used_cpu_sys") + info(b, redis, "cpu", "used_cpu_user"))
	c.ours = float64(time.Duration(used.Utime.Nano()+used.Stime.Nano()) / time.Microsecond)
	c.in, c.out = info(b, redis, "stats", "total_net_input_bytes"), info(b, redis, "stats", "total_net_output_bytes")
	c.memory, c.heap = info(b, redis, "memory", "used_memory"), float64(memory.HeapAlloc)
	return c
}

// report says what each of n changes cost over all of the nodes.
func (c costs) report(b *testing.B, since costs, what string, nodes int) {
	n := float64(b.N)
	b.ReportMetric((c.redis-since.redis)/n, "redis-us/"+what)
	b.ReportMetric((c.ours-since.ours)/n/float64(nodes), "node-us/"+what)
	b.ReportMetric((c.in-since.in)/n, "redis-B-in/"+what)
	b.ReportMetric((c.out-since.out)/n/float64(nodes), "redis-B-out/node/"+what)
}

// BenchmarkMembers has b.N members of presence channels, 20 to a channel, join over three
// nodes at once, and leave. A join is a member's fact and the channel's count, as the hub
// tells them. The time of an operation is that until every node knows it.
func BenchmarkMembers(b *testing.B) {
	redis := redistest.New(b)
	const nodes = 3
	var buses [nodes]*redisbus.Bus
	for i := range buses {
		buses[i] = newBus(b, redis)
	}
	details := json.RawMessage(`{"name":"A name of usual length","role":"STUDENT","device":"tablet 12"}`)
	tell := func(there int) {
		for n := range b.N {
			bus, channel := buses[n%nodes], realtime.Channel(fmt.Sprintf("presence-team-%036d", n/20))
			bus.Hold(hub.Fact{Kind: hub.Subscribed, App: appID, Channel: channel}, there*(1+n%20/nodes), nil)
			bus.Hold(hub.Fact{Kind: hub.Present, App: appID, Channel: channel, User: fmt.Sprintf("%036d", n)}, there, details)
		}
		for i, bus := range buses {
			eventually(b, "every node knows of it", func() bool {
				known := 0
				bus.Each(appID, hub.Present, func(hub.Fact, int) { known++ })
				elsewhere := b.N - (b.N+nodes-1-i)/nodes
				return known == there*elsewhere
			})
		}
	}
	empty := measure(b, redis)
	b.ResetTimer()
	tell(1)
	b.StopTimer()
	joined := measure(b, redis)
	joined.report(b, empty, "join", nodes)
	b.ReportMetric((joined.memory-empty.memory)/float64(b.N), "redis-B/member")
	b.ReportMetric((joined.heap-empty.heap)/float64(b.N)/nodes, "node-B/member")
	tell(0)
	measure(b, redis).report(b, joined, "leave", nodes)
}

// BenchmarkMember is a join at a time: the next when all know of the one before.
func BenchmarkMember(b *testing.B) {
	redis := redistest.New(b)
	a, c := newBus(b, redis), newBus(b, redis)
	before := measure(b, redis)
	for n := 0; b.Loop(); n++ {
		fact := hub.Fact{Kind: hub.Present, App: appID, Channel: "presence-x", User: fmt.Sprintf("%036d", n)}
		a.Hold(fact, 1, json.RawMessage(`{}`))
		eventually(b, "the other knows", func() bool { return c.Held(fact) == 1 })
	}
	b.StopTimer()
	measure(b, redis).report(b, before, "join", 2)
}

func newBus(b *testing.B, redis *redistest.Server) *redisbus.Bus {
	b.Helper()
	bus, err := redisbus.New(redisbus.Options{URL: redis.URL()})
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(bus.Close)
	bus.Join(deaf{})
	return bus
}
