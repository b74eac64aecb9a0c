package scouting

import (
	"context"
	"errors"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// The errors of assignments. A change that was made from an old list is ErrStale.
var (
	ErrAssignment   = fault.New(fault.Invalid, "bad-assignment", "This assignment breaks a rule.")
	ErrNoAssignment = fault.New(fault.NotFound, "no-such-assignment", "This scout has no assignment in this match.")
	ErrScoutBusy    = fault.New(fault.Conflict, "scout-busy", "This scout is on another robot of this match.")
	ErrNoSchedule   = fault.New(fault.Invalid, "no-schedule", "The schedule has no such matches with robots in them. Import it, or assign by hand.")
)

// MaxAssignments is the most assignments of a team at one FTC event.
const MaxAssignments = 3000

// Assignment is one scout on one robot of one match.
type Assignment struct {
	Level       ftc.Level     `json:"tournamentLevel"`
	Series      int           `json:"series"`
	MatchNumber int           `json:"matchNumber"`
	Alliance    ftc.Alliance  `json:"alliance"` // where the schedule has the robot now
	Station     int           `json:"station"`
	ScoutedTeam int           `json:"scoutedTeamNumber"`
	Scout       accounts.User `json:"scout"`
	Manual      bool          `json:"manual"`      // made or changed by hand
	Stale       bool          `json:"stale"`       // the schedule has changed, and the robot is no longer in this match
	ScheduledAt *time.Time    `json:"scheduledAt"` // null while nobody knows
}

func (a Assignment) match(event ftc.EventKey) ftc.MatchKey {
	return ftc.MatchKey{EventKey: event, Level: a.Level, Series: a.Series, Number: a.MatchNumber}
}

// SheetKey names all assignments of a team at an FTC event. Zero Season: the newest.
type SheetKey struct {
	TeamID uuid.UUID
	Event  ftc.EventKey
}

// Sheet is assignments of a team at an FTC event. Rev goes up with each change of any of
// them; who changes something sends the rev they saw. Members who leave the team are taken
// off without a new rev.
type Sheet struct {
	ScoutingTeamID uuid.UUID `json:"scoutingTeamId"`
	ftc.EventKey
	Rev         int          `json:"rev"`       // 0 before the first change
	UpdatedAt   *time.Time   `json:"updatedAt"` // null before the first change
	Assignments []Assignment `json:"assignments"`
}

// AssignmentFilter chooses assignments; nil leaves a part open.
type AssignmentFilter struct {
	Level       *string
	Series      *int
	MatchNumber *int
	ScoutID     *uuid.UUID
}

// MatchRange is a stretch of matches of one level: matchNumber, in the playoffs series.
type MatchRange struct {
	Level ftc.Level `json:"tournamentLevel"`
	From  int       `json:"from"`
	To    int       `json:"to"`
}

// AssignmentsChangedPayload tells the team which matches have other assignments now, and
// nothing of who has them: shared tablets hear the team's channel, too, and may read only
// their own. Whoever may reads the ranges again. Many scattered matches are told as one
// range of each level.
type AssignmentsChangedPayload struct {
	Season    int          `json:"season"`
	EventCode string       `json:"eventCode"`
	Rev       int          `json:"rev"`
	Ranges    []MatchRange `json:"ranges"`
}

// MatchRef names a match of a known FTC event.
type MatchRef struct {
	Level       ftc.Level `json:"tournamentLevel"`
	Series      int       `json:"series"`
	MatchNumber int       `json:"matchNumber"`
}

// AssignmentsChanged is the one event of assignments.
var AssignmentsChanged = realtime.Define[AssignmentsChangedPayload]("scouting:assignments-changed",
	"Who scouts which robot has changed in these matches.", "private-team-{teamId}")

// clean returns the key with its season filled in and its code in capitals.
func (s *Service) clean(key SheetKey) (SheetKey, error) {
	if key.Event.Season == 0 {
		key.Event.Season = s.book.Newest().Year
	}
	if _, known := s.book.Season(key.Event.Season); !known {
		return key, ErrSeason.At(fault.Field{Pointer: "/season", Detail: ErrSeason.Detail})
	}
	code, err := ftc.CleanCode(key.Event.Code)
	key.Event.Code = code
	return key, err
}

// Assignments lists a team's assignments in the order of play, at most MaxAssignments. Who
// may read their own only gets those.
func (s *Service) Assignments(ctx context.Context, actor accounts.Actor, key SheetKey, f AssignmentFilter) (Sheet, error) {
	reach, err := s.reach(ctx, actor, key.TeamID, teams.ReadAssignments)
	if err != nil {
		return Sheet{}, err
	}
	if reach == teams.Own {
		if f.ScoutID != nil && *f.ScoutID != actor.UserID {
			return Sheet{}, ErrRole
		}
		f.ScoutID = &actor.UserID
	}
	if key, err = s.clean(key); err != nil {
		return Sheet{}, err
	}
	sheet, err := readSheet(ctx, s.q, key)
	if err != nil {
		return Sheet{}, eventlog.Translate(err)
	}
	sheet.Assignments, err = readAssignments(ctx, s.q, key, f)
	return sheet, eventlog.Translate(err)
}

func readSheet(ctx context.Context, q *queries.Queries, key SheetKey) (Sheet, error) {
	sheet := Sheet{ScoutingTeamID: key.TeamID, EventKey: key.Event, Assignments: []Assignment{}}
	row, err := q.Sheet(ctx, queries.SheetParams{TeamID: key.TeamID, Season: int32(key.Event.Season), EventCode: key.Event.Code})
	if errors.Is(err, pgx.ErrNoRows) {
		return sheet, nil
	}
	sheet.Rev, sheet.UpdatedAt = int(row.Rev), inUTC(&row.UpdatedAt)
	return sheet, err
}

func readAssignments(ctx context.Context, q *queries.Queries, key SheetKey, f AssignmentFilter) ([]Assignment, error) {
	rows, err := q.Assignments(ctx, queries.AssignmentsParams{
		TeamID: key.TeamID, Season: int32(key.Event.Season), EventCode: key.Event.Code,
		Level: f.Level, Series: small(f.Series), Number: small(f.MatchNumber), ScoutID: f.ScoutID,
	})
	list := make([]Assignment, 0, len(rows))
	for _, r := range rows {
		a := r.Assignment
		list = append(list, Assignment{
			Level: ftc.Level(a.Level), Series: int(a.Series), MatchNumber: int(a.Number), Alliance: ftc.Alliance(r.NowAlliance), Station: int(r.NowStation),
			ScoutedTeam: int(a.Robot), Scout: accounts.User{ID: a.ScoutID, DisplayName: r.DisplayName}, Manual: a.Manual, Stale: r.Stale, ScheduledAt: inUTC(r.ScheduledAt),
		})
	}
	return list, err
}

func inUTC(at *time.Time) *time.Time {
	if at == nil {
		return nil
	}
	utc := at.UTC()
	return &utc
}

// NextMatch tells a scout where to be next.
type NextMatch struct {
	Status    string      `json:"status"`         // assigned, done or none
	Detail    string      `json:"detail"`         // the same as a sentence
	Next      *Assignment `json:"next,omitempty"` // only where one is assigned
	Remaining int         `json:"remaining"`      // assignments from here on, this one included
}

// Next returns the actor's first assignment after the last match that they scouted, in the
// order of play: a match that was missed does not come back. Stale assignments are passed
// over, for there is nothing to see.
func (s *Service) Next(ctx context.Context, actor accounts.Actor, key SheetKey) (NextMatch, error) {
	if _, err := s.reach(ctx, actor, key.TeamID, teams.ReadAssignments); err != nil {
		return NextMatch{}, err
	}
	key, err := s.clean(key)
	if err != nil {
		return NextMatch{}, err
	}
	own, err := readAssignments(ctx, s.q, key, AssignmentFilter{ScoutID: &actor.UserID})
	if err != nil {
		return NextMatch{}, eventlog.Translate(err)
	}
	last, err := s.q.LastScouted(ctx, queries.LastScoutedParams{
		TeamID: key.TeamID, Season: int32(key.Event.Season), EventCode: key.Event.Code, ScouterID: actor.UserID,
	})
	started := true
	if errors.Is(err, pgx.ErrNoRows) {
		started, err = false, nil
	}
	if err != nil {
		return NextMatch{}, eventlog.Translate(err)
	}
	scouted := ftc.MatchKey{EventKey: key.Event, Level: ftc.Level(last.Level), Series: int(last.Series), Number: int(last.MatchNumber)}
	answer := NextMatch{Status: "none", Detail: "Nothing is assigned to you at this FTC event. Ask your lead."}
	for _, a := range own {
		if a.Stale {
			continue
		}
		if started && compareMatches(a.match(key.Event), scouted) <= 0 {
			if answer.Next == nil {
				answer.Status, answer.Detail = "done", "You have no assignment after the last match that you scouted."
			}
			continue
		}
		if answer.Next == nil {
			answer.Status, answer.Detail, answer.Next = "assigned", "", &a
		}
		answer.Remaining++
	}
	if answer.Next != nil {
		answer.Detail = sentence(*answer.Next)
	}
	return answer, nil
}
