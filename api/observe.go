package api

import (
	"context"
	"net/http"
	"time"

	"github.com/go-chi/chi/v5"

	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// Observer is told of what the API does, for metrics. Its functions are called by many at
// once and must not block; nil is nobody.
type Observer struct {
	Served   func(context.Context, Served) // of each request that was answered
	CaughtUp func(CaughtUp)                // of each read of the event log by a client
}

// Served is one answered request. Nothing in it is from the caller but what the router
// knows: a route that does not exist is "none".
type Served struct {
	Method string
	Route  string // its pattern
	Status int
	Took   time.Duration
}

// CaughtUp is one read of the event log: what a client that was away, or has no socket, got.
type CaughtUp struct {
	Route  string // channel or sync
	Events int
	Resets int // channels of which it was told to start over
}

// RequestID returns the id of the request that the work of ctx belongs to, "" for work of
// the server's own.
func RequestID(ctx context.Context) string { return requestID(ctx) }

// noRoute stands for every address that is no route: pages, their files and mistakes.
const noRoute = "none"

func (s *server) served(r *http.Request, status int, took time.Duration) {
	if s.o.Observer.Served == nil {
		return
	}
	one := Served{Method: r.Method, Route: chi.RouteContext(r.Context()).RoutePattern(), Status: status, Took: took}
	if one.Route == "" || one.Route == "/*" {
		one.Method, one.Route = noRoute, noRoute
	}
	if one.Status == 0 {
		one.Status = http.StatusOK // nothing was written
	}
	s.o.Observer.Served(r.Context(), one)
}

func (s *server) caughtUp(route string, pages ...eventlog.Page) {
	if s.o.Observer.CaughtUp == nil {
		return
	}
	one := CaughtUp{Route: route}
	for _, page := range pages {
		one.Events += len(page.Events)
		if page.Reset {
			one.Resets++
		}
	}
	s.o.Observer.CaughtUp(one)
}
