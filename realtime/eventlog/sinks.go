package eventlog

import (
	"context"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// ErrNoLetter is returned when there is no dead letter of this number.
var ErrNoLetter = fault.New(fault.NotFound, "no-dead-letter", "There is no dead letter of this number.")

// ErrNoSink is returned for a sink that nothing was ever relayed to.
var ErrNoSink = fault.New(fault.NotFound, "no-such-sink", "Nothing was ever relayed to a sink of this name.")

// leaderOf finds the session that holds a sink's lock.
const leaderOf = `SELECT a.application_name || ', ' || coalesce(host(a.client_addr), 'local') || ', pid ' || a.pid
	FROM pg_locks l JOIN pg_stat_activity a USING (pid)
	WHERE l.locktype = 'advisory' AND l.granted AND l.classid = $1::integer::oid AND l.objid::bigint = (hashtext($2)::bigint & 4294967295)
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`

// Sink is how an external realtime server stands.
type Sink struct {
	Name      string    `json:"name"`
	StartedAt time.Time `json:"startedAt"`
	Behind    int64     `json:"behind"`  // events that it has not got
	Letters   int64     `json:"letters"` // events that it refused for good
	Leader    string    `json:"leader"`  // the database session that relays to it; "" if none does
}

// Sinks returns every sink that was ever relayed to.
func (l *Log) Sinks(ctx context.Context) ([]Sink, error) {
	rows, err := l.q.Sinks(ctx)
	if err != nil {
		return nil, Translate(err)
	}
	sinks := make([]Sink, len(rows))
	for i, row := range rows {
		sinks[i] = Sink{Name: row.Sink, StartedAt: row.StartedAt, Behind: row.Behind, Letters: row.Letters}
		found, err := l.pool.Query(ctx, leaderOf, int32(sinkLock), row.Sink)
		if err != nil {
			return nil, Translate(err)
		}
		for found.Next() && err == nil {
			err = found.Scan(&sinks[i].Leader)
		}
		found.Close()
		if err != nil {
			return nil, Translate(err)
		}
	}
	return sinks, nil
}

// ForgetSink forgets the cursors and dead letters of a sink. If it is relayed to again, it
// begins at the heads of that moment. also puts into the batch what is to be stored with it.
func (l *Log) ForgetSink(ctx context.Context, name string, also func(*Batch)) error {
	return l.Write(ctx, func(tx pgx.Tx, batch *Batch) error {
		also(batch)
		n, err := l.q.WithTx(tx).ForgetSink(ctx, name)
		if err == nil && n == 0 {
			return ErrNoSink
		}
		return err
	})
}

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

// Letters returns the oldest dead letters.
func (l *Log) Letters(ctx context.Context, limit int) ([]Letter, error) {
	rows, err := l.q.Letters(ctx, int32(limit))
	letters := make([]Letter, len(rows))
	for i, row := range rows {
		letters[i] = Letter{
			Number: row.ID, Sink: row.Sink, Channel: realtime.Channel(row.Channel), Seq: row.Seq, EventID: row.EventID, Name: row.Name,
			Reason: row.Reason, RefusedAt: row.RefusedAt, Refusals: row.Refusals, Wanted: row.Wanted,
		}
	}
	return letters, Translate(err)
}

// LetterCount returns how many dead letters there are.
func (l *Log) LetterCount(ctx context.Context) (int64, error) {
	n, err := l.q.CountLetters(ctx)
	return n, Translate(err)
}

// Replay has the leader of its sink send a dead letter again; all of them if number is 0.
// It returns how many. also puts into the batch what is to be stored with it.
func (l *Log) Replay(ctx context.Context, number int64, also func(*Batch)) (n int64, err error) {
	err = l.Write(ctx, func(tx pgx.Tx, batch *Batch) error {
		also(batch)
		q := l.q.WithTx(tx)
		if number == 0 {
			n, err = q.WantLetters(ctx)
			return err
		}
		n, err = q.WantLetter(ctx, number)
		if err == nil && n == 0 {
			err = ErrNoLetter
		}
		return err
	})
	return n, err
}
