// Package protocol encodes and decodes.
package protocol

import (
	_ "net/http" // want imports

	_ "example.org/m/realtime/hub" // want imports
)
