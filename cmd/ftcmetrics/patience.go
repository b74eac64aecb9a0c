package main

import (
	"context"
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
	readyPatience     = 800 * time.Millisecond // of /ready, whose askers have little
)

// beImpatient has the pool keep these times. A statement that takes too long, or that
// nobody waits for any more, is cancelled in the database too.
func beImpatient(c *pgxpool.Config) {
	c.PingTimeout = pingPatience
	c.ConnConfig.ConnectTimeout = connectPatience
	c.ConnConfig.Tracer = impatience{}
	c.ConnConfig.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler {
		return &pgconn.CancelRequestContextWatcherHandler{Conn: conn, DeadlineDelay: cancelPatience}
	}
}

// impatience gives each thing done to the database its deadline. pgx has a tracer choose the
// context of what it traces; that is the one place through which everything passes.
type impatience struct{}

type endKey struct{}

func limited(ctx context.Context, limit time.Duration) context.Context {
	ctx, cancel := context.WithTimeout(ctx, limit)
	return context.WithValue(ctx, endKey{}, cancel)
}

func end(ctx context.Context) {
	if cancel, ok := ctx.Value(endKey{}).(context.CancelFunc); ok {
		cancel()
	}
}

// TraceAcquireStart implements pgxpool.AcquireTracer.
func (impatience) TraceAcquireStart(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireStartData) context.Context {
	return limited(ctx, queuePatience)
}

// TraceAcquireEnd implements pgxpool.AcquireTracer.
func (impatience) TraceAcquireEnd(ctx context.Context, _ *pgxpool.Pool, _ pgxpool.TraceAcquireEndData) {
	end(ctx)
}

// TraceQueryStart implements pgx.QueryTracer.
func (impatience) TraceQueryStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryStartData) context.Context {
	return limited(ctx, statementPatience)
}

// TraceQueryEnd implements pgx.QueryTracer.
func (impatience) TraceQueryEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceQueryEndData) { end(ctx) }

// TraceBatchStart implements pgx.BatchTracer.
func (impatience) TraceBatchStart(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchStartData) context.Context {
	return limited(ctx, statementPatience)
}

// TraceBatchQuery implements pgx.BatchTracer.
func (impatience) TraceBatchQuery(context.Context, *pgx.Conn, pgx.TraceBatchQueryData) {}

// TraceBatchEnd implements pgx.BatchTracer.
func (impatience) TraceBatchEnd(ctx context.Context, _ *pgx.Conn, _ pgx.TraceBatchEndData) { end(ctx) }
