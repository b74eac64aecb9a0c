package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/ftc/ratings"
	"github.com/ftcmetrics/ftcmetrics/internal/otlp"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
	"github.com/ftcmetrics/ftcmetrics/web"
)

type serveCommand struct {
	serveConfig
}

// Run serves until the invocation's context ends.
func (c *serveCommand) Run(in *invocation) error {
	s, err := start(in, c.serveConfig, (*node).announce)
	if err != nil {
		return err
	}
	return s.wait(in.ctx)
}

// node is one running server.
type node struct {
	config   serveConfig
	settings []api.Setting // where they are from, for operators
	logger   *slog.Logger
	traffic  *slog.Logger // of what carries events to sockets
	database *database
	realtime *realtimePart // the hub and what is around it
	delivery delivery      // the way of events to sockets
	purged   atomic.Int64  // events removed from the log
	figures  *apiMetrics
	tracer   *otlp.Tracer // nil traces nothing
	log      *eventlog.Log
	accounts *accounts.Service
	teams    *teams.Service
	ftc      *ftc.Service
	live     *live.Service
	ratings  *ratings.Service
	pace     pace // of following FTC events
	servers  *listeners
	secure   *secured // how the listeners speak https; nil if they do not
	hall     *hall    // nil but with HALL
	asked    readiness

	startedAt time.Time
	stopping  context.CancelFunc // ends the background work
	work      sync.WaitGroup     // the background work
}

// start brings a node up in the order that nothing is promised before it can be kept:
// database, hub, relay, and only then the listeners. greet speaks to who started it.
func start(in *invocation, c serveConfig, greet func(*node, *invocation) error) (n *node, err error) {
	if err := c.enterHall(); err != nil {
		return nil, err
	}
	if err := c.check(); err != nil {
		return nil, err
	}
	if err := c.fillSecrets(); err != nil {
		return nil, err
	}
	n = &node{config: c, logger: c.logger(in.err), pace: in.pace, figures: newAPIMetrics(), startedAt: time.Now()}
	if n.settings, err = in.settings(c.config); err != nil {
		return nil, err
	}
	n.traffic = c.realtimeLogger(n.logger)
	n.tracer = c.tracer(n.logger)
	warnUnheeded(n.logger, in.environ, false)
	if n.servers, err = listen(c.hubAddress(), c.MetricsAddr, c.HTTPAddr); err != nil {
		return nil, err
	}
	defer func() {
		if err != nil {
			err = errors.Join(err, n.close(context.Background()))
		}
	}()
	if err = n.secureListeners(); err != nil {
		return n, err
	}
	if n.database, err = openDatabase(in.ctx, c, n.logger, false); err != nil {
		return n, err
	}
	n.database.statements.tracer.Store(n.tracer)
	if err = n.assemble(in.ctx); err != nil {
		return n, err
	}
	n.logger.Info("serving", slog.String("url", n.url()), slog.String("listens", n.servers.httpAddress()), slog.String("hub", n.servers.hubAddress()), slog.String("metrics", n.servers.metricsAddress()))
	return n, greet(n, in)
}

// secureListeners has the node speak https, if it is to.
func (n *node) secureListeners() (err error) {
	if n.config.Hall {
		n.hall, n.secure, err = openHall(&n.config, n.servers.httpPort(), n.logger)
		return err
	}
	n.secure, err = n.config.secure(n.config.DataDir, n.logger)
	return err
}

// quiet greets nobody.
func quiet(*node, *invocation) error { return nil }

// assemble makes the parts and connects them.
func (n *node) assemble(ctx context.Context) error {
	c := n.config
	own := c.ownApp(c.socketOrigins())
	own.Disabled = own.Disabled || c.RealtimeDriver != embedded // its sockets would hear nothing
	proxies, err := c.proxies()
	if err != nil {
		return err
	}
	address := func(r *http.Request) netip.Addr { return api.ClientAddress(r, proxies) }
	r, err := c.newRealtime(own, hub.Options{
		Logger: n.traffic, Address: address,
		OnOccupied: func(appID string, channel realtime.Channel, at time.Time) {
			if appID == c.AppID {
				n.delivery.occupied(channel, at)
			}
		},
	}, n.servers.hubPort())
	if err != nil {
		return err
	}
	n.realtime = r
	r.metrics.more = append(r.metrics.more, newPoolMetrics(n.database), n.database.statements.took, n.database.statements.failed)
	r.metrics.more = append(r.metrics.more, n.figures.collectors()...)
	if err := n.deliver(ctx); err != nil {
		return err
	}
	handler, err := n.handler()
	if err != nil {
		return err
	}
	follow, err := n.follow()
	if err != nil {
		return err
	}
	work, stop := context.WithCancel(context.Background())
	n.stopping = stop
	for _, do := range n.delivery.work {
		n.work.Go(func() { do(work) })
	}
	n.work.Go(func() { follow(work) })
	n.work.Go(func() { n.rate(work) })
	n.work.Go(func() { n.say(work) })
	if c.RealtimeDebug {
		n.work.Go(func() { r.tell(work, n.traffic) })
	}
	pages := n.hall.show(n.hall.everywhere(traced(n.tracer, proxies, r.mount(handler))))
	n.servers.serve(n.logger, n.secure, r.mountHub(), r.metrics.handler(), r.parting(pages))
	return nil
}

