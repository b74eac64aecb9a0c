package eventlog

import (
	"context"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"strconv"
	"strings"
	"sync"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgconn/ctxwatch"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

const (
	hintChannel  = "ftcmetrics_hints" // of NOTIFY
	hintPause    = 5 * time.Millisecond
	maxHintBytes = 7999  // what a NOTIFY may carry
	maxHints     = 10000 // channels that wait; more are left to the poll
	probeEvery   = 10 * time.Second
	maxRetry     = 5 * time.Second
)

// Hints carries hints between nodes over NOTIFY. It never notifies inside a transaction
// that writes, and at most once in 5 ms: a NOTIFY takes a lock of the whole cluster when it
// commits. What it loses, the poll of the relays finds.
type Hints struct {
	pool   *pgxpool.Pool
	node   string // who we are, so as not to hear ourselves
	heard  func(channel realtime.Channel, seq int64)
	logger *slog.Logger
	wake   chan struct{}

	mu      sync.Mutex // guards waiting
	waiting map[realtime.Channel]int64
}

// NewHints returns hints that are not running yet. heard gets those of other nodes; it must
// not block.
func NewHints(pool *pgxpool.Pool, logger *slog.Logger, heard func(channel realtime.Channel, seq int64)) *Hints {
	return &Hints{
		pool: pool, node: strconv.FormatUint(rand.Uint64(), 36), heard: heard, logger: logger, //nolint:gosec // a name, no secret
		wake: make(chan struct{}, 1), waiting: make(map[realtime.Channel]int64),
	}
}

// Hint tells the other nodes that the channel has reached seq. It never blocks.
func (h *Hints) Hint(channel realtime.Channel, seq int64) {
	h.mu.Lock()
	if _, ok := h.waiting[channel]; ok || len(h.waiting) < maxHints {
		h.waiting[channel] = max(h.waiting[channel], seq)
	}
	h.mu.Unlock()
	select {
	case h.wake <- struct{}{}:
	default:
	}
}

// Run sends and hears hints until ctx ends. Trouble costs hints, nothing else.
func (h *Hints) Run(ctx context.Context) {
	var work sync.WaitGroup
	work.Go(func() { h.send(ctx) })
	work.Go(func() { h.hear(ctx) })
	work.Wait()
}

func (h *Hints) send(ctx context.Context) {
	for {
		select {
		case <-ctx.Done():
			return
		case <-h.wake:
		}
		for payload := h.take(); payload != ""; payload = h.take() {
			bounded, cancel := context.WithTimeout(ctx, probeEvery)
			_, err := h.pool.Exec(bounded, `SELECT pg_notify($1, $2)`, hintChannel, payload)
			cancel()
			if err != nil && ctx.Err() == nil {
				h.logger.DebugContext(ctx, "a hint to the other nodes is lost", slog.Any("error", err))
			}
			if !wait(ctx, hintPause) {
				return
			}
		}
	}
}

// take returns as many of the waiting hints as one NOTIFY may carry: our name, then a line
// "seq channel" for each. It returns "" if none waits.
func (h *Hints) take() string {
	h.mu.Lock()
	defer h.mu.Unlock()
	if len(h.waiting) == 0 {
		return ""
	}
	payload := []byte(h.node)
	put := func(channel realtime.Channel, seq int64) bool {
		line := "\n" + strconv.FormatInt(seq, 10) + " " + string(channel)
		if len(payload)+len(line) > maxHintBytes {
			return false
		}
		payload = append(payload, line...)
		delete(h.waiting, channel)
		return true
	}
	if seq, ok := h.waiting[Control]; ok { // revocations first, as in Write
		put(Control, seq)
	}
	for channel, seq := range h.waiting {
		if !put(channel, seq) {
			break
		}
	}
	return string(payload)
}

// hear listens on a connection of its own and makes a new one when that is lost.
func (h *Hints) hear(ctx context.Context) {
	retry := 50 * time.Millisecond
	last := time.Now() // when we certainly heard everything
	for ctx.Err() == nil {
		lost := h.listen(ctx, &last, func() { retry = 50 * time.Millisecond })
		if ctx.Err() != nil {
			return
		}
		h.logger.WarnContext(ctx, "hints of other nodes are lost until the database is back; events come by the poll", slog.Any("error", lost))
		if !wait(ctx, retry/2+rand.N(retry)) { //nolint:gosec // spreads nodes
			return
		}
		retry = min(2*retry, maxRetry)
	}
}

// listen hears hints until its connection fails. Once it listens, it looks for what was
// appended since last, which it may have missed.
func (h *Hints) listen(ctx context.Context, last *time.Time, listening func()) error {
	config := h.pool.Config().ConnConfig
	config.Tracer = nil
	config.BuildContextWatcherHandler = func(conn *pgconn.PgConn) ctxwatch.Handler { // waiting is no statement to cancel
		return &pgconn.DeadlineContextWatcherHandler{Conn: conn.Conn()}
	}
	conn, err := pgx.ConnectConfig(ctx, config)
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(context.WithoutCancel(ctx)) }() // it may be broken
	if _, err := conn.Exec(ctx, "LISTEN "+hintChannel); err != nil {
		return err
	}
	missed, err := queries.New(conn).MovedWithin(ctx, (time.Since(*last) + lookBack).Seconds())
	if err != nil {
		return err
	}
	for _, row := range missed {
		h.heard(realtime.Channel(row.Channel), row.Seq)
	}
	listening()
	for {
		*last = time.Now()
		bounded, cancel := context.WithTimeout(ctx, probeEvery)
		notice, err := conn.WaitForNotification(bounded)
		quiet := bounded.Err() != nil && ctx.Err() == nil
		cancel()
		switch {
		case err == nil:
			h.tell(notice.Payload)
		case quiet: // nothing was said: is the connection still there?
			bounded, cancel := context.WithTimeout(ctx, probeEvery)
			err := conn.Ping(bounded)
			cancel()
			if err != nil {
				return fmt.Errorf("probe: %w", err)
			}
		default:
			return err
		}
	}
}

// lookBack is how long a transaction may take from its append to its commit and still be
// found by who looks for what was appended.
const lookBack = 10 * time.Second

// tell passes on what another node says.
func (h *Hints) tell(payload string) {
	node, lines, _ := strings.Cut(payload, "\n")
	if node == h.node {
		return
	}
	for line := range strings.SplitSeq(lines, "\n") {
		text, channel, _ := strings.Cut(line, " ")
		if seq, err := strconv.ParseInt(text, 10, 64); err == nil && channel != "" {
			h.heard(realtime.Channel(channel), seq)
		}
	}
}

// wait reports whether ctx lives on after the time.
func wait(ctx context.Context, d time.Duration) bool {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return false
	case <-timer.C:
		return true
	}
}
