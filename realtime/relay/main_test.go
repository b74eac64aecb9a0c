package relay_test

import (
	"testing"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }
