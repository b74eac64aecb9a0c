package audit

import (
	"context"
	"encoding/json"
	"math"
	"strconv"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// ErrCursor is the answer to a cursor that no page gave.
var ErrCursor = fault.New(fault.Malformed, "bad-cursor", "This cursor was not made by this list.")

// MaxPage is the most lines of one page.
const MaxPage = 500

const defaultPage = 100

// User is who a line names, by the name of today.
type User struct {
	ID          uuid.UUID `json:"id"`
	DisplayName string    `json:"displayName"`
}

// Line is one line as it is read.
type Line struct {
	Number    int64             `json:"number"` // grows with each line; some are left out
	At        time.Time         `json:"at"`
	Action    Action            `json:"action"`
	Actor     *User             `json:"actor,omitempty"` // nobody where the program's own machine or a stranger did it
	Kind      string            `json:"kind"`            // of the actor's token, or command, proxy, nobody
	Address   string            `json:"address,omitempty"`
	RequestID string            `json:"requestId,omitempty"`
	TeamID    *uuid.UUID        `json:"teamId,omitempty"`
	Subject   *User             `json:"subject,omitempty"` // the person or shared tablet it was done to
	Object    string            `json:"object,omitempty"`  // what it was done to, where that is no user
	Detail    map[string]string `json:"detail,omitempty"`
}

// Filter chooses lines. With After they come oldest first, for who follows the log;
// otherwise newest first, page by page with Cursor.
type Filter struct {
	After  *int64
	Cursor string
	Action Action     // "" for all
	User   *uuid.UUID // actor or subject; nil for all
	Team   *uuid.UUID // nil for all
	Limit  int        // 0 is 100
}

// Read returns the lines of the filter and the cursor of the next page, if there is one. It
// asks nobody's role; whoever calls it has.
func Read(ctx context.Context, pool *pgxpool.Pool, f Filter) (lines []Line, next string, err error) {
	if f.Limit <= 0 || f.Limit > MaxPage {
		f.Limit = defaultPage
	}
	var action *string
	if f.Action != "" {
		name := string(f.Action)
		action = &name
	}
	q := queries.New(pool)
	if f.After != nil {
		rows, err := q.AuditAfter(ctx, queries.AuditAfterParams{After: *f.After, TeamID: f.Team, Action: action, UserID: f.User, RowLimit: int32(f.Limit)})
		lines = make([]Line, 0, len(rows))
		for _, row := range rows {
			lines = append(lines, line(row.Audit, row.ActorName, row.SubjectName))
		}
		return lines, "", eventlog.Translate(err)
	}
	before := int64(math.MaxInt64)
	if f.Cursor != "" {
		if before, err = strconv.ParseInt(f.Cursor, 10, 64); err != nil || before < 1 {
			return nil, "", ErrCursor
		}
	}
	rows, err := q.AuditBefore(ctx, queries.AuditBeforeParams{Before: before, TeamID: f.Team, Action: action, UserID: f.User, RowLimit: int32(f.Limit)})
	lines = make([]Line, 0, len(rows))
	for _, row := range rows {
		lines = append(lines, line(row.Audit, row.ActorName, row.SubjectName))
	}
	if len(lines) == f.Limit {
		next = strconv.FormatInt(lines[len(lines)-1].Number, 10)
	}
	return lines, next, eventlog.Translate(err)
}

func line(row queries.Audit, actor, subject string) Line {
	l := Line{
		Number: row.Number, At: row.At.UTC(), Action: Action(row.Action), Actor: user(row.ActorID, actor), Kind: row.Kind, Address: row.Address,
		RequestID: row.RequestID, TeamID: row.TeamID, Subject: user(row.SubjectID, subject), Object: row.Object,
	}
	_ = json.Unmarshal(row.Detail, &l.Detail) // only Write writes it
	return l
}

func user(id *uuid.UUID, name string) *User {
	if id == nil {
		return nil
	}
	return &User{*id, name}
}

const (
	purgeBatch = 1000       // lines removed in one transaction
	purgeClass = 0x66746361 // of the advisory lock by which one node at a time removes lines
)

// Purge removes lines older than the age, in small transactions, and returns how many. It
// does nothing while another node is at it.
func Purge(ctx context.Context, pool *pgxpool.Pool, age time.Duration) (removed int64, err error) {
	for {
		var n int64
		err := pgx.BeginFunc(ctx, pool, func(tx pgx.Tx) error {
			q := queries.New(tx)
			turn, err := q.TryTurn(ctx, queries.TryTurnParams{Class: purgeClass, Job: 1})
			if err != nil || !turn {
				return err
			}
			n, err = q.PurgeAudit(ctx, queries.PurgeAuditParams{Seconds: age.Seconds(), RowLimit: purgeBatch})
			return err
		})
		if err != nil {
			return removed, eventlog.Translate(err)
		}
		removed += n
		if n == 0 {
			return removed, nil
		}
	}
}
