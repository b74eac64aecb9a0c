package hub

import (
	"errors"
	"fmt"
	"hash/maphash"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// App is one tenant of the hub: its keys and its limits. The zero value of a limit is the
// documented default.
type App struct {
	ID     string
	Key    string // public: clients connect with it
	Secret string // signs subscriptions and the HTTP API

	Disabled       bool
	TLSOnly        bool     // refuses sockets that are not encrypted
	ClientMessages bool     // lets clients send client events
	MaxConnections int      // 0 means any number
	AllowedOrigins []string // such as "https://scout.example.org"; "*" or an empty list means any

	// UserAuthentication lets users sign in on their sockets. It is off unless it is set,
	// as in other servers; the product's own app sets it.
	UserAuthentication bool

	// Watchlist tells signed-in users who of those that they watch is online. It is off
	// unless it is set.
	Watchlist bool

	// SubscriptionCount tells the subscribers of channels without members how many they
	// are. It is off unless it is set.
	SubscriptionCount bool

	// AuthorizationTimeout is how long a socket may be open before it has signed in or
	// joined a private or presence channel; then it is closed with 4009. 0 means for ever.
	AuthorizationTimeout time.Duration

	MaxPresenceMembers       int // 0 means 100
	MaxPresenceMemberBytes   int // of one user_info; 0 means 1 KiB
	MaxEventPayloadBytes     int // of the data of one event; 0 means 10 KiB
	MaxClientEventsPerSecond int // from one socket; 0 means 10, below 0 any number

	MaxEventChannels          int // that one event goes to; 0 means 100
	MaxEventBatch             int // events in one batch; 0 means 10
	MaxBackendEventsPerSecond int // times their channels, over the HTTP API; 0 means any number
	MaxReadRequestsPerSecond  int // over the HTTP API; 0 means any number
}

func (a App) withDefaults() App {
	for _, d := range []struct {
		limit *int
		value int
	}{
		{&a.MaxPresenceMembers, protocol.DefaultPresenceMembers},
		{&a.MaxPresenceMemberBytes, protocol.DefaultPresenceMemberBytes},
		{&a.MaxEventPayloadBytes, protocol.DefaultEventPayloadBytes},
		{&a.MaxClientEventsPerSecond, protocol.DefaultClientEvents},
		{&a.MaxEventChannels, protocol.MaxChannels},
		{&a.MaxEventBatch, protocol.MaxBatch},
	} {
		if *d.limit == 0 {
			*d.limit = d.value
		}
	}
	return a
}

func (a App) validate() error {
	if a.ID == "" || a.Key == "" || a.Secret == "" {
		return errors.New("an app needs an id, a key and a secret")
	}
	if strings.ContainsAny(a.ID+a.Key, "/?# ") {
		return fmt.Errorf("app %s: id and key are parts of paths and cannot have any of / ? # and space", a.ID)
	}
	return nil
}

// originAllowed reports whether a page of the origin may open sockets. Programs that are
// no browser send no origin.
func (a App) originAllowed(origin string) bool {
	if origin == "" || len(a.AllowedOrigins) == 0 {
		return true
	}
	for _, allowed := range a.AllowedOrigins {
		if allowed == "*" || strings.EqualFold(allowed, origin) {
			return true
		}
	}
	return false
}

// app is an App at work.
type app struct {
	App
	hub    *Hub
	signer realtime.Signer
	seed   maphash.Seed
	shards [channelShards]shard

	counts  counts
	revoked revocations
	users   users
	cache   cache

	mu      sync.RWMutex // guards the fields below
	sockets map[string]*socket
	births  uint64 // how many sockets were ever opened
}

func newApp(h *Hub, settings App) *app {
	a := &app{
		App:     settings.withDefaults(),
		hub:     h,
		signer:  realtime.Signer{Key: settings.Key, Secret: settings.Secret},
		seed:    maphash.MakeSeed(),
		sockets: make(map[string]*socket),
	}
	for i := range a.shards {
		a.shards[i].channels = make(map[realtime.Channel]*channel)
	}
	return a
}

// Apps returns the settings of all apps, defaults filled in, in no order.
func (h *Hub) Apps() []App {
	all := make([]App, 0, len(h.byID))
	for _, a := range h.byID {
		all = append(all, a.App)
	}
	return all
}

// admit enters a socket. It reports false when the app has as many as it may have.
func (a *app) admit(s *socket) bool {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.MaxConnections > 0 && len(a.sockets) >= a.MaxConnections {
		return false
	}
	a.births++
	s.born = a.births
	a.sockets[s.id] = s
	a.counts.opened.Add(1)
	return true
}

// dismiss removes a socket; a second call does nothing.
func (a *app) dismiss(s *socket) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.sockets[s.id] == s {
		delete(a.sockets, s.id)
		a.counts.closed.Add(1)
	}
}

func (a *app) socket(id string) *socket {
	if id == "" {
		return nil
	}
	a.mu.RLock()
	defer a.mu.RUnlock()
	return a.sockets[id]
}

// everySocket returns the sockets that are open now.
func (a *app) everySocket() []*socket {
	a.mu.RLock()
	defer a.mu.RUnlock()
	all := make([]*socket, 0, len(a.sockets))
	for _, s := range a.sockets {
		all = append(all, s)
	}
	return all
}

// counts are the running totals of an app.
type counts struct {
	opened, closed           atomic.Int64
	received, sent           atomic.Int64
	receivedBytes, sentBytes atomic.Int64
	slow, channels           atomic.Int64
	subscriptions            atomic.Int64
	refused, faults          atomic.Int64
	delays                   delays
}
