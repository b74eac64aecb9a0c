package main

import (
	"context"
	"errors"
	"net/http"
	"os"
	"runtime/debug"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/nodes"
	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
	"github.com/ftcmetrics/ftcmetrics/realtime/redisbus"
	"github.com/ftcmetrics/ftcmetrics/realtime/webhook"
)

// realtimePart is the hub with what is around it, in every command that has one.
type realtimePart struct {
	hub      *hub.Hub
	webhooks *webhook.Sender
	bus      *redisbus.Bus // to other nodes; nil without one
	metrics  *metrics
	sockets  http.Handler // GET /app/{key}
	httpAPI  http.Handler // /apps/...
	calls    calls        // of the HTTP API
	trace    *inspect.Trace
	nodes    *nodes.Service // what operators may know of this hub and the others
	id       string         // of this node among them

	newcomers newcomers
}

// newRealtime makes a hub for the own app and those of HUB_APPS_FILE.
func (c config) newRealtime(own hub.App, options hub.Options, port int) (*realtimePart, error) {
	entries, err := c.furtherApps()
	if err != nil {
		return nil, err
	}
	ownHooks, err := c.ownHooks()
	if err != nil {
		return nil, err
	}
	options.Apps = []hub.App{own}
	hooks := webhook.Options{Apps: []webhook.App{ownHooks}, AnyAddress: !c.production(), Logger: options.Logger}
	wanted := len(ownHooks.Endpoints) > 0
	for _, entry := range entries {
		options.Apps = append(options.Apps, entry.hubApp())
		hooks.Apps = append(hooks.Apps, entry.hooks())
		wanted = wanted || len(entry.Webhooks) > 0
	}
	r := &realtimePart{}
	if r.webhooks, err = webhook.New(hooks); err != nil {
		return nil, err
	}
	if wanted {
		options.Notify = r.webhooks.Notify
	}
	if r.bus, err = c.newBus(options.Logger); err != nil {
		return nil, errors.Join(err, r.webhooks.Shutdown(context.Background()))
	}
	options.Bus = joined(r.bus)
	r.id = nodes.ID(r.peers())
	r.trace = inspect.NewTrace(r.id)
	if c.RealtimeDebug {
		_, _ = r.trace.Read(inspect.Filter{}, 0, 1) // from now on lines are made
	}
	options.Trace = r.trace
	options.ActivityTimeout = c.ActivityTimeout
	options.NoCompression = !c.HubCompression
	options.MaxHeldBytes = int64(c.HubMaxHeldMB) << 20
	if r.hub, err = hub.New(options); err != nil {
		r.close(context.Background())
		return nil, err
	}
	r.nodes = nodes.New(nodes.Options{Hub: r.hub, Trace: r.trace, Peers: r.peers(), ID: r.id, App: own.ID, Host: hostname(), Version: version()})
	r.metrics = newMetrics(c.MetricsPrefix, port, options.Apps, r.hub, r.webhooks)
	if r.bus != nil {
		r.metrics.more = append(r.metrics.more, newBusMetrics(r.bus))
	}
	r.sockets = acceptLimit(c.AcceptRate, r.newcomers.hold(http.HandlerFunc(r.hub.ServeSocket)))
	r.httpAPI = r.parting(r.calls.count(r.metrics.count(httpapi.New(r.hub, httpapi.WithOrigins(c.CORSOrigins...)))))
	return r, nil
}

// peers are the other nodes as the socket service asks them: no bus is nil.
func (r *realtimePart) peers() nodes.Peers {
	if r.bus == nil {
		return nil
	}
	return r.bus
}

// hostname is how operators know the machine; "" if it does not say.
func hostname() string {
	name, err := os.Hostname()
	if err != nil {
		return ""
	}
	return name
}

// version is that of this program.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		return info.Main.Version
	}
	return "dev"
}

// sockets are what the API asks about channels and connections.
func (n *node) sockets() api.Sockets {
	c := n.config
	switch {
	case c.RealtimeDriver == embedded:
		return n.realtime.nodes
	case c.external():
		return pusher.NewSockets(c.RealtimeDriver, c.publisher())
	}
	return pusher.NewSockets(c.RealtimeDriver, nil)
}
