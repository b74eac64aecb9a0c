// Package relay reads the log through a small interface.
package relay

import (
	_ "example.org/m/realtime"
	_ "example.org/m/realtime/eventlog" // want imports
)
