package firstapi

import (
	"context"
	"encoding/json"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// Source gives official competition data. It is safe for concurrent use. Seasons are ours,
// the year of the kick-off; a source whose server counts otherwise translates.
//
// Errors are ErrUnavailable, ErrUnreadable, ErrCredentials, ErrRefused, ftc.ErrNoEvent,
// ftc.ErrCode, or the context's.
type Source interface {
	// CurrentSeason returns the season that is played now.
	CurrentSeason(ctx context.Context) (int, error)
	// Events lists the season's FTC events.
	Events(ctx context.Context, season int, since Since) (Reply[ftc.Event], error)
	// Event returns one FTC event, or ftc.ErrNoEvent.
	Event(ctx context.Context, key ftc.EventKey) (ftc.Event, error)
	// Teams lists the teams at an FTC event, or of the whole season if the key has no code.
	Teams(ctx context.Context, key ftc.EventKey) (Reply[ftc.Team], error)
	// Schedule lists the matches that are planned, with their fields and without results.
	Schedule(ctx context.Context, event ftc.Event, level ftc.Level, since Since) (Reply[Match], error)
	// Matches lists the matches that are planned or played, with the results so far.
	Matches(ctx context.Context, event ftc.Event, level ftc.Level, since Since) (Reply[Match], error)
	// Scores lists what the results of the matches are made of.
	Scores(ctx context.Context, key ftc.EventKey, level ftc.Level, since Since) (Reply[Score], error)
	// Rankings lists the teams by their rank; nobody before the first result.
	Rankings(ctx context.Context, key ftc.EventKey, since Since) (Reply[Ranking], error)
	// Alliances lists the alliances of the playoffs; none before the selection.
	Alliances(ctx context.Context, key ftc.EventKey, since Since) (Reply[PlayoffAlliance], error)
}

// Since says what the caller has already. The zero value asks for everything.
//
// No server tells that a row is gone from a list of changes, and few promise it of a whole
// list: whoever keeps a copy asks for everything now and then.
type Since struct {
	Modified    time.Time // of the last Reply
	OnlyChanged bool      // changed rows will do; without Modified that is all of them
}

// Reply is a list as a source has it now.
type Reply[T any] struct {
	Rows      []T
	Modified  time.Time // to ask with next time; zero when the server does not say
	Unchanged bool      // nothing has changed since, and there are no rows
	Unread    int       // rows that made no sense and were left out; what is missing is not gone then
}

// Match is a match as it was planned and, once it is posted, with its result.
type Match struct {
	ftc.MatchKey
	Description string
	Field       string // only Schedule knows it
	ScheduledAt *time.Time
	StartedAt   *time.Time
	PostedAt    *time.Time
	Robots      []Robot
	Result      *Result // nil until it is posted
}

// Robot is a team's place in a match and what became of it.
type Robot struct {
	ftc.Robot
	NoShow       bool
	Disqualified bool
	Absent       bool // not on the field, with or without being announced
}

// Result is the outcome of a match. Winner is empty for a tie.
type Result struct {
	Red, Blue Total
	Winner    ftc.Alliance
}

// Total is the result of one alliance. Fouls are points that the other one gave it.
type Total struct {
	Points, Fouls, Auto int
}

// Score is what the result of a match is made of.
type Score struct {
	ftc.MatchKey
	Randomization int // what was drawn before the match, if the game draws
	Alliances     []AllianceScore
}

// AllianceScore is the score of one alliance: the parts that all games share, and
// everything as the server sent it.
type AllianceScore struct {
	Alliance ftc.Alliance
	Points   *Points  // nil when the season's parts are not known, or not there
	Missing  []string // fields that the season's file names and the row lacks
	Details  json.RawMessage
}

// Ranking is a team's place after the qualification matches so far.
type Ranking struct {
	Rank, TeamNumber   int
	SortOrders         [6]float64 // ranking score and tie-breaks, in the season's order
	Wins, Losses, Ties int
	Disqualified       int // in how many matches
	Played, Counted    int // matches; a surrogate's does not count
}

// PlayoffAlliance is an alliance of the playoffs.
type PlayoffAlliance struct {
	Number  int
	Name    string
	Captain int
	Picks   []int // in the order they were picked
	Backup  int   // 0 for none
	Left    int   // whom the backup stands in for, or 0
}
