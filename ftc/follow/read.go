package follow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// errOvertaken means that another node has read the same meanwhile; its word counts.
var errOvertaken = errors.New("another node has read this meanwhile")

// cursor is where the reading of one list is.
type cursor struct {
	ftc.EventKey
	resource string
	row      queries.SyncCursor
}

// cursors returns those of an event, or with an empty code of a season.
func (f *Follower) cursors(ctx context.Context, key ftc.EventKey) (func(resource string) cursor, error) {
	rows, err := f.q.Cursors(ctx, queries.CursorsParams{Season: int32(key.Season), EventCode: key.Code})
	if err != nil {
		return nil, eventlog.Translate(err)
	}
	return func(resource string) cursor {
		c := cursor{EventKey: key, resource: resource}
		for _, r := range rows {
			if r.Resource == resource {
				c.row = r
			}
		}
		return c
	}, nil
}

// since says what to ask for: what has changed, or everything when it is time for that.
func (c cursor) since(now time.Time, fullEach time.Duration) firstapi.Since {
	if c.row.Modified == nil || now.Sub(c.row.FullAt) >= fullEach {
		return firstapi.Since{}
	}
	return firstapi.Since{Modified: *c.row.Modified}
}

// due reports whether the list was read so long ago.
func (c cursor) due(now time.Time, each time.Duration) bool { return now.Sub(c.row.ReadAt) >= each }

// write stores what was read, moves the cursor and logs what changed, all in one
// transaction or nothing.
func (f *Follower) write(ctx context.Context, c cursor, since firstapi.Since, modified time.Time, change func(tx pgx.Tx, batch *eventlog.Batch) error) error {
	now := f.o.Now()
	p := queries.MoveCursorParams{
		Season: int32(c.Season), EventCode: c.Code, Resource: c.resource, ReadAt: now, FullAt: c.row.FullAt, Seen: c.row.Reads,
	}
	if since.Modified.IsZero() {
		p.FullAt = now
	}
	if !modified.IsZero() {
		p.Modified = &modified
	}
	err := f.o.Log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		moved, err := queries.New(tx).MoveCursor(ctx, p)
		if err != nil {
			return err
		}
		if moved == 0 {
			return errOvertaken
		}
		return change(tx, batch)
	})
	if errors.Is(err, errOvertaken) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("store %s of %s: %w", c.resource, c.Code, err)
	}
	return nil
}

// nothing is the change of a list that has not changed.
func nothing(pgx.Tx, *eventlog.Batch) error { return nil }

// readList reads the FTC events of the season that is played now, and returns that season
// as far as it is known.
func (f *Follower) readList(ctx context.Context) (season int, err error) {
	if err := f.take(); err != nil {
		return 0, err
	}
	if season, err = f.o.Source.CurrentSeason(ctx); err != nil {
		return 0, err
	}
	cursors, err := f.cursors(ctx, ftc.EventKey{Season: season})
	if err != nil {
		return season, err
	}
	c := cursors("events")
	since := c.since(f.o.Now(), 24*time.Hour)
	if err := f.take(); err != nil {
		return season, err
	}
	reply, err := f.o.Source.Events(ctx, season, since)
	if err != nil {
		return season, err
	}
	if reply.Unchanged {
		return season, f.write(ctx, c, since, reply.Modified, nothing)
	}
	return season, f.write(ctx, c, since, reply.Modified, func(tx pgx.Tx, _ *eventlog.Batch) error {
		return ftc.List(ctx, tx, season, events(reply.Rows), reply.Unread == 0)
	})
}

// readEvent reads what changes during an event.
func (f *Follower) readEvent(ctx context.Context, event ftc.Event) error {
	cursors, err := f.cursors(ctx, event.EventKey)
	if err != nil {
		return err
	}
	now := f.o.Now()
	if c := cursors("teams"); c.due(now, teamsEach) {
		if err := f.readTeams(ctx, c); err != nil {
			return err
		}
	}
	for _, level := range []ftc.Level{ftc.Qual, ftc.Playoff} {
		if err := f.readMatches(ctx, event, level, cursors("matches:"+string(level))); err != nil {
			return err
		}
		if c := cursors("fields:" + string(level)); c.due(now, fieldsEach) {
			if err := f.readFields(ctx, event, level, c); err != nil {
				return err
			}
		}
	}
	if c := cursors("alliances"); c.due(now, alliancesEach) {
		return f.readAlliances(ctx, c)
	}
	return nil
}

func (f *Follower) readTeams(ctx context.Context, c cursor) error {
	if err := f.take(); err != nil {
		return err
	}
	reply, err := f.o.Source.Teams(ctx, c.EventKey)
	if err != nil {
		return err
	}
	return f.write(ctx, c, firstapi.Since{}, time.Time{}, func(tx pgx.Tx, _ *eventlog.Batch) error {
		return ftc.PutTeams(ctx, tx, c.EventKey, teams(reply.Rows), reply.Unread == 0)
	})
}

// readFields reads the plain schedule: it alone knows where a match is played.
func (f *Follower) readFields(ctx context.Context, event ftc.Event, level ftc.Level, c cursor) error {
	if err := f.take(); err != nil {
		return err
	}
	since := c.since(f.o.Now(), fullEach)
	reply, err := f.o.Source.Schedule(ctx, event, level, since)
	if err != nil {
		return err
	}
	if reply.Unchanged {
		return f.write(ctx, c, since, reply.Modified, nothing)
	}
	rows, _ := matches(reply.Rows)
	return f.write(ctx, c, since, reply.Modified, func(tx pgx.Tx, _ *eventlog.Batch) error {
		if err := ftc.Lock(ctx, tx, event.EventKey); err != nil {
			return err
		}
		return ftc.PutFields(ctx, tx, plans(rows))
	})
}

func (f *Follower) readAlliances(ctx context.Context, c cursor) error {
	if err := f.take(); err != nil {
		return err
	}
	since := c.since(f.o.Now(), fullEach)
	reply, err := f.o.Source.Alliances(ctx, c.EventKey, since)
	if err != nil {
		return err
	}
	if reply.Unchanged {
		return f.write(ctx, c, since, reply.Modified, nothing)
	}
	return f.write(ctx, c, since, reply.Modified, func(tx pgx.Tx, _ *eventlog.Batch) error {
		return ftc.PutAlliances(ctx, tx, c.EventKey, alliances(reply.Rows))
	})
}
