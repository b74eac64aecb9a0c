package loadgen

import (
	"context"
	"strconv"
	"time"
)

// connect measures how fast sockets get in and subscribe, and what an idle one costs.
func connect(ctx context.Context, f *fleet, p Plan) (Metrics, error) {
	m, err := f.measure()
	if err != nil {
		return nil, err
	}
	base := m.usage.rss
	f.welcome = subscribeShared(p.Channels)
	if err := f.connect(ctx, p.Sockets, handshakes, false); err != nil {
		return nil, err
	}
	if err := f.waitSubscribed(ctx, p.Sockets); err != nil {
		return nil, err
	}
	in, err := m.stop()
	if err != nil {
		return nil, err
	}
	if err := f.rest(ctx, 3*p.Pause); err != nil {
		return nil, err
	}
	if m, err = f.measure(); err != nil {
		return nil, err
	}
	if err := f.rest(ctx, 3*p.Pause); err != nil {
		return nil, err
	}
	idle, err := m.stop()
	n := float64(p.Sockets)
	return Metrics{
		"conns_per_s": n / in.wall, "cpu_us_per_conn": in.server / n * 1e6,
		"rss_mib": idle.usage.rss, "base_rss_mib": base, "kib_per_conn": (idle.usage.rss - base) * 1024 / n,
		"idle_cpu_pct": idle.server / idle.wall * 100, "gen_cpu_us_per_conn": in.own / n * 1e6,
	}, err
}

// subscribeShared subscribes a socket that was greeted to one of n channels.
func subscribeShared(n int) func(*subscriber) {
	return func(s *subscriber) { s.subscribe("idle-"+strconv.Itoa(s.id%n), "") }
}

// storm cuts every socket at once, lets all of them return together after a pause, and
// measures the time until each is subscribed again.
func storm(ctx context.Context, f *fleet, p Plan) (Metrics, error) {
	f.welcome = subscribeShared(p.Channels)
	if err := f.connect(ctx, p.Sockets, handshakes, false); err != nil {
		return nil, err
	}
	if err := f.waitSubscribed(ctx, p.Sockets); err != nil {
		return nil, err
	}
	before, err := f.measure()
	if err != nil {
		return nil, err
	}
	for _, s := range f.subscribers {
		f.loop.close(s.wire)
	}
	f.subscribers = nil
	if err := f.rest(ctx, p.Pause); err != nil {
		return nil, err
	}
	cut, err := before.stop()
	if err != nil {
		return nil, err
	}
	m, err := f.measure()
	if err != nil {
		return nil, err
	}
	if err := f.connect(ctx, p.Sockets, p.Sockets, false); err != nil {
		return nil, err
	}
	if err := f.waitSubscribed(ctx, 2*p.Sockets); err != nil {
		return nil, err
	}
	back, err := m.stop()
	if err != nil {
		return nil, err
	}
	if err := f.rest(ctx, p.Pause/5+time.Millisecond); err != nil {
		return nil, err // one that was let in and thrown out again
	}
	return Metrics{
		"cut_cpu_ms": cut.server * 1e3, "settle_ms": back.wall * 1e3, "cpu_ms": back.server * 1e3,
		"peak_rss_mib": back.usage.peak, "gen_cpu_ms": back.own * 1e3,
	}, nil
}
