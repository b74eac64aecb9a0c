// Package analytics is pure.
package analytics

import (
	_ "math"
	_ "net" // want imports
	_ "os"  // want imports

	_ "gonum.org/v1/gonum/mat"

	_ "example.org/m/fault" // want imports
)
