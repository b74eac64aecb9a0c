package ftc

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// Put stores a competition, all of it or nothing. What was known of it before is replaced
// where the import says something else; doing it twice changes nothing.
func (s *Service) Put(ctx context.Context, c Competition) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error { return Put(ctx, tx, c) })
	return eventlog.Translate(err)
}

// Put stores a competition as the method of that name does, inside the caller's transaction.
func Put(ctx context.Context, tx pgx.Tx, c Competition) error {
	q := queries.New(tx)
	if err := putEvent(ctx, q, c.Event); err != nil {
		return err
	}
	if err := Lock(ctx, tx, c.Event.EventKey); err != nil {
		return err
	}
	for _, t := range c.Teams {
		if err := putTeam(ctx, q, c.Event.EventKey, t); err != nil {
			return fmt.Errorf("team %d: %w", t.Number, err)
		}
	}
	for _, m := range c.Matches {
		if err := putMatch(ctx, q, m); err != nil {
			return fmt.Errorf("%s match %d: %w", m.Level, m.Number, err)
		}
	}
	return nil
}

// Lock keeps other writers of many matches of the FTC event out until the transaction ends.
func Lock(ctx context.Context, tx pgx.Tx, key EventKey) error {
	return queries.New(tx).LockEvent(ctx, queries.LockEventParams{Season: int32(key.Season), Code: key.Code})
}

// List stores the official list of a season's FTC events inside the caller's transaction.
// Of a whole list, events that it lacks are no longer listed; they stay.
func List(ctx context.Context, tx pgx.Tx, season int, events []Event, whole bool) error {
	q := queries.New(tx)
	codes := make([]string, 0, len(events))
	for _, e := range events {
		codes = append(codes, e.Code)
		err := q.ListEvent(ctx, queries.ListEventParams{
			Season: int32(e.Season), Code: e.Code, Name: e.Name, TypeName: e.TypeName, Venue: e.Venue, City: e.City,
			Region: e.Region, Country: e.Country, Timezone: e.Timezone, StartsOn: e.StartsOn, EndsOn: e.EndsOn,
		})
		if err != nil {
			return fmt.Errorf("event %s: %w", e.Code, err)
		}
	}
	if !whole || len(events) == 0 {
		return nil
	}
	return q.UnlistEvents(ctx, queries.UnlistEventsParams{Season: int32(season), Codes: codes})
}

// PutTeams stores who is at an FTC event inside the caller's transaction. Of a whole list,
// those who are not on it are at the event no longer.
func PutTeams(ctx context.Context, tx pgx.Tx, key EventKey, teams []Team, whole bool) error {
	q := queries.New(tx)
	numbers := make([]int32, 0, len(teams))
	for _, t := range teams {
		numbers = append(numbers, int32(t.Number))
		if err := putTeam(ctx, q, key, t); err != nil {
			return fmt.Errorf("team %d: %w", t.Number, err)
		}
	}
	if !whole || len(teams) == 0 {
		return nil
	}
	return q.DropEventTeams(ctx, queries.DropEventTeamsParams{Season: int32(key.Season), EventCode: key.Code, Numbers: numbers})
}

