package webhook

import (
	"context"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// bubble runs f in a bubble with a sender whose endpoint answers as status says.
func bubble(t *testing.T, status func(nth int) int, f func(t *testing.T, s *Sender, e *endpoints, log *logBook)) {
	t.Helper()
	synctest.Test(t, func(t *testing.T) {
		e, log := &endpoints{t: t, status: status}, &logBook{}
		s, err := newSender(Options{AnyAddress: true, Logger: log.logger(), Apps: []App{testApp(Endpoint{URL: "http://user.example/hook?token=private"})}}, e)
		must(t, err)
		defer stop(t, s)
		f(t, s, e, log)
	})
}

func (e *endpoints) expect(when, want string) {
	e.t.Helper()
	synctest.Wait()
	if got := e.events(); got != want {
		e.t.Errorf("%s: got %q, want %q", when, got, want)
	}
}

func TestGrace(t *testing.T) {
	vacated := hub.Notice{Event: hub.NoticeVacated, Channel: "presence-a"}
	added := func(user string) hub.Notice {
		return hub.Notice{Event: hub.NoticeMemberAdded, Channel: "presence-a", UserID: user}
	}
	removed := func(user string) hub.Notice {
		return hub.Notice{Event: hub.NoticeMemberRemoved, Channel: "presence-a", UserID: user}
	}
	elsewhere := func(n hub.Notice, at time.Time) hub.Notice {
		n.Elsewhere, n.At = true, at
		return n
	}
	for _, c := range []struct {
		name  string
		first []hub.Notice
		pause time.Duration
		then  []hub.Notice
		soon  string // right after then
		later string
	}{
		{"a leave waits", []hub.Notice{removed("u"), vacated}, grace - 1, nil, "", "member_removed presence-a, channel_vacated presence-a"},
		{"a leave is due", []hub.Notice{removed("u"), vacated}, grace, nil, "member_removed presence-a, channel_vacated presence-a", "member_removed presence-a, channel_vacated presence-a"},
		{"a return takes it back", []hub.Notice{removed("u"), vacated}, grace - 1, []hub.Notice{occupiedNotice("presence-a"), added("u")}, "", ""},
		{"another user is no return", []hub.Notice{removed("u"), vacated}, time.Second, []hub.Notice{occupiedNotice("presence-a"), added("v")}, "member_added presence-a", "member_added presence-a, member_removed presence-a"},
		{"another channel is no return", []hub.Notice{vacated}, time.Second, []hub.Notice{occupiedNotice("presence-b")}, "channel_occupied presence-b", "channel_occupied presence-b, channel_vacated presence-a"},
		{"back and away again", []hub.Notice{vacated, occupiedNotice("presence-a")}, time.Second, []hub.Notice{vacated}, "", "channel_vacated presence-a"},
		{"a leave elsewhere is told there", []hub.Notice{elsewhere(vacated, time.Time{})}, grace, nil, "", ""},
		{"a return here takes it back", []hub.Notice{elsewhere(vacated, time.Time{})}, time.Second, []hub.Notice{occupiedNotice("presence-a")}, "", ""},
		{"a return elsewhere takes one back", []hub.Notice{vacated}, time.Second, []hub.Notice{elsewhere(occupiedNotice("presence-a"), time.Time{})}, "", ""},
		{"a leave that is heard late", []hub.Notice{elsewhere(vacated, time.Unix(1, 0))}, time.Second, []hub.Notice{occupiedNotice("presence-a")}, "channel_occupied presence-a", "channel_occupied presence-a"},
		{"too late", []hub.Notice{vacated}, grace, []hub.Notice{occupiedNotice("presence-a")}, "channel_vacated presence-a, channel_occupied presence-a", "channel_vacated presence-a, channel_occupied presence-a"},
	} {
		t.Run(c.name, func(t *testing.T) {
			bubble(t, nil, func(t *testing.T, s *Sender, e *endpoints, _ *logBook) {
				for _, n := range c.first {
					s.Notify("app1", n)
				}
				wait(t.Context(), nil, c.pause)
				synctest.Wait()
				for _, n := range c.then {
					s.Notify("app1", n)
				}
				e.expect("soon", c.soon)
				wait(t.Context(), nil, time.Minute)
				e.expect("later", c.later)
			})
		})
	}
}

func TestLeavesGoEarlyWhenThereAreTooMany(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *Sender, e *endpoints, _ *logBook) {
		for i := range maxHeld + 2 {
			s.Notify("app1", hub.Notice{Event: hub.NoticeMemberRemoved, Channel: "presence-a", UserID: fmt.Sprint(i)})
		}
		e.expect("at once", "member_removed presence-a, member_removed presence-a")
	})
}

