package hub

import (
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"runtime"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// The errors of the hub's methods.
var (
	ErrUnknownApp   = fault.New(fault.NotFound, "unknown-app", "There is no such app.")
	ErrStopped      = fault.New(fault.Unavailable, "hub-stopped", "The hub is shutting down.")
	ErrEventName    = fault.New(fault.Invalid, "bad-event-name", "An event name has 1 to 200 bytes.")
	ErrEventTooBig  = fault.New(fault.TooLarge, "event-too-large", "The data of the event is larger than this app allows.")
	ErrNotPresence  = fault.New(fault.Invalid, "not-a-presence-channel", "Only presence channels have users.")
	ErrManyChannels = fault.New(fault.Invalid, "too-many-channels", "An event goes to no more channels than its app allows.")
	errHubFull      = fault.New(fault.Unavailable, "hub-full", "The hub holds as much for slow connections as it may.")
)

// DefaultActivityTimeout is how long a connection may be silent before its client asks
// whether it is alive.
const DefaultActivityTimeout = 30 * time.Second

// DefaultMaxHeldBytes bounds what a hub holds for all of its sockets together.
const DefaultMaxHeldBytes = 256 << 20

// Options are what a Hub is made of.
type Options struct {
	Apps            []App
	ActivityTimeout time.Duration // announced to clients; 0 means 30 s
	Logger          *slog.Logger  // nil means that nothing is logged

	// MaxHeldBytes bounds what sockets have not read yet and what they have not sent to its
	// end, of all together. Who needs more when that is reached is closed with 4100. A frame
	// that waits for many sockets counts for each. 0 means 256 MiB.
	MaxHeldBytes int64

	// NoCompression turns permessage-deflate off.
	NoCompression bool

	// OnOccupied is called when a channel gets its first subscriber. It must not block.
	OnOccupied func(appID string, channel realtime.Channel, at time.Time)

	// Bus joins this hub to those of other nodes; nil means that it is alone.
	Bus Bus

	// Trace is where what happens to sockets is noted while somebody asks; nil means that
	// nobody can ask.
	Trace *inspect.Trace

	// Address finds the client of a request behind proxies; nil means that there are none.
	Address func(r *http.Request) netip.Addr

	// Notify is called with everything that happens to an app's channels, one call at a
	// time and in the order of an app's events. It must not block: later notices wait for
	// it, though no socket does. nil means that nobody wants to know.
	Notify func(appID string, n Notice)
}

// Hub is a Pusher server without its listener. It is safe for concurrent use.
type Hub struct {
	byID    map[string]*app
	byKey   map[string]*app
	opts    Options
	log     *slog.Logger
	bus     Bus // nil when the hub is alone
	queue   runQueue
	trace   *inspect.Trace
	refused atomic.Int64 // clients that named no app
	notices notices
	inputs  sync.Pool // of *[inputSize]byte
	pollers pollers
	held    atomic.Int64 // bytes, see Options.MaxHeldBytes
	state   atomic.Int32
	pulses  chan struct{} // closed when the pulse has to end

	leaveMu sync.Mutex           // guards leaving
	leaving map[*socket]struct{} // sockets that are closing and have not ended

	sockets  sync.WaitGroup // the sockets that have not ended, and their goroutines
	gate     sync.RWMutex   // held while the state turns, so that no socket enters after
	sweepers sync.WaitGroup // the sweepers, the pollers, the pulse and the carrier of notices
}

// The states of a hub.
const (
	ready int32 = iota
	draining
	stopped
)

// New returns a hub that serves the apps. Shutdown must be called in the end.
func New(o Options) (*Hub, error) {
	if o.ActivityTimeout <= 0 {
		o.ActivityTimeout = DefaultActivityTimeout
	}
	if o.MaxHeldBytes <= 0 {
		o.MaxHeldBytes = DefaultMaxHeldBytes
	}
	h := &Hub{byID: map[string]*app{}, byKey: map[string]*app{}, opts: o, log: o.Logger, bus: o.Bus, trace: o.Trace, pulses: make(chan struct{}), leaving: map[*socket]struct{}{}}
	if h.log == nil {
		h.log = slog.New(slog.DiscardHandler)
	}
	for _, settings := range o.Apps {
		if err := settings.validate(); err != nil {
			return nil, fmt.Errorf("hub: %w", err)
		}
		if h.byID[settings.ID] != nil || h.byKey[settings.Key] != nil {
			return nil, fmt.Errorf("hub: two apps have the id %s or its key", settings.ID)
		}
		a := newApp(h, settings)
		h.byID[a.ID], h.byKey[a.Key] = a, a
	}
	h.trace.Follow(h.rewatch)
	h.inputs.New = newInput
	h.queue.init()
	for range runtime.GOMAXPROCS(0) {
		h.sweepers.Go(h.sweep)
	}
	h.sweepers.Go(h.pulse)
	h.notices.init(o.Notify)
	if o.Notify != nil {
		h.sweepers.Go(h.notices.carry)
	}
	if h.bus != nil {
		h.bus.Join(busNode{h})
	}
	return h, nil
}

// occupied tells that the channel got its first subscriber.
func (a *app) occupied(name realtime.Channel) {
	if tell := a.hub.opts.OnOccupied; tell != nil {
		tell(a.ID, name, time.Now())
	}
}

// Ready reports whether the hub takes new sockets.
func (h *Hub) Ready() bool { return h.state.Load() == ready }
