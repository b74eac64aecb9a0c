package relay

import (
	"context"
	"log/slog"
	"math/rand/v2"
	"sync/atomic"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

const (
	election    = time.Second      // how often a node asks whether it may lead
	fullLook    = time.Minute      // how often all channels are compared with what the sink has
	movedWithin = 10 * time.Second // how far back a poll looks for channels that have moved
)

// Lease is the right to relay to a sink, with the sink's positions in the database. An
// error of it ends the leader's term.
type Lease interface {
	// Due returns the channels among those named, of all when none is, that are ahead of the
	// sink: its positions and the log's heads.
	Due(ctx context.Context, channels ...realtime.Channel) (positions, heads map[realtime.Channel]int64, err error)
	// Moved returns the channels that got events within the time.
	Moved(ctx context.Context, within time.Duration) ([]realtime.Channel, error)
	// After returns the next events of the channel, oldest first, at most limit.
	After(ctx context.Context, channel realtime.Channel, seq int64, limit int) ([]realtime.Logged, error)
	// Advance stores positions.
	Advance(ctx context.Context, to map[realtime.Channel]int64) error
	// Bury makes a dead letter and, unless it was one already, goes on behind it.
	Bury(ctx context.Context, entry realtime.Logged, reason string, again bool) error
	// Failing stores what keeps the sink from taking anything and for how long it is left
	// alone; asked says that it wants that itself.
	Failing(ctx context.Context, failures int, trouble string, pause time.Duration, asked bool) error
	// Taking stores that the sink takes events again.
	Taking(ctx context.Context) error
	// Wanted returns dead letters that are to be sent again.
	Wanted(ctx context.Context, limit int) ([]realtime.Logged, error)
	// Unbury forgets a dead letter.
	Unbury(ctx context.Context, entry realtime.Logged) error
	// Release gives the right back.
	Release()
}

// LeaderOptions says what a leader connects.
type LeaderOptions struct {
	Sink      string                                   // the external server's name in logs
	Lead      func(ctx context.Context) (Lease, error) // nil while another node leads
	Publisher realtime.Publisher
	Control   realtime.Channel // the channel of the log that holds revocations
	Poll      time.Duration    // how often to look without a hint; 0 is Poll
	Logger    *slog.Logger
}

// Leader is the way from the log to an external server. Every node has one, and one of
// them at a time leads. Make it by NewLeader, then call Run.
type Leader struct {
	o     LeaderOptions
	hints *hints

	leading                    atomic.Bool
	behind                     atomic.Int64
	published, failed, refused atomic.Int64
}

// LeaderStats are the figures of a leader.
type LeaderStats struct {
	Leading   bool
	Behind    int64 // events that the sink is known not to have; 0 while another node leads
	Published int64 // events that the sink took
	Failed    int64 // requests that were tried again
	Refused   int64 // events that became dead letters
}

// NewLeader returns a leader that is not yet running. Hints it gets before Run are kept.
func NewLeader(o LeaderOptions) *Leader {
	if o.Poll == 0 {
		o.Poll = Poll
	}
	return &Leader{o: o, hints: newHints()}
}

// Hint tells the leader that the channel has reached seq. It never blocks.
func (l *Leader) Hint(channel realtime.Channel, seq int64) { l.hints.tell(channel, seq) }

// Stats returns the leader's figures.
func (l *Leader) Stats() LeaderStats {
	return LeaderStats{
		Leading: l.leading.Load(), Behind: l.behind.Load(), Published: l.published.Load(), Failed: l.failed.Load(), Refused: l.refused.Load(),
	}
}

// Run leads whenever it may, until ctx ends.
func (l *Leader) Run(ctx context.Context) {
	for {
		lease, err := l.o.Lead(ctx)
		switch {
		case err != nil && ctx.Err() == nil:
			l.o.Logger.WarnContext(ctx, "who relays cannot be settled", slog.String("sink", l.o.Sink), slog.Any("error", err))
		case err == nil && lease != nil:
			l.lead(ctx, lease)
		default:
			l.hints.take() // they are the leader's business
		}
		if !wait(ctx, election/2+rand.N(election)) { //nolint:gosec // spreads nodes
			return
		}
	}
}

// lead relays for one term.
func (l *Leader) lead(ctx context.Context, lease Lease) {
	defer lease.Release()
	l.leading.Store(true)
	defer l.leading.Store(false)
	defer l.behind.Store(0)
	l.o.Logger.InfoContext(ctx, "this node relays events", slog.String("sink", l.o.Sink))
	t := &term{leader: l, lease: lease, troubled: true}
	if err := t.run(ctx); err != nil && ctx.Err() == nil {
		l.o.Logger.WarnContext(ctx, "this node has lost the relay to another, or to nobody for now", slog.String("sink", l.o.Sink), slog.Any("error", err))
	}
}

// wait reports whether ctx lives on after the time.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
