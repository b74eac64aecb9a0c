package follow

import (
	"context"
	"log/slog"
	"maps"
	"slices"
	"sync"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/ftc/live/venue"
)

// venues listens to the scoring computers of the events that go on.
func (f *Follower) venues(ctx context.Context) {
	var all sync.WaitGroup
	defer all.Wait()
	listening := make(map[live.Venue]context.CancelFunc)
	defer func() {
		for _, stop := range listening {
			stop()
		}
	}()
	f.each(ctx, slowly*f.o.Tick, "the venues' computers are not known", func(ctx context.Context) error {
		list, err := f.o.Live.Venues(ctx)
		if err != nil {
			return err
		}
		for _, v := range slices.Collect(maps.Keys(listening)) {
			if !slices.Contains(list, v) {
				listening[v]()
				delete(listening, v)
			}
		}
		for _, v := range list {
			if listening[v] != nil {
				continue
			}
			one, stop := context.WithCancel(ctx)
			listening[v] = stop
			all.Go(func() {
				venue.Listen(one, venue.Options{URL: v.URL, Code: v.Code, Log: f.o.Logger}, func(ctx context.Context, u venue.Update) {
					if err := f.heard(ctx, v.EventKey, u); err != nil && ctx.Err() == nil {
						f.o.Logger.WarnContext(ctx, "what a venue tells is lost", slog.String("event", v.Code), slog.String("kind", string(u.Kind)), slog.Any("error", err))
					}
				})
			})
		}
		return nil
	})
}

// heard passes on what a venue tells.
func (f *Follower) heard(ctx context.Context, event ftc.EventKey, u venue.Update) error {
	r := live.Report{MatchKey: ftc.MatchKey{EventKey: event, Level: u.Level, Series: u.Series, Number: u.Number}, At: u.At, Field: u.Field, Source: live.FTCLive}
	if u.Final {
		series, err := f.lastSeries(ctx, event)
		if err != nil {
			return err
		}
		r.Series = series
	}
	var err error
	switch u.Kind {
	case venue.Started:
		_, err = f.o.Live.Start(ctx, r)
	case venue.Aborted:
		_, err = f.o.Live.Abort(ctx, r)
	case venue.Saved, venue.Posted:
		f.hurry(event)
	}
	return err
}

// lastSeries is that of the finals: the schedule has them last.
func (f *Follower) lastSeries(ctx context.Context, event ftc.EventKey) (int, error) {
	matches, err := ftc.MatchesAt(ctx, f.q, event, false)
	last := 0
	for _, m := range matches {
		if m.Level == ftc.Playoff {
			last = max(last, m.Series)
		}
	}
	return last, err
}
