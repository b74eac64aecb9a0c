package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
	"github.com/ftcmetrics/ftcmetrics/realtime/relay"
)

// The values of REALTIME_DRIVER.
const (
	embedded = "embedded"
	soketi   = "soketi"
	channels = "pusher"
	disabled = "disabled"
)

// deliverySettings say who carries events to sockets, and how long events are kept.
type deliverySettings struct {
	RealtimeDriver     string        `env:"REALTIME_DRIVER" default:"embedded" enum:"embedded,soketi,pusher,disabled" help:"Who carries events to sockets: the hub in this program, a soketi or ftcmetrics hub elsewhere, Pusher Channels, or nobody, and clients poll."`
	RealtimeHost       string        `env:"REALTIME_HOST,PUSHER_HOST" help:"Where this server finds soketi, 127.0.0.1 if empty, or a server instead of Pusher's own."`
	RealtimePort       int           `env:"REALTIME_PORT,PUSHER_PORT" default:"0" help:"Its port; 0 is 6001 for soketi and the usual one for pusher."`
	RealtimeTLS        bool          `env:"REALTIME_TLS" name:"realtime-tls" default:"false" help:"Whether this server speaks https to it; to Pusher Channels it always does."`
	RealtimeCluster    string        `env:"PUSHER_CLUSTER" default:"mt1" help:"Cluster of Pusher Channels."`
	RealtimePublicHost string        `env:"REALTIME_PUBLIC_HOST,NEXT_PUBLIC_SOKETI_HOST" help:"Host that browsers find the realtime server under; if empty, that of the page for embedded and a soketi on this machine, else REALTIME_HOST."`
	RealtimePublicPort int           `env:"REALTIME_PUBLIC_PORT,NEXT_PUBLIC_SOKETI_PORT" default:"0" help:"Its port for browsers, if it is another."`
	RealtimePublicTLS  bool          `env:"REALTIME_PUBLIC_TLS,NEXT_PUBLIC_SOKETI_USE_TLS" name:"realtime-public-tls" default:"false" help:"Whether browsers need wss to reach it."`
	EventRetention     time.Duration `env:"EVENT_RETENTION" default:"720h" help:"How long clients can catch up: older events are deleted from the log. 0 keeps them."`
	AuditRetention     time.Duration `env:"AUDIT_RETENTION" default:"8760h" help:"How long lines of the audit log are kept. 0 keeps them."`
}

// external reports whether events go to a server elsewhere.
func (s deliverySettings) external() bool {
	return s.RealtimeDriver == soketi || s.RealtimeDriver == channels
}

// checkDelivery refuses a driver that cannot work.
func (c serveConfig) checkDelivery() error {
	if c.AuditRetention < 0 {
		return errors.New("AUDIT_RETENTION is a time such as 8760h, or 0 for ever")
	}
	if c.EventRetention < 0 {
		return errors.New("EVENT_RETENTION is a time such as 720h, or 0 for ever")
	}
	if c.external() && (c.AppID == "" || c.AppKey == "" || c.AppSecret == "") {
		return fmt.Errorf("REALTIME_DRIVER=%s needs the id, key and secret of its app: REALTIME_APP_ID, REALTIME_APP_KEY and REALTIME_APP_SECRET", c.RealtimeDriver)
	}
	return nil
}

// hubAddress is where the hub listens; nowhere while another server has its place.
func (c serveConfig) hubAddress() string {
	if c.RealtimeDriver != embedded {
		return ""
	}
	return c.HubAddr
}

// serverAddress is host:port of the external server; "" is Pusher's own.
func (s deliverySettings) serverAddress() string {
	host, port := s.RealtimeHost, s.RealtimePort
	if s.RealtimeDriver == soketi {
		if host == "" {
			host = "127.0.0.1"
		}
		if port == 0 {
			port = 6001
		}
	}
	if host == "" || port == 0 {
		return host
	}
	return net.JoinHostPort(host, strconv.Itoa(port))
}

// publisher is the way to the external server.
func (c serveConfig) publisher() *pusher.Publisher {
	return pusher.New(pusher.Options{
		AppID: c.AppID, Key: c.AppKey, Secret: c.AppSecret, Host: c.serverAddress(), Cluster: c.RealtimeCluster, TLS: c.RealtimeTLS,
		BaseURL: strings.TrimSuffix(c.PublicURL, "/"),
	})
}

// realtimeConfig is what front ends are told.
func (c serveConfig) realtimeConfig(hubPort int) api.RealtimeConfig {
	told := api.RealtimeConfig{
		Driver: c.RealtimeDriver, Key: c.AppKey, Host: c.RealtimePublicHost, Port: c.RealtimePublicPort, TLS: c.RealtimePublicTLS,
		AuthEndpoint: "/api/pusher/auth", UserAuthEndpoint: "/api/pusher/user-auth", SyncEndpoint: "/api/sync",
		Polling: api.PollingTiers{Critical: 2, High: 5, Medium: 15, Low: 30},
	}
	switch c.RealtimeDriver {
	case embedded:
		if at, err := url.Parse(c.PublicURL); err == nil && at.Host != "" && told.Host == "" {
			told.Host, told.TLS, told.Port = at.Hostname(), at.Scheme == "https", portOf(at) // the hub is on the API's address, too
		}
		if told.Port == 0 {
			told.Port = hubPort
		}
	case soketi:
		host, port, _ := net.SplitHostPort(c.serverAddress())
		if told.Host == "" && !loopback(c.serverAddress()) { // our own loopback is nothing to a browser; its page's host may be
			told.Host = host
		}
		if told.Port == 0 {
			told.Port, _ = strconv.Atoi(port)
		}
	case channels:
		told.Cluster = c.RealtimeCluster
		told.TLS = told.TLS || told.Host == ""
	case disabled:
		told.Key, told.Host, told.Port, told.TLS = "", "", 0, false
	}
	return told
}

