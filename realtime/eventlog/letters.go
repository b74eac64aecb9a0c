package eventlog

import (
	"context"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// ErrNoLetter is returned when there is no dead letter of this number.
var ErrNoLetter = fault.New(fault.NotFound, "no-dead-letter", "There is no dead letter of this number.")

// Letter is an event that a sink refused for good.
type Letter struct {
	Number    int64            `json:"id"`
	Sink      string           `json:"sink"`
	Channel   realtime.Channel `json:"channel"`
	Seq       int64            `json:"seq"`
	EventID   uuid.UUID        `json:"eventId"`
	Name      string           `json:"name"`
	Reason    string           `json:"reason"` // what the sink said
	RefusedAt time.Time        `json:"refusedAt"`
	Refusals  int32            `json:"refusals"`
	Wanted    bool             `json:"wanted"` // it is about to be sent again
}

// LetterFilter chooses dead letters. The zero filter is all of them.
type LetterFilter struct {
	Number  int64  // 0 for any
	Channel string // a name, or the beginning of names with * behind it; "" for any
	Sink    string // "" for any
}

// parts are the filter as statements take it.
func (f LetterFilter) parts() (number *int64, channel *string, prefix string, sink *string) {
	if f.Number != 0 {
		number = &f.Number
	}
	if before, open := strings.CutSuffix(f.Channel, "*"); open {
		prefix = before
	} else if f.Channel != "" {
		channel = &f.Channel
	}
	if f.Sink != "" {
		sink = &f.Sink
	}
	return number, channel, prefix, sink
}

// Letters returns dead letters after that number, the oldest first.
func (l *Log) Letters(ctx context.Context, f LetterFilter, after int64, limit int) ([]Letter, error) {
	_, channel, prefix, sink := f.parts()
	rows, err := l.q.Letters(ctx, queries.LettersParams{After: after, Channel: channel, Prefix: prefix, Sink: sink, RowLimit: int32(limit)})
	letters := make([]Letter, len(rows))
	for i, row := range rows {
		letters[i] = Letter{
			Number: row.ID, Sink: row.Sink, Channel: realtime.Channel(row.Channel), Seq: row.Seq, EventID: row.EventID, Name: row.Name,
			Reason: row.Reason, RefusedAt: row.RefusedAt, Refusals: row.Refusals, Wanted: row.Wanted,
		}
	}
	return letters, Translate(err)
}

// LetterCount returns how many dead letters there are of the filter.
func (l *Log) LetterCount(ctx context.Context, f LetterFilter) (int64, error) {
	_, channel, prefix, sink := f.parts()
	n, err := l.q.CountLetters(ctx, queries.CountLettersParams{Channel: channel, Prefix: prefix, Sink: sink})
	return n, Translate(err)
}

// Replay has the leader of their sink send dead letters again, and returns how many. also
// puts into the batch what is to be stored with it.
func (l *Log) Replay(ctx context.Context, f LetterFilter, also func(*Batch)) (int64, error) {
	return l.changeLetters(ctx, f, also, func(q *queries.Queries, p queries.WantLettersParams) (int64, error) { return q.WantLetters(ctx, p) })
}

// DropLetters forgets dead letters for good, and returns how many. The events stay in the
// log. also is as for Replay.
func (l *Log) DropLetters(ctx context.Context, f LetterFilter, also func(*Batch)) (int64, error) {
	return l.changeLetters(ctx, f, also, func(q *queries.Queries, p queries.WantLettersParams) (int64, error) {
		return q.DropLetters(ctx, queries.DropLettersParams(p))
	})
}

func (l *Log) changeLetters(ctx context.Context, f LetterFilter, also func(*Batch),
	change func(*queries.Queries, queries.WantLettersParams) (int64, error)) (n int64, err error) {
	number, channel, prefix, sink := f.parts()
	err = l.Write(ctx, func(tx pgx.Tx, batch *Batch) error {
		also(batch)
		n, err = change(l.q.WithTx(tx), queries.WantLettersParams{ID: number, Channel: channel, Prefix: prefix, Sink: sink})
		if err == nil && n == 0 && number != nil {
			return ErrNoLetter
		}
		return err
	})
	return n, err
}
