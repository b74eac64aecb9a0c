package eventlog

import (
	"context"
	"errors"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// ErrNoEvent is returned for an event that is not in the channel's log, or not any more.
var ErrNoEvent = fault.New(fault.NotFound, "no-logged-event", "The channel's log has no event of this id, or not any more.")

// Page is a stretch of a channel's events.
type Page struct {
	Events []Event   `json:"events"`
	Next   int64     `json:"next"`  // pass as after to go on
	Head   int64     `json:"head"`  // the channel's newest seq
	Epoch  uuid.UUID `json:"epoch"` // changes when seq starts over, as after a restore
	Reset  bool      `json:"reset"` // true: after is not a position of this log; start over from the current state
}

// restart returns a page that has its reader start over at the head.
func restart(head int64, epoch uuid.UUID) Page {
	return Page{Events: []Event{}, Next: head, Head: head, Epoch: epoch, Reset: true}
}

// Read returns up to limit events of the channel with seq > after, in order. A channel
// without any event has an empty page.
func (l *Log) Read(ctx context.Context, channel realtime.Channel, after int64, limit int) (Page, error) {
	return l.ReadIn(ctx, channel, uuid.Nil, after, limit, Filter{})
}

// ReadIn is Read for who knows in which epoch after was read, and wants only some events.
// The zero UUID is any. With a filter Next passes what was left out, so that a page may have
// fewer events than limit, or none, and yet not reach the head.
func (l *Log) ReadIn(ctx context.Context, channel realtime.Channel, epoch uuid.UUID, after int64, limit int, f Filter) (Page, error) {
	head, err := l.q.HeadOf(ctx, string(channel))
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		page := restart(0, uuid.Nil)
		page.Reset = after > 0 || epoch != uuid.Nil
		return page, nil
	case err != nil:
		return Page{}, Translate(err)
	case epoch != uuid.Nil && epoch != head.Epoch:
		return restart(head.Seq, head.Epoch), nil
	}
	row := queries.PositionsOfRow{Channel: string(channel), Seq: head.Seq, Epoch: head.Epoch, Oldest: head.Oldest}
	return l.page(ctx, row, after, limit, newScan(f))
}

// page reads a channel of which the position is known.
func (l *Log) page(ctx context.Context, head queries.PositionsOfRow, after int64, limit int, s *scan) (Page, error) {
	if after > head.Seq || after < head.Oldest-1 {
		return restart(head.Seq, head.Epoch), nil
	}
	page := Page{Events: []Event{}, Next: after, Head: head.Seq, Epoch: head.Epoch}
	if limit <= 0 {
		return page, nil
	}
	rows, next, gone, err := s.rows(ctx, l.q, head.Channel, after, head.Seq, min(limit, MaxPage))
	switch {
	case err != nil:
		return Page{}, err
	case gone:
		return restart(head.Seq, head.Epoch), nil
	}
	for _, row := range rows {
		page.Events = append(page.Events, event(row))
	}
	page.Next = next
	page.Head = max(page.Head, page.Next) // events may have been appended between the two reads
	return page, nil
}

// ReadMany returns for each of the channels what comes after the cursor, limit events in
// all, and the cursor to go on with. A channel that the cursor does not know begins at its
// head, with Reset. The filter is for all of them.
func (l *Log) ReadMany(ctx context.Context, channels []realtime.Channel, from Cursor, limit int, f Filter) ([]Page, Cursor, error) {
	rows, err := l.q.PositionsOf(ctx, names(channels))
	if err != nil {
		return nil, Cursor{}, Translate(err)
	}
	heads := make(map[string]queries.PositionsOfRow, len(rows))
	for _, row := range rows {
		heads[row.Channel] = row
	}
	s := newScan(f)
	pages, next := make([]Page, len(channels)), Cursor{}
	for i, channel := range channels {
		head, ok := heads[string(channel)]
		if !ok {
			head = queries.PositionsOfRow{Channel: string(channel), Oldest: 1}
		}
		if pages[i], err = l.readFrom(ctx, head, from, limit, s); err != nil {
			return nil, Cursor{}, err
		}
		limit -= len(pages[i].Events)
		next.put(channel, pages[i].Epoch, pages[i].Next)
	}
	return pages, next, nil
}

func (l *Log) readFrom(ctx context.Context, head queries.PositionsOfRow, from Cursor, limit int, s *scan) (Page, error) {
	at, ok := from.at(realtime.Channel(head.Channel))
	if !ok || !at.fits(head.Epoch) {
		return restart(head.Seq, head.Epoch), nil
	}
	if at.seq == head.Seq {
		limit = 0 // nothing to read
	}
	return l.page(ctx, head, at.seq, limit, s)
}

// Find returns one event of the channel.
func (l *Log) Find(ctx context.Context, channel realtime.Channel, id uuid.UUID) (Event, error) {
	row, err := l.q.EventByID(ctx, queries.EventByIDParams{ID: id, Channel: string(channel)})
	if errors.Is(err, pgx.ErrNoRows) {
		return Event{}, ErrNoEvent
	}
	if err != nil {
		return Event{}, Translate(err)
	}
	return event(row), nil
}
