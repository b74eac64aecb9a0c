package webhook

import (
	"context"
	"fmt"
	"log/slog"
	"net/http"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// EventTypes returns the names of all events that an endpoint can be told of.
func EventTypes() []string {
	return []string{
		hub.NoticeOccupied, hub.NoticeVacated, hub.NoticeMemberAdded, hub.NoticeMemberRemoved,
		hub.NoticeClientEvent, hub.NoticeCacheMiss, hub.NoticeSubscriptionCount,
	}
}

// App is an app whose servers want to be told.
type App struct {
	ID        string
	Key       string // sent along, so that the receiver knows the secret to check with
	Secret    string // signs the requests
	Endpoints []Endpoint
}

// Endpoint is one address and what it wants to be told.
type Endpoint struct {
	URL        string
	EventTypes []string          // empty means all
	StartsWith string            // only channels whose names start so
	EndsWith   string            // only channels whose names end so
	Headers    map[string]string // sent along with each request
}

// Options are what a Sender is made of.
type Options struct {
	Apps       []App
	AnyAddress bool         // for development: http, and addresses that are not public, are allowed
	Logger     *slog.Logger // nil means that nothing is logged
}

// Stats are the counts of one app's notices since the start; Queued is what waits now.
type Stats struct {
	Delivered int64 // notices in requests that were answered with 2xx
	Dropped   int64 // notices given up
	Failed    int64 // requests without an answer of 2xx
	Queued    int64 // notices
}

// Sender delivers notices. It is safe for concurrent use.
type Sender struct {
	apps   map[string]*app
	client *http.Client
	log    *slog.Logger

	stopping chan struct{}      // closed when no new notice is taken
	cancel   context.CancelFunc // ends requests under way
	once     sync.Once
	keepers  sync.WaitGroup
	workers  sync.WaitGroup
}

// New returns a Sender for the apps, or says which app's endpoint is not fit for use.
// Shutdown must be called in the end.
func New(o Options) (*Sender, error) {
	g := guard{resolver: systemResolver(), anyAddress: o.AnyAddress}
	return newSender(o, g.transport())
}

func newSender(o Options, transport http.RoundTripper) (*Sender, error) {
	s := &Sender{
		apps: map[string]*app{}, client: newClient(transport), log: o.Logger, stopping: make(chan struct{}),
	}
	if s.log == nil {
		s.log = slog.New(slog.DiscardHandler)
	}
	for _, settings := range o.Apps {
		for i, endpoint := range settings.Endpoints {
			if err := endpoint.Check(o.AnyAddress); err != nil {
				return nil, fmt.Errorf("app %s, webhook %d: %w", settings.ID, i+1, err)
			}
		}
		if len(settings.Endpoints) > 0 {
			s.apps[settings.ID] = newApp(s, settings)
		}
	}
	ctx, cancel := context.WithCancel(context.Background())
	s.cancel = cancel
	for _, a := range s.apps {
		s.keepers.Go(func() { a.keep(s.stopping) })
		for _, e := range a.endpoints {
			s.workers.Go(func() { e.run(ctx, s.stopping) })
		}
	}
	return s, nil
}

// Notify takes a notice of an app. It does not wait: a notice that finds a queue full is
// dropped and counted.
func (s *Sender) Notify(appID string, n hub.Notice) {
	a := s.apps[appID]
	if a == nil {
		return
	}
	if n.At.IsZero() {
		n.At = time.Now()
	}
	a.notify(n)
}

// Stats returns the counts of one app; an app without endpoints has none.
func (s *Sender) Stats(appID string) Stats {
	a := s.apps[appID]
	if a == nil {
		return Stats{}
	}
	stats := Stats{Delivered: a.counts.delivered.Load(), Dropped: a.counts.dropped.Load(), Failed: a.counts.failed.Load()}
	for _, e := range a.endpoints {
		stats.Queued += e.queue.size()
	}
	return stats
}

// Shutdown takes no more notices, sends what is held back and queued, and returns when
// all is delivered or an endpoint has failed once more. When ctx ends first, the rest is
// dropped and its error returned.
func (s *Sender) Shutdown(ctx context.Context) error {
	s.once.Do(func() {
		close(s.stopping)
		s.keepers.Wait() // they put what they hold into the queues, without waiting
		for _, a := range s.apps {
			a.close()
		}
	})
	done := make(chan struct{})
	go func() {
		s.workers.Wait()
		close(done)
	}()
	var err error
	select {
	case <-done:
	case <-ctx.Done():
		err = ctx.Err()
		s.cancel()
		<-done // a cancelled request returns at once
	}
	s.cancel()
	s.client.CloseIdleConnections()
	return err
}

// counts are the running totals of an app.
type counts struct {
	delivered, dropped, failed atomic.Int64
}
