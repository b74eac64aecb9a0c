package api

import (
	"net/http"
	"reflect"
	"runtime/debug"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
)

var errNotReady = fault.New(fault.Unavailable, "not-ready", "The server is starting, stopping, or cannot reach its database.")

// health is what /api/health says.
type health struct {
	Status  string `json:"status"` // ok
	Version string `json:"version"`
}

func (s *server) operationRoutes() {
	const tag = "operations"
	version := "dev"
	if info, ok := debug.ReadBuildInfo(); ok && info.Main.Version != "" {
		version = info.Main.Version
	}
	add(s, route[nothing, health]{method: "GET", path: "/api/health", tag: tag, summary: "The process is alive.",
		handle: func(*http.Request, accounts.Actor, nothing) (reply[health], error) {
			return reply[health]{Data: health{Status: "ok", Version: version}}, nil
		}})
	add(s, route[nothing, nothing]{method: "GET", path: "/ready", tag: tag, summary: "Database and hub can serve.",
		handle: func(r *http.Request, _ accounts.Actor, _ nothing) (reply[nothing], error) {
			if err := s.o.Ready(r.Context()); err != nil {
				return reply[nothing]{}, errNotReady.Because(err)
			}
			return reply[nothing]{}, nil
		}})
}

func typeOf[T any]() reflect.Type { return reflect.TypeFor[T]() }
