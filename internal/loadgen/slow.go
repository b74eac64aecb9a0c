package loadgen

import (
	"context"
	"time"
)

// One in stalledShare of slow's subscribers stops reading.
const stalledShare = 10

// stalledTimes is how much longer than a phase it lasts, so that what the server keeps for
// them comes to its bound.
const stalledTimes = 3

// catchUp is how long those who stopped have afterwards to read what is left for them.
const catchUp = 3 * time.Second

// slow measures the latency of one channel twice at the same rate: while everybody reads,
// and after some have been replaced by sockets on a slow link that read nothing at all.
// Those may be closed. Afterwards they read again, to see what is left of them.
func slow(ctx context.Context, f *fleet, p Plan) (Metrics, error) {
	l, err := newLine(ctx, f, p)
	if err != nil {
		return nil, err
	}
	if err := l.pace(ctx, p.Time/warmUp, p.Rate); err != nil {
		return nil, err
	}
	f.timing = true
	if err := l.pace(ctx, p.Time, p.Rate); err != nil {
		return nil, err
	}
	base := percentile(f.delays, 99)
	stalled, err := f.stall(ctx, l, max(p.Subscribers/stalledShare, 1))
	if err != nil {
		return nil, err
	}
	forgetPeak(f.target.PID)
	m, err := f.measure()
	if err != nil {
		return nil, err
	}
	f.delays = nil
	sent := f.sent
	if err := l.pace(ctx, stalledTimes*p.Time, p.Rate); err != nil {
		return nil, err
	}
	f.timing = false
	e, err := m.stop()
	if err != nil {
		return nil, err
	}
	after := percentile(f.delays, 99)
	closed, gaps, err := f.wake(ctx, stalled, f.sent-sent)
	return Metrics{
		"p99_ms": after, "base_p99_ms": base, "p99_ratio": after / base,
		"stalled": float64(len(stalled)), "stalled_closed": float64(closed), "stalled_gaps": float64(gaps),
		"grown_mib": e.usage.peak - m.usage.rss, "peak_rss_mib": e.usage.peak,
	}, err
}

// stall replaces n subscribers by ones that stop reading as soon as they are subscribed.
func (f *fleet) stall(ctx context.Context, l *line, n int) ([]*subscriber, error) {
	for _, s := range f.subscribers[:n] {
		f.loop.close(s.wire)
	}
	f.subscribers = f.subscribers[n:]
	l.readers -= n
	if err := f.connect(ctx, n, handshakes, true); err != nil {
		return nil, err
	}
	stalled := f.subscribers[len(f.subscribers)-n:]
	want := f.subscribed + n
	for _, s := range stalled {
		s.subscribe(l.channel, "")
	}
	if err := f.waitSubscribed(ctx, want); err != nil {
		return nil, err
	}
	for _, s := range stalled {
		s.stalled = true
		s.ledger.last = l.numbers // what was sent before they came
		if err := f.loop.pause(s.wire); err != nil {
			return nil, err
		}
	}
	return stalled, nil
}

// wake lets the stalled sockets read, until each is closed or has caught up or no more
// comes. It returns how many were closed, and how many messages those have missed
// until then that were not.
func (f *fleet) wake(ctx context.Context, stalled []*subscriber, sent int) (closed, gaps int, err error) {
	for _, s := range stalled {
		if err := f.loop.resume(s.wire); err != nil {
			return 0, 0, err
		}
	}
	end := time.Now().Add(catchUp)
	err = f.wait(ctx, "wake", catchUp+time.Second, func() bool {
		for _, s := range stalled {
			if !s.gone && s.ledger.count < sent {
				return !time.Now().Before(end)
			}
		}
		return true
	})
	for _, s := range stalled {
		if s.gone {
			closed++
			gaps += s.gaps // before it was closed
		} else {
			gaps += sent - s.ledger.count
		}
	}
	return closed, gaps, err
}
