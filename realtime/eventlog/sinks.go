package eventlog

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

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
	State     SinkState `json:"state"`

	Failures int32      `json:"failures"`           // requests in a row that failed
	Trouble  string     `json:"trouble,omitempty"`  // the last one, which may be over
	FailedAt *time.Time `json:"failedAt,omitempty"` // when that was
	RetryAt  *time.Time `json:"retryAt,omitempty"`  // when the next request goes out
}

// SinkState is what becomes of new events for a sink.
type SinkState string

// The states of a sink.
const (
	SinkRelaying  SinkState = "relaying"    // they go out as they come
	SinkBacksOff  SinkState = "backing-off" // it fails and is tried again, less and less often
	SinkPaused    SinkState = "paused"      // it asked to be left alone until RetryAt
	SinkAbandoned SinkState = "abandoned"   // no node relays to it
)

func (s Sink) state(asked bool) SinkState {
	switch {
	case s.Leader == "":
		return SinkAbandoned
	case s.Failures > 0 && asked:
		return SinkPaused
	case s.Failures > 0:
		return SinkBacksOff
	}
	return SinkRelaying
}

// Sinks returns every sink that was ever relayed to.
func (l *Log) Sinks(ctx context.Context) ([]Sink, error) {
	rows, err := l.q.Sinks(ctx)
	if err != nil {
		return nil, Translate(err)
	}
	sinks := make([]Sink, len(rows))
	for i, row := range rows {
		sinks[i] = Sink{
			Name: row.Sink, StartedAt: row.StartedAt, Behind: row.Behind, Letters: row.Letters,
			Failures: row.Failures, Trouble: row.Trouble, FailedAt: row.FailedAt, RetryAt: row.RetryAt,
		}
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
		sinks[i].State = sinks[i].state(row.Asked)
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
