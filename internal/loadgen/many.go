package loadgen

import (
	"context"
	"strconv"
	"time"
)

// topics is many channels with one subscriber each, published to in turn. Each belongs to
// one publisher, so that its order is known.
type topics struct {
	fleet   *fleet
	names   []string
	numbers []uint32
	next    []int // for each publisher, the channel that is its next
}

func (t *topics) saturate(ctx context.Context, d time.Duration) error {
	f := t.fleet
	end := time.Now().Add(d)
	err := f.wait(ctx, "publish", d+time.Second, func() bool {
		if !time.Now().Before(end) {
			return true
		}
		for i, p := range f.publishers {
			if p.busy {
				continue
			}
			c := t.next[i]
			if t.next[i] += len(f.publishers); t.next[i] >= len(t.names) {
				t.next[i] = i
			}
			t.numbers[c]++
			f.look()
			f.loop.fail(p.post(t.names[c], t.numbers[c], f.now))
		}
		return false
	})
	if err != nil {
		return err
	}
	return f.drain(ctx, f.sent)
}

// many measures the cost of one publish over HTTP, with one subscriber to carry it to.
func many(ctx context.Context, f *fleet, p Plan) (Metrics, error) {
	t := &topics{fleet: f, numbers: make([]uint32, p.Topics)}
	for i := range p.Topics {
		t.names = append(t.names, "match-"+strconv.Itoa(i))
	}
	if err := f.connect(ctx, p.Topics, handshakes, false); err != nil {
		return nil, err
	}
	if err := f.subscribe(ctx, func(s *subscriber) string { return t.names[s.id] }); err != nil {
		return nil, err
	}
	if err := f.hire(min(p.Publishers, p.Topics)); err != nil {
		return nil, err
	}
	for i := range f.publishers {
		t.next = append(t.next, i)
	}
	if err := t.saturate(ctx, p.Time/warmUp); err != nil {
		return nil, err
	}
	before := f.sent
	m, err := f.measure()
	if err != nil {
		return nil, err
	}
	if err := t.saturate(ctx, p.Time); err != nil {
		return nil, err
	}
	e, err := m.stop()
	if err != nil {
		return nil, err
	}
	n, keepAlive := float64(f.sent-before), 1.0
	for _, p := range f.publishers {
		if p.redials > 0 {
			keepAlive = 0
		}
	}
	return Metrics{
		"publishes_per_s": n / e.wall, "cpu_us_per_publish": e.server / n * 1e6,
		"gen_cpu_us_per_publish": e.own / n * 1e6, "keep_alive": keepAlive,
	}, f.settle(ctx, f.sent)
}

// signedEach is how many signed subscriptions each socket of private makes.
const signedEach = 10

// private measures signed subscriptions.
func private(ctx context.Context, f *fleet, p Plan) (Metrics, error) {
	if err := f.connect(ctx, p.Subscriptions/signedEach, handshakes, false); err != nil {
		return nil, err
	}
	m, err := f.measure()
	if err != nil {
		return nil, err
	}
	for i := range signedEach {
		if err := f.subscribe(ctx, func(s *subscriber) string { return "private-team-" + strconv.Itoa(s.id) + "-" + strconv.Itoa(i) }); err != nil {
			return nil, err
		}
	}
	e, err := m.stop()
	n := float64(p.Subscriptions / signedEach * signedEach)
	return Metrics{"subscribes_per_s": n / e.wall, "cpu_us_per_subscribe": e.server / n * 1e6, "gen_cpu_us_per_subscribe": e.own / n * 1e6}, err
}
