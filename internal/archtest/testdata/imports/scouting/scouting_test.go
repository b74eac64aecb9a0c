package scouting_test

import (
	_ "net/http/httptest"

	_ "example.org/m/api" // want imports
	_ "example.org/m/internal/pgtest"
	_ "example.org/m/scouting"
)
