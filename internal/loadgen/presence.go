package loadgen

import (
	"context"
	"fmt"
	"strconv"
)

const hall = "presence-hall"

// presence lets everybody walk into one presence channel at once, and out again, while
// somebody who was there before watches.
func presence(ctx context.Context, f *fleet, p Plan) (Metrics, error) {
	if err := f.connect(ctx, p.Members+1, handshakes, false); err != nil {
		return nil, err
	}
	watcher, crowd := f.subscribers[0], f.subscribers[1:]
	watcher.subscribe(hall, "watcher")
	if err := f.waitSubscribed(ctx, 1); err != nil {
		return nil, err
	}
	m, err := f.measure()
	if err != nil {
		return nil, err
	}
	for _, s := range crowd {
		s.subscribe(hall, "u"+strconv.Itoa(s.id))
	}
	all := p.Members + 1
	err = f.wait(ctx, "join", f.patience, func() bool { return f.subscribed == all && f.fewestKnown() >= all })
	if err != nil {
		return nil, fmt.Errorf("%w: somebody knows %d of %d members, %d are in", err, f.fewestKnown(), all, f.subscribed)
	}
	in, err := m.stop()
	if err != nil {
		return nil, err
	}
	if err := f.rest(ctx, lateDouble); err != nil {
		return nil, err
	}
	for _, s := range f.subscribers {
		if known := s.members + s.added; known != all {
			return nil, fmt.Errorf("socket %d was told of %d+%d members of %d: %w", s.id, s.members, s.added, all, errRepeated)
		}
	}
	if m, err = f.measure(); err != nil {
		return nil, err
	}
	for _, s := range crowd {
		s.send(unsubscription(hall))
	}
	if err := f.wait(ctx, "leave", f.patience, func() bool { return watcher.removed >= p.Members }); err != nil {
		return nil, fmt.Errorf("%w: the watcher saw %d of %d leave", err, watcher.removed, p.Members)
	}
	out, err := m.stop()
	if err != nil {
		return nil, err
	}
	if err := f.rest(ctx, lateDouble); err != nil {
		return nil, err
	}
	if watcher.removed != p.Members {
		return nil, fmt.Errorf("the watcher saw %d of %d leave: %w", watcher.removed, p.Members, errRepeated)
	}
	return Metrics{
		"join_settle_ms": in.wall * 1e3, "join_cpu_ms": in.server * 1e3,
		"leave_settle_ms": out.wall * 1e3, "leave_cpu_ms": out.server * 1e3,
	}, nil
}

// fewestKnown is how many members the socket has been told of that was told of the fewest.
func (f *fleet) fewestKnown() int {
	fewest := len(f.subscribers)
	for _, s := range f.subscribers {
		fewest = min(fewest, s.members+s.added)
	}
	return fewest
}
