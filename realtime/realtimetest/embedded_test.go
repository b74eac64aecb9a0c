package realtimetest_test

import (
	"context"
	"errors"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
	"github.com/ftcmetrics/ftcmetrics/realtime/realtimetest"
	"github.com/ftcmetrics/ftcmetrics/realtime/redisbus"
	"github.com/ftcmetrics/ftcmetrics/realtime/webhook"
)

// activityTimeout lets a mute peer be closed within a few seconds.
const activityTimeout = 2 * time.Second

// embedded starts a hub in this process, behind so many listeners.
func embedded(t *testing.T, listeners int) (realtimetest.Server, *hub.Hub) {
	t.Helper()
	hooks := realtimetest.NewHooks()
	t.Cleanup(hooks.Close)
	s := realtimetest.Server{Apps: realtimetest.Apps(hooks), Hooks: hooks}
	h := addNode(t, &s, listeners, nil)
	return s, h
}

// addNode starts a hub in this process as one more node of the server.
func addNode(t *testing.T, s *realtimetest.Server, listeners int, bus hub.Bus) *hub.Hub {
	t.Helper()
	options := hub.Options{ActivityTimeout: activityTimeout, Bus: bus}
	notices := webhook.Options{AnyAddress: true}
	for _, a := range s.Apps {
		options.Apps = append(options.Apps, hubApp(a))
		notices.Apps = append(notices.Apps, hooksOf(a))
	}
	sender, err := webhook.New(notices)
	if err != nil {
		t.Fatal(err)
	}
	options.Notify = sender.Notify
	h, err := hub.New(options)
	if err != nil {
		t.Fatal(err)
	}
	others := s.Stop
	s.Stop = func(ctx context.Context) error {
		if err := h.Shutdown(ctx); err != nil {
			return err
		}
		if others != nil {
			return errors.Join(sender.Shutdown(ctx), others(ctx))
		}
		return sender.Shutdown(ctx)
	}
	stop := s.Stop
	t.Cleanup(func() {
		if err := stop(context.WithoutCancel(t.Context())); err != nil {
			t.Error(err)
		}
	})
	handler := httpapi.New(h)
	for range listeners {
		server := httptest.NewServer(handler)
		t.Cleanup(server.Close)
		s.Nodes = append(s.Nodes, strings.TrimPrefix(server.URL, "http://"))
	}
	return h
}

// hubApp is the app as the hub has it. Of a limit, 0 is the hub's default.
func hubApp(a realtimetest.App) hub.App {
	return hub.App{
		ID: a.ID, Key: a.Key, Secret: a.Secret, Disabled: !a.Enabled, ClientMessages: a.EnableClientMessages,
		UserAuthentication: a.EnableUserAuthentication, Watchlist: a.EnableWatchlist, SubscriptionCount: a.EnableSubscriptionCount,
		MaxConnections: max(0, a.MaxConnections), AuthorizationTimeout: time.Duration(a.AuthorizationTimeout) * time.Second,
		MaxBackendEventsPerSecond: max(0, a.MaxBackendEventsPerSecond), MaxReadRequestsPerSecond: max(0, a.MaxReadRequestsPerSecond),
	}
}

func hooksOf(a realtimetest.App) webhook.App {
	app := webhook.App{ID: a.ID, Key: a.Key, Secret: a.Secret}
	for _, w := range a.Webhooks {
		app.Endpoints = append(app.Endpoints, webhook.Endpoint{URL: w.URL, EventTypes: w.EventTypes})
	}
	return app
}

// claimed is what our servers claim.
func claimed() []realtimetest.Feature { return realtimetest.Everything() }

// unclaimed are the rows that they do not claim.
func unclaimed() []string { return nil }

// hold runs the suite against a server of ours, and wants no other rows to be left out.
func hold(t *testing.T, s realtimetest.Server) {
	t.Helper()
	s.Claims = claimed()
	if left := realtimetest.Run(t, s); !slices.Equal(left, unclaimed()) {
		t.Errorf("not claimed: %q, want %q", left, unclaimed())
	}
}

// TestEmbedded holds the hub in this process to the suite, with its HTTP API on one
// listener.
func TestEmbedded(t *testing.T) {
	s, _ := embedded(t, 1)
	hold(t, s)
}

// TestPublisher holds it to the suite with two addresses, and publishes without the HTTP API.
func TestPublisher(t *testing.T) {
	s, h := embedded(t, 2)
	s.Publisher = h.Publisher(realtimetest.AppMain)
	hold(t, s)
}

// driver publishes to a server's first node as the program does with REALTIME_DRIVER=soketi.
func driver(s realtimetest.Server) realtime.Publisher {
	app := s.Apps[slices.IndexFunc(s.Apps, func(a realtimetest.App) bool { return a.ID == realtimetest.AppMain })]
	return pusher.New(pusher.Options{AppID: app.ID, Key: app.Key, Secret: app.Secret, Host: s.Nodes[0]})
}

// TestDriver holds it to the suite with the publisher for servers elsewhere. That encrypts
// by itself or not at all, and we publish nothing encrypted.
func TestDriver(t *testing.T) {
	s, _ := embedded(t, 1)
	s.Publisher = driver(s)
	s.Claims = realtimetest.Everything(realtimetest.SealedEvents)
	want := []string{"private_encrypted_cache_channel", "client_event_not_on_encrypted_channels"}
	if left := realtimetest.Run(t, s); !slices.Equal(left, want) {
		t.Errorf("not claimed: %q, want %q", left, want)
	}
}

// TestCluster holds three nodes over Redis to it. Every socket and every call is another
// node's turn.
func TestCluster(t *testing.T) {
	redis, hooks := redistest.New(t), realtimetest.NewHooks()
	t.Cleanup(hooks.Close)
	s := realtimetest.Server{Apps: realtimetest.Apps(hooks), Hooks: hooks}
	for range 3 {
		bus, err := redisbus.New(redisbus.Options{URL: redis.URL()})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(bus.Close)
		addNode(t, &s, 1, bus)
	}
	hold(t, s)
}
