package loadgen

import (
	"context"
	"errors"
	"net/http/httptest"
	"os"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// littlePlan is a load that takes no time.
func littlePlan() Plan {
	return Plan{
		Sockets: 12, Channels: 3, Subscribers: 10, Topics: 9, Members: 6, Subscriptions: 40, Publishers: 3, Window: 4,
		Rate: 200, Size: 128, SlowSize: 256,
		Guests: 60, Rooms: 6, Swaps: 40, Churn: 300 * time.Millisecond, Turns: 2, Turn: 20 * time.Millisecond, Time: 40 * time.Millisecond, Pause: 5 * time.Millisecond, Patience: 10 * time.Second,
	}
}

// TestHub is the positive control: every scenario on the real hub.
func TestHub(t *testing.T) {
	t.Parallel()
	app := hub.App{ID: "app1", Key: "key1", Secret: "a-secret-of-the-tests", ClientMessages: true, MaxClientEventsPerSecond: 1000}
	h, err := hub.New(hub.Options{Apps: []hub.App{app}})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewServer(httpapi.New(h))
	t.Cleanup(func() {
		_ = h.Shutdown(context.Background())
		server.Close()
	})
	target := Target{Address: strings.TrimPrefix(server.URL, "http://"), AppID: app.ID, Key: app.Key, Secret: app.Secret, PID: os.Getpid()}
	if err := WaitListening(t.Context(), target.Address, time.Second); err != nil {
		t.Fatal(err)
	}
	wanted := map[string]string{
		"connect": "conns_per_s", "fanout": "deliveries_per_s", "latency": "p99_ms", "many": "publishes_per_s",
		"presence": "join_settle_ms", "private": "subscribes_per_s", "slow": "p99_ratio", "storm": "settle_ms",
		"storm-limited": "settle_ms", "churn": "joins", "watched": "cpu_us_per_delivery",
	}
	for _, name := range Scenarios() {
		target := target
		if name == "churn" {
			target.PID = 0 // other tests use this process's memory
		}
		m, err := Run(t.Context(), name, target, littlePlan())
		if err != nil {
			t.Errorf("%s: %v", name, err)
		} else if m[wanted[name]] <= 0 {
			t.Errorf("%s: %s is %g", name, wanted[name], m[wanted[name]])
		}
	}
	for name, bad := range map[string]func(*Target, *Plan){
		"wrong secret": func(t *Target, _ *Plan) { t.Secret = "another" },
		"wrong key":    func(t *Target, _ *Plan) { t.Key = "another" },
		"no process":   func(t *Target, _ *Plan) { t.PID = -1 },
	} {
		target, plan := target, littlePlan()
		bad(&target, &plan)
		if _, err := Run(t.Context(), "private", target, plan); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}

// one publishes messages on a channel with two subscribers, one after the other.
func one(ctx context.Context, target Target, messages int, patience time.Duration) error {
	f, err := newFleet(target, 128, patience)
	if err != nil {
		return err
	}
	defer f.loop.release()
	plan := littlePlan()
	plan.Subscribers, plan.Publishers = 2, 1
	l, err := newLine(ctx, f, plan)
	if err != nil {
		return err
	}
	for range messages {
		if err := f.wait(ctx, "turn", patience, func() bool { return !f.publishers[0].busy }); err != nil {
			return err
		}
		f.look()
		l.post(f.publishers[0], f.now)
	}
	if err := f.drain(ctx, l.expect); err != nil {
		return err
	}
	return f.settle(ctx, l.expect)
}

// TestFaults are the negative controls: each fault is found and named.
func TestFaults(t *testing.T) {
	t.Parallel()
	const messages = 6
	const ample, scarce = 10 * time.Second, 150 * time.Millisecond
	for name, c := range map[string]struct {
		fault    fault
		patience time.Duration // scarce where the fault is that nothing comes
		want     error
		says     string
	}{
		"none":                   {none, ample, nil, ""},
		"lost":                   {dropOne, ample, errMissing, "message 4 of publisher 0 came after 2"},
		"last lost":              {dropLast, scarce, errMissing, "11 of 12 delivered"},
		"doubled":                {double, ample, errRepeated, "message 3 of publisher 0 came after 3"},
		"last doubled":           {doubleLast, ample, errRepeated, "message 6 of publisher 0 came after 6"},
		"out of order":           {swap, ample, errMissing, "message 4 of publisher 0 came after 2"},
		"cut short":              {cutShort, ample, nil, "cut short"},
		"no JSON":                {broken, ample, errNotJSON, ""},
		"closed":                 {closeOne, ample, errClosed, `4200 "restart"`},
		"hung up":                {hangUp, ample, errClosed, ""},
		"publish refused":        {refusePublish, ample, errRefused, "429"},
		"publish refused by 200": {refuseQuietly, ample, errRefused, ""},
		"publish unanswered":     {leavePublisher, ample, errRefused, "EOF"},
		"upgrade refused":        {refuseUpgrade, ample, nil, "upgrade refused"},
		"subscription refused":   {refuseSubscription, ample, nil, "subscription_error"},
		"subscription ignored":   {ignoreSubscription, scarce, errTimeout, "0 of 2"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			err := one(t.Context(), newFake(t, c.fault, messages), messages, c.patience)
			if c.fault == none {
				if err != nil {
					t.Error(err)
				}
				return
			}
			if err == nil || c.want != nil && !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %v with %q", err, c.want, c.says)
			}
		})
	}
}

