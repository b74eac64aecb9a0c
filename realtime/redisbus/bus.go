package redisbus

import (
	"context"
	"crypto/rand"
	"crypto/x509"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/redis/rueidis"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// The times of the protocol. A lease is of three beats; see Options.Beat.
const (
	DefaultBeat   = 2 * time.Second
	leaseBeats    = 3
	commandLimit  = time.Second     // for one batch or beat
	transferLimit = 3 * time.Second // for everything at once
	cacheAge      = 30 * time.Minute
)

// Options are what a Bus is made of.
type Options struct {
	URL    string // redis://[user:password@]host:port[/db], or rediss:// over TLS
	Prefix string // of all keys and of the channel; "" means "ftcmetrics:"

	// Authorities are whose certificates Redis may have with rediss://. nil means those that
	// the system knows.
	Authorities *x509.CertPool

	// Beat is how often a node renews its lease; the lease is of three. 0 means 2 s.
	Beat time.Duration

	Logger *slog.Logger // nil means that nothing is logged
}

// Stats are counts of a Bus since its start, and what there is now.
type Stats struct {
	Connected  bool  // the last beat was taken
	Facts      int   // that other nodes make true
	Nodes      int   // other nodes that make any true
	Queued     int64 // bytes that wait to be sent
	Sent       int64 // messages that Redis took
	Heard      int64 // messages of other nodes
	Dropped    int64 // messages given up: no room, too old, or Redis did not take them
	Missed     int64 // messages of other nodes for which there was no room here
	Reads      int64 // how often everything was read and compared
	Registered int64 // how often everything was told anew
	Resets     int64 // how often the subscription was made anew
	Reaped     int64 // nodes that this one took for gone
}

// Bus is a hub.Bus over Redis. It is safe for concurrent use.
type Bus struct {
	o       Options
	redis   rueidis.ClientOption
	scripts scripts
	prefix  string
	id      string // of this node
	log     *slog.Logger
	node    hub.Node

	own  own
	view view

	inbox  chan incoming // what the subscription brought, for the hearer
	missed atomic.Bool   // something found no room in inbox
	echo   atomic.Int64  // when the own beat was last heard, Unix nanoseconds
	onHint atomic.Pointer[func(realtime.Channel, int64)]
	ready  chan struct{} // closed when everything was read for the first time
	begun  sync.Once     // closes ready

	subMu sync.Mutex         // guards reset
	reset context.CancelFunc // ends the present subscription

	turnMu sync.Mutex           // guards told
	told   map[turning]struct{} // own batches whose turns the hub has heard

	asking  asking
	work    worker
	hearing hearer

	stop    context.CancelFunc
	running sync.WaitGroup
	counts  counts
}

// turning names a batch of this node.
type turning struct {
	epoch   string
	version int64
}

type counts struct {
	connected                                                               atomic.Bool
	sent, heard, dropped, missed, reads, registered, resets, reaped, queued atomic.Int64
}

// New returns a Bus, or says what is wrong with the options. Redis need not be there yet.
// It begins to work when a hub joins; Close must be called in the end.
func New(o Options) (*Bus, error) {
	redis, err := rueidis.ParseURL(o.URL)
	if err != nil {
		return nil, errors.New("redisbus: the URL is not like redis://user:password@host:6379/0") // it may hold a password
	}
	if o.Authorities != nil {
		if redis.TLSConfig == nil {
			return nil, errors.New("redisbus: authorities are for rediss:// alone")
		}
		redis.TLSConfig.RootCAs = o.Authorities
	}
	if o.Prefix == "" {
		o.Prefix = "ftcmetrics:"
	}
	if o.Beat <= 0 {
		o.Beat = DefaultBeat
	}
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	redis.DisableCache, redis.DisableRetry, redis.ForceSingleClient = true, true, true
	redis.PipelineMultiplex = -1
	redis.ConnWriteTimeout, redis.Dialer.Timeout, redis.Dialer.KeepAlive = 2*time.Second, 2*time.Second, time.Second
	b := &Bus{
		o: o, redis: redis, scripts: newScripts(), id: rand.Text(), log: o.Logger,
		prefix: "{" + strings.Trim(o.Prefix, "{}:") + "}:", view: newView(),
		inbox: make(chan incoming, 4096), ready: make(chan struct{}), told: map[turning]struct{}{}, stop: func() {},
	}
	b.own.init()
	b.asking.init()
	return b, nil
}

// Join implements hub.Bus. It waits a moment for Redis, so that the first sockets find
// everything; without Redis it goes on alone.
func (b *Bus) Join(node hub.Node) {
	b.node = node
	ctx, cancel := context.WithCancel(context.Background())
	b.stop = cancel
	b.echo.Store(time.Now().UnixNano())
	b.running.Go(func() { b.listen(ctx) })
	b.running.Go(func() { b.hear(ctx) })
	b.running.Go(func() { b.run(ctx) })
	late := time.NewTimer(2 * time.Second)
	defer late.Stop()
	select {
	case <-b.ready:
	case <-late.C:
		b.log.Warn("Redis does not answer; this node is alone until it does")
	}
}

// OnHint sets who gets the hints of other nodes. It must not block.
func (b *Bus) OnHint(hint func(channel realtime.Channel, seq int64)) { b.onHint.Store(&hint) }

// Close ends the bus. The facts that the node still holds are taken back by the others.
func (b *Bus) Close() {
	b.stop()
	b.running.Wait()
	b.sayGoodbye()
	b.work.drop()
}

// Stats returns the counts.
func (b *Bus) Stats() Stats {
	c := &b.counts
	s := Stats{
		Connected: c.connected.Load(), Queued: c.queued.Load(), Sent: c.sent.Load(), Heard: c.heard.Load(), Dropped: c.dropped.Load(),
		Missed: c.missed.Load(), Reads: c.reads.Load(), Registered: c.registered.Load(), Resets: c.resets.Load(), Reaped: c.reaped.Load(),
	}
	b.view.mu.RLock()
	defer b.view.mu.RUnlock()
	s.Facts = len(b.view.held)
	for _, facts := range b.view.nodes {
		if len(facts) > 0 {
			s.Nodes++
		}
	}
	return s
}

// grace is how long facts outlive a loss, and how long a node that was away reaps nobody.
func (b *Bus) grace() time.Duration { return 2*b.o.Beat + b.o.Beat/2 }

// turn tells the hub what a batch of this node has turned, once: the batch comes back both
// as the answer of Redis and by the stream, and each may be lost.
func (b *Bus) turn(m heard) {
	b.turnMu.Lock()
	defer b.turnMu.Unlock()
	key := turning{m.epoch, m.version}
	if _, again := b.told[key]; again {
		return
	}
	if len(b.told) > 4096 {
		for old := range b.told {
			if old.epoch != m.epoch || old.version < m.version-2048 {
				delete(b.told, old)
			}
		}
	}
	for _, p := range m.parts {
		if p.kind != 't' {
			continue
		}
		b.told[key] = struct{}{}
		if f, err := parseFact(p.a); err == nil {
			b.node.Turn(f, p.b == "+", true, m.at)
		}
	}
}

// milliseconds is a time as scripts take it.
func milliseconds(d time.Duration) string { return strconv.FormatInt(d.Milliseconds(), 10) }
