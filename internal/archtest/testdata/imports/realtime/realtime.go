// Package realtime is vocabulary.
package realtime

import (
	_ "example.org/m/fault"
	_ "example.org/m/realtime/hub" // want imports
)