func TestPresenceFaults(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault    fault
		patience time.Duration
		want     error
	}{
		"none":         {none, 10 * time.Second, nil},
		"member twice": {memberTwice, 10 * time.Second, errRepeated},
		"member lost":  {memberLost, 150 * time.Millisecond, errTimeout},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := littlePlan()
			plan.Patience = c.patience
			_, err := Run(t.Context(), "presence", newFake(t, c.fault, 0), plan)
			if !errors.Is(err, c.want) || c.want == nil && err != nil {
				t.Errorf("%v, want %v", err, c.want)
			}
		})
	}
}

// TestStalled holds a socket that has stopped reading to its own rules: it may be closed,
// it is not counted, and what it misses is.
func TestStalled(t *testing.T) {
	t.Parallel()
	f := &fleet{}
	s := &subscriber{fleet: f, stalled: true}
	for _, n := range []uint32{1, 2, 5, 6} {
		if err := s.deliver(stamp{number: n}); err != nil {
			t.Fatal(err)
		}
	}
	if s.gaps != 2 || s.ledger.count != 4 || f.delivered != 0 {
		t.Errorf("%d missed, %d came, %d counted", s.gaps, s.ledger.count, f.delivered)
	}
	if err := s.deliver(stamp{number: 6}); !errors.Is(err, errRepeated) {
		t.Errorf("one that came twice: %v", err)
	}
	if err := s.message([]byte(`{"event":"pusher:error","data":{"code":4100}}`)); err != nil {
		t.Error(err)
	}
	if err := s.frame(frame{op: opClose}); err != nil || !s.gone {
		t.Errorf("closed %t, %v", s.gone, err)
	}
}

func TestRunRefuses(t *testing.T) {
	t.Parallel()
	plan := littlePlan()
	for name, run := range map[string]func() error{
		"unknown scenario": func() error { _, err := Run(t.Context(), "no", Target{Address: "127.0.0.1:1"}, plan); return err },
		"another machine":  func() error { _, err := Run(t.Context(), "fanout", Target{Address: "192.0.2.1:80"}, plan); return err },
		"tiny payload": func() error {
			_, err := newFleet(Target{Address: "127.0.0.1:1"}, minPayload-1, time.Second)
			return err
		},
		"canceled": func() error {
			ctx, cancel := context.WithCancel(t.Context())
			cancel()
			_, err := Run(ctx, "fanout", newFake(t, none, 0), plan)
			return err
		},
		"nobody there": func() error { return WaitListening(t.Context(), "127.0.0.1:1", 60*time.Millisecond) },
	} {
		if run() == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
