package eventlog

import (
	"context"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/queries"
)

const (
	purgeBatch = 1000 // events removed in one transaction
	purgeJob   = 1    // the number of the job among those that nodes take turns at
)

// Purge removes events older than the age, in small transactions, and returns how many. The
// counters of their channels stay, so that a reader from before is told to start over. It
// does nothing while another node is at it.
func (l *Log) Purge(ctx context.Context, age time.Duration) (removed int64, err error) {
	for {
		var n int64
		err := pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
			q := l.q.WithTx(tx)
			turn, err := q.TryTurn(ctx, queries.TryTurnParams{Class: jobLock, Job: purgeJob})
			if err != nil || !turn {
				return err
			}
			n, err = q.PurgeEvents(ctx, queries.PurgeEventsParams{Seconds: age.Seconds(), RowLimit: purgeBatch})
			return err
		})
		if err != nil {
			return removed, Translate(err)
		}
		removed += n
		if n == 0 {
			return removed, nil
		}
	}
}
