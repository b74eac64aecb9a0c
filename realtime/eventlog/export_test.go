package eventlog

import (
	"context"

	"github.com/jackc/pgx/v5"
)

// WriteThen is Write with something between the append and the commit.
func (l *Log) WriteThen(ctx context.Context, change func(pgx.Tx, *Batch) error, then func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		var batch Batch
		if err := change(tx, &batch); err != nil {
			return err
		}
		if _, err := appendEvents(ctx, tx, batch.drafts); err != nil {
			return err
		}
		return then(tx)
	})
}

// TellThenCommit is the mistake that Write does not make: it gives the hints, then commits.
func (l *Log) TellThenCommit(ctx context.Context, change func(pgx.Tx, *Batch) error, then func(pgx.Tx) error) error {
	return pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		var batch Batch
		if err := change(tx, &batch); err != nil {
			return err
		}
		heads, err := appendEvents(ctx, tx, batch.drafts)
		if err != nil {
			return err
		}
		for channel, seq := range heads {
			l.hint(channel, seq)
		}
		return then(tx)
	})
}

// JobLock is the class of the locks by which nodes take turns.
const JobLock = int32(jobLock)