func portOf(at *url.URL) int {
	if port, err := strconv.Atoi(at.Port()); err == nil {
		return port
	}
	if at.Scheme == "https" {
		return 443
	}
	return 80
}

// delivery is how this node takes part in carrying events.
type delivery struct {
	relay  *relay.Relay  // to the own hub; nil without it
	leader *relay.Leader // to the external server; nil without one
	others hints         // to the other nodes; nil if there are none
	work   []func(context.Context)
}

// hints tell of events. Hint never blocks.
type hints interface {
	Hint(channel realtime.Channel, seq int64)
}

// committed passes on what this node has committed.
func (d *delivery) committed(channel realtime.Channel, seq int64) {
	d.heard(channel, seq)
	if d.others != nil {
		d.others.Hint(channel, seq)
	}
}

// heard passes on what another node says to what this node has.
func (d *delivery) heard(channel realtime.Channel, seq int64) {
	if d.relay != nil {
		d.relay.Hint(channel, seq)
	}
	if d.leader != nil {
		d.leader.Hint(channel, seq)
	}
}

// occupied is told of the first subscriber of a channel.
func (d *delivery) occupied(channel realtime.Channel, at time.Time) {
	if d.relay != nil {
		d.relay.HeardBy(channel, at)
	}
}

// deliver connects the log with whoever carries its events.
func (n *node) deliver(ctx context.Context) error {
	c, d := n.config, &n.delivery
	side := eventlog.New(n.database.side, nil)
	n.log = eventlog.New(n.database.pool, func(channel realtime.Channel, seq int64) {
		d.committed(channel, seq)
		n.hintRatings(channel)
	})
	n.log.Appended = func(ctx context.Context, channel realtime.Channel, seq int64) {
		n.traffic.DebugContext(ctx, "event appended", slog.String("channel", string(channel)), slog.Int64("seq", seq))
	}
	if err := n.settle(ctx); err != nil {
		return err
	}
	switch {
	case c.RealtimeDriver == embedded:
		h := n.realtime.hub
		d.relay = relay.New(relay.Options{
			Log: side, Publisher: h.Publisher(c.AppID), Control: eventlog.Control, Logger: n.traffic,
			Occupied:  func() []realtime.Channel { return h.Listening(c.AppID) },
			Listening: func(channel realtime.Channel) bool { return h.Occupied(c.AppID, channel) },
		})
		if err := d.relay.Start(ctx); err != nil {
			return err
		}
		d.work = append(d.work, d.relay.Run)
	case c.external():
		sink := c.RealtimeDriver + ":" + c.AppID
		d.leader = relay.NewLeader(relay.LeaderOptions{
			Sink: sink, Publisher: c.publisher(), Control: eventlog.Control, Logger: n.traffic,
			Lead: func(ctx context.Context) (relay.Lease, error) {
				lease, err := side.Lead(ctx, sink)
				if lease == nil {
					return nil, err
				}
				return lease, err
			},
		})
		d.work = append(d.work, d.leader.Run)
	}
	switch bus := n.realtime.bus; {
	case c.DatabaseURL == "": // an embedded database has one node
	case bus != nil:
		bus.OnHint(d.heard)
		d.others = bus
	default:
		over := eventlog.NewHints(n.database.side, n.logger, d.heard)
		d.others = over
		d.work = append(d.work, over.Run)
	}
	d.work = append(d.work, n.keepLog)
	n.realtime.metrics.more = append(n.realtime.metrics.more, newDeliveryMetrics(d, &n.purged))
	return nil
}

// settle looks whether the log was restored.
func (n *node) settle(ctx context.Context) error {
	renewed, err := n.log.Settle(ctx)
	if renewed {
		n.logger.Warn("the database was restored or moved: clients are told to start over")
	}
	return err
}

const (
	keepEvery    = 10 * time.Minute // how often old events are looked for
	keepAtLeast  = time.Second
	keepPatience = time.Minute
)

// keepLog removes events and audit lines that are older than their retention, and looks whether the database under
// the running server became another one.
func (n *node) keepLog(ctx context.Context) {
	every := keepEvery
	for _, age := range []time.Duration{n.config.EventRetention, n.config.AuditRetention} {
		if age > 0 {
			every = max(min(every, age/4), keepAtLeast)
		}
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for {
		bounded, cancel := context.WithTimeout(ctx, keepPatience)
		err := n.settle(bounded)
		if age := n.config.EventRetention; age > 0 && err == nil {
			var removed int64
			removed, err = n.log.Purge(bounded, age)
			n.purged.Add(removed)
			if removed > 0 {
				n.logger.Info("old events are deleted", slog.Int64("events", removed))
			}
		}
		if age := n.config.AuditRetention; age > 0 && err == nil {
			_, err = audit.Purge(bounded, n.database.pool, age)
		}
		cancel()
		if err != nil && ctx.Err() == nil {
			n.logger.Warn("the event log could not be looked after", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}
