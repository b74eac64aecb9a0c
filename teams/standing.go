package teams

import (
	"context"
	"encoding/base64"
	"encoding/binary"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// ErrCursor is the answer to a cursor that no page gave.
var ErrCursor = fault.New(fault.Malformed, "bad-cursor", "This cursor was not made by this list.")

// Standing is a team as operators of the server see it: how much it does, and nothing of what.
type Standing struct {
	ID           uuid.UUID `json:"id"`
	TeamNumber   int       `json:"teamNumber"`
	Name         string    `json:"name"`
	SharingLevel string    `json:"sharingLevel"`
	Members      int64     `json:"members"`
	Entries      int64     `json:"entries"`
	CreatedAt    time.Time `json:"createdAt"`
	ActiveAt     time.Time `json:"activeAt"` // the newest entry or event
}

// StandingFilter chooses teams. Search is a number, a part of a name, or an id.
type StandingFilter struct {
	Search string
	After  string // of the page before
	Limit  int
}

// Standings returns a page of all teams by number, and the cursor of the next.
func (s *Service) Standings(ctx context.Context, actor accounts.Actor, f StandingFilter) (list []Standing, next string, err error) {
	if !actor.Operator {
		return nil, "", accounts.ErrOperator
	}
	p := queries.TeamsPageParams{Search: strings.TrimSpace(f.Search), RowLimit: int32(f.Limit) + 1}
	if id, err := uuid.Parse(p.Search); err == nil {
		p.ID = &id
	}
	if p.AfterNumber, p.AfterID, err = parsePlace(f.After); err != nil {
		return nil, "", err
	}
	rows, err := s.q.TeamsPage(ctx, p)
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		next = place(rows[f.Limit-1].TeamNumber, rows[f.Limit-1].ID)
	}
	list = make([]Standing, 0, len(rows))
	for _, r := range rows {
		list = append(list, Standing{
			ID: r.ID, TeamNumber: int(r.TeamNumber), Name: r.Name, SharingLevel: r.SharingLevel, Members: r.Members, Entries: r.Entries,
			CreatedAt: r.CreatedAt, ActiveAt: r.ActiveAt,
		})
	}
	return list, next, eventlog.Translate(err)
}

// place is where a page ends: behind a number, and of teams of the same number behind an id.
func place(number int32, id uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString(binary.BigEndian.AppendUint32(id[:], uint32(number)))
}

func parsePlace(text string) (number int32, id uuid.UUID, err error) {
	if text == "" {
		return 0, uuid.Nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) != len(id)+4 {
		return 0, uuid.Nil, ErrCursor
	}
	copy(id[:], raw)
	return int32(binary.BigEndian.Uint32(raw[len(id):])), id, nil
}
