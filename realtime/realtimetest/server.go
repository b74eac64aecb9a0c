package realtimetest

import (
	"context"
	"slices"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// Server is a running Pusher server that serves the apps of Apps.
type Server struct {
	Nodes    []string      // the host:port of each
	Claims   []Feature     // what it has beside the rows that every server must pass
	Apps     []App         // those of Apps that it was given
	Patience time.Duration // how long a row waits for what has to come; 0 means 20 s

	// Publisher publishes for the app AppMain. nil means that rows publish over the HTTP API.
	Publisher realtime.Publisher

	// Hooks is the receiver whose address the apps have. nil means that there are no webhooks.
	Hooks *Hooks

	// Stop asks the server to end as its operator would, and returns when it has.
	Stop func(ctx context.Context) error
}

// Feature is something that a server may lack.
type Feature string

// The features.
const (
	Versions             Feature = "versions"              // refuses paths and protocol versions with 4005 to 4008
	MutePeers            Feature = "mute peers"            // pings who is silent, and closes with 4201
	SlowReaders          Feature = "slow readers"          // closes who reads too slowly with 4100
	Compression          Feature = "compression"           // permessage-deflate
	AuthorizationTimeout Feature = "authorization timeout" // 4009 for a socket without any permission; app AppStrict
	SignedInPresence     Feature = "signed-in presence"    // a presence subscription takes its member from the sign-in
	SubscriptionCount    Feature = "subscription count"    // tells subscribers how many they are; app AppCounting
	Watchlist            Feature = "watchlist"             // tells who of the watched is online
	Info                 Feature = "info"                  // answers triggers and questions with attributes
	RateLimits           Feature = "rate limits"           // limits calls a second with 429; app AppLimited
	Webhooks             Feature = "webhooks"              // tells backends what happens; app AppHooked
	WebhookCounts        Feature = "webhook counts"        // the subscription_count webhook; app AppCounting
	WebhookRetry         Feature = "webhook retry"         // sends again what was not taken; app AppFlaky
	WebhookGrace         Feature = "webhook grace"         // holds a leave back for 3 s
	WebhookBatches       Feature = "webhook batches"       // several events in one request; app AppSlow
	GracefulStop         Feature = "graceful stop"         // closes sockets with 4200 when it is told to end
	SealedEvents         Feature = "sealed events"         // its publisher takes what is encrypted already
)

// Everything returns all features but those that are lacking.
func Everything(lacking ...Feature) []Feature {
	all := []Feature{
		Versions, MutePeers, SlowReaders, Compression, AuthorizationTimeout, SignedInPresence, SubscriptionCount, Watchlist, Info, RateLimits,
		Webhooks, WebhookCounts, WebhookRetry, WebhookGrace, WebhookBatches, GracefulStop, SealedEvents,
	}
	return slices.DeleteFunc(all, func(f Feature) bool { return slices.Contains(lacking, f) })
}

// The ids of the apps that rows use.
const (
	AppMain     = "main"     // client events, users, watchlists, webhooks
	AppOff      = "off"      // switched off
	AppFew      = "few"      // two connections at most
	AppMute     = "mute"     // no client events, no sign-in
	AppCounting = "counting" // subscription counts, webhooks
	AppStrict   = "strict"   // sockets need a permission within strictTimeout
	AppLimited  = "limited"  // limitedRate events and questions a second
	AppHooked   = "hooked"   // webhooks and nothing else uses it
	AppFlaky    = "flaky"    // its endpoint fails first
	AppSlow     = "slow"     // its endpoint is slow
)

const (
	strictTimeout = 2 // seconds
	limitedRate   = 5
	fewSockets    = 2
)

// App is the configuration of an app. Its JSON has the names that soketi gave the fields.
type App struct {
	ID                        string    `json:"id"`
	Key                       string    `json:"key"`
	Secret                    string    `json:"secret"`
	Enabled                   bool      `json:"enabled"`
	EnableClientMessages      bool      `json:"enableClientMessages"`
	EnableUserAuthentication  bool      `json:"enableUserAuthentication"`
	EnableWatchlist           bool      `json:"enableWatchlist"`
	EnableSubscriptionCount   bool      `json:"enableSubscriptionCount"`
	MaxConnections            int       `json:"maxConnections"`           // -1 is any number
	MaxClientEventsPerSecond  int       `json:"maxClientEventsPerSecond"` // the limit of Pusher
	MaxBackendEventsPerSecond int       `json:"maxBackendEventsPerSecond"`
	MaxReadRequestsPerSecond  int       `json:"maxReadRequestsPerSecond"`
	Webhooks                  []Webhook `json:"webhooks,omitempty"`

	// AuthorizationTimeout is in seconds; soketi has no such field of an app.
	AuthorizationTimeout int `json:"authorizationTimeoutInSeconds,omitempty"`
}

// Webhook is one endpoint of an app.
type Webhook struct {
	URL        string   `json:"url"`
	EventTypes []string `json:"event_types"`
}

// Apps returns the apps that rows use, with hooks as the receiver of their webhooks.
func Apps(hooks *Hooks) []App {
	apps := []App{
		{ID: AppMain, EnableClientMessages: true, EnableUserAuthentication: true, EnableWatchlist: true},
		{ID: AppOff}, {ID: AppFew, MaxConnections: fewSockets}, {ID: AppMute},
		{ID: AppCounting, EnableSubscriptionCount: true},
		{ID: AppStrict, AuthorizationTimeout: strictTimeout},
		{ID: AppLimited, MaxBackendEventsPerSecond: limitedRate, MaxReadRequestsPerSecond: limitedRate},
		{ID: AppHooked, EnableClientMessages: true}, {ID: AppFlaky}, {ID: AppSlow},
	}
	for i := range apps {
		a := &apps[i]
		a.Key, a.Secret, a.Enabled = "key-of-"+a.ID, "the-secret-of-the-app-"+a.ID, a.ID != AppOff
		a.MaxClientEventsPerSecond = 10
		for _, limit := range []*int{&a.MaxConnections, &a.MaxBackendEventsPerSecond, &a.MaxReadRequestsPerSecond} {
			if *limit == 0 {
				*limit = -1
			}
		}
		if hooks != nil && slices.Contains([]string{AppCounting, AppHooked, AppFlaky, AppSlow}, a.ID) {
			a.Webhooks = []Webhook{{URL: hooks.URL(a.ID), EventTypes: []string{
				"channel_occupied", "channel_vacated", "member_added", "member_removed", "client_event", "cache_miss", "subscription_count",
			}}}
		}
	}
	return apps
}

func (s *Server) app(id string) (App, bool) {
	i := slices.IndexFunc(s.Apps, func(a App) bool { return a.ID == id })
	if i < 0 {
		return App{}, false
	}
	return s.Apps[i], true
}
