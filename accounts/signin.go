package accounts

import (
	"context"
	"errors"
	"strings"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of a change of password.
var (
	ErrWrongPassword = fault.New(fault.Forbidden, "wrong-password", "This is not your present password.")
	ErrEmailNotYours = fault.New(fault.Forbidden, "email-not-yours", "Nobody has told this server that the address is yours. Link a provider that knows you by it.")
)

// SignIn gives a session to who knows the password. An unknown address and a wrong
// password have one answer, after the same time.
func (s *Service) SignIn(ctx context.Context, email, password string, device Device) (Grant, error) {
	row, err := s.q.UserByEmail(ctx, strings.TrimSpace(email))
	if err != nil && !errors.Is(err, pgx.ErrNoRows) {
		return Grant{}, eventlog.Translate(err)
	}
	phc := value(row.PasswordHash)
	ok, err := s.hasher.matches(ctx, password, phc)
	if err != nil {
		return Grant{}, err
	}
	if !ok {
		return Grant{}, ErrBadLogin
	}
	if outdated(phc) {
		was := phc
		if phc, err = s.hasher.hash(ctx, password); err != nil {
			return Grant{}, err
		}
		if err := s.q.RaiseHash(ctx, queries.RaiseHashParams{ID: row.ID, PasswordHash: phc, Was: was}); err != nil {
			return Grant{}, eventlog.Translate(err)
		}
	}
	var grant Grant
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		// A password that is changed meanwhile signs nobody in who is not then signed out.
		user, err := lockUser(ctx, queries.New(tx), row.ID)
		if errors.Is(err, ErrNoUser) || err == nil && (user.PasswordHash == nil || *user.PasswordHash != phc) {
			return ErrBadLogin
		}
		if err == nil && user.DisabledAt != nil {
			err = ErrDisabled
		}
		if err != nil {
			return err
		}
		grant, err = Issue(ctx, tx, User{ID: user.ID, DisplayName: user.DisplayName}, sessionKind(user.Operator), device)
		return err
	})
	return grant, eventlog.Translate(err)
}

// NewPassword is what a person says who sets or changes their password. Current is for who
// has one, Email for who signs in with none yet.
type NewPassword struct {
	Current  string
	Password string
	Email    string
}

// SetPassword changes the actor's password and signs them out everywhere else. Who had none
// names the address to sign in with: one that a linked provider has verified, or, for
// operators, any; nobody takes an address that may be another's.
func (s *Service) SetPassword(ctx context.Context, actor Actor, wish NewPassword) (Me, error) {
	if err := actor.Person(); err != nil {
		return Me{}, err
	}
	was, err := s.checkCurrent(ctx, actor.UserID, wish.Current)
	if err != nil {
		return Me{}, err
	}
	if err := checkPassword(wish.Password); err != nil {
		return Me{}, err
	}
	phc, err := s.hasher.hash(ctx, wish.Password)
	if err != nil {
		return Me{}, err
	}
	var changed Me
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		user, err := lockUser(ctx, q, actor.UserID)
		if err != nil {
			return err
		}
		if value(user.PasswordHash) != was {
			return ErrWrongPassword // no longer
		}
		if user.Email == nil {
			if user.Email, err = ownAddress(ctx, q, user, wish.Email); err != nil {
				return err
			}
		}
		user.PasswordHash = &phc
		if err := q.SetSignIn(ctx, queries.SetSignInParams{ID: user.ID, Email: user.Email, PasswordHash: &phc}); err != nil {
			return emailFault(err)
		}
		changed = me(user)
		audit.Write(batch, actor.By(), audit.Deed{Action: audit.PasswordSet, Subject: actor.UserID})
		return signOutElsewhere(ctx, q, batch, actor)
	})
	return changed, eventlog.Translate(err)
}

// checkCurrent returns the stored hash, "" for none, or ErrWrongPassword unless the password
// is the user's.
func (s *Service) checkCurrent(ctx context.Context, userID uuid.UUID, password string) (string, error) {
	row, err := s.q.User(ctx, userID)
	if err != nil {
		return "", eventlog.Translate(err)
	}
	was := value(row.PasswordHash)
	if was == "" {
		return "", nil
	}
	ok, err := s.hasher.matches(ctx, password, was)
	if err == nil && !ok {
		err = ErrWrongPassword.At(fault.Field{Pointer: "/current", Detail: ErrWrongPassword.Detail})
	}
	return was, err
}

// ownAddress returns the address if the user may sign in with it.
func ownAddress(ctx context.Context, q *queries.Queries, user queries.User, text string) (*string, error) {
	address, err := cleanEmail(text)
	if err != nil || user.Operator {
		return address, err
	}
	if known, err := knownBy(ctx, q, user.ID, *address); err != nil {
		return nil, err
	} else if !known {
		return nil, ErrEmailNotYours.At(fault.Field{Pointer: "/email", Detail: ErrEmailNotYours.Detail})
	}
	return address, nil
}
