package live

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// fresh is how old a result may be for its match's start to be told of with it.
const fresh = time.Hour

// Record stores a result inside the caller's transaction and, where that changes what is
// stored, puts match:completed into the batch. An official result that is fresh and that
// nobody had told the start of brings match:started as well, before it.
func (s *Service) Record(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, r ftc.Result) (stored ftc.Result, changed bool, err error) {
	stored, changed, err = ftc.PutResult(ctx, tx, r)
	if err != nil || !changed {
		return stored, changed, err
	}
	robots, err := ftc.Robots(ctx, tx, r.MatchKey)
	if err != nil {
		return stored, false, err
	}
	if err := s.missedStart(ctx, tx, batch, stored); err != nil {
		return stored, false, err
	}
	channels, err := ftc.MatchChannels(ctx, tx, r.MatchKey)
	if err != nil {
		return stored, false, err
	}
	return stored, true, batch.Add(MatchCompleted.On(completed(stored, robots), channels...))
}

// missedStart tells of a start that nobody told of, so that whoever follows a match hears of
// its beginning before its end.
func (s *Service) missedStart(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, r ftc.Result) error {
	if r.StartedAt == nil || !r.Official || s.now().Sub(r.PostedAt) > fresh {
		return nil
	}
	q := queries.New(tx)
	known, err := starts(ctx, q, r.MatchKey)
	if err != nil || known != nil && int(known.Play) >= r.Plays && !known.Aborted {
		return err
	}
	field, err := q.MatchField(ctx, queries.MatchFieldParams(params(r.MatchKey)))
	if err != nil {
		return err
	}
	return tell(ctx, tx, batch, Report{MatchKey: r.MatchKey, At: *r.StartedAt, Field: field, Source: Schedule}, r.Plays)
}

func completed(r ftc.Result, robots []ftc.Robot) Completed {
	c := Completed{Match: match(r.MatchKey), PostedAt: r.PostedAt, Official: r.Official, Rev: r.Rev}
	c.RedTeams, c.BlueTeams = sides(robots)
	for _, a := range r.Alliances {
		side := &Side{Total: a.Total, NoFoul: a.NoFoul, FoulPoints: a.Total - a.NoFoul, RPFlags: a.RankingPoints}
		if a.Phases != nil {
			side.Auto, side.Teleop, side.Endgame = &a.Phases.Auto, &a.Phases.Teleop, &a.Phases.Endgame
		}
		var played []int
		for _, robot := range a.Robots {
			played = append(played, robot.TeamNumber)
		}
		if a.Alliance == ftc.Red {
			c.Red, c.RedTeams = side, known(played, c.RedTeams)
		} else {
			c.Blue, c.BlueTeams = side, known(played, c.BlueTeams)
		}
	}
	if len(r.Alliances) == 2 {
		if c.Winner = string(r.Won()); c.Winner == "" {
			c.Winner = "TIE"
		}
	}
	return c
}

// known is who played, or who should have where that is not told.
func known(played, planned []int) []int {
	if len(played) > 0 {
		return played
	}
	return planned
}