// TestRetry lets the first six requests fail in different ways and expects the same body
// again, at growing distances, before anything that came later.
func TestRetry(t *testing.T) {
	answers := []int{500, 0, 302, 404, 429, 503}
	bubble(t, func(nth int) int {
		if nth < len(answers) {
			return answers[nth]
		}
		return http.StatusNoContent
	}, func(t *testing.T, s *Sender, e *endpoints, log *logBook) {
		s.Notify("app1", occupiedNotice("a"))
		synctest.Wait()
		s.Notify("app1", occupiedNotice("b"))
		s.Notify("app1", occupiedNotice("c"))
		wait(t.Context(), nil, 2*time.Minute)
		synctest.Wait()
		all := e.requests()
		if len(all) != len(answers)+2 {
			t.Fatalf("%d requests", len(all))
		}
		for i := 1; i <= len(answers); i++ {
			full := firstPause << (i - 1)
			if pause := all[i].at.Sub(all[i-1].at); pause > full || pause < full/2 {
				t.Errorf("pause %d was %v, want %v or up to half less", i, pause, full)
			}
			if string(all[i].raw) != string(all[0].raw) || all[i].header.Get("X-Pusher-Signature") != all[0].header.Get("X-Pusher-Signature") {
				t.Errorf("request %d is another: %s", i, all[i].raw)
			}
		}
		if last := fmt.Sprint(all[len(all)-1].names()); last != "[channel_occupied b channel_occupied c]" {
			t.Errorf("then %s", last)
		}
		if stats := s.Stats("app1"); stats != (Stats{Delivered: 3, Failed: 6}) {
			t.Errorf("stats %+v", stats)
		}
		if text := log.String(); strings.Count(text, "sent again") != 1 || strings.Contains(text, "private") {
			t.Errorf("log %s", text)
		}
	})
}

// TestGivingUp has an endpoint that is away for an hour: notices of the first 55 minutes
// are dropped, those of the last minutes arrive.
func TestGivingUp(t *testing.T) {
	var back time.Time
	bubble(t, func(int) int {
		if back.IsZero() {
			back = time.Now().Add(time.Hour)
		}
		if time.Now().Before(back) {
			return http.StatusBadGateway
		}
		return http.StatusOK
	}, func(t *testing.T, s *Sender, e *endpoints, log *logBook) {
		start := time.Now()
		for minute := range 60 {
			s.Notify("app1", occupiedNotice(fmt.Sprint("m", minute)))
			wait(t.Context(), nil, time.Minute)
		}
		first := e.requests()
		tried := 0
		for _, r := range first {
			if r.names()[0] == "channel_occupied m0" {
				tried++
				if r.at.Sub(start) > patience {
					t.Errorf("tried after %v", r.at.Sub(start))
				}
			}
		}
		if tried < 8 || len(first) > 150 {
			t.Errorf("the first was tried %d times, all together %d", tried, len(first))
		}
		wait(t.Context(), nil, 2*time.Minute)
		synctest.Wait()
		stats := s.Stats("app1")
		if stats.Delivered < 3 || stats.Delivered > 6 || stats.Delivered+stats.Dropped != 60 || stats.Queued != 0 {
			t.Errorf("stats %+v", stats)
		}
		if !strings.Contains(log.String(), "webhook notices dropped") || !strings.HasSuffix(e.events(), "channel_occupied m59") {
			t.Errorf("log %s\nevents end %s", log, e.events()[len(e.events())-40:])
		}
	})
}

func TestFullQueue(t *testing.T) {
	bubble(t, func(int) int { return http.StatusInternalServerError }, func(t *testing.T, s *Sender, _ *endpoints, log *logBook) {
		s.Notify("app1", occupiedNotice("first"))
		synctest.Wait() // the worker has it
		for range maxQueued + 5 {
			s.Notify("app1", occupiedNotice("a"))
		}
		if stats := s.Stats("app1"); stats.Queued != maxQueued {
			t.Errorf("stats %+v", stats)
		}
		wait(t.Context(), nil, 2*patience)
		synctest.Wait()
		if stats := s.Stats("app1"); stats.Dropped != maxQueued+6 || stats.Queued != 0 || !strings.Contains(log.String(), "notices=") {
			t.Errorf("stats %+v", stats)
		}
	})
}

func TestShutdownSendsWhatIsHeldBack(t *testing.T) {
	bubble(t, nil, func(t *testing.T, s *Sender, e *endpoints, _ *logBook) {
		s.Notify("app1", hub.Notice{Event: hub.NoticeVacated, Channel: "a"})
		start := time.Now()
		must(t, s.Shutdown(context.Background()))
		e.expect("after", "channel_vacated a")
		if took := time.Since(start); took != 0 {
			t.Errorf("it took %v", took)
		}
	})
}

// TestShutdownDoesNotWaitForTheDead gives a failing endpoint one more try.
func TestShutdownDoesNotWaitForTheDead(t *testing.T) {
	bubble(t, func(int) int { return http.StatusInternalServerError }, func(t *testing.T, s *Sender, e *endpoints, _ *logBook) {
		for range 3 * maxBatch {
			s.Notify("app1", occupiedNotice("a"))
		}
		synctest.Wait()
		before, start := len(e.requests()), time.Now()
		must(t, s.Shutdown(context.Background()))
		if after := len(e.requests()); after != before+1 || time.Since(start) != 0 {
			t.Errorf("%d requests more, %v", after-before, time.Since(start))
		}
		if stats := s.Stats("app1"); stats.Dropped != 3*maxBatch {
			t.Errorf("stats %+v", stats)
		}
	})
}
