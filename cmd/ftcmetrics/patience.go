package main

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"
)

// How long the database may take. Whoever waits longer is told to come again, so that a
// database that hangs makes nobody else hang.
const (
	queuePatience     = 3 * time.Second        // for a free connection
	connectPatience   = 2 * time.Second        // for a new one
	pingPatience      = time.Second            // for the sign of life of one that was idle
	statementPatience = 5 * time.Second        // for one statement
	cancelPatience    = 500 * time.Millisecond // for the end of one that was cancelled
	idlePatience      = 4 * time.Second        // of the database, for what comes next in a transaction: less than others wait for its locks
	readyPatience     = 800 * time.Millisecond // of /ready, whose askers have little
)

// beImpatient has the pool keep these times. A statement that takes too long, or that
// nobody waits for any more, is cancelled in the database too.
func beImpatient(c *pgxpool.Config, counted *statements) {
	c.PingTimeout = pingPatience
	c.ConnConfig.ConnectTimeout = connectPatience
	c.ConnConfig.Tracer = impatience{counted}
	// Otherwise a server that is frozen in the middle of a transaction has its locks until it wakes.
	c.AfterConnect = func(ctx context.Context, conn *pgx.Conn) error {
		_, err := conn.Exec(ctx, fmt.Sprintf("SET idle_in_transaction_session_timeout = %d", idlePatience.Milliseconds()))
		return err
	}
	c.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelPatience}
	}
}

// impatience gives each thing done to the database its deadline, and counts it. pgx has a
// tracer choose the context of what it traces; that is the one place through which
// everything passes.
type impatience struct {
	statements *statements
}

// begun is something that the database was asked for.
type begun struct {
	cancel context.CancelFunc
	sql    string
	at     time.Time
}

type begunKey struct{}

func limited(ctx context.Context, limit time.Duration, sql string) context.Context {
	ctx, cancel := context.WithTimeout(ctx, limit)
	return context.WithValue(ctx, begunKey{}, begun{cancel, sql, time.Now()})
}

// end frees the deadline of a statement and counts it.
func (i impatience) end(ctx context.Context, err error) {
	if b, ok := ctx.Value(begunKey{}).(begun); ok {
		i.statements.done(ctx, b.sql, b.at, err)
		b.cancel()
	}
}

// TraceAcquireStart implements pgxpool.AcquireTracer.
func (impatience) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	return limited(ctx, queuePatience, "")
}

// TraceAcquireEnd implements pgxpool.AcquireTracer.
func (impatience) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	if b, ok := ctx.Value(begunKey{}).(begun); ok {
		b.cancel()
	}
}

// TraceQueryStart implements pgx.QueryTracer.
func (impatience) TraceQueryStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryStartData) context.Context {
	return limited(ctx, statementPatience, data.SQL)
}

// TraceQueryEnd implements pgx.QueryTracer.
func (i impatience) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceQueryEndData) {
	i.end(ctx, data.Err)
}

// TraceBatchStart implements pgx.BatchTracer.
func (impatience) TraceBatchStart(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchStartData) context.Context {
	return limited(ctx, statementPatience, namedOf(data.Batch))
}

// namedOf is the statement that a batch is about: a BEGIN goes before it, or a COMMIT behind.
func namedOf(batch *pgx.Batch) string {
	for _, query := range batch.QueuedQueries {
		if statementName(query.SQL) != "" {
			return query.SQL
		}
	}
	return ""
}

// TraceBatchQuery implements pgx.BatchTracer.
func (impatience) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer.
func (i impatience) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, data pgx.TraceBatchEndData) {
	i.end(ctx, data.Err)
}
