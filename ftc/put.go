package ftc

import (
	"context"
	"fmt"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// Put stores a competition, all of it or nothing. What was known of it before is replaced
// where the import says something else; doing it twice changes nothing.
func (s *Service) Put(ctx context.Context, c Competition) error {
	err := pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		q := queries.New(tx)
		if err := putEvent(ctx, q, c.Event); err != nil {
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
	})
	return eventlog.Translate(err)
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
