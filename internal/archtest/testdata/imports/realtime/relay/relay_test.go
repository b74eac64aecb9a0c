package relay_test

import (
	_ "example.org/m/internal/pgtest"
	_ "example.org/m/realtime/eventlog"
	_ "example.org/m/scouting" // want imports
)
