// Package otlp sends traces by OTLP over HTTP, as JSON, to any collector of OpenTelemetry.
// It records what is over, so that nothing is held for a request that goes on, and costs a
// server that is not told where to send nothing.
package otlp

import (
	"bytes"
	"context"
	"crypto/rand"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

// How much waits for the collector, and how it is sent.
const (
	maxWaiting = 4096 // spans; more are dropped and counted
	maxBatch   = 512
	sendEvery  = 2 * time.Second
	patience   = 10 * time.Second
)

// Options say where traces go.
type Options struct {
	Endpoint string            // of the collector, such as http://127.0.0.1:4318
	Headers  map[string]string // for the collector, such as a key
	Service  string            // what this program is called
	Version  string
	Share    float64 // of the traces that begin here, 0 to 1
	Logger   *slog.Logger
}

// Tracer records spans. A nil Tracer records nothing.
type Tracer struct {
	o       Options
	waiting chan span
	dropped atomic.Int64
	done    chan struct{}
	stop    chan struct{}
	once    sync.Once
}

// New returns a tracer that sends until Close.
func New(o Options) *Tracer {
	t := &Tracer{o: o, waiting: make(chan span, maxWaiting), done: make(chan struct{}), stop: make(chan struct{})}
	go t.run()
	return t
}

// Trace is where a piece of work stands in a trace.
type Trace struct {
	trace  [16]byte
	span   [8]byte
	parent [8]byte // zero at the beginning of a trace
}

type traceKey struct{}

// Begin returns a context for a new piece of work. parent is the traceparent header of who
// asked for it, "" if nobody did. Work that is not traced has the context as it was.
func (t *Tracer) Begin(ctx context.Context, parent string) context.Context {
	if t == nil {
		return ctx
	}
	var at Trace
	var random [16]byte
	_, _ = rand.Read(random[:]) // never fails
	copy(at.span[:], random[8:])
	sampled, ok := at.parse(parent)
	if !ok {
		_, _ = rand.Read(at.trace[:]) // never fails
		sampled = float64(random[0])/256 < t.o.Share
	}
	if !sampled {
		return ctx
	}
	return context.WithValue(ctx, traceKey{}, at)
}

// parse reads a traceparent: 00-TRACE-PARENT-FLAGS.
func (a *Trace) parse(header string) (sampled, ok bool) {
	parts := strings.Split(header, "-")
	if len(parts) != 4 || parts[0] != "00" || len(parts[1]) != 32 || len(parts[2]) != 16 || len(parts[3]) != 2 {
		return false, false
	}
	flags, err := strconv.ParseUint(parts[3], 16, 8)
	if _, wrong := hex.Decode(a.trace[:], []byte(parts[1])); wrong != nil || err != nil {
		return false, false
	}
	if _, wrong := hex.Decode(a.parent[:], []byte(parts[2])); wrong != nil || a.trace == [16]byte{} || a.parent == [8]byte{} {
		*a = Trace{span: a.span}
		return false, false
	}
	return flags&1 != 0, true
}

// Kind says on which side of a call a piece of work was.
type Kind int

// The kinds, by OTLP's numbers.
const (
	Server Kind = 2
	Client Kind = 3
)

// Work is a piece of work that is over.
type Work struct {
	Name       string
	Kind       Kind
	Began      time.Time
	Ended      time.Time
	Attributes map[string]string
	Failed     string // why, "" if it did not
}

// End records the work that Begin began.
func (t *Tracer) End(ctx context.Context, w Work) {
	if at, ok := ctx.Value(traceKey{}).(Trace); t != nil && ok {
		t.record(at, w)
	}
}

// Within records a part of the work that the context is of.
func (t *Tracer) Within(ctx context.Context, w Work) {
	if at, ok := ctx.Value(traceKey{}).(Trace); t != nil && ok {
		part := Trace{trace: at.trace, parent: at.span}
		_, _ = rand.Read(part.span[:]) // never fails
		t.record(part, w)
	}
}

func (t *Tracer) record(at Trace, w Work) {
	select {
	case t.waiting <- newSpan(at, w):
	default:
		t.dropped.Add(1) // a collector that is slow makes nobody else slow
	}
}

// Dropped returns how many spans were given up.
func (t *Tracer) Dropped() int64 {
	if t == nil {
		return 0
	}
	return t.dropped.Load()
}

// Close sends what waits, until ctx ends.
func (t *Tracer) Close(ctx context.Context) {
	if t == nil {
		return
	}
	t.once.Do(func() { close(t.stop) })
	select {
	case <-t.done:
	case <-ctx.Done():
	}
}

func (t *Tracer) run() {
	defer close(t.done)
	ticker := time.NewTicker(sendEvery)
	defer ticker.Stop()
	var batch []span
	silent := false // the collector's silence is in the log already
	send := func() {
		if len(batch) == 0 {
			return
		}
		err := t.send(batch)
		if err != nil {
			t.dropped.Add(int64(len(batch)))
			if !silent {
				t.o.Logger.Warn("the collector does not take traces; they are dropped until it does", slog.Any("error", err))
			}
		}
		silent = err != nil
		batch = batch[:0]
	}
	for {
		select {
		case s := <-t.waiting:
			if batch = append(batch, s); len(batch) == maxBatch {
				send()
			}
		case <-ticker.C:
			send()
		case <-t.stop:
			for len(t.waiting) > 0 {
				batch = append(batch, <-t.waiting)
			}
			send()
			return
		}
	}
}

func (t *Tracer) send(batch []span) error {
	body, err := json.Marshal(request(t.o.Service, t.o.Version, batch))
	if err != nil {
		return err
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	call, err := http.NewRequestWithContext(ctx, http.MethodPost, strings.TrimSuffix(t.o.Endpoint, "/")+"/v1/traces", bytes.NewReader(body))
	if err != nil {
		return err
	}
	call.Header.Set("Content-Type", "application/json")
	for name, value := range t.o.Headers {
		call.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(call)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 64<<10)) // so that the connection is used again
	if response.StatusCode/100 != 2 {
		return fmt.Errorf("it answers %s", response.Status)
	}
	return nil
}
