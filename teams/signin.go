package teams

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of a first sign-in by a provider.
var (
	ErrNotInvited = fault.New(fault.Forbidden, "not-invited", "Nobody has invited you to this server yet. Ask your team for an invite.")
	ErrUnverified = fault.New(fault.Forbidden, "email-not-verified", "The provider has not verified your e-mail address, so we cannot tell whether you are invited. Verify it there, or use an invite code.")
)

// SignInAs signs in whoever has linked the identity. Somebody new comes in by an invite only:
// one with a code, or those for the address that the provider has verified; they get an
// account of their own, whatever address others sign in with.
func (s *Service) SignInAs(ctx context.Context, who accounts.Identity, code string, device accounts.Device) (accounts.Grant, error) {
	var grant accounts.Grant
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		var known bool
		var err error
		if grant, known, err = accounts.SignInAs(ctx, tx, who, device); err != nil || known {
			return err
		}
		invites, err := s.invited(ctx, queries.New(tx), who, code)
		if err != nil {
			return err
		}
		if grant, err = accounts.CreateAs(ctx, tx, who, device); err != nil {
			return err
		}
		entered := make(map[uuid.UUID]bool)
		for _, used := range invites {
			if entered[used.TeamID] {
				continue
			}
			entered[used.TeamID] = true
			audit.Write(batch, audit.By{UserID: grant.User.ID, Kind: string(accounts.KindSession)}, joining(used, grant.User.ID))
			if _, err := s.enter(ctx, tx, batch, used, grant.User); err != nil {
				return err
			}
		}
		return nil
	})
	return grant, err
}

// invited uses the invites of somebody new.
func (s *Service) invited(ctx context.Context, q *queries.Queries, who accounts.Identity, code string) ([]queries.Invite, error) {
	if code != "" {
		used, err := s.use(ctx, q, code)
		if err == nil && used.DeviceID != nil {
			err = ErrBadCode // a person does not become a tablet
		}
		return []queries.Invite{used}, err
	}
	if who.Email == "" {
		return nil, ErrNotInvited
	}
	if !who.Verified {
		return nil, ErrUnverified
	}
	invites, err := q.UseInvitesFor(ctx, who.Email)
	if err == nil && len(invites) == 0 {
		err = ErrNotInvited
	}
	return invites, err
}