// PutSchedule stores the matches of one level inside the caller's transaction and writes
// only those that differ from what is stored. Of a whole list, matches that it lacks are
// marked as removed at that time; an empty list removes nothing, because the official API
// gives one for events that it knows when it is not well.
func PutSchedule(ctx context.Context, tx pgx.Tx, key EventKey, level Level, matches []Match, whole bool, now time.Time) error {
	q := queries.New(tx)
	stored, err := MatchesAt(ctx, q, key, true)
	if err != nil {
		return err
	}
	known := make(map[MatchKey]Match, len(stored))
	for _, m := range stored {
		if m.Level == level {
			known[m.MatchKey] = m
		}
	}
	for _, m := range matches {
		before, there := known[m.MatchKey]
		delete(known, m.MatchKey)
		if there && before.says(m) {
			continue
		}
		if err := putMatch(ctx, q, m); err != nil {
			return fmt.Errorf("%s match %d: %w", m.Level, m.Number, err)
		}
	}
	if !whole || len(matches) == 0 {
		return nil
	}
	for _, m := range known {
		if m.RemovedAt != nil {
			continue
		}
		err := q.RemoveMatch(ctx, queries.RemoveMatchParams{
			Season: int32(m.Season), EventCode: m.Code, Level: string(m.Level), Series: int32(m.Series), Number: int32(m.Number), RemovedAt: &now,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// PutFields stores where matches are played, inside the caller's transaction. It makes no
// match, and a field that is not told stays.
func PutFields(ctx context.Context, tx pgx.Tx, matches []Match) error {
	q := queries.New(tx)
	for _, m := range matches {
		if m.Field == "" || len(m.Field) > 40 {
			continue
		}
		err := q.SetMatchField(ctx, queries.SetMatchFieldParams{
			Season: int32(m.Season), EventCode: m.Code, Level: string(m.Level), Series: int32(m.Series), Number: int32(m.Number), Field: m.Field,
		})
		if err != nil {
			return err
		}
	}
	return nil
}

// says reports whether a stored match needs no change to be what is read. A field that is
// not told stays as it is.
func (m Match) says(read Match) bool {
	same := func(a, b *time.Time) bool {
		return (a == nil) == (b == nil) && (a == nil || a.Equal(b.Truncate(time.Microsecond)))
	}
	return m.RemovedAt == nil && m.Description == read.Description && (read.Field == "" || m.Field == read.Field) &&
		same(m.ScheduledAt, read.ScheduledAt) && slices.Equal(inOrder(m.Robots), inOrder(read.Robots))
}

func inOrder(robots []Robot) []Robot {
	return slices.SortedFunc(slices.Values(robots), func(a, b Robot) int {
		return cmp.Or(cmp.Compare(b.Alliance, a.Alliance), cmp.Compare(a.Station, b.Station))
	})
}

func putEvent(ctx context.Context, q *queries.Queries, e Event) error {
	return q.PutEvent(ctx, queries.PutEventParams{
		Season: int32(e.Season), Code: e.Code, Name: e.Name, TypeName: e.TypeName, Venue: e.Venue, City: e.City,
		Region: e.Region, Country: e.Country, Timezone: e.Timezone, StartsOn: e.StartsOn, EndsOn: e.EndsOn,
	})
}

func putTeam(ctx context.Context, q *queries.Queries, key EventKey, t Team) error {
	p := queries.PutTeamParams{Number: int32(t.Number), Name: t.Name, City: t.City, Region: t.Region, Country: t.Country}
	if t.RookieYear != nil {
		year := int32(*t.RookieYear)
		p.RookieYear = &year
	}
	if err := q.PutTeam(ctx, p); err != nil {
		return err
	}
	return q.PutEventTeam(ctx, queries.PutEventTeamParams{Season: int32(key.Season), EventCode: key.Code, Number: int32(t.Number)})
}

func putMatch(ctx context.Context, q *queries.Queries, m Match) error {
	err := q.PutMatch(ctx, queries.PutMatchParams{
		Season: int32(m.Season), EventCode: m.Code, Level: string(m.Level), Series: int32(m.Series), Number: int32(m.Number),
		Description: m.Description, Field: m.Field, ScheduledAt: m.ScheduledAt,
	})
	if err != nil {
		return err
	}
	err = q.ClearMatchTeams(ctx, queries.ClearMatchTeamsParams{
		Season: int32(m.Season), EventCode: m.Code, Level: string(m.Level), Series: int32(m.Series), Number: int32(m.Number),
	})
	if err != nil {
		return err
	}
	for _, r := range m.Robots {
		err := q.InsertMatchTeam(ctx, queries.InsertMatchTeamParams{
			Season: int32(m.Season), EventCode: m.Code, Level: string(m.Level), Series: int32(m.Series), Number: int32(m.Number),
			Alliance: string(r.Alliance), Station: int32(r.Station), TeamNumber: int32(r.TeamNumber), Surrogate: r.Surrogate,
		})
		if err != nil {
			return err
		}
	}
	return nil
}
