// Package api speaks HTTP and knows neither SQL nor the hub.
package api

import (
	_ "database/sql" // want imports
	_ "net/http"

	_ "github.com/go-chi/chi/v5"
	_ "github.com/jackc/pgx/v5" // want imports

	_ "example.org/m/accounts"
	_ "example.org/m/queries"      // want imports
	_ "example.org/m/realtime/hub" // want imports
	_ "example.org/m/scouting"
)
