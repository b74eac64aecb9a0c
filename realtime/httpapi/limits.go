package httpapi

import (
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// The refusals of calls that come too fast.
var (
	errEventRate = fault.New(fault.TooMany, "backend-event-rate", "This app publishes more events a second than it may; an event counts once for each of its channels.")
	errReadRate  = fault.New(fault.TooMany, "read-request-rate", "This app sends more GET requests a second than it may.")
)

// What a body may have beside the data of its events, in bytes.
const (
	bodyRoom    = 64 << 10
	eventRoom   = 4 << 10                     // of each event: its name and what else it says
	channelRoom = 8 * realtime.MaxChannelName // of each channel: its name, escaped, and quotes
)

const (
	maxEscape = 6         // bytes of JSON that one byte of an event's data takes at most
	maxBody   = 100 << 20 // bytes of the largest body, also for an app without limits
)

// tenant is an app with what it has used up of its limits. Each node counts for itself.
type tenant struct {
	hub.App
	maxBody       int64
	events, reads bucket
}

func newTenant(app hub.App) *tenant {
	data := maxEscape * float64(app.MaxEventPayloadBytes) // a product of limits may be over any integer
	event := data + channelRoom*float64(app.MaxEventChannels)
	batch := (data + eventRoom) * float64(app.MaxEventBatch)
	return &tenant{App: app, maxBody: int64(min(maxBody, bodyRoom+max(event, batch)))}
}

// mayPublish takes a point for each channel of each event.
func (t *tenant) mayPublish(points int, now time.Time) error {
	return refuseFor(errEventRate, t.events.take(points, t.MaxBackendEventsPerSecond, now))
}

// mayRead takes one point.
func (t *tenant) mayRead(now time.Time) error {
	return refuseFor(errReadRate, t.reads.take(1, t.MaxReadRequestsPerSecond, now))
}

// bucket holds the points of one second. What is taken comes back at an even pace.
type bucket struct {
	mu   sync.Mutex
	full time.Time // when all points are back; mu guards it
}

// take takes points of the perSecond that there are, or returns how long to wait for them.
// More than there are in a second are taken when all are there, and what comes next waits
// the longer; else an event to many channels could never be sent.
func (b *bucket) take(points, perSecond int, now time.Time) time.Duration {
	if perSecond <= 0 {
		return 0
	}
	price := func(points int) time.Duration {
		return time.Duration(points) * time.Second / time.Duration(perSecond)
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	taken := max(0, b.full.Sub(now))
	if wait := taken + price(min(points, perSecond)) - time.Second; wait > 0 {
		return wait
	}
	b.full = now.Add(taken + price(points))
	return 0
}

// tooFast is a refusal that ends after a while.
type tooFast struct {
	refusal *fault.Error
	wait    time.Duration
}

// refuseFor returns the refusal, or nil when there is nothing to wait for.
func refuseFor(refusal *fault.Error, wait time.Duration) error {
	if wait == 0 {
		return nil
	}
	return tooFast{refusal, wait}
}

// Error implements error.
func (t tooFast) Error() string { return t.refusal.Error() }

// Unwrap returns the refusal.
func (t tooFast) Unwrap() error { return t.refusal }

// seconds returns the wait as Retry-After has it: in whole seconds.
func (t tooFast) seconds() int { return int((t.wait + time.Second - 1) / time.Second) }
