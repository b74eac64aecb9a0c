package live

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// shortestPlay is less than a match takes: a start that comes later than this after the
// start of a finished play is of another play.
const shortestPlay = 150 * time.Second

// oldReport is how old a report may be. Beyond that, and for the future, the clock of the
// source is taken to be wrong and ours counts.
const oldReport = 15 * time.Minute

// Report is what a source tells of a match.
type Report struct {
	ftc.MatchKey
	At     time.Time // zero, in the future or long ago means now, unless the source is Schedule
	Field  string    // empty where it is not known
	Source Source
}

// Start takes the report that a match began. It is false when that was known already, was
// about a play that is over, or is a mere supposition about a match that somebody knows
// more of. A real report after a supposed one corrects what is stored and is not told.
func (s *Service) Start(ctx context.Context, r Report) (news bool, err error) {
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		news, err = s.start(ctx, tx, batch, r)
		return err
	})
	return news, err
}

func (s *Service) start(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, r Report) (bool, error) {
	q := queries.New(tx)
	if err := s.settle(ctx, q, &r); err != nil {
		return false, err
	}
	known, err := starts(ctx, q, r.MatchKey)
	if err != nil {
		return false, err
	}
	results, err := q.MatchResults(ctx, queries.MatchResultsParams(params(r.MatchKey)))
	if err != nil {
		return false, err
	}
	play := 1
	if len(results) > 0 {
		last := results[0]
		over := last.PostedAt
		if last.StartedAt != nil {
			over = last.StartedAt.Add(shortestPlay)
		}
		if r.Source == Schedule || r.At.Before(over) {
			return false, nil
		}
		play = int(last.Plays) + 1
	}
	if known != nil && int(known.Play) >= play {
		if r.Source == Schedule {
			return false, nil
		}
		if !known.Aborted {
			if Source(known.Source) != Schedule {
				return false, nil
			}
			return false, put(ctx, q, r, int(known.Play))
		}
	}
	return true, tell(ctx, tx, batch, r, play)
}

// settle locks the match and completes the report. A scoring computer may know a match of
// the playoffs before the official API does, so it makes one that is not there.
func (s *Service) settle(ctx context.Context, q *queries.Queries, r *Report) error {
	if r.Source == FTCLive {
		if err := q.EnsureMatch(ctx, queries.EnsureMatchParams(params(r.MatchKey))); err != nil {
			return err
		}
	}
	if err := q.LockMatch(ctx, params(r.MatchKey)); err != nil {
		return err
	}
	field, err := q.MatchField(ctx, queries.MatchFieldParams(params(r.MatchKey)))
	if errors.Is(err, pgx.ErrNoRows) {
		return ErrNoMatch
	}
	if err != nil {
		return err
	}
	if r.Field == "" {
		r.Field = field
	}
	now := s.now()
	if r.Source != Schedule && (r.At.Before(now.Add(-oldReport)) || r.At.After(now)) {
		r.At = now
	}
	r.At = r.At.UTC().Truncate(time.Millisecond)
	return nil
}

func put(ctx context.Context, q *queries.Queries, r Report, play int) error {
	return q.PutMatchStart(ctx, queries.PutMatchStartParams{
		Season: int32(r.Season), EventCode: r.Code, Level: string(r.Level), Series: int32(r.Series), Number: int32(r.Number),
		Play: int32(play), StartedAt: r.At, Source: string(r.Source), Field: r.Field,
	})
}

// tell stores the start and puts match:started into the batch.
func tell(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, r Report, play int) error {
	if err := put(ctx, queries.New(tx), r, play); err != nil {
		return err
	}
	robots, err := ftc.Robots(ctx, tx, r.MatchKey)
	if err != nil {
		return err
	}
	channels, err := ftc.MatchChannels(ctx, tx, r.MatchKey)
	if err != nil {
		return err
	}
	red, blue := sides(robots)
	return batch.Add(MatchStarted.On(Started{
		Match: match(r.MatchKey), Field: r.Field, StartedAt: r.At, Source: r.Source, RedTeams: red, BlueTeams: blue,
	}, channels...))
}

// Abort takes the report that a match which had begun was stopped. It is false when nobody
// had told that it began, or when it is over.
func (s *Service) Abort(ctx context.Context, r Report) (news bool, err error) {
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		news, err = s.abort(ctx, tx, batch, r)
		return err
	})
	return news, err
}

func (s *Service) abort(ctx context.Context, tx pgx.Tx, batch *eventlog.Batch, r Report) (bool, error) {
	q := queries.New(tx)
	if err := s.settle(ctx, q, &r); err != nil {
		return false, err
	}
	known, err := starts(ctx, q, r.MatchKey)
	if err != nil || known == nil || known.Aborted {
		return false, err
	}
	results, err := q.MatchResults(ctx, queries.MatchResultsParams(params(r.MatchKey)))
	if err != nil || len(results) > 0 && results[0].Plays >= known.Play {
		return false, err
	}
	if err := q.AbortMatchStart(ctx, queries.AbortMatchStartParams(params(r.MatchKey))); err != nil {
		return false, err
	}
	channels, err := ftc.MatchChannels(ctx, tx, r.MatchKey)
	if err != nil {
		return false, err
	}
	return true, batch.Add(MatchAborted.On(Aborted{Match: match(r.MatchKey), AbortedAt: r.At, Source: r.Source}, channels...))
}
