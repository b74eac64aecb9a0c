package follow

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"time"

	"github.com/jackc/pgx/v5"
)

// lockKey is the advisory lock that the leader holds.
const lockKey = 0x6674_6366_6f6c_6c6f

const (
	askAgain  = 2 * time.Second // between two tries to become the leader
	holdEach  = time.Second     // between two looks whether the lock is still held
	holdLimit = 3 * time.Second // for such a look
)

// Lead runs work on one node at a time: the one that holds a lock in PostgreSQL, on a
// connection of its own. work has to end when its context does, which is when the
// connection is lost or ctx ends. Another node takes over within seconds after the
// leader's connection has ended, and after 8 s when the leader hangs.
//
// For a moment two nodes may both take themselves for the leader; what they write must be
// safe then.
func Lead(ctx context.Context, config *pgx.ConnConfig, logger *slog.Logger, work func(context.Context)) {
	for ctx.Err() == nil {
		if err := lead(ctx, config, logger, work); err != nil && ctx.Err() == nil {
			logger.WarnContext(ctx, "the leader's lock is out of reach", slog.Any("error", err))
		}
		wait(ctx, askAgain+rand.N(askAgain/2)) //nolint:gosec // nobody gains from guessing it
	}
}

// lead asks for the lock once and works as long as it is held.
func lead(ctx context.Context, config *pgx.ConnConfig, logger *slog.Logger, work func(context.Context)) error {
	conn, err := pgx.ConnectConfig(ctx, config.Copy())
	if err != nil {
		return err
	}
	defer func() {
		closing, cancel := context.WithTimeout(context.WithoutCancel(ctx), holdLimit)
		defer cancel()
		_ = conn.Close(closing) // gives the lock back
	}()
	// The server ends the session of a leader that hangs or has lost its network.
	if _, err := conn.Exec(ctx, `SET idle_session_timeout = '8s'; SET tcp_keepalives_idle = 3; SET tcp_keepalives_interval = 2; SET tcp_keepalives_count = 2`); err != nil {
		return fmt.Errorf("prepare the leader's session: %w", err)
	}
	for {
		var ours bool
		if err := conn.QueryRow(ctx, `SELECT pg_try_advisory_lock($1)`, int64(lockKey)).Scan(&ours); err != nil {
			return err
		}
		if ours {
			break
		}
		if !wait(ctx, askAgain) {
			return nil
		}
	}
	logger.InfoContext(ctx, "this node follows FTC events")
	working, stop := context.WithCancel(ctx)
	done := make(chan struct{})
	go func() {
		defer close(done)
		work(working)
	}()
	err = hold(ctx, conn, done)
	stop()
	<-done
	return err
}

// hold looks after the lock until the work is done, ctx ends or the connection is lost.
func hold(ctx context.Context, conn *pgx.Conn, done <-chan struct{}) error {
	ticker := time.NewTicker(holdEach)
	defer ticker.Stop()
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-done:
			return nil
		case <-ticker.C:
		}
		limit, cancel := context.WithTimeout(ctx, holdLimit)
		err := conn.Ping(limit)
		cancel()
		if err != nil {
			return fmt.Errorf("the lock is lost: %w", err)
		}
	}
}

// wait returns false when ctx ends before the time has passed.
func wait(ctx context.Context, pause time.Duration) bool {
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
