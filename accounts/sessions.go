package accounts

import (
	"context"
	"strings"
	"time"
	"unicode"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// Device is where a token is used.
type Device struct {
	Name  string // what its user calls it
	Agent string // what the browser says of itself
}

// clean returns the device as it is stored.
func (d Device) clean() Device {
	return Device{Name: line(d.Name, 80), Agent: line(d.Agent, 300)}
}

// line makes one line of valid text with at most n characters.
func line(text string, n int) string {
	text = strings.Map(func(r rune) rune {
		if unicode.IsControl(r) {
			return ' '
		}
		return r
	}, strings.ToValidUTF8(text, ""))
	text = strings.TrimSpace(text)
	if runes := []rune(text); len(runes) > n {
		return string(runes[:n])
	}
	return text
}

// Session is one place where a user is signed in.
type Session struct {
	ID         uuid.UUID `json:"id"`
	Kind       Kind      `json:"kind"`
	Name       string    `json:"name"`
	UserAgent  string    `json:"userAgent"`
	CreatedAt  time.Time `json:"createdAt"`
	LastUsedAt time.Time `json:"lastUsedAt"` // to the minute
	ExpiresAt  time.Time `json:"expiresAt"`  // whether it is used or not
	Current    bool      `json:"current"`    // the one that asks
}

// Sessions lists where the actor is signed in.
func (s *Service) Sessions(ctx context.Context, actor Actor) ([]Session, error) {
	rows, err := s.q.TokensOf(ctx, actor.UserID)
	sessions := make([]Session, 0, len(rows))
	for _, row := range rows {
		if row.Idle > lifetime[Kind(row.Kind)].idle.Seconds() {
			continue // ended by lying unused
		}
		sessions = append(sessions, Session{
			ID: row.ID, Kind: Kind(row.Kind), Name: row.Name, UserAgent: row.Agent, CreatedAt: row.CreatedAt,
			LastUsedAt: row.LastUsedAt, ExpiresAt: row.ExpiresAt, Current: row.ID == actor.TokenID,
		})
	}
	return sessions, eventlog.Translate(err)
}

// SignOut revokes one of the actor's own tokens and ends the live subscriptions made with it.
func (s *Service) SignOut(ctx context.Context, actor Actor, tokenID uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		n, err := queries.New(tx).RevokeToken(ctx, queries.RevokeTokenParams{ID: tokenID, UserID: actor.UserID})
		if err != nil {
			return err
		}
		if n == 0 {
			return ErrNoDevice
		}
		if tokenID != actor.TokenID {
			audit.Write(batch, actor.By(), audit.Deed{Action: audit.DeviceRevoked, Subject: actor.UserID, Object: tokenID.String()})
		}
		return batch.Revoke(realtime.Revocation{UserID: actor.UserID.String(), Session: tokenID.String()})
	})
}

// SignOutElsewhere revokes all of the actor's tokens but the one that asks.
func (s *Service) SignOutElsewhere(ctx context.Context, actor Actor) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		return signOutElsewhere(ctx, queries.New(tx), batch, actor)
	})
}

func signOutElsewhere(ctx context.Context, q *queries.Queries, batch *eventlog.Batch, actor Actor) error {
	ids, err := q.RevokeOtherTokens(ctx, queries.RevokeOtherTokensParams{UserID: actor.UserID, Keep: actor.TokenID})
	if err != nil {
		return err
	}
	for _, id := range ids {
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.DeviceRevoked, Subject: actor.UserID, Object: id.String()})
		if err := batch.Revoke(realtime.Revocation{UserID: actor.UserID.String(), Session: id.String()}); err != nil {
			return err
		}
	}
	return nil
}
