package relay

import (
	"context"
	"errors"
	"log/slog"
	"maps"
	"math/rand/v2"
	"slices"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

const (
	batchSize = 10 // events in one request: what Pusher takes
	readAhead = 100
	firstWait = 200 * time.Millisecond // before a request that failed is tried again; then twice as long each time
	maxWait   = 30 * time.Second
	maxAsked  = 5 * time.Minute // the longest that a sink may have us wait

	maxTrouble = 300 // characters
)

// term is the work of one leader until it loses its lease. Its errors are the lease's; what
// the sink does wrong is tried again.
type term struct {
	leader *Leader
	lease  Lease
	lines  map[realtime.Channel]*line // channels that the sink is behind on
	order  []realtime.Channel         // the keys of lines, by turn
	failed int                        // requests in a row

	troubled bool // the lease may say that the sink fails
}

// line is what one channel has for the sink.
type line struct {
	position, head int64
	entries        []realtime.Logged // read ahead
}

func (t *term) run(ctx context.Context) error {
	poll, full := time.NewTicker(t.leader.o.Poll), time.NewTicker(fullLook)
	defer poll.Stop()
	defer full.Stop()
	if err := t.lookAll(ctx); err != nil {
		return err
	}
	for {
		if err := t.work(ctx); err != nil {
			return err
		}
		var err error
		select {
		case <-ctx.Done():
			return nil
		case <-t.leader.hints.wake:
			err = t.heed(ctx)
		case <-poll.C:
			err = errors.Join(t.lookRecent(ctx), t.resend(ctx))
		case <-full.C:
			err = t.lookAll(ctx)
		}
		if err != nil {
			return err
		}
	}
}

// lookAll begins with what the database says, and what was read ahead is forgotten.
func (t *term) lookAll(ctx context.Context) error {
	t.lines, t.order = make(map[realtime.Channel]*line), nil
	return t.look(ctx)
}

// lookRecent finds what no hint told of.
func (t *term) lookRecent(ctx context.Context) error {
	moved, err := t.lease.Moved(ctx, movedWithin)
	if err != nil || len(moved) == 0 {
		return err
	}
	return t.look(ctx, moved...)
}

// heed looks at the channels that were hinted at.
func (t *term) heed(ctx context.Context) error {
	hinted := t.leader.hints.take()
	if len(hinted) == 0 {
		return nil
	}
	return t.look(ctx, slices.Collect(maps.Keys(hinted))...)
}

func (t *term) look(ctx context.Context, channels ...realtime.Channel) error {
	positions, heads, err := t.lease.Due(ctx, channels...)
	if err != nil {
		return err
	}
	for channel, head := range heads {
		if known := t.lines[channel]; known != nil {
			known.head = max(known.head, head)
			continue
		}
		t.lines[channel] = &line{position: positions[channel], head: head}
		t.order = append(t.order, channel)
	}
	t.count()
	return nil
}

// count tells how far behind the sink is.
func (t *term) count() {
	behind := int64(0)
	for _, l := range t.lines {
		behind += l.head - l.position
	}
	t.leader.behind.Store(behind)
}

// work relays until nothing is due.
func (t *term) work(ctx context.Context) error {
	for ctx.Err() == nil {
		batch, err := t.next(ctx)
		if err != nil || len(batch) == 0 && len(t.lines) == 0 {
			return err
		}
		pause, err := t.send(ctx, batch)
		if err != nil {
			return err
		}
		t.count()
		if pause > 0 {
			if wait(ctx, pause) {
				err = t.lookAll(ctx) // and so learns whether it still leads
			}
		} else {
			err = t.heed(ctx)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// next returns what to send now: revocations alone and before anything else, or some
// events, by turns from the channels that have any.
func (t *term) next(ctx context.Context) (batch []realtime.Logged, err error) {
	control := t.leader.o.Control
	if t.lines[control] != nil {
		return t.ahead(ctx, control, batchSize)
	}
	for range len(t.order) {
		channel := t.order[0]
		t.order = append(t.order[1:], channel)
		entries, err := t.ahead(ctx, channel, batchSize-len(batch))
		if err != nil {
			return nil, err
		}
		if batch = append(batch, entries...); len(batch) == batchSize {
			break
		}
	}
	return batch, nil
}

// ahead returns the next entries of the channel, at most n. They stay in line until the sink
// has them.
func (t *term) ahead(ctx context.Context, channel realtime.Channel, n int) ([]realtime.Logged, error) {
	l := t.lines[channel]
	if len(l.entries) == 0 {
		entries, err := t.lease.After(ctx, channel, l.position, readAhead)
		if err != nil {
			return nil, err
		}
		if len(entries) == 0 { // retention has removed them
			err := t.lease.Advance(ctx, map[realtime.Channel]int64{channel: l.head})
			l.position = l.head
			t.drop(channel)
			return nil, err
		}
		l.entries, l.head = entries, max(l.head, entries[len(entries)-1].Seq)
	}
	return l.entries[:min(n, len(l.entries))], nil
}

func (t *term) drop(channel realtime.Channel) {
	delete(t.lines, channel)
	t.order = slices.DeleteFunc(t.order, func(c realtime.Channel) bool { return c == channel })
}

// send gives the batch to the sink, or finds out by single events which of them it
// refuses. It returns how long to leave the sink alone.
func (t *term) send(ctx context.Context, batch []realtime.Logged) (pause time.Duration, err error) {
	if len(batch) == 0 {
		return 0, nil
	}
	err = publish(ctx, t.leader.o.Publisher, t.leader.o.Control, batch)
	var refused *realtime.RefusedError
	switch {
	case err == nil:
		t.leader.published.Add(int64(len(batch)))
		return 0, errors.Join(t.advance(ctx, batch), t.taking(ctx))
	case !errors.As(err, &refused):
		return t.later(ctx, err)
	case len(batch) == 1:
		t.leader.refused.Add(1)
		t.leader.o.Logger.ErrorContext(ctx, "an event is refused for good; see: ftcmetrics relay status", slog.String("sink", t.leader.o.Sink),
			slog.String("channel", string(batch[0].Event.Channel)), slog.Int64("seq", batch[0].Seq), slog.String("reason", refused.Reason))
		err = t.lease.Bury(ctx, batch[0], refused.Reason, false)
		t.passed(batch[0])
		return 0, err
	}
	for _, entry := range slices.Clone(batch) {
		if pause, err = t.send(ctx, []realtime.Logged{entry}); pause > 0 || err != nil {
			return pause, err
		}
	}
	return 0, nil
}

// advance goes on behind the entries.
func (t *term) advance(ctx context.Context, entries []realtime.Logged) error {
	to := make(map[realtime.Channel]int64)
	for _, entry := range entries {
		to[entry.Event.Channel] = entry.Seq
		t.passed(entry)
	}
	return t.lease.Advance(ctx, to)
}

// passed takes the first entry of its channel out of the line.
func (t *term) passed(entry realtime.Logged) {
	l := t.lines[entry.Event.Channel]
	l.position, l.entries = entry.Seq, l.entries[1:]
	if l.position >= l.head {
		t.drop(entry.Event.Channel)
	}
}

// taking notes that the sink takes events.
func (t *term) taking(ctx context.Context) error {
	t.failed = 0
	if !t.troubled {
		return nil
	}
	t.troubled = false
	return t.lease.Taking(ctx)
}

// later returns when to try again what has failed.
func (t *term) later(ctx context.Context, cause error) (time.Duration, error) {
	t.leader.failed.Add(1)
	pause := min(firstWait<<min(t.failed, 10), maxWait)
	pause = pause/2 + rand.N(pause/2) //nolint:gosec // spreads requests
	t.failed++
	var asked *realtime.LaterError
	if errors.As(cause, &asked) {
		pause = max(pause, min(asked.After, maxAsked))
	}
	if ctx.Err() == nil {
		t.leader.o.Logger.WarnContext(ctx, "events will be sent again", slog.String("sink", t.leader.o.Sink),
			slog.Duration("in", pause), slog.Int64("behind", t.leader.behind.Load()), slog.Any("error", cause))
	}
	if ctx.Err() != nil {
		return pause, nil
	}
	t.troubled = true
	return pause, t.lease.Failing(ctx, t.failed, brief(cause), pause, asked != nil && asked.After > 0)
}

// brief is what operators read of a failure.
func brief(cause error) string {
	text := []rune(strings.ToValidUTF8(cause.Error(), "?"))
	return string(text[:min(len(text), maxTrouble)])
}

// resend sends dead letters that are wanted again. They come behind newer events of their
// channel; clients have their seq to see it by.
func (t *term) resend(ctx context.Context) error {
	letters, err := t.lease.Wanted(ctx, batchSize)
	if err != nil {
		return err
	}
	for _, entry := range letters {
		err := publish(ctx, t.leader.o.Publisher, t.leader.o.Control, []realtime.Logged{entry})
		var refused *realtime.RefusedError
		switch {
		case err == nil:
			t.leader.published.Add(1)
			err = errors.Join(t.lease.Unbury(ctx, entry), t.taking(ctx))
		case errors.As(err, &refused):
			err = t.lease.Bury(ctx, entry, refused.Reason, true)
		default:
			_, err = t.later(ctx, err) // the next poll tries again
			return err
		}
		if err != nil {
			return err
		}
	}
	return nil
}
