package relay

import (
	"context"
	"encoding/json"
	"sync"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// hints are channels to look at, with the newest seq heard of.
type hints struct {
	wake chan struct{} // has room for one: somebody left work

	mu      sync.Mutex // guards waiting
	waiting map[realtime.Channel]int64
}

func newHints() *hints {
	return &hints{wake: make(chan struct{}, 1), waiting: make(map[realtime.Channel]int64)}
}

func (h *hints) tell(channel realtime.Channel, seq int64) {
	h.keep(channel, seq)
	h.poke()
}

// keep notes work without waking anybody, so that a broken log is not asked in a tight
// loop.
func (h *hints) keep(channel realtime.Channel, seq int64) {
	h.mu.Lock()
	h.waiting[channel] = max(h.waiting[channel], seq)
	h.mu.Unlock()
}

func (h *hints) poke() {
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

func (h *hints) take() map[realtime.Channel]int64 {
	h.mu.Lock()
	defer h.mu.Unlock()
	taken := h.waiting
	h.waiting = make(map[realtime.Channel]int64)
	return taken
}

// beyond is how many events the waiting channels have after what was carried.
func (h *hints) beyond(carried map[realtime.Channel]int64) (n int64) {
	h.mu.Lock()
	defer h.mu.Unlock()
	for channel, seq := range h.waiting {
		n += max(0, seq-carried[channel])
	}
	return n
}

// publish hands entries to the publisher: events as they are, and those of the control
// channel as the revocations that they hold.
func publish(ctx context.Context, to realtime.Publisher, control realtime.Channel, entries []realtime.Logged) error {
	var events []realtime.Event
	for _, entry := range entries {
		if entry.Event.Channel != control {
			events = append(events, entry.Event)
			continue
		}
		var revocation realtime.Revocation
		if err := json.Unmarshal([]byte(entry.Event.Data), &revocation); err != nil {
			return &realtime.RefusedError{Reason: "no revocation: " + err.Error()}
		}
		if err := to.Revoke(ctx, revocation); err != nil {
			return err
		}
	}
	if len(events) == 0 {
		return nil
	}
	return to.Publish(ctx, events)
}
