package accounts

import (
	"context"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/queries"
)

// FormerMember is the name under which an erased person's entries stay.
const FormerMember = "former member"

// Erase takes everything that tells who the user is out of their row and signs them out
// everywhere, inside the caller's transaction. The last operator of the server stays. What they recorded stays, under another id,
// which is returned.
func Erase(ctx context.Context, tx pgx.Tx, userID uuid.UUID) (uuid.UUID, error) {
	q := queries.New(tx)
	if err := q.LockSetup(ctx); err != nil {
		return uuid.Nil, err
	}
	if user, err := lockUser(ctx, q, userID); err != nil {
		return uuid.Nil, err
	} else if user.Operator {
		if err := keepOperator(ctx, q); err != nil {
			return uuid.Nil, err
		}
	}
	if err := q.DeleteTokensOf(ctx, userID); err != nil {
		return uuid.Nil, err
	}
	if err := q.ForgetAddresses(ctx, userID); err != nil {
		return uuid.Nil, err
	}
	if err := q.DeleteIdentitiesOf(ctx, userID); err != nil {
		return uuid.Nil, err
	}
	newID := uuid.New() // random: it must not tell when
	return newID, q.EraseUser(ctx, queries.EraseUserParams{ID: userID, NewID: newID})
}