// handler is the API with the features behind it.
func (n *node) handler() (http.Handler, error) {
	c := n.config
	book, err := seasons.Load()
	if err != nil {
		return nil, err
	}
	codeKey, err := c.codeKey()
	if err != nil {
		return nil, err
	}
	proxies, err := c.proxies()
	if err != nil {
		return nil, err
	}
	providers, err := c.providers(n.url())
	if err != nil {
		return nil, err
	}
	pool := n.database.pool
	n.accounts = accounts.New(pool, n.log)
	n.teams = teams.New(pool, n.log, codeKey)
	n.ftc = ftc.New(pool)
	n.live = live.New(pool, n.log, n.pace.clock())
	n.ratings = ratings.New(pool, n.log, n.pace.clock(), n.logger)
	// The public pages are filled from the API that hands out the pages.
	var handler http.Handler
	ask := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { handler.ServeHTTP(w, r) })
	handler = api.New(api.Options{
		Accounts: n.accounts, Providers: providers, Teams: n.teams, Scouting: scouting.New(pool, n.log, book), FTC: n.ftc, Live: n.live, Ratings: n.ratings, Log: n.log,
		Follow:  follow.NewService(pool, n.log, c.FTCUsername != "" && c.FTCToken != "", n.pace.clock()),
		Facts:   n.facts,
		Sockets: n.sockets(), App: c.AppID, Trace: n.realtime.trace,
		Events: registry(), Signer: realtime.Signer{Key: c.AppKey, Secret: c.AppSecret},
		Realtime: n.realtimeConfig(),
		Ready:    n.ready, Pages: web.Pages(web.Options{API: ask}), Logger: n.logger, Observer: n.figures.observer(n.tracer),
		Production: c.production(), Origins: c.origins(), TrustedProxies: proxies, ProxySecret: c.ProxySecret, RateLimit: c.RateLimit,
	})
	return handler, nil
}

// realtimeConfig is what front ends are told by this node.
func (n *node) realtimeConfig() api.RealtimeConfig {
	told := n.config.realtimeConfig(n.servers.hubPort())
	told.TLS = told.TLS || n.secure != nil && told.Driver == embedded
	return told
}

// registry lists every realtime event there is.
func registry() []realtime.Described {
	return []realtime.Described{
		scouting.EntryCreated.Describe(), scouting.EntryUpdated.Describe(), scouting.EntryDeleted.Describe(), scouting.PublicEntry.Describe(),
		scouting.NoteAdded.Describe(), scouting.NoteUpdated.Describe(), scouting.NoteDeleted.Describe(),
		scouting.PitChanged.Describe(), scouting.MediaAdded.Describe(), scouting.MediaDeleted.Describe(),
		scouting.QuarantineChanged.Describe(), scouting.EntriesImported.Describe(),
		scouting.AssignmentsChanged.Describe(),
		scouting.PickListChanged.Describe(),
		live.MatchStarted.Describe(), live.MatchAborted.Describe(), live.MatchCompleted.Describe(), ratings.Updated.Describe(),
		teams.MemberJoined.Describe(), teams.MemberChanged.Describe(), teams.MemberLeft.Describe(),
	}
}

// origins are the pages that may use this server from a browser: those configured and its own.
func (c serveConfig) origins() []string {
	origins := append([]string(nil), c.CORSOrigins...)
	if c.PublicURL != "" {
		origins = append(origins, strings.TrimSuffix(c.PublicURL, "/"))
	}
	return origins
}

// socketOrigins are the pages that may open sockets; in dev any, so that a front end under
// development connects from wherever it is served.
func (c serveConfig) socketOrigins() []string {
	if !c.production() {
		return nil
	}
	return c.origins()
}

func (n *node) ready(ctx context.Context) error {
	stopping := !n.realtime.ready()
	n.asked.note(stopping)
	if stopping {
		return errors.New("the hub is stopping")
	}
	ctx, cancel := context.WithTimeout(ctx, readyPatience)
	defer cancel()
	return n.database.side.Ping(ctx)
}

// url is where people reach this node.
func (n *node) url() string {
	if n.config.PublicURL != "" {
		return strings.TrimSuffix(n.config.PublicURL, "/")
	}
	if n.secure != nil {
		return "https://" + n.servers.httpAddress()
	}
	return "http://" + n.servers.httpAddress()
}

// announce says how to get in and, the first time, how to begin.
func (n *node) announce(in *invocation) error {
	if n.hall != nil {
		n.hall.welcome(in.err)
	}
	code, err := n.accounts.OpenSetup(in.ctx)
	if err != nil || code == "" {
		return err
	}
	fmt.Fprintf(in.err, "\n  This server has no users yet. Create the first owner within 15 minutes:\n\n"+
		"    curl -X POST %s/api/setup -H 'Content-Type: application/json' \\\n      -d '{\"code\":\"%s\",\"displayName\":\"Your name\"}'\n\n"+
		"  or in a browser: %s/setup?code=%s\n\n", n.url(), code, n.url(), code)
	return nil
}

// wait serves until ctx ends or a part fails, then closes everything.
func (n *node) wait(ctx context.Context) error {
	var failed error
	select {
	case <-ctx.Done():
		n.logger.Info("stopping")
	case failed = <-n.servers.failed:
	case failed = <-n.database.failed:
	}
	limit, cancel := context.WithTimeout(context.Background(), n.config.HubShutdownGrace)
	defer cancel()
	return errors.Join(failed, n.close(limit))
}

// close stops in the order that keeps promises longest: sockets told to come back, no new
// requests, the relay, the database.
func (n *node) close(ctx context.Context) error {
	var errs []error
	if n.realtime != nil {
		errs = append(errs, n.realtime.drain(ctx, n.logger))
		asked, cancel := part(ctx, 1, 4)
		n.asked.await(asked)
		cancel()
	}
	if n.servers != nil {
		errs = append(errs, n.servers.close(ctx))
	}
	if n.stopping != nil {
		n.stopping()
	}
	n.work.Wait()
	if n.realtime != nil {
		n.realtime.close(ctx)
	}
	if n.database != nil {
		errs = append(errs, n.database.close())
	}
	n.tracer.Close(ctx)
	return errors.Join(errs...)
}
