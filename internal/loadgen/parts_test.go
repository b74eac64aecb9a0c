package loadgen

import (
	"bytes"
	"errors"
	"os"
	"strings"
	"testing"
	"time"
)

func TestPayload(t *testing.T) {
	t.Parallel()
	first := stamp{publisher: 3, number: 70_000, due: 5 * time.Second}
	second := stamp{publisher: 15, number: 1, due: time.Nanosecond}
	for _, size := range []int{minPayload, 256, maxPayload} {
		text := []byte(`{"event":"load","data":"`)
		text = append(appendPayload(text, first, size), `"}{"data":"`...)
		text = append(appendPayload(text, second, size), `"}`...)
		got, rest, found, err := cutPayload(text)
		if err != nil || !found || got != first {
			t.Fatalf("size %d: %+v, %t, %v", size, got, found, err)
		}
		if got, rest, found, err = cutPayload(rest); err != nil || !found || got != second {
			t.Fatalf("size %d, second: %+v, %t, %v", size, got, found, err)
		}
		if _, _, found, err = cutPayload(rest); found || err != nil {
			t.Fatalf("size %d: a third one: %v", size, err)
		}
	}
}

func TestPayloadDamaged(t *testing.T) {
	t.Parallel()
	whole := string(appendPayload(nil, stamp{publisher: 1, number: 2}, 100))
	for name, text := range map[string]string{
		"begun only":        whole[:20],
		"end cut off":       whole[:99],
		"middle cut out":    whole[:60] + whole[70:],
		"closed by JSON":    whole[:60] + `"}` + strings.Repeat(" ", 60),
		"no hex":            strings.Replace(whole, "=load=01", "=load=zz", 1),
		"unknown publisher": strings.Replace(whole, "=load=01", "=load=ff", 1),
	} {
		if _, _, found, err := cutPayload([]byte(text)); !found || err == nil {
			t.Errorf("%s: found %t, error %v", name, found, err)
		}
	}
}

