package follow

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of who wants an FTC event read now.
var (
	ErrNotFollowed = fault.New(fault.Conflict, "not-followed", "Official events are not followed: this server has no user name and token for FIRST's API.")
	ErrJustRead    = fault.New(fault.TooMany, "just-read", "The event was read a moment ago. Wait a quarter of a minute.")
)

const (
	wishSpacing = 15 * time.Second // between a reading and the next that somebody may wish for
	wishesEach  = 5                // that a round grants
	stateDays   = 7                // before and after today
	statesShown = 300
	maxTrouble  = 300 // characters

	// leaderOf finds the session that holds the leader's lock.
	leaderOf = `SELECT coalesce(host(a.client_addr), 'local') || ', pid ' || a.pid FROM pg_locks l JOIN pg_stat_activity a USING (pid)
	WHERE l.locktype = 'advisory' AND l.granted AND l.objsubid = 1 AND l.classid::bigint = $1 AND l.objid::bigint = $2
		AND l.database = (SELECT oid FROM pg_database WHERE datname = current_database())`
)

// Service tells operators how the following goes. Any node has one.
type Service struct {
	pool        *pgxpool.Pool
	q           *queries.Queries
	log         *eventlog.Log
	credentials bool
	now         func() time.Time
}

// NewService returns the service. credentials says whether this node has what it takes to
// ask the official API.
func NewService(pool *pgxpool.Pool, log *eventlog.Log, credentials bool, now func() time.Time) *Service {
	return &Service{pool: pool, q: queries.New(pool), log: log, credentials: credentials, now: now}
}

// State is how the following goes.
type State struct {
	Credentials bool        `json:"credentials"` // whether this node has a user name and token; never which
	Leader      string      `json:"leader"`      // the database session of the node that follows; "" if none does
	Lists       []ListState `json:"lists"`
	Events      []ListState `json:"events"`
}

// ListState is how the reading of one FTC event goes, or of a season's list of them.
type ListState struct {
	Season    int        `json:"season"` // 0 when FIRST's server has not even said which season it is
	EventCode string     `json:"eventCode,omitempty"`
	Name      string     `json:"name,omitempty"`
	Today     bool       `json:"today"`               // one of its days is today, at its venue
	PolledAt  *time.Time `json:"polledAt,omitempty"`  // when something of it was last read
	ChangedAt *time.Time `json:"changedAt,omitempty"` // the last change, as FIRST's server says
	TriedAt   *time.Time `json:"triedAt,omitempty"`
	NextAt    *time.Time `json:"nextAt,omitempty"`
	Trouble   string     `json:"trouble,omitempty"`  // of the last try; none when it went well
	FailedAt  *time.Time `json:"failedAt,omitempty"` // when a try last failed
	RetryAt   *time.Time `json:"retryAt,omitempty"`  // until when FIRST's server asked to be left alone
	WantedAt  *time.Time `json:"wantedAt,omitempty"` // an operator wants it read now
}

// State returns what is read, when it was and will be, and what keeps it from being read.
func (s *Service) State(ctx context.Context, actor accounts.Actor) (State, error) {
	if !actor.Operator {
		return State{}, accounts.ErrOperator
	}
	now := s.now()
	around := func(days int) string { return now.UTC().AddDate(0, 0, days).Format(time.DateOnly) }
	rows, err := s.q.SyncStates(ctx, queries.SyncStatesParams{Since: around(-stateDays), Until: around(stateDays), RowLimit: statesShown})
	if err != nil {
		return State{}, eventlog.Translate(err)
	}
	st := State{Credentials: s.credentials, Lists: []ListState{}, Events: []ListState{}}
	for _, row := range rows {
		if l := listState(row, now); l.EventCode == "" {
			st.Lists = append(st.Lists, l)
		} else {
			st.Events = append(st.Events, l)
		}
	}
	var key uint64 = lockKey
	err = s.pool.QueryRow(ctx, leaderOf, int64(key>>32), int64(key&0xffffffff)).Scan(&st.Leader)
	if errors.Is(err, pgx.ErrNoRows) {
		err = nil
	}
	return st, eventlog.Translate(err)
}

