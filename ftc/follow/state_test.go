package follow_test

import (
	"errors"
	"slices"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
)

// desk is what an operator sees on any node.
type desk struct {
	*follow.Service
	t        *testing.T
	operator accounts.Actor
}

func (r *rig) desk() desk {
	r.t.Helper()
	service := accounts.New(r.pool, r.log)
	grant, err := service.CreateOwner(r.t.Context(), accounts.NewOwner{DisplayName: "Operator"})
	must(r.t, err)
	actor, err := service.Actor(r.t.Context(), grant.Token)
	must(r.t, err)
	return desk{follow.NewService(r.pool, r.log, true, r.clock.Now), r.t, actor}
}

// event is what is told of the FTC event.
func (d desk) event(key ftc.EventKey) follow.ListState {
	d.t.Helper()
	state, err := d.State(d.t.Context(), d.operator)
	must(d.t, err)
	i := slices.IndexFunc(state.Events, func(l follow.ListState) bool { return l.Season == key.Season && l.EventCode == key.Code })
	if i < 0 {
		d.t.Fatalf("nothing is told of %v: %+v", key, state)
	}
	return state.Events[i]
}

// TestStateOfFollowing reads well, then FIRST's server asks to be left alone.
func TestStateOfFollowing(t *testing.T) {
	r := start(t)
	r.clock.Set(at("12:00:00"))
	d, f := r.desk(), follow.New(r.options())
	r.look(f)
	now := r.clock.Now()
	e := d.event(r.key)
	if e.PolledAt == nil || !e.PolledAt.Equal(now) || e.ChangedAt == nil || e.NextAt == nil || !e.NextAt.After(now) || e.NextAt.Sub(now) > time.Minute || e.Trouble != "" || !e.Today {
		t.Errorf("after a reading: %+v", e)
	}
	if state, err := d.State(t.Context(), d.operator); err != nil || len(state.Lists) != 1 || state.Lists[0].Season != 2025 || state.Lists[0].PolledAt == nil || !state.Credentials {
		t.Errorf("the list: %+v, %v", state.Lists, err)
	}
	if _, err := d.State(t.Context(), accounts.Actor{}); !errors.Is(err, accounts.ErrOperator) {
		t.Errorf("a stranger: %v", err)
	}
	r.fake.Fail(firstapitest.Trouble{Kind: firstapitest.Busy, RetryAfter: "600"})
	r.clock.Advance(2 * time.Minute)
	if err := f.Round(t.Context()); err == nil {
		t.Fatal("the server fails, and nobody says so")
	}
	e = d.event(r.key)
	asked := r.clock.Now().Add(10 * time.Minute)
	if e.Trouble == "" || e.FailedAt == nil || e.RetryAt == nil || e.RetryAt.Sub(asked).Abs() > time.Minute || !e.PolledAt.Equal(now) {
		t.Errorf("after a failure: %+v, want a try at about %s", e, asked)
	}
}

// TestPollNow reads an event out of its turn, once for each wish.
func TestPollNow(t *testing.T) {
	r := start(t)
	d, f := r.desk(), follow.New(r.options())
	ctx := t.Context()
	r.clock.Set(at("08:00:00").AddDate(0, 0, -20)) // long before the event
	r.look(f)
	if err := d.Poll(ctx, d.operator, ftc.EventKey{Season: 2025, Code: "NOSUCH"}); !errors.Is(err, ftc.ErrNoEvent) {
		t.Errorf("an event that is not there: %v", err)
	}
	r.seen()
	must(t, d.Poll(ctx, d.operator, r.key))
	must(t, d.Poll(ctx, d.operator, r.key)) // is the same wish
	if e := d.event(r.key); e.WantedAt == nil {
		t.Errorf("a wish: %+v", e)
	}
	r.look(f)
	read := r.seen()
	if e := d.event(r.key); len(read) == 0 || e.WantedAt != nil || e.PolledAt == nil || !e.PolledAt.Equal(r.clock.Now()) {
		t.Errorf("after the reading of %q: %+v", read, e)
	}
	r.look(f)
	if again := r.seen(); len(again) != 0 {
		t.Errorf("one wish is granted twice: %q", again)
	}
	if err := d.Poll(ctx, d.operator, r.key); !errors.Is(err, follow.ErrJustRead) {
		t.Errorf("right after a reading: %v", err)
	}
	r.clock.Advance(16 * time.Second)
	must(t, d.Poll(ctx, d.operator, r.key))
	if err := d.Poll(ctx, accounts.Actor{}, r.key); !errors.Is(err, accounts.ErrOperator) {
		t.Errorf("a stranger: %v", err)
	}
	none := follow.NewService(r.pool, r.log, false, r.clock.Now)
	if err := none.Poll(ctx, d.operator, r.key); !errors.Is(err, follow.ErrNotFollowed) {
		t.Errorf("without credentials: %v", err)
	}
}
