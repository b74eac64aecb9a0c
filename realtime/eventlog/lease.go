package eventlog

import (
	"context"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// Advisory locks of ours have two numbers: what the lock is for, and which one of those.
const (
	sinkLock = 0x46544331 // who leads a sink
	jobLock  = 0x46544332 // whose turn it is at a job
)

// leaseTimeout bounds each question on a lease. A leader that cannot reach the database
// for so long has lost what it leads.
const leaseTimeout = 10 * time.Second

// keepAlive has the database notice within 25 s that a leader's machine is gone, and let
// another lead.
const keepAlive = `SELECT set_config('tcp_keepalives_idle', '5', false), set_config('tcp_keepalives_interval', '5', false),
	set_config('tcp_keepalives_count', '3', false), set_config('tcp_user_timeout', '20000', false), set_config('application_name', 'ftcmetrics relay', false)`

// Lease is the right to relay to a sink, which one session in the database has at a time.
// All that a leader reads and writes goes over that session, so that who has lost the
// lease cannot move the sink's cursors. It is for one goroutine.
type Lease struct {
	sink string
	conn *pgx.Conn
	q    *queries.Queries
}

// Lead returns the lease of the sink, or nil while another has it. The first lease of a
// sink ever takes the present heads as relayed.
func (l *Log) Lead(ctx context.Context, sink string) (*Lease, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	conn, err := pgx.ConnectConfig(ctx, l.pool.Config().ConnConfig)
	if err != nil {
		return nil, Translate(err)
	}
	lease := &Lease{sink: sink, conn: conn, q: queries.New(conn)}
	leads, err := lease.begin(ctx)
	if err != nil || !leads {
		lease.Release()
		return nil, Translate(err)
	}
	return lease, nil
}

func (s *Lease) begin(ctx context.Context) (bool, error) {
	if _, err := s.conn.Exec(ctx, keepAlive); err != nil {
		return false, err
	}
	leads, err := s.q.LeadSink(ctx, queries.LeadSinkParams{Class: sinkLock, Sink: s.sink})
	if err != nil || !leads {
		return false, err
	}
	return true, s.q.BeginSink(ctx, s.sink)
}

// Release gives the lease back. Closing the session does it, too.
func (s *Lease) Release() {
	ctx, cancel := context.WithTimeout(context.Background(), time.Second)
	defer cancel()
	_ = s.conn.Close(ctx) // a session that is broken ends by itself
}

// Due returns the channels among those named that have more than the sink, with the sink's
// positions and the log's heads; among all, if none is named.
func (s *Lease) Due(ctx context.Context, channels ...realtime.Channel) (positions, heads map[realtime.Channel]int64, err error) {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	var rows []queries.SinkDueRow
	if len(channels) == 0 {
		rows, err = s.q.SinkDue(ctx, s.sink)
	} else {
		var some []queries.SinkDueOfRow
		some, err = s.q.SinkDueOf(ctx, queries.SinkDueOfParams{Sink: s.sink, Channels: names(channels)})
		for _, row := range some {
			rows = append(rows, queries.SinkDueRow(row))
		}
	}
	positions, heads = make(map[realtime.Channel]int64, len(rows)), make(map[realtime.Channel]int64, len(rows))
	for _, row := range rows {
		positions[realtime.Channel(row.Channel)], heads[realtime.Channel(row.Channel)] = row.Position, row.Head
	}
	return positions, heads, Translate(err)
}

// Moved returns the channels that got events within the time, by the database's clock.
func (s *Lease) Moved(ctx context.Context, within time.Duration) ([]realtime.Channel, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	rows, err := s.q.MovedWithin(ctx, within.Seconds())
	channels := make([]realtime.Channel, len(rows))
	for i, row := range rows {
		channels[i] = realtime.Channel(row.Channel)
	}
	return channels, Translate(err)
}

// After returns the channel's next events, oldest first.
func (s *Lease) After(ctx context.Context, channel realtime.Channel, seq int64, limit int) ([]realtime.Logged, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	rows, err := s.q.EventsAfter(ctx, queries.EventsAfterParams{Channel: string(channel), After: seq, RowLimit: int32(limit)})
	return logged(rows), Translate(err)
}

// Advance stores how far the sink has each channel.
func (s *Lease) Advance(ctx context.Context, to map[realtime.Channel]int64) error {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	return Translate(s.advance(ctx, s.q, to))
}

func (s *Lease) advance(ctx context.Context, q *queries.Queries, to map[realtime.Channel]int64) error {
	p := queries.AdvanceCursorsParams{Sink: s.sink}
	for channel, seq := range to {
		p.Channels = append(p.Channels, string(channel))
		p.Seqs = append(p.Seqs, seq)
	}
	return q.AdvanceCursors(ctx, p)
}

// Bury puts an event that the sink will never take among the dead letters and goes on
// behind it, in one transaction. Again is for one that was a dead letter already.
func (s *Lease) Bury(ctx context.Context, entry realtime.Logged, reason string, again bool) error {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	return Translate(pgx.BeginFunc(ctx, s.conn, func(tx pgx.Tx) error {
		q := s.q.WithTx(tx)
		err := q.Bury(ctx, queries.BuryParams{Sink: s.sink, Channel: string(entry.Event.Channel), Seq: entry.Seq, Reason: reason})
		if err != nil {
			return fmt.Errorf("bury %s %d: %w", entry.Event.Channel, entry.Seq, err)
		}
		if again {
			return nil
		}
		return s.advance(ctx, q, map[realtime.Channel]int64{entry.Event.Channel: entry.Seq})
	}))
}

// Failing stores that the sink takes nothing: how many requests in a row have failed, with
// what, and how long it is left alone; asked says that it wants that itself.
func (s *Lease) Failing(ctx context.Context, failures int, trouble string, pause time.Duration, asked bool) error {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	return Translate(s.q.SinkFails(ctx, queries.SinkFailsParams{
		Sink: s.sink, Failures: int32(failures), Trouble: trouble, Seconds: pause.Seconds(), Asked: asked,
	}))
}

// Taking stores that the sink takes events again.
func (s *Lease) Taking(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	return Translate(s.q.SinkTakes(ctx, s.sink))
}

// Wanted returns dead letters that an operator wants sent again.
func (s *Lease) Wanted(ctx context.Context, limit int) ([]realtime.Logged, error) {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	rows, err := s.q.WantedLetters(ctx, queries.WantedLettersParams{Sink: s.sink, RowLimit: int32(limit)})
	return logged(rows), Translate(err)
}

// Unbury forgets a dead letter that the sink has taken after all.
func (s *Lease) Unbury(ctx context.Context, entry realtime.Logged) error {
	ctx, cancel := context.WithTimeout(ctx, leaseTimeout)
	defer cancel()
	return Translate(s.q.DropLetter(ctx, queries.DropLetterParams{Sink: s.sink, Channel: string(entry.Event.Channel), Seq: entry.Seq}))
}

func names(channels []realtime.Channel) []string {
	list := make([]string, len(channels))
	for i, channel := range channels {
		list[i] = string(channel)
	}
	return list
}
