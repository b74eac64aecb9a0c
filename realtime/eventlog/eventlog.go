// Package eventlog is the outbox and the catch-up log in one: events are appended in the
// transaction of the change they tell of, and read by anybody who knows the last seq it
// has seen.
//
// Each channel has a counter row that the appending transaction bumps, so seq has no gaps
// and follows the order of commits. A reader that asks for seq > n can therefore never
// skip an event that commits late.
package eventlog

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// Control is the channel on which the log carries revocations to the hubs. No client can
// subscribe to it or read it: its name is outside the grammar of channels.
const Control realtime.Channel = "!control"

// MaxPage is the most events that one read returns.
const MaxPage = 500

// ErrUnavailable is returned while the database does not answer.
var ErrUnavailable = fault.New(fault.Unavailable, "database-unavailable", "The database does not answer. Try again in a moment.")

// passing are the classes of what PostgreSQL says when the same request may succeed later:
// 08 connection, 53 resources, 57P shutdown and start-up, 58 its own files, 40 serialization
// and deadlock, 57014 a statement that took too long, 55P03 a lock that did, 25006 a server
// that only reads, as after a failover.
var passing = [...]string{"08", "53", "57P", "58", "40", "57014", "55P03", "25006"}

// Log appends and reads. It is safe for concurrent use.
type Log struct {
	pool *pgxpool.Pool
	q    *queries.Queries
	hint func(channel realtime.Channel, seq int64)

	// Appended, unless it is nil, is called after each commit as the hint is, with the context
	// of who wrote. It is for who follows one request; set it before the first Write.
	Appended func(ctx context.Context, channel realtime.Channel, seq int64)
}

// New returns a log in the database. hint is called after each commit with a channel and
// the seq it has reached; it must not block, and losing a call costs latency, never data.
func New(pool *pgxpool.Pool, hint func(channel realtime.Channel, seq int64)) *Log {
	return &Log{pool: pool, q: queries.New(pool), hint: hint}
}

// Batch collects what a transaction will append.
type Batch struct {
	drafts []realtime.Draft
	last   []func(ctx context.Context, tx pgx.Tx) error
}

// Add puts drafts into the batch. It takes the two results of Definition.On, so that a
// feature writes err := batch.Add(EntryCreated.On(payload, channel)).
func (b *Batch) Add(drafts []realtime.Draft, err error) error {
	b.drafts = append(b.drafts, drafts...)
	return err
}

// Revoke puts a revocation into the batch.
func (b *Batch) Revoke(revocation realtime.Revocation) error {
	raw, err := json.Marshal(revocation)
	b.drafts = append(b.drafts, realtime.Draft{Channel: Control, Name: "control:revoked", Payload: raw})
	return err
}

// Last has do run after the change, right before the events are appended: for what takes a
// lock that all other writers wait for.
func (b *Batch) Last(do func(ctx context.Context, tx pgx.Tx) error) { b.last = append(b.last, do) }

// Write runs change in a transaction, appends what it put into the batch as the last
// statement, commits, and only then gives the hints. When change or the commit fails,
// nothing is stored and nobody hears of it; when the database is lost before it answers the
// commit, the caller gets an error, whatever has become of it.
//
// BEGIN travels with the first statement of change, and COMMIT with the append: the
// counters of the channels, for which other writers wait, are held for no round trip.
func (l *Log) Write(ctx context.Context, change func(tx pgx.Tx, batch *Batch) error) error {
	_, err := l.write(ctx, change)
	return err
}

// Append is Write for events that no other change comes with. It returns the seq that each
// channel has reached. also puts into the batch what is to be stored with them.
func (l *Log) Append(ctx context.Context, drafts []realtime.Draft, also func(*Batch)) (map[realtime.Channel]int64, error) {
	return l.write(ctx, func(_ pgx.Tx, batch *Batch) error {
		also(batch)
		return batch.Add(drafts, nil)
	})
}

func (l *Log) write(ctx context.Context, change func(tx pgx.Tx, batch *Batch) error) (map[realtime.Channel]int64, error) {
	conn, err := l.pool.Acquire(ctx)
	if err != nil {
		return nil, Translate(err)
	}
	defer conn.Release() // one that is still in a transaction is closed, not used again
	tx := &lateTx{conn: conn.Conn()}
	var batch Batch
	var heads map[realtime.Channel]int64
	err = change(tx, &batch)
	for _, do := range batch.last {
		if err == nil {
			err = do(ctx, tx)
		}
	}
	if err == nil {
		heads, err = l.finish(ctx, tx, batch.drafts)
	}
	if err != nil {
		_ = tx.Rollback(context.WithoutCancel(ctx)) // if it fails the connection is closed
		return nil, Translate(err)
	}
	for channel, seq := range heads {
		if l.Appended != nil {
			l.Appended(ctx, channel, seq)
		}
	}
	// Revocations first: the relay must not carry what else this change says before them.
	if seq, ok := heads[Control]; ok {
		l.hint(Control, seq)
		delete(heads, Control)
	}
	for channel, seq := range heads {
		l.hint(channel, seq)
	}
	return heads, nil
}

// finish appends and commits in one flush. After an error of the append the database does
// not look at the commit.
func (l *Log) finish(ctx context.Context, tx *lateTx, drafts []realtime.Draft) (map[realtime.Channel]int64, error) {
	if len(drafts) == 0 {
		return nil, tx.Commit(ctx)
	}
	heads, err := appendEvents(ctx, lastStatement{tx}, drafts)
	if err != nil {
		return nil, fmt.Errorf("append events: %w", err)
	}
	return heads, nil
}

