// Package hub knows the protocol, and neither SQL nor features.
package hub

import (
	_ "net/http"

	_ "github.com/jackc/pgx/v5/pgxpool" // want imports

	_ "example.org/m/queries" // want imports
	_ "example.org/m/realtime"
	_ "example.org/m/realtime/eventlog" // want imports
	_ "example.org/m/realtime/protocol"
	_ "example.org/m/realtime/redisbus" // want imports
	_ "example.org/m/teams"             // want imports
)
