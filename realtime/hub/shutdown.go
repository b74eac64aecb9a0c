package hub

import (
	"context"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// closePace is how far apart sockets are closed if the grace allows it, so that their
// clients do not all come back to another hub in the same moment.
const closePace = 10 * time.Millisecond

// Shutdown ends the hub: it takes no new sockets, gives out what was published, closes those that are open with 4200,
// spread over the time that ctx leaves, and waits for them. When ctx ends first, the
// sockets that are left are cut and ctx's error is returned. A second call does nothing.
func (h *Hub) Shutdown(ctx context.Context) error {
	h.gate.Lock()
	first := h.state.CompareAndSwap(ready, draining)
	h.gate.Unlock()
	if !first {
		return nil
	}
	h.queue.settle(ctx) // what was accepted goes before the goodbye
	h.closeAll(ctx)

	gone := make(chan struct{})
	go func() {
		h.sockets.Wait()
		close(gone)
	}()
	var err error
	select {
	case <-gone:
	case <-ctx.Done():
		err = ctx.Err()
		h.cutAll()
		<-gone
	}
	if h.bus != nil {
		h.bus.Settle(ctx) // notices of what was left come by it
	}
	h.state.Store(stopped)
	close(h.pulses)
	h.queue.close()
	h.notices.close()
	h.closePollers()
	h.sweepers.Wait()
	return err
}

func (h *Hub) closeAll(ctx context.Context) {
	var all []*socket
	for _, a := range h.byID {
		all = append(all, a.everySocket()...)
	}
	pace := time.Duration(0)
	if deadline, ok := ctx.Deadline(); ok && len(all) > 1 {
		pace = min(closePace, time.Until(deadline)/2/time.Duration(len(all)))
	}
	start := time.Now()
	for i, s := range all {
		s.close(protocol.CloseReconnect)
		// Sleeps are no shorter than the timer's grain, so that only the sum is kept.
		ahead := time.Duration(i+1)*pace - time.Since(start)
		if ahead < time.Millisecond || i == len(all)-1 {
			continue
		}
		select {
		case <-time.After(ahead):
		case <-ctx.Done():
			pace = 0
		}
	}
}

// cutAll closes the connections that did not close in time.
func (h *Hub) cutAll() {
	for _, a := range h.byID {
		for _, s := range a.everySocket() {
			s.wire.cut()
		}
	}
	h.leaveMu.Lock()
	defer h.leaveMu.Unlock()
	for s := range h.leaving {
		s.wire.cut()
	}
}

// leaves notes that a socket is closing, until it has ended.
func (h *Hub) leaves(s *socket, ended bool) {
	h.leaveMu.Lock()
	defer h.leaveMu.Unlock()
	if ended {
		delete(h.leaving, s)
		return
	}
	h.leaving[s] = struct{}{}
}
