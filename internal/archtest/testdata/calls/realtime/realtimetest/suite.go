// Package realtimetest serves tests.
package realtimetest

import (
	"testing"
	"time"
)

func exercise(t *testing.T) {
	time.Sleep(time.Second) // want sleep
	t.Skip()                // want skip
}
