package follow_test

import (
	"context"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
)

// held is a source whose answer about matches is kept back while something happens.
type held struct {
	firstapi.Source
	meanwhile func() // nil for nothing
}

func (h *held) Matches(ctx context.Context, event ftc.Event, level ftc.Level, since firstapi.Since) (firstapi.Reply[firstapi.Match], error) {
	reply, err := h.Source.Matches(ctx, event, level, since)
	if f := h.meanwhile; f != nil {
		h.meanwhile = nil
		f()
	}
	return reply, err
}

// TestAnOldAnswerDoesNotUndoANewOne: a node that was overtaken while it read writes nothing.
func TestAnOldAnswerDoesNotUndoANewOne(t *testing.T) {
	r := start(t)
	r.clock.Set(at("09:30:00"))
	o := r.options()
	slow := &held{Source: o.Source}
	o.Source = slow
	late, other := follow.New(o), follow.New(r.options())
	r.look(late)
	r.look(other)
	r.clock.Set(at("09:45:00")) // everything is read again
	slow.meanwhile = func() {
		must(t, r.fake.Vanish(r.match(ftc.Qual, 0, 27)))
		r.clock.Advance(time.Second)
		r.look(other)
	}
	r.look(late)
	schedule, err := r.ftc.Schedule(t.Context(), r.key)
	if err != nil || len(schedule) != 26 {
		t.Errorf("%d matches on the schedule, %v", len(schedule), err)
	}
}

// TestWhatCannotBeToldIsNotTakenAsRead: rows, cursor and events are one transaction. The
// event log fails once; the official server says afterwards that nothing has changed, to
// whoever asks with the time of the answer that was lost.
func TestWhatCannotBeToldIsNotTakenAsRead(t *testing.T) {
	r := start(t)
	f := follow.New(r.options())
	r.clock.Set(at("09:59:00"))
	r.look(f)
	do := func(sql string) {
		t.Helper()
		_, err := r.pool.Exec(t.Context(), sql)
		must(t, err)
	}
	do(`CREATE FUNCTION refuse() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'refused'; END $$`)
	do(`CREATE TRIGGER refuse BEFORE INSERT ON channel_events FOR EACH ROW EXECUTE FUNCTION refuse()`)
	r.clock.Set(at("10:07:00"))
	if err := f.Round(t.Context()); err == nil {
		t.Error("a round succeeds that could tell nothing")
	}
	if list, err := r.ftc.Results(t.Context(), r.key); err != nil || len(list) != 0 {
		t.Errorf("results are stored that nobody was told of: %v, %v", list, err)
	}
	do(`DROP TRIGGER refuse ON channel_events`)
	r.clock.Advance(time.Minute)
	r.look(f)
	story(t, r.told("match-ZZDEV1-1"), 1)
}

// TestAnEmptyListRemovesNothing, and neither does one with rows that make no sense.
func TestAnEmptyListRemovesNothing(t *testing.T) {
	r := start(t)
	r.clock.Set(at("09:30:00"))
	o := r.options()
	odd := &odd{Source: o.Source}
	o.Source = odd
	f := follow.New(o)
	r.look(f)
	for name, change := range map[string]func(*firstapi.Reply[firstapi.Match]){
		"empty":  func(reply *firstapi.Reply[firstapi.Match]) { reply.Rows = nil },
		"unread": func(reply *firstapi.Reply[firstapi.Match]) { reply.Rows, reply.Unread = reply.Rows[:1], 26 },
	} {
		odd.change = change
		r.clock.Advance(15 * time.Minute)
		r.look(f)
		if schedule, err := r.ftc.Schedule(t.Context(), r.key); err != nil || len(schedule) != 27 {
			t.Errorf("%s: %d matches on the schedule, %v", name, len(schedule), err)
		}
	}
}

// odd is a source whose list of qualification matches is not well.
type odd struct {
	firstapi.Source
	change func(*firstapi.Reply[firstapi.Match])
}

func (o *odd) Matches(ctx context.Context, event ftc.Event, level ftc.Level, since firstapi.Since) (firstapi.Reply[firstapi.Match], error) {
	reply, err := o.Source.Matches(ctx, event, level, since)
	if o.change != nil && level == ftc.Qual && !reply.Unchanged {
		o.change(&reply)
	}
	return reply, err
}

// TestTheBudget: when the calls of a minute are used up, the rest waits for the next one.
func TestTheBudget(t *testing.T) {
	r := start(t)
	r.clock.Set(at("09:30:00"))
	o := r.options()
	o.Budget = 4
	f := follow.New(o)
	for range 5 {
		r.look(f)
	}
	if n := len(r.seen()); n != 4 {
		t.Errorf("%d calls in one minute", n)
	}
	r.clock.Advance(time.Minute)
	r.look(f)
	if synced, err := r.ftc.SyncedAt(t.Context(), r.key); err != nil || synced == nil {
		t.Errorf("after the next minute: synced at %v, %v", synced, err)
	}
}
