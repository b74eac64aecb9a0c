package teams

import (
	"os"
	"testing"
	"testing/synctest"
	"time"

	"pgregory.net/rapid"
)

func init() {} // want init

func TestX(t *testing.T) {
	time.Sleep(time.Second) // want sleep
	if testing.Short() {
		t.Skip("short") // want skip
	}
	t.Run("y", func(tt *testing.T) {
		tt.SkipNow() // want skip
	})
	synctest.Test(t, func(t *testing.T) {
		time.Sleep(time.Second)
		t.Skipf("%d", 1) // want skip
	})
	_ = os.Getenv("CI") // want environment
}

func helper(tb testing.TB) {
	tb.Skip() // want skip
}

func property(t *rapid.T) {
	t.Skip("discards one draw, not the test")
}
