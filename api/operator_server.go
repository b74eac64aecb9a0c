package api

import (
	"context"
	"net/http"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
)

// ServerFacts are what a node knows of itself besides its hub. The program hands them in.
type ServerFacts struct {
	Version        string        `json:"version"`
	Go             string        `json:"go"` // that it was built with
	Host           string        `json:"host"`
	StartedAt      time.Time     `json:"startedAt"`
	UptimeSeconds  int64         `json:"uptimeSeconds"`
	Driver         string        `json:"driver"` // who carries events to sockets
	Production     bool          `json:"production"`
	Database       DatabaseFacts `json:"database"`
	EventRetention string        `json:"eventRetention"` // how long clients can catch up; "for ever" is one
	AuditRetention string        `json:"auditRetention"`
	Backup         string        `json:"backup"` // the command that makes one
	Settings       []Setting     `json:"settings"`
}

// DatabaseFacts are about a node's database.
type DatabaseFacts struct {
	Embedded  bool      `json:"embedded"` // this node runs it itself
	Version   string    `json:"version"`  // of PostgreSQL
	Bytes     int64     `json:"bytes"`    // on its disk
	Migration int64     `json:"migration"`
	Known     int64     `json:"known"` // the newest migration of this program
	Pool      PoolFacts `json:"pool"`
}

// PoolFacts are about the connections that requests share.
type PoolFacts struct {
	Max      int32 `json:"max"`
	Open     int32 `json:"open"`
	Busy     int32 `json:"busy"`
	Waits    int64 `json:"waits"`    // since the start: requests that found none free
	WaitedMS int64 `json:"waitedMs"` // by all of them together
}

// Setting is one value of the configuration as it applies. Secrets come masked.
type Setting struct {
	Name   string `json:"name"`
	Value  string `json:"value"`
	Source string `json:"source"` // default, flag, generated, secrets.json, or the name of a variable
	Secret bool   `json:"secret,omitempty"`
}

// factRoutes are about the program itself.
func (s *server) factRoutes(facts func(ctx context.Context) (ServerFacts, error)) {
	add(s, route[nothing, ServerFacts]{method: "GET", path: "/api/operator/server", tag: "operations", access: operators,
		summary: "What the node that answers knows of itself: version, database, retention, and its configuration with secrets masked.",
		handle: func(r *http.Request, _ accounts.Actor, _ nothing) (reply[ServerFacts], error) {
			told, err := facts(r.Context())
			return reply[ServerFacts]{Data: told}, err
		}})
}
