package ftc

import (
	"context"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// ErrFilter is the answer to a filter of FTC events that cannot be read.
var ErrFilter = fault.New(fault.Invalid, "bad-event-filter", "This filter of FTC events cannot be read.")

// The sizes of a page of FTC events.
const (
	pageOfEvents = 100
	maxPage      = 500
)

// noDate is where events without a date are in the order.
const noDate = "infinity"

// EventFilter chooses FTC events. Zero values take all.
type EventFilter struct {
	Season  int
	Text    string // a part of code, name or city
	Region  string
	Country string
	From    string // a date; events that end on it or later
	To      string // a date; events that begin on it or before
	Limit   int    // of a page; 100 when it is 0
	Cursor  string // from the page before
}

// Events returns a page of FTC events, the newest season first and each by date, and the cursor of the next page or "".
func (s *Service) Events(ctx context.Context, f EventFilter) (list []Event, next string, err error) {
	p := queries.EventsParams{Season: int32(f.Season), Region: f.Region, Country: f.Country, AfterSeason: math.MaxInt32, AfterDate: "-infinity", RowLimit: pageOfEvents + 1}
	p.Pattern = "%" + strings.NewReplacer(`\`, `\\`, `%`, `\%`, `_`, `\_`).Replace(f.Text) + "%"
	if f.Limit != 0 {
		p.RowLimit = int32(min(max(f.Limit, 1), maxPage)) + 1
	}
	if p.FromDate, err = day("from", f.From); err != nil {
		return nil, "", err
	}
	if p.ToDate, err = day("to", f.To); err != nil {
		return nil, "", err
	}
	if f.Cursor != "" {
		parts := strings.SplitN(f.Cursor, "~", 3)
		season, err := strconv.ParseUint(parts[0], 10, 15)
		ok := err == nil && len(parts) == 3
		if ok && parts[1] != noDate {
			_, err = day("cursor", parts[1])
		}
		if !ok || err != nil {
			return nil, "", ErrFilter.Saying("This cursor is of no page of FTC events.")
		}
		p.AfterSeason, p.AfterDate, p.AfterCode = int32(season), parts[1], parts[2]
	}
	rows, err := s.q.Events(ctx, p)
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	if len(rows) == int(p.RowLimit) {
		rows = rows[:len(rows)-1]
		last := rows[len(rows)-1]
		date := noDate
		if last.StartsOn != nil {
			date = last.StartsOn.Format(time.DateOnly)
		}
		next = fmt.Sprintf("%d~%s~%s", last.Season, date, last.Code)
	}
	list = make([]Event, 0, len(rows))
	for _, r := range rows {
		list = append(list, event(r))
	}
	return list, next, nil
}

func day(name, text string) (*time.Time, error) {
	if text == "" {
		return nil, nil
	}
	date, err := time.Parse(time.DateOnly, text)
	if err != nil {
		detail := name + " is a date such as 2026-01-17."
		return nil, ErrFilter.Saying("%s", detail).At(fault.Field{Pointer: "/" + name, Detail: detail})
	}
	return &date, nil
}

// Active lists the FTC events of any season that go on now by the clocks of their venues,
// from so many days before the first day until so many after the last.
func Active(ctx context.Context, q *queries.Queries, now time.Time, margin int) ([]Event, error) {
	around := func(days int) string { return now.UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	rows, err := q.EventsAround(ctx, queries.EventsAroundParams{Since: around(-margin - 1), Until: around(margin + 1)})
	if err != nil {
		return nil, err
	}
	var list []Event
	for _, r := range rows {
		if e := event(r); e.activeAt(now, margin) {
			list = append(list, e)
		}
	}
	return list, nil
}

// ActiveAt reports whether one of the event's days is today at its venue.
func (e Event) ActiveAt(now time.Time) bool { return e.activeAt(now, 0) }

func (e Event) activeAt(now time.Time, margin int) bool {
	if e.StartsOn == nil {
		return false
	}
	zone, err := time.LoadLocation(e.Timezone)
	if err != nil {
		zone = time.UTC
	}
	last := *e.StartsOn
	if e.EndsOn != nil {
		last = *e.EndsOn
	}
	today := now.In(zone).Format(time.DateOnly)
	return today >= e.StartsOn.AddDate(0, 0, -margin).Format(time.DateOnly) && today <= last.AddDate(0, 0, margin).Format(time.DateOnly)
}

// SyncedAt returns when the matches of an FTC event were last read from the official API,
// or nil.
func (s *Service) SyncedAt(ctx context.Context, key EventKey) (*time.Time, error) {
	at, err := s.q.SyncedAt(ctx, queries.SyncedAtParams{Season: int32(key.Season), EventCode: key.Code})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, nil
	}
	return utc(&at), eventlog.Translate(err)
}

// MatchChannels returns the public channels of a match and its FTC event. Those without a
// season in their name belong to the newest event of the code, and tell of a match only if
// it is a qualification match, because numbers repeat in the playoffs.
func MatchChannels(ctx context.Context, tx pgx.Tx, key MatchKey) ([]realtime.Channel, error) {
	newest, err := queries.New(tx).NewestOfCode(ctx, queries.NewestOfCodeParams{Code: key.Code, Season: int32(key.Season)})
	if err != nil {
		return nil, err
	}
	channels := EventChannels(key.EventKey)
	if !newest {
		channels = channels[1:]
	}
	level := map[Level]string{Qual: "Q", Playoff: "P"}[key.Level]
	if level == "" {
		return channels, nil
	}
	if newest && key.Level == Qual {
		channels = append(channels, realtime.Channel(fmt.Sprintf("match-%s-%d", key.Code, key.Number)))
	}
	return append(channels, realtime.Channel(fmt.Sprintf("match-%d-%s-%s%d-%d", key.Season, key.Code, level, key.Series, key.Number))), nil
}