func listState(row queries.SyncStatesRow, now time.Time) ListState {
	l := ListState{
		Season: int(row.Season), EventCode: row.EventCode, Name: row.Name, TriedAt: row.TriedAt, NextAt: row.NextAt, Trouble: row.Trouble,
		FailedAt: row.FailedAt, RetryAt: row.RetryAt, WantedAt: row.WantedAt, PolledAt: known(row.ReadAt), ChangedAt: known(row.Modified),
	}
	if row.Timezone != nil {
		l.Today = ftc.Event{StartsOn: row.StartsOn, EndsOn: row.EndsOn, Timezone: *row.Timezone}.ActiveAt(now)
	}
	return l
}

// known is nil for the epoch, which stands for never.
func known(at time.Time) *time.Time {
	if at.Unix() == 0 {
		return nil
	}
	return &at
}

// Poll has the leader read the FTC event now, on whatever day. A wish that is open already
// is not doubled, and none is taken right after a reading.
func (s *Service) Poll(ctx context.Context, actor accounts.Actor, key ftc.EventKey) error {
	if !actor.Operator {
		return accounts.ErrOperator
	}
	if !s.credentials {
		return ErrNotFollowed
	}
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		e, err := q.Event(ctx, queries.EventParams{Season: int32(key.Season), Code: key.Code})
		if errors.Is(err, pgx.ErrNoRows) || err == nil && !e.Listed {
			return ftc.ErrNoEvent
		}
		if err != nil {
			return err
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.EventPolled, Object: fmt.Sprintf("%d/%s", key.Season, key.Code)})
		n, err := q.WantSync(ctx, queries.WantSyncParams{Season: e.Season, EventCode: e.Code, Spaced: s.now().Add(-wishSpacing)})
		if err == nil && n == 0 {
			return ErrJustRead
		}
		return err
	})
}

// readWanted reads what operators want read now. What the budget does not allow stays wanted.
func (f *Follower) readWanted(ctx context.Context) error {
	rows, err := f.q.WantedSyncs(ctx, wishesEach)
	if err != nil {
		return eventlog.Translate(err)
	}
	var failed []error
	for _, row := range rows {
		event, err := ftc.New(f.o.Pool).Event(ctx, ftc.EventKey{Season: int(row.Season), Code: row.EventCode})
		if errors.Is(err, ftc.ErrNoEvent) {
			err = f.q.DropSync(ctx, queries.DropSyncParams{Season: row.Season, EventCode: row.EventCode})
			failed = append(failed, err)
			continue
		}
		if err != nil {
			return err
		}
		began := f.o.Now()
		if err = f.readEvent(ctx, event); errors.Is(err, errBudget) {
			break
		}
		failed = append(failed, err, f.tell(ctx, event.EventKey, began, f.later(event, began), row.WantedAt, err))
	}
	return errors.Join(failed...)
}

// tell stores how a try went. granted is the wish that it was for, if any.
func (f *Follower) tell(ctx context.Context, key ftc.EventKey, tried, next time.Time, granted *time.Time, failure error) error {
	if ctx.Err() != nil || errors.Is(failure, errBudget) {
		return nil
	}
	p := queries.TellSyncParams{Season: int32(key.Season), EventCode: key.Code, TriedAt: tried, NextAt: next, Granted: granted}
	if failure != nil {
		text := []rune(failure.Error())
		p.Trouble, p.FailedAt = string(text[:min(len(text), maxTrouble)]), &tried
		var asked *firstapi.AskedError
		if errors.As(failure, &asked) {
			until := tried.Add(asked.After)
			p.RetryAt = &until
		}
	}
	if key.Season != 0 && key.Code == "" { // what was said while the season was unknown is over
		if err := f.q.DropSync(ctx, queries.DropSyncParams{}); err != nil {
			return eventlog.Translate(err)
		}
	}
	return eventlog.Translate(f.q.TellSync(ctx, p))
}
