package demo

import (
	"context"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/relay"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	appID  = "demo"
	appKey = "demo-key"
	secret = "a secret of the demo's tests, 32+"
)

// server is the API, the hub and the relay between them, on a database of its own.
type server struct {
	pool  *pgxpool.Pool
	log   *eventlog.Log
	hub   *hub.Hub
	relay *relay.Relay
	url   string
	o     Options // for Run
}

func startServer(t *testing.T) *server {
	t.Helper()
	pgtest.URL(t) // starts the cluster of this process, which outlives the test
	noLeak(t)
	return anotherServer(t)
}

// anotherServer starts one beside others, whose goroutines come and go.
func anotherServer(t *testing.T) *server {
	t.Helper()
	s := &server{pool: pgtest.New(t)}
	s.log = eventlog.New(s.pool, func(channel realtime.Channel, seq int64) { s.relay.Hint(channel, seq) })
	s.startHub(t)
	handler := s.api(t)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/app/") {
			s.hub.ServeSocket(w, r)
			return
		}
		handler.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	s.url = web.URL
	s.o.BaseURL, s.o.HubURL, s.o.DataDir = web.URL+"/", "ws"+strings.TrimPrefix(web.URL, "http"), t.TempDir()
	s.o.Seed, s.o.Once, s.o.Logger = 1, true, slog.New(slog.NewTextHandler(t.Output(), nil))
	return s
}

func (s *server) startHub(t *testing.T) {
	t.Helper()
	var err error
	s.hub, err = hub.New(hub.Options{
		Apps: []hub.App{{ID: appID, Key: appKey, Secret: secret}}, Logger: slog.New(slog.DiscardHandler),
		OnOccupied: func(_ string, channel realtime.Channel, at time.Time) { s.relay.HeardBy(channel, at) },
	})
	if err != nil {
		t.Fatal(err)
	}
	s.relay = relay.New(relay.Options{
		Log: s.log, Publisher: s.hub.Publisher(appID), Control: eventlog.Control, Logger: slog.New(slog.DiscardHandler),
		Occupied:  s.occupied,
		Listening: func(channel realtime.Channel) bool { return s.hub.Occupied(appID, channel) },
	})
	if err := s.relay.Start(t.Context()); err != nil {
		t.Fatal(err)
	}
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { s.relay.Run(ctx) })
	t.Cleanup(func() {
		stop()
		work.Wait()
		if err := s.hub.Shutdown(ctx); err != nil && ctx.Err() == nil {
			t.Error(err)
		}
	})
}

func (s *server) api(t *testing.T) http.Handler {
	t.Helper()
	book, err := seasons.Load()
	if err != nil {
		t.Fatal(err)
	}
	s.o.Accounts, s.o.FTC = accounts.New(s.pool, s.log), ftc.New(s.pool)
	s.o.HasUsers = func(ctx context.Context) (bool, error) { return queries.New(s.pool).UsersExist(ctx) }
	return api.New(api.Options{
		Accounts: s.o.Accounts, Teams: teams.New(s.pool, s.log, []byte(secret)), Scouting: scouting.New(s.pool, s.log, book), FTC: s.o.FTC, Log: s.log,
		Signer:   realtime.Signer{Key: appKey, Secret: secret},
		Realtime: api.RealtimeConfig{Driver: "embedded", Key: appKey},
		Ready:    func(context.Context) error { return nil },
		Logger:   slog.New(slog.DiscardHandler),
	})
}

// entries counts what the database holds of an FTC event.
func (s *server) entries(t *testing.T, code string) int {
	t.Helper()
	n := 0
	err := s.pool.QueryRow(t.Context(), "SELECT count(*) FROM scouting_entries WHERE event_code = $1", code).Scan(&n)
	if err != nil {
		t.Fatal(err)
	}
	return n
}

// occupied names the channels that somebody listens to.
func (s *server) occupied() []realtime.Channel {
	infos, err := s.hub.Channels(appID, "")
	if err != nil {
		return nil
	}
	names := make([]realtime.Channel, 0, len(infos))
	for _, info := range infos {
		names = append(names, info.Name)
	}
	return names
}
