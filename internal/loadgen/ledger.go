package loadgen

import (
	"errors"
	"fmt"
)

// What a ledger finds wrong.
var (
	errRepeated = errors.New("doubled or out of order")
	errMissing  = errors.New("lost or overtaken")
)

// ledger is what one subscriber has received. Publishers number their messages from 1, so
// the next number of each is known; the last message lost shows as a count that is never
// reached.
type ledger struct {
	last  [maxPublishers]uint32
	count int
	order uint64 // a running hash of the order in which messages came
}

// enter records a message, or says why it cannot be the next one.
func (l *ledger) enter(s stamp) error {
	last := l.last[s.publisher]
	if s.number != last+1 {
		reason := errMissing
		if s.number <= last {
			reason = errRepeated
		}
		return fmt.Errorf("message %d of publisher %d came after %d: %w", s.number, s.publisher, last, reason)
	}
	l.skipTo(s)
	return nil
}

// skipTo records a message whatever came before it.
func (l *ledger) skipTo(s stamp) {
	l.last[s.publisher] = s.number
	l.count++
	l.order = l.order*1099511628211 + uint64(s.publisher)<<32 + uint64(s.number) //nolint:gosec // below maxPublishers
}
