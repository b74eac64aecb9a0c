// Package follow keeps the database in step with the official API and with the venues.
//
// One node leads (Lead) and runs a Follower: it reads the list of FTC events every few
// hours, and about each minute the matches of those that go on. What is read is compared
// with what is stored; rows, cursor and the events that tell of a change are one
// transaction. While the API does not answer, the database does.
package follow

import (
	"cmp"
	"context"
	"errors"
	"log/slog"
	"math/rand/v2"
	"slices"
	"sync"
	"time"

	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

const (
	usualEvery  = time.Minute
	usualTick   = 2 * time.Second
	usualBudget = 180 // calls in a minute; the client itself begins four a second at most

	listsEach     = 6 * time.Hour
	teamsEach     = 2 * time.Hour
	alliancesEach = 5 * time.Minute
	fieldsEach    = 30 * time.Minute
	fullEach      = 10 * time.Minute // a vanished row may not show otherwise
	quietFactor   = 10               // on the days before and after an event it is read so much less often
	margin        = 1                // days before and after
	slowly        = 5                // ticks between two looks at what has time
)

// Options say what a Follower works with. Zero times and numbers stand for what is usual.
type Options struct {
	Pool   *pgxpool.Pool
	Log    *eventlog.Log
	Live   *live.Service
	Source firstapi.Source // nil: nothing is read, the rest goes on
	Now    func() time.Time
	Every  time.Duration // between two reads of an event
	Tick   time.Duration // between two looks at what is to do
	Budget int           // calls in a minute
	Logger *slog.Logger
}

// Follower reads what the officials publish. Only the leader runs it.
type Follower struct {
	o Options
	q *queries.Queries

	mu  sync.Mutex                 // guards due
	due map[ftc.EventKey]time.Time // when an event is read next; at once if it is not here

	lists  time.Time // when the list of events is read next; only Round touches this and below
	minute time.Time // of the budget
	calls  int       // in that minute
}

// New returns a follower that is not yet running.
func New(o Options) *Follower {
	o.Every, o.Tick, o.Budget = cmp.Or(o.Every, usualEvery), cmp.Or(o.Tick, usualTick), cmp.Or(o.Budget, usualBudget)
	return &Follower{o: o, q: queries.New(o.Pool), due: make(map[ftc.EventKey]time.Time)}
}

// Run works until ctx ends.
func (f *Follower) Run(ctx context.Context) {
	var all sync.WaitGroup
	if f.o.Source != nil {
		all.Go(func() { f.each(ctx, f.o.Tick, "official results cannot be read", f.Round) })
	}
	all.Go(func() { f.each(ctx, slowly*f.o.Tick, "no match can be supposed to begin", f.o.Live.Suppose) })
	all.Go(func() { f.venues(ctx) })
	all.Wait()
}

// each does the work again and again. A trouble that lasts is told once a minute.
func (f *Follower) each(ctx context.Context, pause time.Duration, trouble string, work func(context.Context) error) {
	var told time.Time
	for {
		if err := work(ctx); err != nil && ctx.Err() == nil && time.Since(told) > time.Minute {
			f.o.Logger.WarnContext(ctx, trouble, slog.Any("error", err))
			told = time.Now()
		}
		if !wait(ctx, pause) {
			return
		}
	}
}

// errBudget ends a round: the calls of this minute are used up.
var errBudget = errors.New("no call is left in this minute")

// take counts a call.
func (f *Follower) take() error {
	if now := f.o.Now(); now.Sub(f.minute) >= time.Minute || now.Before(f.minute) {
		f.minute, f.calls = now, 0
	}
	if f.calls >= f.o.Budget {
		return errBudget
	}
	f.calls++
	return nil
}

// Round reads what is due now. Trouble with one event does not keep it from the others; a
// server that does not answer at all ends the round.
func (f *Follower) Round(ctx context.Context) error {
	var failed []error
	now := f.o.Now()
	if !now.Before(f.lists) {
		f.lists = now.Add(f.jitter(f.o.Every))
		season, err := f.readList(ctx)
		if err != nil {
			failed = append(failed, err)
		} else {
			f.lists = now.Add(f.jitter(listsEach))
		}
		failed = append(failed, f.tell(ctx, ftc.EventKey{Season: season}, now, f.lists, nil, err))
		if errors.Is(err, firstapi.ErrUnavailable) || errors.Is(err, firstapi.ErrCredentials) {
			return f.quiet(failed)
		}
	}
	failed = append(failed, f.readWanted(ctx))
	events, err := f.dueEvents(ctx)
	if err != nil {
		return errors.Join(append(failed, err)...)
	}
	for _, event := range events {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		began := f.o.Now()
		err := f.readEvent(ctx, event)
		if errors.Is(err, errBudget) {
			break // it is the first one next time
		}
		failed = append(failed, err, f.tell(ctx, event.EventKey, began, f.later(event, began), nil, err))
		if errors.Is(err, firstapi.ErrUnavailable) || errors.Is(err, firstapi.ErrCredentials) {
			break
		}
	}
	return f.quiet(failed)
}

// quiet leaves out that the budget is used up, which is no trouble.
func (f *Follower) quiet(failed []error) error {
	return errors.Join(slices.DeleteFunc(failed, func(err error) bool { return errors.Is(err, errBudget) })...)
}

// dueEvents lists the events to read now, those first that wait longest.
func (f *Follower) dueEvents(ctx context.Context) ([]ftc.Event, error) {
	events, err := ftc.Active(ctx, f.q, f.o.Now(), margin)
	if err != nil {
		return nil, eventlog.Translate(err)
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	active := make(map[ftc.EventKey]bool, len(events))
	for _, e := range events {
		active[e.EventKey] = true
	}
	for key := range f.due {
		if !active[key] {
			delete(f.due, key)
		}
	}
	events = slices.DeleteFunc(events, func(e ftc.Event) bool { return !e.Listed || f.o.Now().Before(f.due[e.EventKey]) })
	slices.SortStableFunc(events, func(a, b ftc.Event) int { return f.due[a.EventKey].Compare(f.due[b.EventKey]) })
	return events, nil
}

// later sets when an event that was read is read next, and returns it.
func (f *Follower) later(event ftc.Event, began time.Time) time.Time {
	pause := f.o.Every
	if !event.ActiveAt(began) {
		pause *= quietFactor
	}
	f.mu.Lock()
	defer f.mu.Unlock()
	next := began.Add(f.jitter(pause))
	f.due[event.EventKey] = next
	return next
}

// hurry has an event read at once, because something is known to be new.
func (f *Follower) hurry(key ftc.EventKey) {
	f.mu.Lock()
	defer f.mu.Unlock()
	delete(f.due, key)
}

// jitter keeps events from being read all at once: up to a tenth earlier.
func (f *Follower) jitter(pause time.Duration) time.Duration {
	return pause - rand.N(pause/10+1) //nolint:gosec // nobody gains from guessing it
}
