package loadgen

import (
	"context"
	"time"
)

// warmUp is the part of a phase's time that is played before it is measured.
const warmUp = 4

// lateDouble is how long a scenario listens after the last message, for one that comes
// twice.
const lateDouble = 200 * time.Millisecond

// line is one channel with everybody on it, and how many messages each publisher has sent.
type line struct {
	fleet   *fleet
	channel string
	numbers [maxPublishers]uint32
	expect  int // deliveries when everything has arrived
	readers int // who get each message
	missed  int // ticks at which every publisher was busy

	talkers int // how many of the readers publish, too: every second message is a client event
	spoken  int // messages, where there are talkers
}

// newLine connects the readers of one channel, and its publishers.
func newLine(ctx context.Context, f *fleet, p Plan) (*line, error) {
	l := &line{fleet: f, channel: "line", readers: p.Subscribers}
	if err := f.connect(ctx, p.Subscribers, handshakes, false); err != nil {
		return nil, err
	}
	if err := f.subscribe(ctx, func(*subscriber) string { return l.channel }); err != nil {
		return nil, err
	}
	return l, f.hire(p.Publishers)
}

func (l *line) post(p *publisher, due time.Duration) {
	if l.talkers > 0 {
		if l.spoken++; l.spoken%2 == 0 {
			l.talk(l.spoken / 2 % l.talkers)
			return
		}
	}
	l.numbers[p.id]++
	l.expect += l.readers
	l.fleet.loop.fail(p.post(l.channel, l.numbers[p.id], due))
}

// saturate publishes for as long as d, with at most window messages on their way.
func (l *line) saturate(ctx context.Context, d time.Duration, window int) error {
	f := l.fleet
	end := time.Now().Add(d)
	err := f.wait(ctx, "publish", d+time.Second, func() bool {
		if !time.Now().Before(end) {
			return true
		}
		for _, p := range f.publishers {
			if !p.busy && l.expect-f.delivered < window*l.readers {
				f.look()
				l.post(p, f.now)
			}
		}
		return false
	})
	if err != nil {
		return err
	}
	return f.drain(ctx, l.expect)
}

// pace publishes rate messages a second for as long as d. A message that cannot be sent
// when it is due counts as late from then on, so that no stall is hidden.
func (l *line) pace(ctx context.Context, d time.Duration, rate int) error {
	f := l.fleet
	gap := time.Second / time.Duration(rate)
	f.look()
	due, end := f.now, f.now+d
	for due < end && f.loop.failure == nil && ctx.Err() == nil {
		f.look()
		if f.now >= due {
			p := f.idle()
			if p == nil {
				l.missed++
				f.loop.poll(time.Millisecond)
				continue
			}
			l.post(p, due)
			due += gap
		}
		f.look()
		f.loop.poll(max(due-f.now, 0))
	}
	return f.drain(ctx, l.expect)
}

// idle returns a publisher that has nothing to do, or nil.
func (f *fleet) idle() *publisher {
	for _, p := range f.publishers {
		if !p.busy {
			return p
		}
	}
	return nil
}

// fanout publishes on one channel as fast as the server carries it to everybody.
func fanout(ctx context.Context, f *fleet, p Plan) (Metrics, error) {
	l, err := newLine(ctx, f, p)
	if err != nil {
		return nil, err
	}
	if err := l.saturate(ctx, p.Time/warmUp, p.Window); err != nil {
		return nil, err
	}
	before := f.delivered
	m, err := f.measure()
	if err != nil {
		return nil, err
	}
	if err := l.saturate(ctx, p.Time, p.Window); err != nil {
		return nil, err
	}
	e, err := m.stop()
	if err != nil {
		return nil, err
	}
	if err := f.settle(ctx, l.expect); err != nil {
		return nil, err
	}
	n := float64(f.delivered - before)
	return Metrics{
		"deliveries_per_s": n / e.wall, "cpu_s_per_million": e.server / n * 1e6, "gen_cpu_s_per_million": e.own / n * 1e6,
		"same_order": f.sameOrder(), "rss_mib": e.usage.rss,
	}, nil
}

// settle listens for messages too many.
func (f *fleet) settle(ctx context.Context, deliveries int) error {
	if err := f.rest(ctx, lateDouble); err != nil {
		return err
	}
	return f.drain(ctx, deliveries)
}

// sameOrder is 1 if every subscriber received the messages in the same order.
func (f *fleet) sameOrder() float64 {
	for _, s := range f.subscribers {
		if s.ledger.order != f.subscribers[0].ledger.order {
			return 0
		}
	}
	return 1
}

// latency publishes on one channel at a rate at which there is nothing to batch: what one
// message costs, and how long it takes.
func latency(ctx context.Context, f *fleet, p Plan) (Metrics, error) {
	l, err := newLine(ctx, f, p)
	if err != nil {
		return nil, err
	}
	if err := l.pace(ctx, p.Time/warmUp, p.Rate); err != nil {
		return nil, err
	}
	before := f.delivered
	m, err := f.measure()
	if err != nil {
		return nil, err
	}
	f.timing = true
	if err := l.pace(ctx, p.Time, p.Rate); err != nil {
		return nil, err
	}
	f.timing = false
	e, err := m.stop()
	if err != nil {
		return nil, err
	}
	n := float64(f.delivered - before)
	return Metrics{
		"p50_ms": percentile(f.delays, 50), "p99_ms": percentile(f.delays, 99), "ack_p50_ms": percentile(f.answers, 50),
		"cpu_s_per_million": e.server / n * 1e6, "gen_cpu_s_per_million": e.own / n * 1e6, "missed_ticks": float64(l.missed),
	}, f.settle(ctx, l.expect)
}
