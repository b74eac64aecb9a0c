package pgtest_test

import (
	"testing"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func TestFresh(t *testing.T) {
	for range 5 {
		t.Run("one", func(t *testing.T) {
			db := pgtest.New(t)
			if _, err := db.Exec(t.Context(), "CREATE TABLE mine (n int)"); err != nil {
				t.Fatal(err)
			}
		})
	}
}

func BenchmarkNew(b *testing.B) {
	for b.Loop() {
		b.Run("", func(b *testing.B) {})
	}
}
