package eventlog

import (
	"context"
	"errors"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/queries"
)

// originOf names the place of the log: cluster, timeline, database and table. A restore, a
// copy in another database, recovery to a point in time and a replica's promotion change
// it; the row that remembers it travels with the data and stays as it was.
const originOf = `SELECT s.system_identifier || '/' || c.timeline_id || '/' || d.oid || '/' || t.oid || '/' || t.relfilenode
	FROM pg_control_system() s, pg_control_checkpoint() c, pg_database d, pg_class t
	WHERE d.datname = current_database() AND t.oid = 'channel_heads'::regclass`

// Settle makes the log's epochs fit its place, and reports whether they are new. In a log
// that was restored seq starts over at what it was in the backup, so that its readers must
// start over, too; new epochs tell them. Call it before anything is appended or read.
func (l *Log) Settle(ctx context.Context) (renewed bool, err error) {
	var here, known string
	if err := l.pool.QueryRow(ctx, originOf).Scan(&here); err != nil {
		return false, Translate(err)
	}
	if known, err = l.q.KnownOrigin(ctx); err == nil && known == here {
		return false, nil // as nearly always, and without any lock
	}
	err = pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		q := l.q.WithTx(tx)
		if err := q.LockHeads(ctx); err != nil { // of several nodes one does it
			return err
		}
		var here string
		if err := tx.QueryRow(ctx, originOf).Scan(&here); err != nil {
			return err
		}
		known, err := q.KnownOrigin(ctx)
		switch {
		case errors.Is(err, pgx.ErrNoRows): // a new log, or one from before places were kept, which may have moved
			return renew(ctx, q, here)
		case err != nil || known == here:
			return err
		}
		renewed = true
		return renew(ctx, q, here)
	})
	return renewed, Translate(err)
}

// Renew gives the log new epochs whatever its place says: for a restore that left no trace,
// such as a copied data folder or a snapshot of the disk.
func (l *Log) Renew(ctx context.Context) error {
	return Translate(pgx.BeginFunc(ctx, l.pool, func(tx pgx.Tx) error {
		var here string
		if err := tx.QueryRow(ctx, originOf).Scan(&here); err != nil {
			return err
		}
		return renew(ctx, l.q.WithTx(tx), here)
	}))
}

func renew(ctx context.Context, q *queries.Queries, here string) error {
	return errors.Join(q.RenewEpochs(ctx), q.ClampCursors(ctx), q.SetOrigin(ctx, here))
}
