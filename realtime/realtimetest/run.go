package realtimetest

import (
	"context"
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
)

// Phase is when a row can run beside others.
type Phase int

// The phases, in their order.
const (
	Serving  Phase = iota // any number of rows at once
	Hostile               // one row at a time: a server could be ended by it
	Stopping              // one row: the server ends
)

// row is one rule of the protocol and how a user sees that it holds.
type row struct {
	name  string
	phase Phase
	needs []Feature
	app   string // AppMain if it is ""
	check func(r *rig)
}

// rows returns the whole suite.
func rows() []row {
	return slices.Concat(handshakeRows(), livenessRows(), channelRows(), presenceRows(), cacheRows(), countRows(), clientEventRows(), userRows(),
		triggerRows(), questionRows(), signatureRows(), webhookRows(), hostileRows(), stopRows())
}

// name is that of the subtest that holds the rows of the phase.
func (p Phase) name() string { return [...]string{"serving", "hostile", "stopping"}[p] }

// Rows returns the names that Run gives the subtests of the rows, such as "serving/events".
func Rows() []string {
	var names []string
	for _, r := range rows() {
		names = append(names, r.phase.name()+"/"+r.name)
	}
	return names
}

// lacks returns what the row needs and the server does not claim, or "".
func (r row) lacks(s *Server) string {
	for _, f := range r.needs {
		if !slices.Contains(s.Claims, f) {
			return string(f)
		}
	}
	if _, ok := s.app(r.appID()); !ok {
		return "app " + r.appID()
	}
	return ""
}

func (r row) appID() string {
	if r.app == "" {
		return AppMain
	}
	return r.app
}

// Run holds the server to every row that it claims, each in a subtest of its own, and
// returns the names of the rows that it does not claim. The server has ended after it if
// it can be stopped.
func Run(t *testing.T, s Server) (notClaimed []string) {
	t.Helper()
	turns := &turns{}
	t.Cleanup(turns.canaries.close)
	for _, phase := range []Phase{Serving, Hostile, Stopping} {
		t.Run(phase.name(), func(t *testing.T) {
			for _, row := range rows() {
				if row.phase != phase {
					continue
				}
				if lack := row.lacks(&s); lack != "" {
					t.Logf("not claimed: %s (%s)", row.name, lack)
					notClaimed = append(notClaimed, row.name)
					continue
				}
				t.Run(row.name, func(t *testing.T) {
					if phase == Serving {
						t.Parallel()
					}
					row.check(newRig(t, &s, row, turns))
				})
			}
		})
	}
	return notClaimed
}

// Outcome is what a row came to.
type Outcome struct {
	Row        string
	NotClaimed string   // what the server does not claim; the row was not run
	Failures   []string // empty when the row passed
}

// atOnce is how many rows Check runs beside each other.
const atOnce = 8

// Check runs the rows of a phase and returns what they came to, in the order of Rows. It
// calls serve for a server: once for all rows that run beside others, else for each row,
// because a row may have ended the one before.
func Check(ctx context.Context, phase Phase, serve func() Server) []Outcome {
	chosen := slices.DeleteFunc(rows(), func(r row) bool { return r.phase != phase })
	outcomes := make([]Outcome, len(chosen))
	turns, slots := &turns{}, make(chan struct{}, atOnce)
	var running sync.WaitGroup
	var s Server
	for i, row := range chosen {
		if i == 0 || phase != Serving {
			s = serve()
		}
		outcomes[i] = Outcome{Row: row.name, NotClaimed: row.lacks(&s)}
		if outcomes[i].NotClaimed != "" {
			continue
		}
		slots <- struct{}{}
		check := func() {
			outcomes[i].Failures = record(ctx, func(t tester) { row.check(newRig(t, &s, row, turns)) })
			<-slots
		}
		if phase == Serving {
			running.Go(check)
		} else {
			check()
		}
	}
	running.Wait()
	return outcomes
}

// tester is what a row needs of a *testing.T.
type tester interface {
	Helper()
	Errorf(format string, args ...any)
	Fatalf(format string, args ...any)
	Cleanup(f func())
	Context() context.Context
}

// recorder is a tester that keeps what it is told.
type recorder struct {
	ctx      context.Context // as a testing.T has one
	failures []string
	cleanups []func()
}

// record runs a check to its end and returns its failures.
func record(ctx context.Context, check func(t tester)) []string {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	r := &recorder{ctx: ctx}
	done := make(chan struct{})
	go func() { // Fatalf ends its goroutine
		defer close(done)
		defer func() {
			for _, clean := range slices.Backward(r.cleanups) {
				clean()
			}
		}()
		check(r)
	}()
	<-done
	return r.failures
}

func (r *recorder) Helper()                  {}
func (r *recorder) Cleanup(f func())         { r.cleanups = append(r.cleanups, f) }
func (r *recorder) Context() context.Context { return r.ctx }

func (r *recorder) Errorf(format string, args ...any) {
	r.failures = append(r.failures, strings.TrimSpace(fmt.Sprintf(format, args...)))
}

func (r *recorder) Fatalf(format string, args ...any) {
	r.Errorf(format, args...)
	runtime.Goexit()
}
