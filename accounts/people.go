package accounts

import (
	"context"
	"encoding/base64"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of what operators do with others' accounts.
var (
	ErrDisabled   = fault.New(fault.Forbidden, "account-disabled", "An operator of this server has disabled this account.")
	ErrIsOperator = fault.New(fault.Conflict, "is-operator", "An operator cannot be disabled. Take the right to run the server away first.")
	ErrCursor     = fault.New(fault.Malformed, "bad-cursor", "This cursor was not made by this list.")
)

// Person is a user as operators see them: who they are and whether they come, not what they do.
type Person struct {
	User
	Kind       string         `json:"kind" enum:"person,tablet"`
	Operator   bool           `json:"operator"`
	Teams      []TeamOfPerson `json:"teams"`
	Devices    int64          `json:"devices"` // where they are signed in
	CreatedAt  time.Time      `json:"createdAt"`
	LastSeenAt *time.Time     `json:"lastSeenAt,omitempty"` // to the minute
	DisabledAt *time.Time     `json:"disabledAt,omitempty"`
}

// TeamOfPerson is a membership.
type TeamOfPerson struct {
	ID         uuid.UUID `json:"id"`
	TeamNumber int       `json:"teamNumber"`
	Name       string    `json:"name"`
	Role       string    `json:"role"`
}

// PeopleFilter chooses people. Search is a part of a name, or an id.
type PeopleFilter struct {
	Search   string
	Disabled bool   // only those
	After    string // of the page before
	Limit    int
}

// People returns a page of all users by name, and the cursor of the next.
func (s *Service) People(ctx context.Context, actor Actor, f PeopleFilter) (list []Person, next string, err error) {
	if !actor.Operator {
		return nil, "", ErrOperator
	}
	p := queries.UsersPageParams{Search: strings.TrimSpace(f.Search), OnlyDisabled: f.Disabled, RowLimit: int32(f.Limit) + 1}
	if id, err := uuid.Parse(p.Search); err == nil {
		p.ID = &id
	}
	if p.AfterName, p.AfterID, err = parsePlace(f.After); err != nil {
		return nil, "", err
	}
	rows, err := s.q.UsersPage(ctx, p)
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[f.Limit-1]
		next = place(last.SortName, last.ID)
	}
	list, ids := make([]Person, len(rows)), make([]uuid.UUID, len(rows))
	at := make(map[uuid.UUID]*Person, len(rows))
	for i, row := range rows {
		list[i] = Person{
			User: User{row.ID, row.DisplayName}, Kind: "person", Operator: row.Operator, Teams: []TeamOfPerson{}, Devices: row.Devices,
			CreatedAt: row.CreatedAt, DisabledAt: row.DisabledAt,
		}
		if row.DeviceOf != nil {
			list[i].Kind = "tablet"
		}
		if row.LastSeen.Unix() != 0 {
			list[i].LastSeenAt = &rows[i].LastSeen
		}
		ids[i], at[row.ID] = row.ID, &list[i]
	}
	memberships, err := s.q.TeamsOfUsers(ctx, ids)
	for _, m := range memberships {
		at[m.UserID].Teams = append(at[m.UserID].Teams, TeamOfPerson{m.ID, int(m.TeamNumber), m.Name, m.Role})
	}
	return list, next, eventlog.Translate(err)
}

// place is where a page ends: behind a name, and of people of the same name behind an id.
func place(name string, id uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString(append(id[:], name...))
}

func parsePlace(text string) (name string, id uuid.UUID, err error) {
	if text == "" {
		return "", uuid.Nil, nil
	}
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil || len(raw) < len(id) || strings.ToValidUTF8(string(raw[len(id):]), "") != string(raw[len(id):]) || strings.Contains(string(raw[len(id):]), "\x00") {
		return "", uuid.Nil, ErrCursor
	}
	copy(id[:], raw)
	return string(raw[len(id):]), id, nil
}

// Disable keeps a person or a shared tablet out until they are enabled again: their tokens
// and ways to sign in open nothing, and their sockets are closed. What they did stays.
func (s *Service) Disable(ctx context.Context, actor Actor, userID uuid.UUID) error {
	return s.setDisabled(ctx, actor, userID, true)
}

// Enable takes Disable back.
func (s *Service) Enable(ctx context.Context, actor Actor, userID uuid.UUID) error {
	return s.setDisabled(ctx, actor, userID, false)
}

func (s *Service) setDisabled(ctx context.Context, actor Actor, userID uuid.UUID, disabled bool) error {
	if !actor.Operator {
		return ErrOperator
	}
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		user, err := lockUser(ctx, q, userID)
		if err != nil {
			return err
		}
		if user.Operator && disabled {
			return ErrIsOperator
		}
		if disabled == (user.DisabledAt != nil) {
			return nil
		}
		if err := q.SetDisabled(ctx, queries.SetDisabledParams{ID: userID, Disabled: disabled}); err != nil {
			return err
		}
		if !disabled {
			audit.Write(batch, actor.By(), audit.Deed{Action: audit.UserEnabled, Subject: userID})
			return nil
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.UserDisabled, Subject: userID})
		return batch.Revoke(realtime.Revocation{UserID: userID.String()})
	})
}

// TokenFilter chooses tokens that are neither revoked nor expired.
type TokenFilter struct {
	User  *uuid.UUID // nil for all
	Kind  Kind       // "" for all
	After *uuid.UUID // the last one of the page before
	Limit int
}

// TokensOfAll is Tokens for an operator.
func (s *Service) TokensOfAll(ctx context.Context, actor Actor, f TokenFilter) (list []TokenInfo, more bool, err error) {
	if !actor.Operator {
		return nil, false, ErrOperator
	}
	list, more, err = s.Tokens(ctx, f)
	for i := range list {
		list[i].Current = list[i].ID == actor.TokenID
	}
	return list, more, err
}

// EndToken revokes anybody's token and ends the live subscriptions made with it.
func (s *Service) EndToken(ctx context.Context, actor Actor, id uuid.UUID) error {
	if !actor.Operator {
		return ErrOperator
	}
	_, err := s.revoke(ctx, actor.By(), queries.RevokeAnyTokenParams{ID: id})
	return err
}
