package api_test

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/getkin/kin-openapi/openapi3"
	"github.com/getkin/kin-openapi/openapi3filter"
	"github.com/getkin/kin-openapi/routers"
	"github.com/getkin/kin-openapi/routers/gorillamux"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/ftc/ratings"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/nodes"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

// server is the real API on a real database, and a client of it that holds every answer
// against the OpenAPI document.
type server struct {
	t         *testing.T
	url       string
	described // by its own document
	handler   http.Handler
	logs      *bytes.Buffer
	owner     string // token of an operator
	accounts  *accounts.Service
	ftc       *ftc.Service
	ratings   *ratings.Service
	pool      *pgxpool.Pool
	hub       *hub.Hub
	count     func() (entries, events int)
}

func newServer(t *testing.T, change ...func(*api.Options)) *server {
	t.Helper()
	pool := pgtest.New(t)
	log := eventlog.New(pool, func(realtime.Channel, int64) {})
	book, err := seasons.Load()
	must(t, err)
	s := &server{t: t, pool: pool, logs: new(bytes.Buffer), accounts: accounts.New(pool, log), ftc: ftc.New(pool)}
	s.ratings = ratings.New(pool, log, time.Now, slog.New(slog.DiscardHandler))
	o := api.Options{
		Accounts: s.accounts, Teams: teams.New(pool, log, []byte("a key for tests, 32 bytes or more")), Scouting: scouting.New(pool, log, book),
		FTC: s.ftc, Live: live.New(pool, log, time.Now), Ratings: s.ratings, Log: log, Signer: realtime.Signer{Key: "key", Secret: "secret of the tests"},
		Realtime:       api.RealtimeConfig{Driver: "embedded", Key: "key", Port: 6001, AuthEndpoint: "/api/pusher/auth"},
		Events:         []realtime.Described{scouting.EntryCreated.Describe(), scouting.PublicEntry.Describe(), teams.MemberLeft.Describe()},
		Ready:          func(ctx context.Context) error { return pool.Ping(ctx) },
		Logger:         slog.New(slog.NewTextHandler(s.logs, &slog.HandlerOptions{Level: slog.LevelDebug})),
		TrustedProxies: []netip.Prefix{netip.MustParsePrefix("10.0.0.0/8")},
	}
	o.Follow = follow.NewService(pool, log, true, time.Now)
	o.Facts = func(context.Context) (api.ServerFacts, error) {
		return api.ServerFacts{Version: "of the tests", Settings: []api.Setting{}}, nil
	}
	o.Trace = inspect.NewTrace("here")
	s.hub, err = hub.New(hub.Options{Apps: []hub.App{{ID: "app", Key: o.Signer.Key, Secret: o.Signer.Secret, ClientMessages: true, UserAuthentication: true}}, Trace: o.Trace})
	must(t, err)
	t.Cleanup(func() { _ = s.hub.Shutdown(context.Background()) })
	o.Sockets = nodes.New(nodes.Options{Hub: s.hub, Trace: o.Trace, ID: "here", App: "app"})
	o.App = "app"
	for _, f := range change {
		f(&o)
	}
	s.handler = api.New(o)
	web := httptest.NewServer(s.handler)
	t.Cleanup(web.Close)
	s.url = web.URL
	s.described = describedBy(t, s.handler)
	grant, err := s.accounts.CreateOwner(t.Context(), accounts.NewOwner{DisplayName: "Owner"})
	must(t, err)
	s.owner = grant.Token
	s.count = func() (entries, events int) {
		must(t, pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM scouting_entries), (SELECT count(*) FROM channel_events WHERE name LIKE 'scouting:%')`).Scan(&entries, &events))
		return entries, events
	}
	return s
}

type described struct {
	document *openapi3.T
	routes   routers.Router
}

var theDocument struct {
	sync.Mutex
	described
}

// describedBy returns the document of the API and its routes. It is the same for every
// server of these tests, so that the first is asked for all.
func describedBy(t *testing.T, handler http.Handler) described {
	t.Helper()
	theDocument.Lock()
	defer theDocument.Unlock()
	if theDocument.document == nil {
		answer := httptest.NewRecorder()
		handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "/openapi.json", nil))
		document, err := openapi3.NewLoader().LoadFromData(answer.Body.Bytes())
		must(t, err)
		document.Servers = nil // whatever address a server of the tests has
		routes, err := gorillamux.NewRouter(document)
		must(t, err)
		theDocument.described = described{document, routes}
	}
	return theDocument.described
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// answer is what came back.
type answer struct {
	status int
	header http.Header
	body   string
}

func (a answer) into(t *testing.T, data any) {
	t.Helper()
	if err := json.Unmarshal([]byte(a.body), &struct {
		Data any `json:"data"`
	}{data}); err != nil {
		t.Fatalf("%s: %v", a.body, err)
	}
}

// problem is the part of a problem that tests look at.
type problem struct {
	Type, Detail, Error string
	Status              int
	Success             bool
	Errors              []struct{ Pointer, Detail string }
	Current             json.RawMessage
}

func (a answer) problem(t *testing.T) problem {
	t.Helper()
	var p problem
	if err := json.Unmarshal([]byte(a.body), &p); err != nil {
		t.Fatalf("%q is no problem: %v", a.body, err)
	}
	if p.Status != a.status || p.Success || p.Error != p.Detail || a.header.Get("Content-Type") != "application/problem+json" {
		t.Errorf("a problem of the wrong form: %d %s %s", a.status, a.header.Get("Content-Type"), a.body)
	}
	return p
}

// call sends a request; headers are pairs.
func (s *server) call(method, path, token, body string, headers ...string) answer {
	s.t.Helper()
	request, err := http.NewRequestWithContext(s.t.Context(), method, s.url+path, strings.NewReader(body))
	must(s.t, err)
	if body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(headers); i += 2 {
		request.Header.Set(headers[i], headers[i+1])
	}
	return s.send(request)
}

func (s *server) send(request *http.Request) answer {
	s.t.Helper()
	response, err := http.DefaultClient.Do(request)
	must(s.t, err)
	raw, err := io.ReadAll(response.Body)
	must(s.t, err)
	must(s.t, response.Body.Close())
	s.hold(request, response, raw)
	return answer{response.StatusCode, response.Header, string(raw)}
}

// hold fails the test when the answer is not what the document promises.
func (s *server) hold(request *http.Request, response *http.Response, raw []byte) {
	s.t.Helper()
	route, params, err := s.routes.FindRoute(request)
	if err != nil {
		return // not an operation: tests of wrong addresses do that on purpose
	}
	input := &openapi3filter.ResponseValidationInput{
		RequestValidationInput: &openapi3filter.RequestValidationInput{Request: request, PathParams: params, Route: route},
		Status:                 response.StatusCode, Header: response.Header,
		Options: &openapi3filter.Options{IncludeResponseStatus: response.StatusCode < 400},
	}
	input.SetBodyBytes(raw)
	if err := openapi3filter.ValidateResponse(s.t.Context(), input); err != nil {
		s.t.Errorf("%s %s: the answer is not as described: %v", request.Method, request.URL.Path, err)
	}
}

// team makes a workspace and returns its id.
func (s *server) team(token string) string {
	s.t.Helper()
	a := s.call("POST", "/api/user-teams", token, `{"teamNumber":8569}`)
	var team struct{ ID string }
	a.into(s.t, &team)
	return team.ID
}

// join makes a member of the team and returns their token and id.
func (s *server) join(teamID, role string) (token, id string) {
	s.t.Helper()
	var invite struct{ Code string }
	s.call("POST", "/api/user-teams/"+teamID+"/invites", s.owner, `{"role":"`+role+`","maxUses":1}`).into(s.t, &invite)
	var joined struct {
		Token string
		User  struct{ ID string }
	}
	s.call("POST", "/api/join", "", `{"code":"`+invite.Code+`","displayName":"Scout 7"}`).into(s.t, &joined)
	return joined.Token, joined.User.ID
}
