package eventlog

import (
	"context"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
)

// lateTx is a transaction whose BEGIN travels with its first statement, so that a write
// waits for the database once less. It is for one goroutine, as every transaction is.
type lateTx struct {
	pgx.Tx // nil before the first statement
	conn   *pgx.Conn
}

// first sends the statement with a BEGIN before it and returns the results from the
// statement's on. Who reads them closes them.
func (tx *lateTx) first(ctx context.Context, sql string, args []any) pgx.BatchResults {
	batch := new(pgx.Batch)
	batch.BeginTx(pgx.TxOptions{})
	batch.Queue(sql, args...)
	results := tx.conn.SendBatch(ctx, batch)
	tx.Tx = results.Tx()
	_, _ = results.Exec() // an error of BEGIN is the statement's, too
	return results
}

// begin makes sure that there is a transaction, for what is no plain statement.
func (tx *lateTx) begin(ctx context.Context) (err error) {
	if tx.Tx == nil {
		var begun pgx.Tx
		if begun, err = tx.conn.Begin(ctx); err == nil {
			tx.Tx = begun
		}
	}
	return err
}

// Exec executes a statement.
func (tx *lateTx) Exec(ctx context.Context, sql string, args ...any) (pgconn.CommandTag, error) {
	if tx.Tx != nil {
		return tx.Tx.Exec(ctx, sql, args...)
	}
	results := tx.first(ctx, sql, args)
	tag, err := results.Exec()
	if closed := results.Close(); err == nil {
		err = closed
	}
	return tag, err
}

// Query executes a statement and returns its rows.
func (tx *lateTx) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	if tx.Tx != nil {
		return tx.Tx.Query(ctx, sql, args...)
	}
	results := tx.first(ctx, sql, args)
	rows, err := results.Query()
	if err != nil {
		_ = results.Close() // with the same error
	}
	return firstRows{rows, results}, err
}

// QueryRow executes a statement and returns its first row.
func (tx *lateTx) QueryRow(ctx context.Context, sql string, args ...any) pgx.Row {
	if tx.Tx != nil {
		return tx.Tx.QueryRow(ctx, sql, args...)
	}
	results := tx.first(ctx, sql, args)
	return firstRow{results.QueryRow(), results}
}

// Begin begins a savepoint.
func (tx *lateTx) Begin(ctx context.Context) (pgx.Tx, error) {
	if err := tx.begin(ctx); err != nil {
		return nil, err
	}
	return tx.Tx.Begin(ctx)
}

// Commit commits, if anything was done.
func (tx *lateTx) Commit(ctx context.Context) error {
	if tx.Tx == nil {
		return nil
	}
	return tx.Tx.Commit(ctx)
}

// Rollback rolls back, if anything was done.
func (tx *lateTx) Rollback(ctx context.Context) error {
	if tx.Tx == nil {
		return nil
	}
	return tx.Tx.Rollback(ctx)
}

// CopyFrom copies rows into a table.
func (tx *lateTx) CopyFrom(ctx context.Context, table pgx.Identifier, columns []string, rows pgx.CopyFromSource) (int64, error) {
	if err := tx.begin(ctx); err != nil {
		return 0, err
	}
	return tx.Tx.CopyFrom(ctx, table, columns, rows)
}

// SendBatch sends several statements at once.
func (tx *lateTx) SendBatch(ctx context.Context, batch *pgx.Batch) pgx.BatchResults {
	if err := tx.begin(ctx); err != nil {
		return pgx.FailedBatchResults(batch, err)
	}
	return tx.Tx.SendBatch(ctx, batch)
}

// Prepare prepares a statement, which needs no transaction.
func (tx *lateTx) Prepare(ctx context.Context, name, sql string) (*pgconn.StatementDescription, error) {
	return tx.conn.Prepare(ctx, name, sql)
}

// LargeObjects is of no use here: nothing is stored as one.
func (tx *lateTx) LargeObjects() pgx.LargeObjects { panic("eventlog: no large objects") }

// Conn returns the connection.
func (tx *lateTx) Conn() *pgx.Conn { return tx.conn }

// firstRows are the rows of a first statement. Their end frees the connection.
type firstRows struct {
	pgx.Rows
	results pgx.BatchResults
}

// Next is false at the end, where the rows close themselves.
func (r firstRows) Next() bool {
	more := r.Rows.Next()
	if !more {
		r.Close()
	}
	return more
}

// Close closes the rows.
func (r firstRows) Close() {
	r.Rows.Close()
	_ = r.results.Close() // an error is in Err
}

type firstRow struct {
	pgx.Row
	results pgx.BatchResults
}

// Scan reads the row and frees the connection.
func (r firstRow) Scan(into ...any) error {
	err := r.Row.Scan(into...)
	if closed := r.results.Close(); err == nil {
		err = closed
	}
	return err
}

// lastStatement executes the one statement after which a transaction is over: a COMMIT
// travels with it. The statement has succeeded only if the commit has.
type lastStatement struct {
	*lateTx
}

// Query executes the statement. The commit's error is among those of the rows.
func (tx lastStatement) Query(ctx context.Context, sql string, args ...any) (pgx.Rows, error) {
	batch := new(pgx.Batch)
	begins := tx.Tx == nil
	if begins {
		batch.BeginTx(pgx.TxOptions{})
	}
	batch.Queue(sql, args...)
	batch.Queue("commit")
	results := tx.conn.SendBatch(ctx, batch)
	if begins {
		tx.Tx = results.Tx()
		_, _ = results.Exec() // an error of BEGIN is the statement's, too
	}
	rows, err := results.Query()
	if err != nil {
		_ = results.Close() // with the same error
	}
	return &lastRows{Rows: rows, results: results}, err
}

// lastRows are the rows before a commit.
type lastRows struct {
	pgx.Rows
	results pgx.BatchResults
	closed  bool
	err     error // of the commit
}

// Next is false at the end, when the commit is known.
func (r *lastRows) Next() bool {
	more := r.Rows.Next()
	if !more {
		r.Close()
	}
	return more
}

// Close closes the rows and learns what became of the commit.
func (r *lastRows) Close() {
	if r.closed {
		return
	}
	r.closed = true
	r.Rows.Close()
	if tag, err := r.results.Exec(); err != nil {
		r.err = err
	} else if tag.String() != "COMMIT" {
		r.err = pgx.ErrTxCommitRollback
	}
	if err := r.results.Close(); r.err == nil {
		r.err = err
	}
}

// Err returns what went wrong with the statement or the commit.
func (r *lastRows) Err() error {
	if err := r.Rows.Err(); err != nil {
		return err
	}
	return r.err
}
