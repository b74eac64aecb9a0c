package firstapi

import (
	"context"
	"sync"
	"time"
)

// pace keeps calls apart, and away from a server that asked to be left alone.
type pace struct {
	spacing time.Duration

	mu   sync.Mutex // guards next and held
	next time.Time  // when the next call may begin
	held time.Time  // until when the server wants no calls
}

// wait returns when a call may begin. It is false when the server wants no calls for
// longer than the patience.
func (p *pace) wait(ctx context.Context, patience time.Duration) (bool, error) {
	for {
		pause, held := p.take()
		if held > patience {
			return false, nil
		}
		if pause <= 0 {
			return true, ctx.Err()
		}
		if err := sleep(ctx, pause); err != nil {
			return false, err
		}
	}
}

// take lets a call begin, or says how long it is too early and how much of that the server
// asked for. Nobody queues: who wakes up first is next, and who gives up blocks nobody.
func (p *pace) take() (pause, held time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	now := time.Now()
	held = p.held.Sub(now)
	if pause = max(p.next.Sub(now), held); pause <= 0 {
		p.next = now.Add(p.spacing)
	}
	return pause, held
}

// hold lets no call begin for a time.
func (p *pace) hold(pause time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if until := time.Now().Add(pause); until.After(p.held) {
		p.held = until
	}
}

// rest is for how long the server still wants no calls.
func (p *pace) rest() time.Duration {
	p.mu.Lock()
	defer p.mu.Unlock()
	return max(0, time.Until(p.held))
}

func sleep(ctx context.Context, pause time.Duration) error {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
