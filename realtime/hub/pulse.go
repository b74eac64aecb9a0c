package hub

import (
	"math"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// inactivity is how long a socket may stay on which nothing is said but pings.
const inactivity = 24 * time.Hour

// pulse looks after silent sockets, old revocations and old events until the hub stops.
func (h *Hub) pulse() {
	ticker := time.NewTicker(max(h.opts.ActivityTimeout/4, time.Millisecond))
	defer ticker.Stop()
	ping := textFrame(protocol.Ping)
	for {
		select {
		case <-h.pulses:
			return
		case now := <-ticker.C:
			for _, a := range h.byID {
				a.beat(now, h.opts.ActivityTimeout, ping)
			}
		}
	}
}

// beat pings the sockets that have been silent, closes the mute and the useless, and forgets
// what concerns no socket any more. A client pings by itself after the announced time, so that
// the hub asks only half as long later.
func (a *app) beat(now time.Time, activity time.Duration, ping []byte) {
	oldest := uint64(math.MaxUint64)
	for _, s := range a.everySocket() {
		oldest = min(oldest, s.born)
		if s.used.Swap(false) {
			s.usedAt = now
		}
		switch silent := now.Sub(time.Unix(0, s.heard.Load())); {
		case now.Sub(s.usedAt) > inactivity:
			s.close(protocol.CloseInactive)
		case silent > activity*5/2 && s.asked.Load():
			s.close(protocol.CloseMute)
		case silent > activity*3/2 && !s.asked.Swap(true):
			s.deliver(nil, ping)
		}
	}
	a.revoked.forget(oldest)
	a.cache.expire(now)
}
