// Package eventlog is SQL.
package eventlog

import (
	_ "github.com/jackc/pgx/v5"

	_ "example.org/m/queries"
	_ "example.org/m/realtime"
	_ "example.org/m/realtime/hub" // want imports
)
