package hub_test

import (
	"context"
	"net"
	"os"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/gobwas/ws"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// descriptors returns how many files this process has open.
func descriptors(t *testing.T) int {
	t.Helper()
	open, err := os.ReadDir("/proc/self/fd")
	if err != nil {
		t.Fatal(err)
	}
	return len(open)
}

// However a connection ends, nothing of it is left, and those beside it hear everything.
func TestEveryEnd(t *testing.T) {
	r := newRig(t, hub.Options{})
	witness := r.connect()
	witness.subscribe("hall", "")
	r.publish("hall", "first", "")
	witness.expect("first")
	before, routines := descriptors(t), runtime.NumGoroutine()

	frames := masked(ws.OpText, true, subscribeText(t, "", "hall", ""))
	ends := []func(net.Conn){
		func(c net.Conn) { _ = c.Close() },
		func(c net.Conn) { _ = c.(*net.TCPConn).SetLinger(0); _ = c.Close() }, // a reset
		func(c net.Conn) { _, _ = c.Write(masked(ws.OpClose, true, "\x03\xe8")); _ = c.Close() },
		func(c net.Conn) { _ = c.(*net.TCPConn).CloseWrite(); drain(c) },
		func(c net.Conn) { _, _ = c.Write([]byte{0x81, 0x05, 'x'}); drain(c) },     // unmasked
		func(c net.Conn) { _, _ = c.Write(frames[:len(frames)-3]); _ = c.Close() }, // in the middle of a frame
		func(c net.Conn) { _, _ = c.Write(append(frames, masked(ws.OpClose, true, "")...)); drain(c) },
	}
	var ending sync.WaitGroup
	for i := range 40 * len(ends) {
		conn, _ := r.rawConnect()
		ending.Go(func() {
			_, _ = conn.Write(frames)
			ends[i%len(ends)](conn)
			_ = conn.Close()
		})
		if i%20 == 0 {
			r.publish("hall", "again", "")
			witness.expect("again")
		}
	}
	ending.Wait()
	eventually(t, "connections are left", func() bool { return r.hub.Stats().Connections == 1 })
	eventually(t, "descriptors are left", func() bool { return descriptors(t) <= before })
	eventually(t, "goroutines are left", func() bool { return runtime.NumGoroutine() <= routines })
	if info, _ := r.hub.Channel(appID, "hall"); info.Subscriptions != 1 {
		t.Errorf("%d subscriptions", info.Subscriptions)
	}
	witness.quiet()
}

// drain reads until the peer closes.
func drain(c net.Conn) {
	buf := make([]byte, 4096)
	for {
		if _, err := c.Read(buf); err != nil {
			return
		}
	}
}

// A silent connection costs no goroutine.
func TestSilentCostNoGoroutine(t *testing.T) {
	r := newRig(t, hub.Options{})
	r.rawConnect() // starts what all share
	before := runtime.NumGoroutine()
	for range 50 {
		r.rawConnect()
	}
	eventually(t, "each connection has a goroutine", func() bool { return runtime.NumGoroutine() < before+5 })
}

// A peer that half closes, takes nothing and never ends is gone when its time is over,
// and does not keep the processor busy until then.
func TestHalfOpenIsCheap(t *testing.T) {
	r := newRig(t, hub.Options{})
	conn, _ := r.rawConnect()
	_, _ = conn.Write(masked(ws.OpText, true, subscribeText(t, "", "hall", "")))
	eventually(t, "no subscription", func() bool { return r.hub.Occupied(appID, "hall") })
	good := r.connect()
	good.subscribe("hall", "")
	for i := 0; r.hub.Stats().HeldBytes == 0; i++ {
		if i == 10_000 {
			t.Fatal("the peer takes everything")
		}
		r.publish("hall", "n", strings.Repeat("x", 10_000))
		good.expect("n")
	}
	_ = good.ws.CloseNow()
	used := processorTime(t)
	start := time.Now()
	_, _ = conn.Write(masked(ws.OpClose, true, "\x03\xe8"))
	_ = conn.(*net.TCPConn).CloseWrite()
	eventually(t, "it never ends", func() bool { return r.hub.Stats().Connections == 0 })
	ctx, cancel := context.WithTimeout(t.Context(), 30*time.Second)
	defer cancel()
	if err := r.hub.Shutdown(ctx); err != nil {
		t.Error(err)
	}
	if busy, took := processorTime(t)-used, time.Since(start); busy > took/2 {
		t.Errorf("%v of processor time in %v", busy, took)
	}
}

func processorTime(t *testing.T) time.Duration {
	t.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		t.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
