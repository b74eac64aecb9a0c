package accounts_test

import (
	"errors"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
)

// TestAnUnknownAddressTakesAsLong: by the time that a wrong sign-in takes, nobody learns who
// has an account. Without the hash that is made in vain it would be a hundredth.
func TestAnUnknownAddressTakesAsLong(t *testing.T) {
	s, _ := newService(t)
	owner(t, s)
	took := map[string][]time.Duration{}
	for range 9 { // in turn, so that a busy machine is as busy for both
		for _, address := range []string{"ada@example.org", "nobody@example.org"} {
			began := time.Now()
			if _, err := s.SignIn(t.Context(), address, "not the password", accounts.Device{}); !errors.Is(err, accounts.ErrBadLogin) {
				t.Fatal(err)
			}
			took[address] = append(took[address], time.Since(began))
		}
	}
	middle := func(address string) time.Duration { return slices.Sorted(slices.Values(took[address]))[4] }
	known, unknown := middle("ada@example.org"), middle("nobody@example.org")
	t.Logf("a wrong password %v, an unknown address %v", known, unknown)
	if unknown < known/2 || unknown > known*2 {
		t.Errorf("a wrong password takes %v and an unknown address %v", known, unknown)
	}
}

// TestABurstOfSignInsFitsIntoMemory has 50 people sign in at once: a hash takes 19 MiB, and
// no more are made at a time than there are cores. Who waits too long is told to come back.
func TestABurstOfSignInsFitsIntoMemory(t *testing.T) {
	s, _ := newService(t)
	owner(t, s)
	inUse := func() uint64 {
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	runtime.GC()
	before, most := inUse(), uint64(0)
	done := make(chan struct{})
	var people, watching sync.WaitGroup
	for range 50 {
		people.Go(func() {
			_, err := s.SignIn(t.Context(), "ada@example.org", password, accounts.Device{})
			if err != nil && fault.From(err).Kind != fault.Unavailable {
				t.Error(err)
			}
		})
	}
	watching.Go(func() {
		for ticker := time.NewTicker(time.Millisecond); ; {
			select {
			case <-done:
				return
			case <-ticker.C:
				most = max(most, inUse())
			}
		}
	})
	people.Wait()
	close(done)
	watching.Wait()
	if limit := before + uint64(runtime.NumCPU()+1)*19<<20 + 20<<20; most > limit {
		t.Errorf("%d MiB in use, %d before; at most %d", most>>20, before>>20, limit>>20)
	}
	t.Logf("%d MiB in use, %d before", most>>20, before>>20)
}