// appendEvents numbers and stores the drafts and returns the channels' new heads. What the
// database would have to count and sort while it holds the counters is done here.
func appendEvents(ctx context.Context, db queries.DBTX, drafts []realtime.Draft) (map[realtime.Channel]int64, error) {
	added := make(map[string]int64, len(drafts))
	for _, d := range drafts {
		added[string(d.Channel)]++
	}
	p := queries.AppendEventsParams{Heads: slices.Sorted(maps.Keys(added))}
	for _, channel := range p.Heads {
		p.Added = append(p.Added, added[channel])
	}
	for _, d := range drafts {
		id := uuid.New() // random: a time inside the id would tell more than a coarse event may
		added[string(d.Channel)]--
		p.Channels = append(p.Channels, string(d.Channel))
		p.Ids = append(p.Ids, id)
		p.Names = append(p.Names, d.Name)
		p.Payloads = append(p.Payloads, string(d.Payload))
		p.Coarses = append(p.Coarses, d.Coarse)
		p.Excepts = append(p.Excepts, d.Except)
		p.Backs = append(p.Backs, int32(added[string(d.Channel)]))
	}
	rows, err := queries.New(db).AppendEvents(ctx, p)
	if err != nil {
		return nil, err
	}
	heads := make(map[realtime.Channel]int64, len(added))
	for _, row := range rows {
		heads[realtime.Channel(row.Channel)] = max(heads[realtime.Channel(row.Channel)], row.Seq)
	}
	return heads, nil
}

// Event is one event of a channel as readers get it.
type Event struct {
	Seq     int64            `json:"seq"`     // gapless in its channel, from 1
	ID      uuid.UUID        `json:"id"`      // unique over all channels; a repeated delivery has the same
	Name    string           `json:"name"`    // such as scouting:entry-created
	Channel realtime.Channel `json:"channel"` // where it was published
	Data    json.RawMessage  `json:"data"`    // what subscribers get as data: the payload with id, seq and at
	At      time.Time        `json:"at"`      // when it was appended, by the minute for coarse events
}

// Position returns the channel's head and epoch; an unknown channel has 0 and the zero
// UUID. It is what a conditional read compares.
func (l *Log) Position(ctx context.Context, channel realtime.Channel) (int64, uuid.UUID, error) {
	head, err := l.q.HeadOf(ctx, string(channel))
	if errors.Is(err, pgx.ErrNoRows) {
		return 0, uuid.Nil, nil
	}
	return head.Seq, head.Epoch, Translate(err)
}

// Heads returns the newest seq of the channels that have events; of all, if none is named.
func (l *Log) Heads(ctx context.Context, channels ...realtime.Channel) (map[realtime.Channel]int64, error) {
	heads := make(map[realtime.Channel]int64)
	if len(channels) == 0 {
		rows, err := l.q.Heads(ctx)
		for _, row := range rows {
			heads[realtime.Channel(row.Channel)] = row.Seq
		}
		return heads, Translate(err)
	}
	rows, err := l.q.HeadsOf(ctx, names(channels))
	for _, row := range rows {
		heads[realtime.Channel(row.Channel)] = row.Seq
	}
	return heads, Translate(err)
}

// SeqBefore returns the seq of the channel's newest event that is older than the age, by the
// clock that its time of appending is from. The clock of this machine may be another.
func (l *Log) SeqBefore(ctx context.Context, channel realtime.Channel, age time.Duration) (int64, error) {
	seq, err := l.q.SeqBefore(ctx, queries.SeqBeforeParams{Channel: string(channel), Seconds: age.Seconds()})
	return seq, Translate(err)
}

// event puts id, seq and at in front of the payload's own fields.
func event(row queries.ChannelEvent) Event {
	at := row.At.UTC()
	if row.Coarse {
		at = at.Truncate(time.Minute)
	}
	var data []byte
	data = append(data, `{"id":"`...)
	data = append(data, row.ID.String()...)
	data = append(data, `","seq":`...)
	data = strconv.AppendInt(data, row.Seq, 10)
	data = append(data, `,"at":"`...)
	data = at.AppendFormat(data, time.RFC3339Nano)
	data = append(data, '"')
	if rest := strings.TrimSpace(string(row.Payload[1:])); rest != "}" {
		data = append(data, ',')
	}
	data = append(data, row.Payload[1:]...)
	return Event{Seq: row.Seq, ID: row.ID, Name: row.Name, Channel: realtime.Channel(row.Channel), Data: data, At: at}
}

// Translate returns err with the database's own troubles as ErrUnavailable; anything else
// stays as it is, nil included.
func Translate(err error) error {
	var known *fault.Error
	var pg *pgconn.PgError
	switch {
	case err == nil, errors.As(err, &known):
		return err
	case unreachable(err):
		return ErrUnavailable.Because(err)
	case errors.As(err, &pg):
		if slices.ContainsFunc(passing[:], func(class string) bool { return strings.HasPrefix(pg.Code, class) }) {
			return ErrUnavailable.Because(err)
		}
		return err
	case errors.Is(err, context.Canceled):
		return err
	case errors.Is(err, context.DeadlineExceeded), pgconn.SafeToRetry(err), pgconn.Timeout(err):
		return ErrUnavailable.Because(err)
	}
	return err
}

// unreachable reports whether err is that of a connection which cannot be made, or which
// broke while it was used.
func unreachable(err error) bool {
	var connect *pgconn.ConnectError
	var network *net.OpError
	return errors.As(err, &connect) || errors.As(err, &network) || errors.Is(err, io.ErrUnexpectedEOF) || errors.Is(err, io.EOF) ||
		strings.Contains(err.Error(), "conn closed") || strings.Contains(err.Error(), "closed pool")
}
