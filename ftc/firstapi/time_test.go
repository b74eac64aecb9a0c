package firstapi_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
)

// direct hands requests to the fake without a network, so that time can be a fake one, and
// notes when they come.
type direct struct {
	fake *firstapitest.Server

	mu    sync.Mutex // guards times
	times []time.Time
}

func (d *direct) RoundTrip(r *http.Request) (*http.Response, error) {
	d.mu.Lock()
	d.times = append(d.times, time.Now())
	d.mu.Unlock()
	w := httptest.NewRecorder()
	d.fake.ServeHTTP(w, r)
	if err := r.Context().Err(); err != nil {
		return nil, err
	}
	return w.Result(), nil
}

// gaps are the times between the requests.
func (d *direct) gaps() []time.Duration {
	d.mu.Lock()
	defer d.mu.Unlock()
	var gaps []time.Duration
	for i := 1; i < len(d.times); i++ {
		gaps = append(gaps, d.times[i].Sub(d.times[i-1]))
	}
	return gaps
}

// usual returns a client with the usual times. It belongs into a synctest bubble.
func usual(t *testing.T) (*firstapi.Client, *direct) {
	t.Helper()
	fake, err := firstapitest.New(time.Now)
	must(t, err)
	d := &direct{fake: fake}
	c, err := firstapi.New(firstapi.Options{Username: firstapitest.Username, Token: firstapitest.Token, Transport: d})
	must(t, err)
	return c, d
}

func TestCallsBeginAQuarterOfASecondApart(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, d := usual(t)
		var wg sync.WaitGroup
		for season := range 10 { // ten different calls
			wg.Go(func() {
				_, err := c.Events(t.Context(), 2010+season, firstapi.Since{})
				if err != nil {
					t.Error(err)
				}
			})
		}
		wg.Wait()
		gaps := d.gaps()
		for _, gap := range gaps {
			if gap < 250*time.Millisecond || gap > 260*time.Millisecond {
				t.Errorf("gaps of %v", gaps)
			}
		}
		if len(gaps) != 9 {
			t.Errorf("%d gaps", len(gaps))
		}
	})
}

func TestFailedCallsAreRepeatedWithGrowingPauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, d := usual(t)
		d.fake.Fail(firstapitest.Trouble{Kind: firstapitest.Busy})
		if _, err := c.CurrentSeason(t.Context()); !errors.Is(err, firstapi.ErrUnavailable) {
			t.Error(err)
		}
		gaps := d.gaps()
		if len(gaps) != 3 {
			t.Fatalf("gaps of %v", gaps)
		}
		for i, gap := range gaps {
			most := time.Second << i
			if gap < most/2 || gap > most {
				t.Errorf("pause %d is %s, wanted %s to %s", i, gap, most/2, most)
			}
		}
	})
}

func TestABusyServerIsLeftAloneAsLongAsItAsks(t *testing.T) {
	for name, header := range map[string]func() string{
		"seconds": func() string { return "20" },
		"a date":  func() string { return time.Now().Add(20 * time.Second).UTC().Format(http.TimeFormat) },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, d := usual(t)
				d.fake.Fail(firstapitest.Trouble{Kind: firstapitest.Busy, RetryAfter: header(), Times: 1})
				failed := make(chan error)
				go func() { _, err := c.CurrentSeason(t.Context()); failed <- err }()
				synctest.Wait()
				if _, err := c.Events(t.Context(), 2025, firstapi.Since{}); err != nil { // another call waits as well
					t.Error(err)
				}
				if err := <-failed; err != nil {
					t.Error(err)
				}
				if gaps := d.gaps(); len(gaps) != 2 || gaps[0] < 20*time.Second || gaps[0] > 22*time.Second {
					t.Errorf("gaps of %v", gaps)
				}
			})
		})
	}
}

func TestACallDoesNotWaitForAnHour(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, d := usual(t)
		d.fake.Fail(firstapitest.Trouble{Kind: firstapitest.Busy, RetryAfter: "3000", Times: 1})
		began := time.Now()
		for range 2 { // the second one reaches nobody
			if _, err := c.CurrentSeason(t.Context()); !errors.Is(err, firstapi.ErrUnavailable) {
				t.Error(err)
			}
		}
		if took := time.Since(began); took > time.Second || len(d.times) != 1 {
			t.Errorf("it took %s and %d requests", took, len(d.times))
		}
		pass(3002 * time.Second)
		if _, err := c.CurrentSeason(t.Context()); err != nil || len(d.times) != 2 {
			t.Errorf("afterwards: %v, %d requests", err, len(d.times))
		}
	})
}

func TestAnAbsurdRetryAfterIsCut(t *testing.T) {
	for _, header := range []string{"2000000000", "-5", "soon", "Mon, 01 Jan 2999 00:00:00 GMT"} {
		synctest.Test(t, func(t *testing.T) {
			c, d := usual(t)
			d.fake.Fail(firstapitest.Trouble{Kind: firstapitest.Busy, RetryAfter: header, Times: 1})
			_, _ = c.CurrentSeason(t.Context())
			pass(time.Hour + 2*time.Second)
			if _, err := c.CurrentSeason(t.Context()); err != nil {
				t.Errorf("%q: %v after an hour", header, err)
			}
		})
	}
}

func TestAServerThatHangsIsGivenUp(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c, d := usual(t)
		d.fake.Fail(firstapitest.Trouble{Kind: firstapitest.Hang})
		began := time.Now()
		_, err := c.CurrentSeason(t.Context())
		if took := time.Since(began); !errors.Is(err, firstapi.ErrUnavailable) || took < 60*time.Second || took > 70*time.Second {
			t.Errorf("%v after %s", err, took)
		}
	})
}

// TestACallersDeadlineHolds in whatever the client is waiting for.
func TestACallersDeadlineHolds(t *testing.T) {
	for name, trouble := range map[string]firstapitest.Trouble{
		"for an answer": {Kind: firstapitest.Hang}, "for another try": {Kind: firstapitest.Busy}, "for a busy server": {Kind: firstapitest.Busy, RetryAfter: "30"},
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				c, d := usual(t)
				d.fake.Fail(trouble)
				ctx, cancel := context.WithTimeout(t.Context(), 300*time.Millisecond)
				defer cancel()
				began := time.Now()
				_, err := c.Rankings(ctx, d.fake.Event(), firstapi.Since{})
				if took := time.Since(began); !errors.Is(err, context.DeadlineExceeded) || took != 300*time.Millisecond {
					t.Errorf("%v after %s", err, took)
				}
			})
		})
	}
}

// TestTheFakeByAnyClock is how a demo plays the event at another speed.
func TestTheFakeByAnyClock(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		began, opening := time.Now(), day(t, "10:00:00")
		fake, err := firstapitest.New(func() time.Time { return opening.Add(60 * time.Since(began)) })
		must(t, err)
		c, err := firstapi.New(firstapi.Options{Username: firstapitest.Username, Token: firstapitest.Token, Transport: &direct{fake: fake}})
		must(t, err)
		pass(7 * time.Second) // seven minutes of the event
		reply, err := c.Results(t.Context(), ftc.Event{EventKey: fake.Event()}, ftc.Qual, firstapi.Since{})
		if err != nil || len(reply.Rows) != 1 {
			t.Errorf("%d results, %v", len(reply.Rows), err)
		}
	})
}

// pass lets the time of a bubble go on.
func pass(d time.Duration) { <-time.After(d) }
