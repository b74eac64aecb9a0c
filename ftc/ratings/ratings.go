// Package ratings keeps the EPA of all FTC teams in step with the official results, and
// answers what package analytics makes of them.
//
// What is to be rated is found by comparing the results with the log of what was rated, so
// nothing is passed over, in whatever order results come, change or vanish. One step is one
// transaction: log, state, predictions and the events that tell of them. The log holds the
// state after every match; a late or corrected result is learned in its place, and what was
// played after it once more. The state is always, to the last bit, the one that all results
// in the order of play would give. docs/ratings.md explains the numbers.
package ratings

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/analytics"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of this package.
var (
	ErrNoTeam    = fault.New(fault.NotFound, "no-such-ftc-team", "This server knows no FTC team of this number.")
	ErrAlliances = fault.New(fault.Invalid, "bad-alliances", "Name the teams to look at, each once.")
)

// Updated tells how results changed ratings.
var Updated = realtime.Define[Update]("analytics:epa-updated", "A result changed ratings: of the match's teams and, where what came after it had to be learned again, of others at the FTC event, those that changed most first and at most 48.",
	"event-{eventCode}")

// Update is the payload of analytics:epa-updated.
type Update struct {
	Season      int       `json:"season"`
	EventCode   string    `json:"eventCode"`
	Level       ftc.Level `json:"level"`
	MatchNumber int       `json:"matchNumber"`
	Algo        string    `json:"algo"`
	Teams       []Change  `json:"teams"`
}

// Change is a team's rating with what has become of it.
type Change struct {
	TeamNumber int     `json:"teamNumber"`
	EPA        float64 `json:"epa"`
	Auto       float64 `json:"auto"`
	Teleop     float64 `json:"teleop"`
	Endgame    float64 `json:"endgame"`
	Delta      float64 `json:"delta"`
	N          int     `json:"n"` // qualification matches learned
}

// Service rates results and answers about ratings. It is safe for concurrent use.
type Service struct {
	pool      *pgxpool.Pool
	log       *eventlog.Log
	q         *queries.Queries
	ftc       *ftc.Service
	now       func() time.Time
	logger    *slog.Logger
	constants analytics.Constants
	hints     hints
}

// New returns the service on a database, by a clock.
func New(pool *pgxpool.Pool, log *eventlog.Log, now func() time.Time, logger *slog.Logger) *Service {
	return &Service{
		pool: pool, log: log, q: queries.New(pool), ftc: ftc.New(pool), now: now, logger: logger,
		constants: analytics.EPA1(), hints: newHints(),
	}
}

// blank returns the model of a season before its first match. No season file names a prior.
func (s *Service) blank(season int) *analytics.Model {
	return analytics.NewModel(analytics.Season{Year: season, Prior: analytics.DefaultPrior()}, s.constants)
}

// model returns a model with a context, or that of the season's begin for nil, and ratings
// of those teams that matter.
func (s *Service) model(season int, context *analytics.Context, known map[int]analytics.Rating, carried map[int]float64) (*analytics.Model, error) {
	m := s.blank(season)
	if context == nil {
		begin := m.Context()
		context = &begin
	}
	err := m.Restore(analytics.Snapshot{Version: s.constants.Version, Season: season, Context: *context, Ratings: known, Carried: carried})
	return m, err
}

// current returns the model of a season as it stands, which knows only the teams named.
func (s *Service) current(ctx context.Context, q *queries.Queries, season int, teams []int32) (*analytics.Model, map[int]analytics.Rating, error) {
	var at *analytics.Context
	row, err := q.LastContext(ctx, int32(season))
	switch {
	case errors.Is(err, pgx.ErrNoRows):
	case err != nil:
		return nil, nil, err
	default:
		at = contextOf(queries.ContextBeforeRow(row))
	}
	rows, err := q.RatingsOf(ctx, queries.RatingsOfParams{Season: int32(season), Teams: teams})
	if err != nil {
		return nil, nil, err
	}
	known := make(map[int]analytics.Rating, len(rows))
	for _, r := range rows {
		known[int(r.TeamNumber)] = analytics.Rating{Auto: r.Auto, Teleop: r.Teleop, Endgame: r.Endgame, Matches: int(r.Matches)}
	}
	carried, err := carriedBy(ctx, q, season, teams)
	if err != nil {
		return nil, nil, err
	}
	m, err := s.model(season, at, known, carried)
	return m, known, err
}

func contextOf(r queries.ContextBeforeRow) *analytics.Context {
	return &analytics.Context{Weight: r.Weight, Total: r.Total, Squares: r.Squares, Components: [3]float64{r.Auto, r.Teleop, r.Endgame}}
}

func carriedBy(ctx context.Context, q *queries.Queries, season int, teams []int32) (map[int]float64, error) {
	rows, err := q.Carried(ctx, queries.CarriedParams{Season: int32(season), Teams: teams})
	carried := make(map[int]float64, len(rows))
	for _, r := range rows {
		carried[int(r.TeamNumber)] = r.Standing
	}
	return carried, err
}

func change(team int, r analytics.Rating, delta float64) Change {
	return Change{TeamNumber: team, EPA: r.Total(), Auto: r.Auto, Teleop: r.Teleop, Endgame: r.Endgame, Delta: delta, N: r.Matches}
}

// levelOf is the level as the public knows it.
func levelOf(playoff bool) ftc.Level {
	if playoff {
		return ftc.Playoff
	}
	return ftc.Qual
}
