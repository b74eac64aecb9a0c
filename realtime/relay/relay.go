// Package relay carries committed events from the event log to a publisher, in the order
// of each channel, after commit.
//
// A hint says that a channel has reached a seq; the relay reads what is missing from the
// log. Hints may be lost: each second the relay compares the heads of the channels that
// somebody listens to with what it has carried.
//
// There are two relays. Each node has a Relay to its own hub, with its positions in memory.
// An external server gets everything from one Leader among all nodes, with its positions in
// the database. They share the hints and how an entry is published.
package relay

import (
	"context"
	"log/slog"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// Poll is the longest an event waits whose hint was lost.
const Poll = time.Second

// lookBack is how much older than a channel's first subscriber an event may be to be
// still carried to it: more than the time between another node's commit and our notice.
const lookBack = time.Second

const pageSize = 200

// Log is what the relay reads.
type Log interface {
	// After returns the next events of the channel, oldest first, at most limit.
	After(ctx context.Context, channel realtime.Channel, seq int64, limit int) ([]realtime.Logged, error)
	// Heads returns the newest seq of each channel named; of all when none is.
	Heads(ctx context.Context, channels ...realtime.Channel) (map[realtime.Channel]int64, error)
	// SeqBefore returns the newest seq of the channel that is older than the age, by the
	// clock of the log.
	SeqBefore(ctx context.Context, channel realtime.Channel, age time.Duration) (int64, error)
}

// Options says what a relay connects.
type Options struct {
	Log       Log
	Publisher realtime.Publisher
	Control   realtime.Channel                    // the channel of the log that holds revocations
	Occupied  func() []realtime.Channel           // the channels that somebody listens to
	Listening func(channel realtime.Channel) bool // whether somebody listens to this one
	Poll      time.Duration                       // how often to look without a hint; 0 is Poll
	Logger    *slog.Logger
}

// Relay is the way from the log to the hub of this node. Make it by New, then call Run.
type Relay struct {
	o     Options
	hints *hints

	mu       sync.Mutex                     // guards occupied and trouble; never held while reading or publishing
	occupied map[realtime.Channel]time.Time // channels with a first subscriber since the last look
	trouble  Trouble

	carried map[realtime.Channel]int64 // the last seq carried or passed over; only Run touches it

	published, failures, behind atomic.Int64
}

// Trouble is what went wrong last, which may be over.
type Trouble struct {
	Text string
	At   time.Time // zero for never
}

// Stats are the figures of a relay.
type Stats struct {
	Published int64 // events that the hub took
	Failed    int64 // channels that were tried again
	Behind    int64 // events that the hub should have and has not
	Trouble   Trouble
}

// Stats returns the relay's figures.
func (r *Relay) Stats() Stats {
	r.mu.Lock()
	defer r.mu.Unlock()
	return Stats{r.published.Load(), r.failures.Load(), r.behind.Load(), r.trouble}
}

// New returns a relay that is not yet running. Hints it gets before Run are kept.
func New(o Options) *Relay {
	if o.Poll == 0 {
		o.Poll = Poll
	}
	return &Relay{o: o, hints: newHints(), occupied: make(map[realtime.Channel]time.Time), carried: make(map[realtime.Channel]int64)}
}

// Hint tells the relay that the channel has reached seq. It never blocks.
func (r *Relay) Hint(channel realtime.Channel, seq int64) { r.hints.tell(channel, seq) }

// HeardBy tells the relay that the channel got its first subscriber. It never blocks.
func (r *Relay) HeardBy(channel realtime.Channel, at time.Time) {
	r.mu.Lock()
	r.occupied[channel] = at
	r.mu.Unlock()
	r.hints.poke()
}

// Start takes the log's present heads as carried, so that only what is committed from now
// on goes out. Call it before the first hint can come and before the first socket.
func (r *Relay) Start(ctx context.Context) error {
	heads, err := r.o.Log.Heads(ctx)
	if err != nil {
		return err
	}
	r.carried = heads
	return nil
}

// Run carries events until ctx ends. Trouble with the log or the publisher is logged and
// tried again; no event is passed over because of it.
func (r *Relay) Run(ctx context.Context) {
	ticker := time.NewTicker(r.o.Poll)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return
		case <-r.hints.wake:
		case <-ticker.C:
			r.poll(ctx)
		}
		r.round(ctx)
		r.behind.Store(r.hints.beyond(r.carried))
	}
}

