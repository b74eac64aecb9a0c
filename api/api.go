// Package api is the REST face: routes, decoding, problems, and the OpenAPI document. It
// holds no rules and no SQL; each handler calls one method of a feature.
package api

import (
	"context"
	"crypto/rand"
	"log/slog"
	"net/http"
	"net/netip"
	"net/url"
	"strings"
	"time"

	"github.com/go-chi/chi/v5"
	"github.com/go-chi/chi/v5/middleware"
	"github.com/go-chi/cors"
	"github.com/go-chi/httprate"
	"github.com/go-playground/validator/v10"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/accounts/provider"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/ftc/ratings"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// Options is what the API is made of.
type Options struct {
	Accounts *accounts.Service
	Teams    *teams.Service
	Scouting *scouting.Service
	FTC      *ftc.Service
	Live     *live.Service
	Ratings  *ratings.Service
	Follow   *follow.Service
	Facts    func(ctx context.Context) (ServerFacts, error) // what operators are told of this node
	Log      *eventlog.Log
	Events   []realtime.Described // the realtime events, for the document
	Sockets  Sockets              // what operators may know of channels and connections
	App      string               // id of the app that clients subscribe through
	Trace    *inspect.Trace       // the debug log of this node; nil for none
	Signer   realtime.Signer      // of that app
	Realtime RealtimeConfig       // what front ends are told
	Ready    func(ctx context.Context) error
	Pages    http.Handler // everything that is no API: the web app
	Logger   *slog.Logger
	Observer Observer

	Providers *provider.Set // that people may sign in with; nil is none

	Production     bool     // secure cookies, no open origins
	Origins        []string // browsers' origins that may call with credentials
	TrustedProxies []netip.Prefix
	ProxySecret    string // "" means that no proxy may name users
	RateLimit      int    // requests a minute for each token or address; 0 means no limit
}

type server struct {
	o           Options
	logger      *slog.Logger
	router      chi.Router
	description description
	documents   func() (documents, error)
	validate    *validator.Validate
	tries       *tries                // wrong codes and passwords, by address
	answers     *httprate.RateLimiter // all requests, by token or address
	uploads     uploads               // pictures that are being sent
}

// New returns the handler of the API's address.
func New(o Options) http.Handler {
	if o.Providers == nil {
		o.Providers = new(provider.Set)
	}
	s := &server{o: o, logger: o.Logger, router: chi.NewRouter(), description: description{events: o.Events}, validate: newValidator()}
	s.tries = newTries(time.Now)
	if o.RateLimit > 0 {
		s.answers = httprate.NewRateLimiter(o.RateLimit, limitWindow)
	}
	s.middleware()
	s.routes()
	s.serveDocuments()
	s.router.NotFound(s.notFound)
	s.router.MethodNotAllowed(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Allow", strings.Join(s.allowed(r.URL.Path), ", "))
		s.writeProblem(w, r, errMethod.Saying("This address does not take %s.", r.Method))
	})
	return s.router
}

var (
	errTooMany = fault.New(fault.TooMany, "too-many-requests", "Too many requests. Wait as long as Retry-After says.")
	errNoRoute = fault.New(fault.NotFound, "no-such-route", "There is nothing at this address. /openapi.json lists every operation.")
	errMethod  = fault.New(fault.NotAllowed, "method-not-allowed", "This address does not take this method.")
	errOrigin  = fault.New(fault.Forbidden, "cross-origin", "A page of another site may not do this with your cookie.")
	errPanic   = fault.New(fault.Internal, "internal", fault.ErrInternal.Detail)
)

func (s *server) routes() {
	s.accountRoutes()
	s.signInRoutes()
	s.serverRoutes()
	s.teamRoutes()
	s.inviteRoutes()
	s.scoutingRoutes()
	s.analysisRoutes()
	s.quarantineRoutes()
	s.pickListRoutes()
	s.scanRoutes()
	s.exportRoutes()
	s.importRoutes()
	s.assignmentRoutes()
	s.noteRoutes()
	s.pitRoutes()
	s.mediaRoutes()
	s.competitionRoutes()
	s.realtimeRoutes()
	s.socketRoutes()
	s.operationRoutes()
	s.auditRoutes()
	s.relayRoutes()
	s.followRoutes()
	s.peopleRoutes()
	s.factRoutes(s.o.Facts)
}

