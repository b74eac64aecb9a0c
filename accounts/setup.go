package accounts

import (
	"context"
	"crypto/rand"
	"errors"
	"net/mail"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgconn"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// SetupTime is how long a set-up code works.
const SetupTime = 15 * time.Minute

// NewOwner is what a first owner says of themselves. Without a password they have only the
// token that they are given.
type NewOwner struct {
	DisplayName string
	Email       string
	Password    string
}

// Exist reports whether the server has any user.
func (s *Service) Exist(ctx context.Context) (bool, error) {
	taken, err := s.q.UsersExist(ctx)
	return taken, eventlog.Translate(err)
}

// OpenSetup returns a new one-time code for the first owner, or "" when there are users
// already. An older code stops working.
func (s *Service) OpenSetup(ctx context.Context) (code string, err error) {
	err = pgx.BeginFunc(ctx, s.pool, func(tx pgx.Tx) error {
		q := queries.New(tx)
		if err := q.LockSetup(ctx); err != nil {
			return err
		}
		if taken, err := q.UsersExist(ctx); err != nil || taken {
			return err
		}
		code = rand.Text()
		return q.OpenSetup(ctx, queries.OpenSetupParams{Hash: hash(code), Seconds: SetupTime.Seconds()})
	})
	return code, eventlog.Translate(err)
}

// Setup makes the first owner with a code from OpenSetup. Of two that come at once with
// the same code, one succeeds.
func (s *Service) Setup(ctx context.Context, code string, owner NewOwner) (Grant, error) {
	return s.createOwner(ctx, owner, audit.KindNobody, func(q *queries.Queries) error {
		n, err := q.UseSetup(ctx, hash(strings.TrimSpace(code)))
		if err == nil && n == 0 {
			return ErrSetupDone
		}
		return err
	})
}

// CreateOwner makes an operator of the server; it is for who runs the program on its machine.
func (s *Service) CreateOwner(ctx context.Context, owner NewOwner) (Grant, error) {
	return s.createOwner(ctx, owner, audit.KindCommand, func(*queries.Queries) error { return nil })
}

// createOwner makes an operator; by is who does it, as the audit log names those without a token.
func (s *Service) createOwner(ctx context.Context, owner NewOwner, by string, allowed func(*queries.Queries) error) (grant Grant, err error) {
	params, err := s.ownerParams(ctx, owner)
	if err != nil {
		return Grant{}, err
	}
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if err := q.LockSetup(ctx); err != nil {
			return err
		}
		if err := allowed(q); err != nil {
			return err
		}
		row, err := q.InsertUser(ctx, params)
		if err != nil {
			return emailFault(err)
		}
		audit.Write(batch, audit.By{Kind: by}, audit.Deed{Action: audit.OperatorMade, Subject: row.ID})
		grant, err = Issue(ctx, tx, User{ID: row.ID, DisplayName: row.DisplayName}, KindOwner, Device{Name: "first sign-in"})
		return err
	})
	return grant, err
}

func (s *Service) ownerParams(ctx context.Context, owner NewOwner) (queries.InsertUserParams, error) {
	var p queries.InsertUserParams
	name, err := CleanName(owner.DisplayName)
	if err != nil {
		return p, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return p, err
	}
	p = queries.InsertUserParams{ID: id, DisplayName: name, Operator: true}
	if owner.Email != "" {
		if p.Email, err = cleanEmail(owner.Email); err != nil {
			return p, err
		}
	}
	if owner.Password == "" {
		return p, nil
	}
	if p.Email == nil {
		return p, errEmail
	}
	if err := checkPassword(owner.Password); err != nil {
		return p, err
	}
	phc, err := s.hasher.hash(ctx, owner.Password)
	p.PasswordHash = &phc
	return p, err
}

// cleanEmail returns the address alone, or errEmail.
func cleanEmail(text string) (*string, error) {
	address, err := mail.ParseAddress(text)
	if err != nil || address.Name != "" || len(text) > 254 {
		return nil, errEmail
	}
	return &address.Address, nil
}

var errEmail = fault.New(fault.Invalid, "bad-email", "This is no e-mail address. One is needed to sign in with a password.").
	At(fault.Field{Pointer: "/email", Detail: "This is no e-mail address."})

func emailFault(err error) error {
	var pg *pgconn.PgError
	if errors.As(err, &pg) && pg.ConstraintName == "users_email" {
		return ErrEmailTaken
	}
	return err
}
