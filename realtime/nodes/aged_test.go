package nodes

import (
	"testing"
	"testing/synctest"
	"time"
)

// TestWhoWaitsDoesNotCountAgain: many ask while a node is silent, so that counting takes as
// long as a value is fresh. The first counts for all.
func TestWhoWaitsDoesNotCountAgain(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var a aged[int]
		counted := 0
		for range 20 {
			n, err := a.get(func() (int, error) {
				<-time.After(patience)
				counted++
				return counted, nil
			})
			if n != 1 || err != nil {
				t.Fatalf("counted %d times, %v", n, err)
			}
		}
		<-time.After(fresh)
		if n, _ := a.get(func() (int, error) { return 2, nil }); n != 2 {
			t.Errorf("an old value is given: %d", n)
		}
	})
}