// poll notes every channel whose head in the log is ahead of what was carried.
func (r *Relay) poll(ctx context.Context) {
	heads, err := r.o.Log.Heads(ctx, append(r.o.Occupied(), r.o.Control)...)
	if err != nil {
		r.note(err)
		r.o.Logger.WarnContext(ctx, "relay cannot read the event log", "error", err)
		return
	}
	for channel, seq := range heads {
		if seq < r.carried[channel] { // the log was restored
			delete(r.carried, channel)
			if err := r.begin(ctx, channel, time.Now().Add(-r.o.Poll)); err != nil {
				r.failed(ctx, channel, err)
			}
		}
		if seq > r.carried[channel] {
			r.hints.keep(channel, seq)
		}
	}
}

// round works off what was noted since the last one.
func (r *Relay) round(ctx context.Context) {
	hinted := r.hints.take() // first: who hears a channel is known before it is hinted at
	r.mu.Lock()
	occupied := r.occupied
	r.occupied = make(map[realtime.Channel]time.Time)
	r.mu.Unlock()
	for channel, at := range occupied {
		if err := r.begin(ctx, channel, at); err != nil {
			r.failed(ctx, channel, err)
			r.beginLater(channel, at, hinted[channel])
			delete(hinted, channel)
		}
	}
	// Revocations first: nothing of this round may reach a socket that has lost its right.
	if seq, ok := hinted[r.o.Control]; ok {
		delete(hinted, r.o.Control)
		r.try(ctx, r.o.Control, seq)
	}
	for channel, seq := range hinted {
		r.try(ctx, channel, seq)
	}
}

func (r *Relay) try(ctx context.Context, channel realtime.Channel, seq int64) {
	if err := r.carry(ctx, channel, seq); err != nil {
		r.failed(ctx, channel, err)
		r.hints.keep(channel, seq)
	}
}

func (r *Relay) beginLater(channel realtime.Channel, at time.Time, seq int64) {
	r.mu.Lock()
	if _, again := r.occupied[channel]; !again {
		r.occupied[channel] = at
	}
	r.mu.Unlock()
	r.hints.keep(channel, seq)
}

func (r *Relay) failed(ctx context.Context, channel realtime.Channel, err error) {
	if ctx.Err() == nil {
		r.failures.Add(1)
		r.note(err)
		r.o.Logger.WarnContext(ctx, "relay will try a channel again", "channel", string(channel), "error", err)
	}
}

func (r *Relay) note(err error) {
	r.mu.Lock()
	defer r.mu.Unlock()
	r.trouble = Trouble{brief(err), time.Now()}
}

// begin sets where a newly occupied channel starts. Events that were written elsewhere
// while nobody here listened are passed over; those of the last moment are not.
func (r *Relay) begin(ctx context.Context, channel realtime.Channel, at time.Time) error {
	seq, err := r.o.Log.SeqBefore(ctx, channel, time.Since(at)+lookBack)
	if err != nil {
		return err
	}
	r.carried[channel] = max(r.carried[channel], seq)
	return nil
}

// carry publishes what the log has beyond what was carried, at least up to seq. A channel
// that nobody listens to is passed over: its next subscriber reads the log itself.
func (r *Relay) carry(ctx context.Context, channel realtime.Channel, seq int64) error {
	if channel != r.o.Control && !r.o.Listening(channel) {
		r.carried[channel] = max(r.carried[channel], seq)
		return nil
	}
	for r.carried[channel] < seq {
		entries, err := r.o.Log.After(ctx, channel, r.carried[channel], pageSize)
		if err != nil {
			return err
		}
		if len(entries) == 0 {
			r.carried[channel] = seq // retention has removed them
			return nil
		}
		if err := publish(ctx, r.o.Publisher, r.o.Control, entries); err != nil {
			return err
		}
		last := entries[len(entries)-1].Seq
		r.carried[channel] = last
		r.published.Add(int64(len(entries)))
		r.o.Logger.DebugContext(ctx, "events given to the hub", slog.String("channel", string(channel)), slog.Int64("from", entries[0].Seq), slog.Int64("to", last))
	}
	return nil
}
