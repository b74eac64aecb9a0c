package hub

import (
	"fmt"
	"syscall"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// sink is a wire that takes everything at once and for nothing.
type sink struct{}

func (sink) write(buf []byte) (int, error) { return len(buf), nil }
func (sink) drain(*socket)                 {}
func (sink) listen(*socket)                {}
func (sink) cut()                          {}
func (sink) close()                        {}

// BenchmarkTrace measures what the debug log adds to an event for 1,000 sockets of as many users,
// from Publish to their wires, which cost nothing: there is no log, nobody asks, somebody
// follows a user who is not there, one of the 1,000, or asks for everything. With real
// sockets around it, it is measured by BenchmarkWatched of package inspect.
func BenchmarkTrace(b *testing.B) {
	for _, c := range []struct {
		name   string
		none   bool
		filter *inspect.Filter
	}{
		{"none", true, nil},
		{"nobody-asks", false, nil},
		{"absent-user", false, &inspect.Filter{User: "absent"}},
		{"one-user", false, &inspect.Filter{User: "user-500"}},
		{"everything", false, &inspect.Filter{}},
	} {
		b.Run(c.name, func(b *testing.B) {
			trace := inspect.NewTrace("n")
			if c.none {
				trace = nil
			}
			traceSweep(b, trace, c.filter)
		})
	}
}

func traceSweep(b *testing.B, trace *inspect.Trace, filter *inspect.Filter) {
	const sockets, name = 1000, realtime.Channel("private-hall")
	h, err := New(Options{Trace: trace, Apps: []App{{ID: "a", Key: "k", Secret: "s"}}, ActivityTimeout: time.Hour})
	if err != nil {
		b.Fatal(err)
	}
	a := h.byID["a"]
	ch := a.obtain(name)
	ch.scheduled = true // by us: no sweeper of the hub's takes it
	for i := range sockets {
		s := &socket{app: a, id: fmt.Sprintf("%d.1", i), wire: sink{}}
		sub := &subscription{socket: s, channel: ch, member: protocol.Member{UserID: fmt.Sprintf("user-%d", i)}}
		s.subscriptions = map[realtime.Channel]*subscription{name: sub}
		ch.add(sub)
		a.admit(s)
	}
	ch.mu.Unlock()
	w := sweeper{excepted: make(map[*socket]struct{})}
	e := event{name: "scouting:new-entry", data: `{"id":"0190","seq":12,"teamNumber":8569,"matchNumber":12,"totalScore":87,"alliance":"RED"}`, at: time.Now()}
	b.ReportAllocs()
	before := processCPU(b)
	for i := 0; b.Loop(); i++ {
		if filter != nil && i%10_000 == 0 { // lines are made for a while after each question
			if _, err := trace.Read(*filter, inspect.Newest, 1); err != nil {
				b.Fatal(err)
			}
		}
		a.publish([]realtime.Channel{name}, e, true)
		if !w.load(ch) {
			b.Fatal("nothing is pending")
		}
		w.carry(a)
		w.finish(ch)
		ch.scheduled = true
	}
	b.ReportMetric(float64(processCPU(b)-before)/float64(b.N), "cpu-ns/op")
	if got := a.counts.sent.Load(); got != int64(sockets*b.N) {
		b.Fatalf("%d of %d events were given", got, sockets*b.N)
	}
	for _, s := range a.everySocket() {
		a.dismiss(s)
	}
	if err := h.Shutdown(b.Context()); err != nil {
		b.Fatal(err)
	}
}

// processCPU is the time that this process has had, in nanoseconds: other programs take none of it.
func processCPU(b *testing.B) int64 {
	b.Helper()
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		b.Fatal(err)
	}
	return used.Utime.Nano() + used.Stime.Nano()
}
