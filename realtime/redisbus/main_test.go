package redisbus_test

import (
	"flag"
	"testing"

	"go.uber.org/goleak"
)

// TestMain lets more tests run at once than there are processors: they wait for leases.
func TestMain(m *testing.M) {
	_ = flag.Set("test.parallel", "9") // what the command line says comes later
	goleak.VerifyTestMain(m)
}
