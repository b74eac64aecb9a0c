package accounts

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of operators.
var (
	ErrLastOperator = fault.New(fault.Conflict, "last-operator", "A server keeps at least one operator. Make somebody else one first.")
	ErrNoWayIn      = fault.New(fault.Conflict, "no-way-in", "They have no way to sign in again. An operator needs a password or a linked provider.")
)

// Operators lists who runs the server, to those who do.
func (s *Service) Operators(ctx context.Context, actor Actor) ([]User, error) {
	if !actor.Operator {
		return nil, ErrOperator
	}
	rows, err := s.q.Operators(ctx)
	list := make([]User, 0, len(rows))
	for _, row := range rows {
		list = append(list, User{ID: row.ID, DisplayName: row.DisplayName})
	}
	return list, eventlog.Translate(err)
}

// MakeOperator lets another person run the server, too. They are signed out everywhere,
// because a session never grows beyond what it was given for, and so must be able to come back.
func (s *Service) MakeOperator(ctx context.Context, actor Actor, userID uuid.UUID) error {
	return s.changeOperators(ctx, actor, userID, func(q *queries.Queries, user queries.User) (bool, error) {
		if user.DeviceOf != nil {
			return false, ErrNoUser
		}
		if user.DisabledAt != nil {
			return false, ErrDisabled
		}
		identities, err := q.IdentitiesOf(ctx, userID)
		if err != nil {
			return false, err
		}
		if user.PasswordHash == nil && len(identities) == 0 {
			return false, ErrNoWayIn
		}
		return true, nil
	})
}

// EndOperator takes the right to run the server from somebody, maybe from the actor, unless
// nobody would be left who has it. They are signed out everywhere.
func (s *Service) EndOperator(ctx context.Context, actor Actor, userID uuid.UUID) error {
	return s.changeOperators(ctx, actor, userID, func(q *queries.Queries, user queries.User) (bool, error) {
		if !user.Operator {
			return false, nil
		}
		return false, keepOperator(ctx, q)
	})
}

// changeOperators makes the user what decide says. It runs alone, so that two operators
// cannot end each other.
func (s *Service) changeOperators(ctx context.Context, actor Actor, userID uuid.UUID,
	decide func(q *queries.Queries, user queries.User) (bool, error)) error {
	if !actor.Operator {
		return ErrOperator
	}
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if err := q.LockSetup(ctx); err != nil {
			return err
		}
		own, err := lockUser(ctx, q, actor.UserID)
		if err != nil {
			return err
		}
		if !own.Operator {
			return ErrOperator // no longer
		}
		user, err := lockUser(ctx, q, userID)
		if err != nil {
			return err
		}
		operator, err := decide(q, user)
		if err != nil || operator == user.Operator {
			return err
		}
		if err := q.SetOperator(ctx, queries.SetOperatorParams{ID: userID, Operator: operator}); err != nil {
			return err
		}
		action := audit.OperatorRemoved
		if operator {
			action = audit.OperatorMade
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: action, Subject: userID})
		if err := q.RevokeTokensOf(ctx, userID); err != nil {
			return err
		}
		return batch.Revoke(realtime.Revocation{UserID: userID.String()})
	})
}

// keepOperator returns ErrLastOperator when there is only one. It must be called with
// LockSetup held.
func keepOperator(ctx context.Context, q *queries.Queries) error {
	n, err := q.CountOperators(ctx)
	if err == nil && n <= 1 {
		return ErrLastOperator
	}
	return err
}
