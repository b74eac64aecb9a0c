// Package scouting may use teams, ftc and its seasons.
package scouting

import (
	_ "net/http"          // want imports
	_ "net/http/httptest" // want imports

	_ "github.com/jackc/pgx/v5"

	_ "example.org/m/api" // want imports
	_ "example.org/m/ftc"
	_ "example.org/m/queries"
	_ "example.org/m/realtime/eventlog"
	_ "example.org/m/realtime/hub" // want imports
	_ "example.org/m/scouting/seasons"
	_ "example.org/m/teams"
)