func (s *server) middleware() {
	s.router.Use(s.identify, s.log, s.recover, secure)
	s.router.Use(cors.Handler(cors.Options{
		AllowOriginFunc:  func(_ *http.Request, origin string) bool { return s.mayCall(origin) },
		AllowedMethods:   []string{"GET", "POST", "PUT", "PATCH", "DELETE"},
		AllowedHeaders:   []string{"Authorization", "Content-Type", "X-User-Id", "Idempotency-Key", "If-None-Match"},
		ExposedHeaders:   []string{"ETag", "Retry-After", "X-Request-Id", "RateLimit", "RateLimit-Policy", "X-RateLimit-Limit", "X-RateLimit-Remaining", "X-RateLimit-Reset"},
		AllowCredentials: true,
		MaxAge:           600,
	}))
	s.router.Use(s.sameOrigin)
	if s.answers != nil {
		s.router.Use(s.limit)
	}
}

// identify gives the request an id and finds its client's address.
func (s *server) identify(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		id := s.givenID(r)
		if id == "" {
			id = rand.Text()[:16]
		}
		w.Header().Set("X-Request-Id", id)
		ctx := context.WithValue(r.Context(), requestIDKey, id)
		address := ClientAddress(r, s.o.TrustedProxies)
		ctx = context.WithValue(ctx, callerKey, &caller{address: bucket(address)})
		ctx = audit.From(ctx, audit.Origin{Address: address.String(), RequestID: id})
		next.ServeHTTP(w, r.WithContext(ctx))
	})
}

// log writes one line for a request, without its query, which may hold secrets.
func (s *server) log(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		start := time.Now()
		ww := middleware.NewWrapResponseWriter(w, r.ProtoMajor)
		next.ServeHTTP(ww, r)
		took := time.Since(start)
		s.served(r, ww.Status(), took)
		s.logger.DebugContext(r.Context(), "request", slog.String("method", r.Method), slog.String("route", chi.RouteContext(r.Context()).RoutePattern()),
			slog.Int("status", ww.Status()), slog.Int("bytes", ww.BytesWritten()), slog.Duration("took", took))
	})
}

// recover turns a panic of one request into its 500; the server goes on.
func (s *server) recover(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer func() {
			cause := recover()
			if cause == http.ErrAbortHandler { //nolint:errorlint // compared as net/http does
				panic(cause) // an answer that must not look whole: net/http cuts the connection
			}
			if cause != nil {
				s.logger.ErrorContext(r.Context(), "panic", slog.Any("cause", cause), slog.String("route", chi.RouteContext(r.Context()).RoutePattern()))
				s.writeProblem(w, r, errPanic)
			}
		}()
		next.ServeHTTP(w, r)
	})
}

func secure(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("X-Frame-Options", "DENY")
		next.ServeHTTP(w, r)
	})
}

// sameOrigin refuses what a foreign page makes a browser send with our cookie. A request
// that names its token in a header was made by a page that CORS has let in.
func (s *server) sameOrigin(next http.Handler) http.Handler {
	guard := http.NewCrossOriginProtection()
	for _, origin := range s.o.Origins {
		if err := guard.AddTrustedOrigin(origin); err != nil {
			s.logger.Warn("an origin is ignored", slog.String("origin", origin), slog.String("error", err.Error()))
		}
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		byHeader := r.Header.Get("Authorization") != "" || r.Header.Get("X-User-Id") != ""
		if err := guard.Check(r); err != nil && !byHeader && !s.mayCall(r.Header.Get("Origin")) {
			s.writeProblem(w, r, errOrigin)
			return
		}
		next.ServeHTTP(w, r)
	})
}

// mayCall reports whether pages of the origin may use the API from a browser: those that
// are configured, and in dev those on this machine.
func (s *server) mayCall(origin string) bool {
	for _, allowed := range s.o.Origins {
		if origin == allowed {
			return true
		}
	}
	if s.o.Production || origin == "" {
		return false
	}
	u, err := url.Parse(origin)
	if err != nil {
		return false
	}
	host := u.Hostname()
	return host == "localhost" || host == "127.0.0.1" || host == "::1"
}

func (s *server) notFound(w http.ResponseWriter, r *http.Request) {
	if s.o.Pages != nil && !strings.HasPrefix(r.URL.Path, "/api/") && (r.Method == http.MethodGet || r.Method == http.MethodHead) {
		s.o.Pages.ServeHTTP(w, r)
		return
	}
	s.writeProblem(w, r, errNoRoute)
}

func (s *server) allowed(path string) []string {
	var methods []string
	for _, method := range []string{"GET", "POST", "PUT", "PATCH", "DELETE"} {
		if s.router.Match(chi.NewRouteContext(), method, path) {
			methods = append(methods, method)
		}
	}
	return methods
}
