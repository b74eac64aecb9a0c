package accounts

import (
	"context"
	"errors"
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

// ErrUnknownToken is for who runs the program on its machine.
var ErrUnknownToken = fault.New(fault.NotFound, "no-such-token", "No token that works has this id or is this text.")

// byCommand is whoever runs a command on the server's machine, in the audit log.
var byCommand = audit.By{Kind: audit.KindCommand}

// TokenInfo is one token of anybody. The token itself is known to its holder only.
type TokenInfo struct {
	Session
	User     User       `json:"user"`
	Operator bool       `json:"operator"`
	DeviceOf *uuid.UUID `json:"deviceOf,omitempty"` // the team whose shared tablet the user is
	Asleep   bool       `json:"asleep"`             // unused for so long that it opens nothing any more
}

// Tokens returns a page of all tokens that are neither revoked nor expired, the newest first,
// and whether there are more. It asks nobody's right.
func (s *Service) Tokens(ctx context.Context, f TokenFilter) (list []TokenInfo, more bool, err error) {
	p := queries.TokensPageParams{Before: uuid.Max, UserID: f.User, RowLimit: int32(f.Limit) + 1}
	if f.After != nil {
		p.Before = *f.After
	}
	if f.Kind != "" {
		kind := string(f.Kind)
		p.Kind = &kind
	}
	rows, err := s.q.TokensPage(ctx, p)
	if more = len(rows) > f.Limit; more {
		rows = rows[:f.Limit]
	}
	list = make([]TokenInfo, 0, len(rows))
	for _, row := range rows {
		kind := Kind(row.Kind)
		list = append(list, TokenInfo{
			Session: Session{ID: row.ID, Kind: kind, Name: row.Name, UserAgent: row.Agent, CreatedAt: row.CreatedAt, LastUsedAt: row.LastUsedAt, ExpiresAt: row.ExpiresAt},
			User:    User{ID: row.UserID, DisplayName: row.DisplayName}, Operator: row.Operator, DeviceOf: row.DeviceOf,
			Asleep: time.Duration(row.Idle*float64(time.Second)) > lifetime[kind].idle,
		})
	}
	return list, more, eventlog.Translate(err)
}

// CreateService makes a user that is a program, such as a hall's announcements, and its token.
func (s *Service) CreateService(ctx context.Context, name string) (grant Grant, err error) {
	params, err := s.ownerParams(ctx, NewOwner{DisplayName: name})
	if err != nil {
		return Grant{}, err
	}
	params.Operator = false
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		row, err := queries.New(tx).InsertUser(ctx, params)
		if err != nil {
			return err
		}
		audit.Write(batch, byCommand, audit.Deed{Action: audit.ServiceMade, Subject: row.ID})
		grant, err = Issue(ctx, tx, User{ID: row.ID, DisplayName: row.DisplayName}, KindService, Device{Name: row.DisplayName})
		return err
	})
	return grant, err
}

// Revoke ends a token and the live subscriptions made with it. which is its id, or the token
// itself where it has got into wrong hands.
func (s *Service) Revoke(ctx context.Context, which string) (Session, error) {
	params := queries.RevokeAnyTokenParams{Hash: hash(which)}
	if !strings.HasPrefix(which, tokenPrefix) {
		id, err := uuid.Parse(which)
		if err != nil {
			return Session{}, ErrUnknownToken
		}
		params.ID = id
	}
	return s.revoke(ctx, byCommand, params)
}

// revoke ends anybody's token.
func (s *Service) revoke(ctx context.Context, by audit.By, params queries.RevokeAnyTokenParams) (info Session, err error) {
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		row, err := queries.New(tx).RevokeAnyToken(ctx, params)
		if errors.Is(err, pgx.ErrNoRows) {
			return ErrUnknownToken
		}
		if err != nil {
			return err
		}
		info = Session{ID: row.ID, Kind: Kind(row.Kind), Name: row.Name}
		audit.Write(batch, by, audit.Deed{Action: audit.TokenRevoked, Subject: row.UserID, Object: row.ID.String()})
		return batch.Revoke(realtime.Revocation{UserID: row.UserID.String(), Session: row.ID.String()})
	})
	return info, err
}
