package inspect

import "time"

// Forget ends all leases now.
func (t *Trace) Forget() {
	t.mu.Lock()
	a := t.asked.Load()
	if a == nil || !t.timer.Stop() {
		t.mu.Unlock()
		return // nobody asks, or the timer does it
	}
	for _, l := range a.leases {
		l.until = time.Time{}
	}
	t.mu.Unlock()
	t.expire()
}
