// Package live tells the public which matches are being played and how they ended.
//
// Whoever knows that a match began reports it to Start: an operator at the venue, the
// stream of the venue's scoring computer, or the schedule, which only supposes it. The
// first report of a play is told on the public channels, the others are not. Results go
// through Record, wherever they come from.
package live

import (
	"context"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of this package.
var (
	ErrNoMatch     = fault.New(fault.NotFound, "no-such-match", "The FTC event has no such match.")
	ErrNotOperator = fault.New(fault.Forbidden, "not-event-operator", "Only operators of this FTC event may do this. An operator of the server grants it.")
	ErrOperator    = accounts.ErrOperator
	ErrVenue       = fault.New(fault.Invalid, "bad-venue-url", "The address of a scoring computer is http://HOST or https://HOST, with a port if need be, and nothing else.")
)

// Source is who told that a match began.
type Source string

// The sources, the best first. Schedule only supposes it.
const (
	FTCLive  Source = "ftclive"
	Operator Source = "operator"
	Schedule Source = "schedule"
)

// The realtime events of this package.
var (
	MatchStarted = realtime.Define[Started]("match:started", "A match began. Once for each time it is played; source schedule means that it is only supposed, because its time has come or its result is there.",
		"event-{eventCode}", "match-{eventCode}-{matchNumber}")
	MatchAborted = realtime.Define[Aborted]("match:aborted", "A match that had begun was stopped and does not count. It will begin again.",
		"event-{eventCode}", "match-{eventCode}-{matchNumber}")
	MatchCompleted = realtime.Define[Completed]("match:completed", "A match has a result, or a corrected one with a higher rev.",
		"event-{eventCode}", "match-{eventCode}-{matchNumber}")
)

// Match names a match on public channels.
type Match struct {
	Season      int       `json:"season"`
	EventCode   string    `json:"eventCode"`
	Level       ftc.Level `json:"level"`
	Series      int       `json:"series"`
	MatchNumber int       `json:"matchNumber"`
}

func match(key ftc.MatchKey) Match {
	return Match{key.Season, key.Code, key.Level, key.Series, key.Number}
}

// Started is the payload of match:started.
type Started struct {
	Match
	Field     string    `json:"field"`
	StartedAt time.Time `json:"startedAt"`
	Source    Source    `json:"source"`
	RedTeams  []int     `json:"redTeams"`
	BlueTeams []int     `json:"blueTeams"`
}

// Aborted is the payload of match:aborted.
type Aborted struct {
	Match
	AbortedAt time.Time `json:"abortedAt"`
	Source    Source    `json:"source"`
}

// Completed is the payload of match:completed.
type Completed struct {
	Match
	RedTeams  []int     `json:"redTeams"`
	BlueTeams []int     `json:"blueTeams"`
	Red       *Side     `json:"red"`    // null at a remote event, where red plays alone
	Blue      *Side     `json:"blue"`   // the same
	Winner    string    `json:"winner"` // RED, BLUE or TIE; empty where there is one alliance
	PostedAt  time.Time `json:"postedAt"`
	Official  bool      `json:"official"`
	Rev       int       `json:"rev"`
}

// Side is one alliance's part of a result. The phases are null where only totals are known.
type Side struct {
	Total      int             `json:"total"`
	NoFoul     int             `json:"noFoul"`
	Auto       *int            `json:"auto"`
	Teleop     *int            `json:"teleop"`
	Endgame    *int            `json:"endgame"`
	FoulPoints int             `json:"foulPoints"` // what the other alliance's fouls gave
	RPFlags    map[string]bool `json:"rpFlags"`
}

// Service knows the state of matches. It is safe for concurrent use.
type Service struct {
	pool *pgxpool.Pool
	log  *eventlog.Log
	q    *queries.Queries
	now  func() time.Time
}

// New returns the service on a database, by a clock.
func New(pool *pgxpool.Pool, log *eventlog.Log, now func() time.Time) *Service {
	return &Service{pool: pool, log: log, q: queries.New(pool), now: now}
}

// starts returns the newest start of the match, or nil. Call it with the match locked.
func starts(ctx context.Context, q *queries.Queries, key ftc.MatchKey) (*queries.MatchStart, error) {
	row, err := q.MatchStart(ctx, queries.MatchStartParams(params(key)))
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return &row, err
}

// params is the key as the queries take it.
func params(key ftc.MatchKey) queries.LockMatchParams {
	return queries.LockMatchParams{Season: int32(key.Season), EventCode: key.Code, Level: string(key.Level), Series: int32(key.Series), Number: int32(key.Number)}
}

// sides returns the teams of a match, red and blue.
func sides(robots []ftc.Robot) (red, blue []int) {
	red, blue = []int{}, []int{}
	for _, r := range robots {
		if r.Alliance == ftc.Red {
			red = append(red, r.TeamNumber)
		} else {
			blue = append(blue, r.TeamNumber)
		}
	}
	return red, blue
}
