package accounts

import (
	"context"
	"errors"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of identities.
var (
	ErrIdentityTaken = fault.New(fault.Conflict, "identity-taken", "Another person of this server signs in that way. Two people are never made one.")
	ErrNoIdentity    = fault.New(fault.NotFound, "no-such-identity", "You have no such way to sign in.")
	ErrLastWay       = fault.New(fault.Conflict, "last-way-in", "This is your last way to sign in. Add another or set a password first.")
)

// Identity is somebody as a sign-in provider knows them.
type Identity struct {
	Provider string // what this server calls the issuer
	Issuer   string // who vouches
	Subject  string // for whom; an issuer never gives one to somebody else
	Email    string // as the issuer has it, if it has one
	Verified bool   // whether the issuer has seen that the address is theirs
	Name     string // what they are called there; a suggestion
}

// address is the address if it proves anything, nil otherwise.
func (i Identity) address() *string {
	if i.Email == "" || !i.Verified || len(i.Email) > 254 {
		return nil
	}
	return &i.Email
}

// SignInAs gives a session to whoever has linked the identity, inside the caller's
// transaction. known is false when nobody has.
func SignInAs(ctx context.Context, tx pgx.Tx, who Identity, device Device) (grant Grant, known bool, err error) {
	row, err := queries.New(tx).UseIdentity(ctx, queries.UseIdentityParams{
		Provider: who.Provider, Email: who.address(), Issuer: who.Issuer, Subject: who.Subject,
	})
	if errors.Is(err, pgx.ErrNoRows) {
		return Grant{}, false, nil
	}
	if err == nil && row.DisabledAt != nil {
		err = ErrDisabled
	}
	if err != nil {
		return Grant{}, false, err
	}
	grant, err = Issue(ctx, tx, User{ID: row.ID, DisplayName: row.DisplayName}, sessionKind(row.Operator), device)
	return grant, true, err
}

// CreateAs adds a user who signs in by the identity, inside the caller's transaction. Of two
// that come at once with the same identity, one gets ErrIdentityTaken.
func CreateAs(ctx context.Context, tx pgx.Tx, who Identity, device Device) (Grant, error) {
	name, err := CleanName(shortened(who.Name))
	if err != nil {
		name = "Newcomer" // to be changed in a moment; nobody is kept out by what a provider calls them
	}
	user, err := Create(ctx, tx, name)
	if err != nil {
		return Grant{}, err
	}
	if err := link(ctx, queries.New(tx), user.ID, who); err != nil {
		return Grant{}, err
	}
	return Issue(ctx, tx, user, KindSession, device)
}

func shortened(name string) string {
	if runes := []rune(name); len(runes) > 60 {
		return string(runes[:60])
	}
	return name
}

// sessionKind is the kind of token that a person gets who signs in.
func sessionKind(operator bool) Kind {
	if operator {
		return KindOwner
	}
	return KindSession
}

// Link lets the actor sign in by the identity from now on. One that is another person's stays
// theirs.
func (s *Service) Link(ctx context.Context, actor Actor, who Identity) error {
	if err := actor.Person(); err != nil {
		return err
	}
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if _, err := lockUser(ctx, q, actor.UserID); err != nil {
			return err
		}
		err := link(ctx, q, actor.UserID, who)
		if err == nil {
			audit.Write(batch, actor.By(), audit.Deed{Action: audit.IdentityLinked, Subject: actor.UserID, Object: who.Provider})
		}
		if !errors.Is(err, ErrIdentityTaken) {
			return err
		}
		row, err := q.UseIdentity(ctx, queries.UseIdentityParams{Provider: who.Provider, Email: who.address(), Issuer: who.Issuer, Subject: who.Subject})
		if err == nil && row.ID != actor.UserID {
			return ErrIdentityTaken
		}
		return err
	})
}

func link(ctx context.Context, q *queries.Queries, userID uuid.UUID, who Identity) error {
	id, err := uuid.NewV7()
	if err != nil {
		return err
	}
	n, err := q.InsertIdentity(ctx, queries.InsertIdentityParams{
		ID: id, UserID: userID, Issuer: who.Issuer, Subject: who.Subject, Provider: who.Provider, Email: who.address(),
	})
	if err == nil && n == 0 {
		return ErrIdentityTaken
	}
	return err
}

// lockUser returns the user and holds them until the end of the transaction.
func lockUser(ctx context.Context, q *queries.Queries, id uuid.UUID) (queries.User, error) {
	row, err := q.UserForWrite(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return row, ErrNoUser
	}
	return row, err
}

// LinkedIdentity is one way in which a person may sign in.
type LinkedIdentity struct {
	ID         uuid.UUID `json:"id"`
	Provider   string    `json:"provider"`
	Email      string    `json:"email,omitempty"` // as the provider has verified it
	CreatedAt  time.Time `json:"createdAt"`
	LastUsedAt time.Time `json:"lastUsedAt"`
}

// Identities lists by which providers the actor may sign in.
func (s *Service) Identities(ctx context.Context, actor Actor) ([]LinkedIdentity, error) {
	rows, err := s.q.IdentitiesOf(ctx, actor.UserID)
	list := make([]LinkedIdentity, 0, len(rows))
	for _, row := range rows {
		list = append(list, LinkedIdentity{ID: row.ID, Provider: row.Provider, Email: value(row.Email), CreatedAt: row.CreatedAt, LastUsedAt: row.LastUsedAt})
	}
	return list, eventlog.Translate(err)
}

// Unlink takes away a way to sign in, but never the last one that works: issuers are those
// that this server still asks.
func (s *Service) Unlink(ctx context.Context, actor Actor, identityID uuid.UUID, issuers []string) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		user, err := lockUser(ctx, q, actor.UserID)
		if err != nil {
			return err
		}
		rows, err := q.IdentitiesOf(ctx, actor.UserID)
		if err != nil {
			return err
		}
		at := slices.IndexFunc(rows, func(row queries.Identity) bool { return row.ID == identityID })
		if at < 0 {
			return ErrNoIdentity
		}
		stays := slices.ContainsFunc(rows, func(row queries.Identity) bool {
			return row.ID != identityID && slices.Contains(issuers, row.Issuer)
		})
		if user.PasswordHash == nil && !stays {
			return ErrLastWay
		}
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.IdentityUnlinked, Subject: actor.UserID, Object: rows[at].Provider})
		_, err = q.DeleteIdentity(ctx, queries.DeleteIdentityParams{ID: identityID, UserID: actor.UserID})
		return err
	})
}

// knownBy reports whether a provider has verified that the address is the user's.
func knownBy(ctx context.Context, q *queries.Queries, userID uuid.UUID, address string) (bool, error) {
	rows, err := q.IdentitiesOf(ctx, userID)
	return slices.ContainsFunc(rows, func(row queries.Identity) bool {
		return row.Email != nil && strings.EqualFold(*row.Email, address)
	}), err
}
