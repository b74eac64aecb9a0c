// Package ftc holds public competition data: FTC events, the teams at them, and matches.
// Nothing here belongs to a workspace.
package ftc

import (
	"context"
	"errors"
	"fmt"
	"regexp"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of this package.
var (
	ErrNoEvent = fault.New(fault.NotFound, "no-such-event", "There is no such FTC event in this season.")
	ErrCode    = fault.New(fault.Invalid, "bad-event-code", "An FTC event code has 1 to 40 letters, digits, dashes or underscores, and does not begin with a year and a dash.")
)

// Level is the kind of a match.
type Level string

// The levels of matches.
const (
	Practice Level = "practice"
	Qual     Level = "qual"
	Playoff  Level = "playoff"
)

// Alliance is one side of a match.
type Alliance string

// The two alliances.
const (
	Red  Alliance = "RED"
	Blue Alliance = "BLUE"
)

// EventKey names an FTC event.
type EventKey struct {
	Season int    `json:"season"` // the year of the season's kick-off
	Code   string `json:"eventCode"`
}

// MatchKey names a match. Series is 0 outside the playoffs.
type MatchKey struct {
	EventKey
	Level  Level `json:"tournamentLevel"`
	Series int   `json:"series"`
	Number int   `json:"matchNumber"`
}

// Event is an FTC event. One that is not Official was scouted before anybody imported it.
type Event struct {
	EventKey
	Name     string     `json:"name"`
	Official bool       `json:"official"`
	TypeName string     `json:"typeName"`
	Venue    string     `json:"venue"`
	City     string     `json:"city"`
	Region   string     `json:"region"`
	Country  string     `json:"country"`
	Timezone string     `json:"timezone"` // IANA name
	StartsOn *time.Time `json:"startsOn"` // a date
	EndsOn   *time.Time `json:"endsOn"`
	Listed   bool       `json:"-"` // the official list has it; not written by Put
}

// Team is an FTC team as the public knows it.
type Team struct {
	Number     int    `json:"teamNumber"`
	Name       string `json:"name"`
	City       string `json:"city"`
	Region     string `json:"region"`
	Country    string `json:"country"`
	RookieYear *int   `json:"rookieYear"`
}

// Robot is one team's place in a match.
type Robot struct {
	Alliance   Alliance `json:"alliance"`
	Station    int      `json:"station"` // 1 to 3
	TeamNumber int      `json:"teamNumber"`
	Surrogate  bool     `json:"surrogate"` // does not count for this team's rank
}

// Match is a scheduled match with its robots.
type Match struct {
	MatchKey
	Description string     `json:"description"`
	Field       string     `json:"field"`
	ScheduledAt *time.Time `json:"scheduledAt"`
	Robots      []Robot    `json:"robots"`
	RemovedAt   *time.Time `json:"removedAt,omitempty"` // when the schedule lost it; never set in Schedule
}

// Competition is an FTC event with all that is known of it, as an import brings it.
type Competition struct {
	Event   Event
	Teams   []Team
	Matches []Match
}

// A code that began like a season would make two channels of different events one.
var (
	codeForm   = regexp.MustCompile(`\A[A-Z0-9][A-Z0-9_-]{0,39}\z`)
	seasonForm = regexp.MustCompile(`\A[0-9]{4}-`)
)

// CleanCode returns an event code in capitals, or ErrCode.
func CleanCode(code string) (string, error) {
	code = strings.ToUpper(strings.TrimSpace(code))
	if !codeForm.MatchString(code) || seasonForm.MatchString(code) {
		return "", ErrCode.At(fault.Field{Pointer: "/eventCode", Detail: ErrCode.Detail})
	}
	return code, nil
}

// EventChannels returns the public channels of an FTC event: by code alone, as front ends
// of the original expect, and with the season, because codes repeat.
func EventChannels(key EventKey) []realtime.Channel {
	return []realtime.Channel{
		realtime.Channel("event-" + key.Code),
		realtime.Channel(fmt.Sprintf("event-%d-%s", key.Season, key.Code)),
	}
}

// Service reads and stores competition data. It is safe for concurrent use.
type Service struct {
	pool *pgxpool.Pool
	q    *queries.Queries
}

// New returns the service on a database.
func New(pool *pgxpool.Pool) *Service { return &Service{pool: pool, q: queries.New(pool)} }

// Event returns one FTC event, or ErrNoEvent.
func (s *Service) Event(ctx context.Context, key EventKey) (Event, error) {
	r, err := s.q.Event(ctx, queries.EventParams{Season: int32(key.Season), Code: key.Code})
	if errors.Is(err, pgx.ErrNoRows) {
		return Event{}, ErrNoEvent
	}
	return event(r), eventlog.Translate(err)
}

// Teams lists the teams at an FTC event by number.
func (s *Service) Teams(ctx context.Context, key EventKey) ([]Team, error) {
	if _, err := s.Event(ctx, key); err != nil {
		return nil, err
	}
	rows, err := s.q.EventTeams(ctx, queries.EventTeamsParams{Season: int32(key.Season), EventCode: key.Code})
	list := make([]Team, 0, len(rows))
	for _, r := range rows {
		t := Team{Number: int(r.Number), Name: r.Name, City: r.City, Region: r.Region, Country: r.Country}
		if r.RookieYear != nil {
			year := int(*r.RookieYear)
			t.RookieYear = &year
		}
		list = append(list, t)
	}
	return list, eventlog.Translate(err)
}

// Schedule lists the matches of an FTC event with their robots, in the order they are played.
func (s *Service) Schedule(ctx context.Context, key EventKey) ([]Match, error) {
	if _, err := s.Event(ctx, key); err != nil {
		return nil, err
	}
	list, err := MatchesAt(ctx, s.q, key, false)
	return list, eventlog.Translate(err)
}

// MatchesAt lists the matches of an FTC event through the caller's connection, in the order
// they are played; those that the schedule has lost only with removed.
func MatchesAt(ctx context.Context, q *queries.Queries, key EventKey, removed bool) ([]Match, error) {
	rows, err := q.Matches(ctx, queries.MatchesParams{Season: int32(key.Season), EventCode: key.Code, Removed: removed})
	if err != nil {
		return nil, err
	}
	robots, err := q.MatchTeamsAt(ctx, queries.MatchTeamsAtParams{Season: int32(key.Season), EventCode: key.Code})
	if err != nil {
		return nil, err
	}
	list := make([]Match, 0, len(rows))
	place := make(map[MatchKey]int, len(rows))
	for i, r := range rows {
		m := MatchKey{key, Level(r.Level), int(r.Series), int(r.Number)}
		place[m] = i
		list = append(list, Match{MatchKey: m, Description: r.Description, Field: r.Field, ScheduledAt: utc(r.ScheduledAt), Robots: []Robot{}, RemovedAt: utc(r.RemovedAt)})
	}
	for _, r := range robots {
		if i, ok := place[MatchKey{key, Level(r.Level), int(r.Series), int(r.Number)}]; ok {
			list[i].Robots = append(list[i].Robots, robot(r))
		}
	}
	return list, nil
}

// Robots returns who plays in the match, inside the caller's transaction; nobody when the
// schedule is not known.
func Robots(ctx context.Context, tx pgx.Tx, key MatchKey) ([]Robot, error) {
	rows, err := queries.New(tx).MatchTeams(ctx, queries.MatchTeamsParams{
		Season: int32(key.Season), EventCode: key.Code, Level: string(key.Level), Series: int32(key.Series), Number: int32(key.Number),
	})
	robots := make([]Robot, 0, len(rows))
	for _, r := range rows {
		robots = append(robots, robot(r))
	}
	return robots, err
}

// Ensure makes sure that the FTC event is known, inside the caller's transaction. One that
// nobody has imported is kept as unofficial, so that a league meet can be scouted.
func Ensure(ctx context.Context, tx pgx.Tx, key EventKey) error {
	return queries.New(tx).EnsureEvent(ctx, queries.EnsureEventParams{Season: int32(key.Season), Code: key.Code})
}

func utc(t *time.Time) *time.Time {
	if t == nil {
		return nil
	}
	in := t.UTC()
	return &in
}

func event(r queries.FtcEvent) Event {
	return Event{
		EventKey: EventKey{int(r.Season), r.Code}, Name: r.Name, Official: r.Official, TypeName: r.TypeName, Venue: r.Venue,
		City: r.City, Region: r.Region, Country: r.Country, Timezone: r.Timezone, StartsOn: r.StartsOn, EndsOn: r.EndsOn, Listed: r.Listed,
	}
}

func robot(r queries.MatchTeam) Robot {
	return Robot{Alliance: Alliance(r.Alliance), Station: int(r.Station), TeamNumber: int(r.TeamNumber), Surrogate: r.Surrogate}
}
