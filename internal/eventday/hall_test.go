package eventday

import (
	"bytes"
	"context"
	"io"
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
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/relay"
	"github.com/ftcmetrics/ftcmetrics/realtime/webhook"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const (
	appID     = "hall"
	appKey    = "hall-key"
	appSecret = "a secret of the hall's tests, 32 and more"

	// patience is for conditions: far more than they take, also on a busy machine.
	patience = 30 * time.Second
)

// hall is the program's parts, connected as cmd does it, on a database of its own.
type hall struct {
	pool     *pgxpool.Pool
	log      *eventlog.Log
	hub      *hub.Hub
	relay    *relay.Relay
	accounts *accounts.Service
	ftc      *ftc.Service
	live     *live.Service
	book     *seasons.Book
	handler  http.Handler
	payloads payloads // what frames are held to
	url      string
	owner    string // token of an operator

	logs     *notebook // everything that the server logs
	webhooks *notebook // everything that its endpoint is told
}

// notebook keeps what is written to it.
type notebook struct {
	mu  sync.Mutex // guards raw
	raw bytes.Buffer
}

// Write adds to the notebook.
func (n *notebook) Write(p []byte) (int, error) {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.raw.Write(p)
}

func (n *notebook) text() string {
	n.mu.Lock()
	defer n.mu.Unlock()
	return n.raw.String()
}

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// open builds the hall, which logs from that level on. Its parts end with the test.
func open(t testing.TB, level slog.Level) *hall {
	t.Helper()
	h := empty(t, level)
	grant, err := h.accounts.CreateOwner(t.Context(), accounts.NewOwner{DisplayName: "Operator"})
	must(t, err)
	h.owner = grant.Token
	return h
}

// empty builds a hall without any users.
func empty(t testing.TB, level slog.Level) *hall {
	t.Helper()
	h := &hall{pool: pgtest.New(t), logs: new(notebook), webhooks: new(notebook)}
	h.log = eventlog.New(h.pool, func(channel realtime.Channel, seq int64) { h.relay.Hint(channel, seq) })
	logger := slog.New(slog.NewTextHandler(h.logs, &slog.HandlerOptions{Level: level}))
	h.openHub(t, logger)
	h.openAPI(t, logger)
	return h
}

func (h *hall) openHub(t testing.TB, logger *slog.Logger) {
	t.Helper()
	endpoint := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(h.webhooks, r.Body) // what broke off is sent again
	}))
	t.Cleanup(endpoint.Close)
	hooks, err := webhook.New(webhook.Options{AnyAddress: true, Logger: logger, Apps: []webhook.App{{
		ID: appID, Key: appKey, Secret: appSecret, Endpoints: []webhook.Endpoint{{URL: endpoint.URL, EventTypes: webhook.EventTypes()}},
	}}})
	must(t, err)
	h.hub, err = hub.New(hub.Options{
		Apps: []hub.App{{ID: appID, Key: appKey, Secret: appSecret}}, Logger: logger, Notify: hooks.Notify,
		OnOccupied: func(_ string, channel realtime.Channel, at time.Time) { h.relay.HeardBy(channel, at) },
	})
	must(t, err)
	h.relay = relay.New(relay.Options{
		Log: h.log, Publisher: h.hub.Publisher(appID), Control: eventlog.Control, Logger: logger,
		Occupied:  h.occupied,
		Listening: func(channel realtime.Channel) bool { return h.hub.Occupied(appID, channel) },
	})
	must(t, h.relay.Start(t.Context()))
	ctx, stop := context.WithCancel(context.Background())
	var work sync.WaitGroup
	work.Go(func() { h.relay.Run(ctx) })
	t.Cleanup(func() {
		limit, cancel := context.WithTimeout(context.Background(), patience)
		defer cancel()
		if err := h.hub.Shutdown(limit); err != nil {
			t.Error(err)
		}
		stop()
		work.Wait()
		_ = hooks.Shutdown(limit) // what nobody took by now is of no interest
	})
}

func (h *hall) openAPI(t testing.TB, logger *slog.Logger) {
	t.Helper()
	var err error
	h.book, err = seasons.Load()
	must(t, err)
	h.accounts, h.ftc, h.live = accounts.New(h.pool, h.log), ftc.New(h.pool), live.New(h.pool, h.log, time.Now)
	h.handler = api.New(api.Options{
		Events:   registry(),
		Accounts: h.accounts, Teams: teams.New(h.pool, h.log, []byte(appSecret)), Scouting: scouting.New(h.pool, h.log, h.book), FTC: h.ftc, Live: h.live, Log: h.log,
		Signer:   realtime.Signer{Key: appKey, Secret: appSecret},
		Realtime: api.RealtimeConfig{Driver: "embedded", Key: appKey},
		Ready:    func(ctx context.Context) error { return h.pool.Ping(ctx) },
		Logger:   logger,
	})
	document := httptest.NewRecorder()
	h.handler.ServeHTTP(document, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
	h.payloads, err = readPayloads(document.Body.Bytes())
	must(t, err)
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/app/") {
			h.hub.ServeSocket(w, r)
			return
		}
		h.handler.ServeHTTP(w, r)
	}))
	t.Cleanup(web.Close)
	h.url = web.URL
}

func (h *hall) occupied() []realtime.Channel {
	infos, err := h.hub.Channels(appID, "")
	if err != nil {
		return nil // the app was there when the hub was made
	}
	names := make([]realtime.Channel, 0, len(infos))
	for _, info := range infos {
		names = append(names, info.Name)
	}
	return names
}
