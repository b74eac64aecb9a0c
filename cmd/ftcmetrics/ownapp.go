package main

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/webhook"
)

// appSettings are what the server's own app may do. They say what HUB_APPS_FILE says of a
// further app.
type appSettings struct {
	HubAppEnabled           bool          `env:"HUB_APP_ENABLED" default:"true" negatable:"" help:"Whether the server's own app takes clients."`
	HubClientMessages       bool          `env:"HUB_CLIENT_MESSAGES" default:"true" negatable:"" help:"Whether clients may send client events."`
	HubUserAuthentication   bool          `env:"HUB_USER_AUTHENTICATION" default:"true" negatable:"" help:"Whether users may sign in on their sockets."`
	HubWatchlist            bool          `env:"HUB_WATCHLIST" default:"false" help:"Whether signed-in users hear who of those that they watch is online."`
	HubSubscriptionCount    bool          `env:"HUB_SUBSCRIPTION_COUNT" default:"false" help:"Whether subscribers hear how many they are."`
	HubTLSOnly              bool          `env:"HUB_TLS_ONLY" default:"false" help:"Whether clients need wss, here or at the proxy in front (X-Forwarded-Proto)."`
	HubAuthorizationTimeout time.Duration `env:"HUB_AUTHORIZATION_TIMEOUT" default:"0s" help:"How long a socket may be open before it signs in or joins a private or presence channel; 0 is for ever."`

	HubMaxConnections  int `env:"HUB_MAX_CONNECTIONS" default:"-1" help:"Sockets of the own app on this server. Of this and the next limits, -1 is none."`
	HubMaxClientEvents int `env:"HUB_MAX_CLIENT_EVENTS_PER_SECOND" default:"10" help:"Client events a second from one socket."`
	HubMaxEvents       int `env:"HUB_MAX_BACKEND_EVENTS_PER_SECOND" default:"-1" help:"Events a second, times their channels, over the Pusher HTTP API."`
	HubMaxReads        int `env:"HUB_MAX_READ_REQUESTS_PER_SECOND" default:"-1" help:"Questions a second over the Pusher HTTP API."`

	HubMaxPresenceMembers  int     `env:"HUB_MAX_PRESENCE_MEMBERS" default:"100" help:"Members of one presence channel."`
	HubMaxPresenceMemberKB float64 `env:"HUB_MAX_PRESENCE_MEMBER_KB" default:"1" help:"KiB that one member's user_info may have."`
	HubMaxEventKB          float64 `env:"HUB_MAX_EVENT_KB" default:"10" help:"KiB that the data of one event may have."`
	HubMaxEventChannels    int     `env:"HUB_MAX_EVENT_CHANNELS" default:"100" help:"Channels that one event may go to."`
	HubMaxEventBatch       int     `env:"HUB_MAX_EVENT_BATCH" default:"10" help:"Events in one batch."`

	HubWebhooks string `env:"HUB_WEBHOOKS" help:"JSON array of the own app's webhooks: url, event_types, filter, headers." secret:""`
}

// check refuses what no app can be made of. Development may use any address for webhooks.
func (s appSettings) check(production bool) error {
	for _, limit := range []struct {
		name  string
		value float64
	}{
		{"HUB_MAX_CONNECTIONS", float64(s.HubMaxConnections)},
		{"HUB_MAX_CLIENT_EVENTS_PER_SECOND", float64(s.HubMaxClientEvents)},
		{"HUB_MAX_BACKEND_EVENTS_PER_SECOND", float64(s.HubMaxEvents)},
		{"HUB_MAX_READ_REQUESTS_PER_SECOND", float64(s.HubMaxReads)},
		{"HUB_MAX_PRESENCE_MEMBERS", float64(s.HubMaxPresenceMembers)},
		{"HUB_MAX_PRESENCE_MEMBER_KB", s.HubMaxPresenceMemberKB},
		{"HUB_MAX_EVENT_KB", s.HubMaxEventKB},
		{"HUB_MAX_EVENT_CHANNELS", float64(s.HubMaxEventChannels)},
		{"HUB_MAX_EVENT_BATCH", float64(s.HubMaxEventBatch)},
	} {
		if limit.value <= 0 && limit.value != -1 {
			return fmt.Errorf("%s is a number above 0, or -1 for no limit", limit.name)
		}
	}
	if s.HubAuthorizationTimeout < 0 {
		return errors.New("HUB_AUTHORIZATION_TIMEOUT is a time such as 30s, or 0 for ever")
	}
	hooks, err := parseWebhooks(s.HubWebhooks)
	if err != nil {
		return fmt.Errorf("HUB_WEBHOOKS: %w", err)
	}
	for i, hook := range hooks {
		if err := hook.endpoint().Check(!production); err != nil {
			return fmt.Errorf("HUB_WEBHOOKS: webhook number %d: %w", i+1, err)
		}
	}
	return nil
}

// ownApp is the server's own app as the hub knows it.
func (c config) ownApp(origins []string) hub.App {
	return hub.App{
		ID: c.AppID, Key: c.AppKey, Secret: c.AppSecret, Disabled: !c.HubAppEnabled, AllowedOrigins: origins,
		TLSOnly: c.HubTLSOnly, ClientMessages: c.HubClientMessages, UserAuthentication: c.HubUserAuthentication,
		Watchlist: c.HubWatchlist, SubscriptionCount: c.HubSubscriptionCount, AuthorizationTimeout: c.HubAuthorizationTimeout,
		MaxConnections: max(0, c.HubMaxConnections), MaxClientEventsPerSecond: c.HubMaxClientEvents,
		MaxBackendEventsPerSecond: max(0, c.HubMaxEvents), MaxReadRequestsPerSecond: max(0, c.HubMaxReads),
		MaxPresenceMembers: limit(&c.HubMaxPresenceMembers, 1), MaxPresenceMemberBytes: limit(&c.HubMaxPresenceMemberKB, 1024),
		MaxEventPayloadBytes: limit(&c.HubMaxEventKB, 1024),
		MaxEventChannels:     limit(&c.HubMaxEventChannels, 1), MaxEventBatch: limit(&c.HubMaxEventBatch, 1),
	}
}

// ownHooks are the endpoints of the server's own app.
func (c config) ownHooks() (webhook.App, error) {
	app := webhook.App{ID: c.AppID, Key: c.AppKey, Secret: c.AppSecret}
	hooks, err := parseWebhooks(c.HubWebhooks)
	for _, hook := range hooks {
		app.Endpoints = append(app.Endpoints, hook.endpoint())
	}
	return app, err
}

// parseWebhooks reads a JSON array of webhooks. Its errors say which one is meant.
func parseWebhooks(text string) ([]appWebhook, error) {
	if text == "" {
		return nil, nil
	}
	var entries []json.RawMessage
	if err := json.Unmarshal([]byte(text), &entries); err != nil {
		return nil, fmt.Errorf("this is no JSON array of webhooks: %w", err)
	}
	hooks := make([]appWebhook, len(entries))
	for i, entry := range entries {
		if entry[0] != '{' {
			return nil, fmt.Errorf(`webhook number %d: a webhook is an object such as {"url":"https://app.example.org/pusher"}`, i+1)
		}
		decoder := json.NewDecoder(bytes.NewReader(entry))
		decoder.DisallowUnknownFields()
		if err := decoder.Decode(&hooks[i]); err != nil {
			return nil, fmt.Errorf("webhook number %d: %w", i+1, readable(err))
		}
	}
	return hooks, nil
}