func TestLedger(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		numbers []uint32
		want    error
	}{
		"in order":      {[]uint32{1, 2, 3}, nil},
		"first lost":    {[]uint32{2}, errMissing},
		"one lost":      {[]uint32{1, 3}, errMissing},
		"doubled":       {[]uint32{1, 2, 2}, errRepeated},
		"swapped":       {[]uint32{1, 3, 2}, errMissing},
		"an old one":    {[]uint32{1, 2, 3, 1}, errRepeated},
		"number naught": {[]uint32{0}, errRepeated},
	} {
		var l ledger
		var err error
		for _, n := range c.numbers {
			if err = l.enter(stamp{publisher: 2, number: n}); err != nil {
				break
			}
			if err := l.enter(stamp{publisher: 5, number: n}); err != nil {
				t.Errorf("%s: publishers are mixed up: %v", name, err)
			}
		}
		if !errors.Is(err, c.want) || c.want == nil && err != nil {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
}

func TestLedgerOrder(t *testing.T) {
	t.Parallel()
	var a, b ledger
	one, two := stamp{publisher: 1, number: 1}, stamp{publisher: 2, number: 1}
	for _, err := range []error{a.enter(one), a.enter(two), b.enter(two), b.enter(one)} {
		if err != nil {
			t.Fatal(err)
		}
	}
	if a.order == b.order || a.count != 2 {
		t.Errorf("orders %d and %d of %d", a.order, b.order, a.count)
	}
}

// serverFrame is a frame as a server sends it.
func serverFrame(op byte, payload []byte) []byte {
	masked := appendFrame(nil, op, [4]byte{}, payload)
	head := len(masked) - len(payload) - 4
	masked[1] &^= 0x80
	return append(masked[:head:head], payload...)
}

func TestFrames(t *testing.T) {
	t.Parallel()
	for _, size := range []int{0, 1, 125, 126, 65535, 65536, 100_000} {
		payload := bytes.Repeat([]byte("p"), size)
		b := append(serverFrame(opText, payload), serverFrame(opPing, []byte("x"))...)
		f, n, err := nextFrame(b)
		if err != nil || f.op != opText || !bytes.Equal(f.payload, payload) {
			t.Fatalf("size %d: op %d, %d bytes, %v", size, f.op, len(f.payload), err)
		}
		if f, m, err := nextFrame(b[n:]); err != nil || f.op != opPing || n+m != len(b) {
			t.Fatalf("size %d, second: op %d, %v", size, f.op, err)
		}
		for _, part := range []int{0, 1, 2, n / 2, n - 1} {
			if part >= n {
				continue
			}
			if _, got, err := nextFrame(b[:part]); got != 0 || err != nil {
				t.Fatalf("size %d: a part of %d bytes is a frame of %d, %v", size, part, got, err)
			}
		}
	}
}

func TestFramesRefused(t *testing.T) {
	t.Parallel()
	for name, b := range map[string][]byte{
		"masked":       appendFrame(nil, opText, [4]byte{1}, []byte("x")),
		"first part":   {opText, 1, 'x'},
		"compressed":   {0xC0 | opText, 1, 'x'},
		"binary":       {0x82, 1, 'x'},
		"continuation": {0x80, 1, 'x'},
		"unknown":      {0x8F, 0},
		"endless":      {0x80 | opText, 127, 0xFF, 0, 0, 0, 0, 0, 0, 0},
	} {
		if _, _, err := nextFrame(b); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

func TestResponses(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		text string
		want response
		rest int // bytes that follow
	}{
		"length":   {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}", response{status: 200, body: []byte("{}")}, 0},
		"closing":  {"HTTP/1.1 200 OK\r\nconnection: Close\r\ncontent-length: 0\r\n\r\n", response{status: 200, last: true}, 0},
		"chunks":   {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", response{status: 200, body: []byte("2\r\n{}\r\n0\r\n\r\n")}, 0},
		"refused":  {"HTTP/1.1 401 Unauthorized\r\n\r\n", response{status: 401}, 0},
		"followed": {"HTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nxHTTP", response{status: 200, body: []byte("x")}, 4},
	} {
		whole := []byte(c.text)
		r, n, err := nextResponse(whole)
		if err != nil || n != len(whole)-c.rest || r.status != c.want.status || r.last != c.want.last || !bytes.Equal(r.body, c.want.body) {
			t.Errorf("%s: %+v, %d bytes, %v", name, r, n, err)
		}
		if _, n, err := nextResponse(whole[:n-1]); n != 0 || err != nil {
			t.Errorf("%s: without its last byte %d bytes, %v", name, n, err)
		}
	}
	for _, text := range []string{"HTTP/2 200\r\n\r\n", "HTTP/1.1 abc\r\n\r\n", "HTTP/1.1 200 OK\r\nContent-Length: x\r\n\r\n"} {
		if _, _, err := nextResponse([]byte(text)); err == nil {
			t.Errorf("%q: no error", text)
		}
	}
}

func TestPercentile(t *testing.T) {
	t.Parallel()
	var hundred []time.Duration
	for i := 100; i > 0; i-- {
		hundred = append(hundred, time.Duration(i)*time.Millisecond)
	}
	for _, c := range []struct {
		samples []time.Duration
		p, want float64
	}{
		{nil, 99, 0},
		{[]time.Duration{time.Second}, 50, 1000},
		{hundred, 0, 1}, {hundred, 50, 50}, {hundred, 99, 99}, {hundred, 99.5, 100}, {hundred, 100, 100},
		{hundred[:2], 50, 1}, // sorted by now
	} {
		if got := percentile(c.samples, c.p); got != c.want {
			t.Errorf("percentile %g of %d samples is %g, want %g", c.p, len(c.samples), got, c.want)
		}
	}
	for _, c := range []struct {
		values []float64
		want   float64
	}{{[]float64{3}, 3}, {[]float64{9, 1, 2}, 2}, {[]float64{4, 1}, 2.5}} {
		if got, ok := median(c.values); !ok || got != c.want {
			t.Errorf("median of %v is %g", c.values, got)
		}
	}
	if _, ok := median(nil); ok {
		t.Error("nothing has a median")
	}
	var ramp []float64
	for i := range 101 {
		ramp = append(ramp, float64(i))
	}
	if low, high := interval(ramp); low < 25 || low > 45 || high < 55 || high > 75 {
		t.Errorf("the median of 0 to 100 lies within %g and %g", low, high)
	}
	if low, high := interval([]float64{7, 7, 7}); low != 7 || high != 7 {
		t.Errorf("the median of sevens lies within %g and %g", low, high)
	}
	if low, high := interval(nil); low != 0 || high != 0 {
		t.Errorf("the median of nothing lies within %g and %g", low, high)
	}
}

func TestProcess(t *testing.T) {
	t.Parallel()
	rss, peak := parseStatus("Name:\tx\nVmHWM:\t    4096 kB\nVmRSS:\t    2048 kB\n")
	if rss != 2 || peak != 4 {
		t.Errorf("rss %g, peak %g", rss, peak)
	}
	before := ownCPU()
	u, err := readUsage(os.Getpid())
	if err != nil || u.rss <= 0 || u.peak < u.rss {
		t.Errorf("own usage %+v, %v", u, err)
	}
	if after := ownCPU() + time.Microsecond; u.cpu < before || u.cpu > after { // getrusage counts in these
		t.Errorf("own CPU time by the process's clock is %v, by getrusage %v to %v", u.cpu, before, after)
	}
	if _, err := readUsage(-1); err == nil {
		t.Error("no process has a usage")
	}
}

func TestEvents(t *testing.T) {
	t.Parallel()
	for _, c := range []struct{ text, name, data string }{
		{`{"event":"a","data":"{\"b\":1}"}`, "a", `{"b":1}`},
		{`{"data":{"b":1},"event":"a"}`, "a", `{"b":1}`},
		{`{"event":"pusher_internal:member_added","data":"{}"}`, "pusher_internal:member_added", ""},
	} {
		if e, err := parseEvent([]byte(c.text)); err != nil || e.name != c.name || string(e.data) != c.data {
			t.Errorf("%s: %q %q, %v", c.text, e.name, e.data, err)
		}
	}
	for _, text := range []string{`{`, `{"event":"pusher_internal:member_added"`, ``} {
		if _, err := parseEvent([]byte(text)); !errors.Is(err, errNotJSON) {
			t.Errorf("%q: %v", text, err)
		}
	}
}
