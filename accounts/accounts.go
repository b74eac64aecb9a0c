// Package accounts knows who is calling: users, their tokens and devices, and how one
// signs in. It turns a token into an Actor; what an actor may do is other packages' say.
package accounts

import (
	"context"
	"crypto/rand"
	"crypto/sha256"
	"errors"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// The errors of this package.
var (
	ErrNoToken    = fault.New(fault.Unauthenticated, "not-signed-in", "Sign in first: send your token as Authorization: Bearer.")
	ErrBadToken   = fault.New(fault.Unauthenticated, "bad-token", "This token is unknown, has expired or was revoked. Sign in again.")
	ErrBadLogin   = fault.New(fault.Unauthenticated, "bad-login", "E-mail address and password do not fit together.")
	ErrSetupDone  = fault.New(fault.Forbidden, "setup-done", "This server has been set up, or the code is wrong or older than 15 minutes. A restart prints a new one while there is no user.")
	ErrName       = fault.New(fault.Invalid, "bad-display-name", "A display name has 1 to 60 characters; a nickname is fine.")
	ErrPassword   = fault.New(fault.Invalid, "weak-password", "A password has 12 to 128 characters and is not one that everybody tries.")
	ErrEmailTaken = fault.New(fault.Conflict, "email-taken", "Somebody signs in with this e-mail address already.")
	ErrNoUser     = fault.New(fault.NotFound, "no-such-user", "There is no such user.")
	ErrShared     = fault.New(fault.Forbidden, "shared-device", "This is a team's shared tablet. Whoever leads the team names it and takes it away; sign in as a person for anything else.")
	ErrService    = fault.New(fault.Forbidden, "service-token", "A service token opens the socket service and nothing else. Sign in as a person for anything else.")
	ErrNoDevice   = fault.New(fault.NotFound, "no-such-device", "You have no such device.")
)

// Kind says what a token is for, and so how long it lives.
type Kind string

// The kinds of tokens.
const (
	KindSession Kind = "session" // a person in a browser
	KindDevice  Kind = "device"  // a tablet that joined by an invite code
	KindOwner   Kind = "owner"   // an operator of the server
	KindProxy   Kind = "proxy"   // no token of ours: a trusted proxy has named the person
	KindService Kind = "service" // a program, which uses the socket service and nothing else
)

// lifetime is how long a token of each kind works at most, and how long it may lie unused
// (OWASP ASVS 7.3; a tablet must survive the weeks between two meets).
var lifetime = map[Kind]struct{ total, idle time.Duration }{
	KindSession: {30 * 24 * time.Hour, 12 * time.Hour},
	KindOwner:   {30 * 24 * time.Hour, 12 * time.Hour},
	KindDevice:  {180 * 24 * time.Hour, 14 * 24 * time.Hour},
	KindService: {365 * 24 * time.Hour, 90 * 24 * time.Hour}, // nobody is there to sign it in again
}

// Actor is who is calling. The zero Actor is nobody.
type Actor struct {
	UserID      uuid.UUID
	TokenID     uuid.UUID
	Kind        Kind
	Device      string // the label of the device, if it has one
	DisplayName string
	Operator    bool      // may run the server
	DeviceOf    uuid.UUID // the team whose shared tablet this is; zero for a person
}

// Person returns ErrShared for a shared tablet, which is nobody in particular.
func (a Actor) Person() error {
	if a.DeviceOf != uuid.Nil {
		return ErrShared
	}
	return nil
}

// NoProgram returns ErrService for a program, which has no part in teams, sign-ins and what
// operators do.
func (a Actor) NoProgram() error {
	if a.Kind == KindService {
		return ErrService
	}
	return nil
}

// By is the actor as lines of the audit log name them. A program is named with its token: that
// is what an operator ends.
func (a Actor) By() audit.By {
	by := audit.By{UserID: a.UserID, Kind: string(a.Kind)}
	if a.Kind == KindService {
		by.Token = a.TokenID
	}
	return by
}

// Anonymous reports whether nobody is signed in.
func (a Actor) Anonymous() bool { return a.UserID == uuid.Nil }

// User is a person as others may see them.
type User struct {
	ID          uuid.UUID `json:"id"`
	DisplayName string    `json:"displayName"`
}

// Me is a person as they see themselves.
type Me struct {
	User
	Email     string     `json:"email,omitempty"` // that they sign in with
	Password  bool       `json:"password"`        // whether they have one
	Operator  bool       `json:"operator"`
	DeviceOf  *uuid.UUID `json:"deviceOf,omitempty"` // the team whose shared tablet this is
	CreatedAt time.Time  `json:"createdAt"`
}

// Actor returns the person as who is calling, without a token.
func (m Me) Actor() Actor {
	return Actor{UserID: m.ID, Kind: KindProxy, DisplayName: m.DisplayName, Operator: m.Operator, DeviceOf: value(m.DeviceOf)}
}

// value is what stands there, or the zero value where nothing does.
func value[T any](stored *T) T {
	if stored == nil {
		var none T
		return none
	}
	return *stored
}

// Grant is a new token. Token is shown this once; the server keeps its hash only.
type Grant struct {
	Token     string    `json:"token"`
	ExpiresAt time.Time `json:"expiresAt"`
	User      User      `json:"user"`
}

// Service signs people in. It is safe for concurrent use.
type Service struct {
	pool   *pgxpool.Pool
	q      *queries.Queries
	log    *eventlog.Log
	hasher *hasher
}

// New returns the service on a database.
func New(pool *pgxpool.Pool, log *eventlog.Log) *Service {
	return &Service{pool: pool, q: queries.New(pool), log: log, hasher: newHasher()}
}

// Actor returns who the token belongs to, or ErrBadToken.
func (s *Service) Actor(ctx context.Context, token string) (Actor, error) {
	if !strings.HasPrefix(token, tokenPrefix) || len(token) > 200 {
		return Actor{}, ErrBadToken
	}
	row, err := s.q.TokenByHash(ctx, hash(token))
	if errors.Is(err, pgx.ErrNoRows) {
		return Actor{}, ErrBadToken
	}
	if err != nil {
		return Actor{}, eventlog.Translate(err)
	}
	if row.DisabledAt != nil {
		return Actor{}, ErrDisabled
	}
	idle := time.Duration(row.Idle * float64(time.Second))
	if idle > lifetime[Kind(row.Kind)].idle {
		return Actor{}, ErrBadToken
	}
	if idle > time.Minute {
		if err := s.q.TouchToken(ctx, row.ID); err != nil {
			return Actor{}, eventlog.Translate(err)
		}
	}
	return Actor{
		UserID: row.UserID, TokenID: row.ID, Kind: Kind(row.Kind), Device: row.Name,
		DisplayName: row.DisplayName, Operator: row.Operator && Kind(row.Kind) != KindService, DeviceOf: value(row.DeviceOf),
	}, nil
}

// Get returns the user with the id, or ErrNoUser, or ErrDisabled.
func (s *Service) Get(ctx context.Context, id uuid.UUID) (Me, error) {
	row, err := s.q.User(ctx, id)
	if errors.Is(err, pgx.ErrNoRows) {
		return Me{}, ErrNoUser
	}
	if err == nil && row.DisabledAt != nil {
		return Me{}, ErrDisabled
	}
	return me(row), eventlog.Translate(err)
}

// Rename changes the actor's display name.
func (s *Service) Rename(ctx context.Context, actor Actor, name string) (Me, error) {
	if err := actor.Person(); err != nil {
		return Me{}, err
	}
	name, err := CleanName(name)
	if err != nil {
		return Me{}, err
	}
	row, err := s.q.RenameUser(ctx, queries.RenameUserParams{ID: actor.UserID, DisplayName: name})
	if errors.Is(err, pgx.ErrNoRows) {
		return Me{}, ErrNoUser
	}
	return me(row), eventlog.Translate(err)
}

// Create adds a user inside the caller's transaction.
func Create(ctx context.Context, tx pgx.Tx, name string) (User, error) {
	name, err := CleanName(name)
	if err != nil {
		return User{}, err
	}
	id, err := uuid.NewV7()
	if err != nil {
		return User{}, err
	}
	row, err := queries.New(tx).InsertUser(ctx, queries.InsertUserParams{ID: id, DisplayName: name})
	return User{ID: row.ID, DisplayName: row.DisplayName}, err
}

// Issue makes a token for the user inside the caller's transaction.
func Issue(ctx context.Context, tx pgx.Tx, user User, kind Kind, device Device) (Grant, error) {
	token := tokenPrefix + string(kind) + "_" + rand.Text() + rand.Text()
	id, err := uuid.NewV7()
	if err != nil {
		return Grant{}, err
	}
	device = device.clean()
	row, err := queries.New(tx).InsertToken(ctx, queries.InsertTokenParams{
		ID: id, UserID: user.ID, Kind: string(kind), Name: device.Name, Agent: device.Agent, Hash: hash(token),
		Seconds: lifetime[kind].total.Seconds(),
	})
	return Grant{Token: token, ExpiresAt: row.ExpiresAt, User: user}, err
}

func me(row queries.User) Me {
	return Me{
		User: User{ID: row.ID, DisplayName: row.DisplayName}, Email: value(row.Email), Password: row.PasswordHash != nil,
		Operator: row.Operator, DeviceOf: row.DeviceOf, CreatedAt: row.CreatedAt,
	}
}

// tokenPrefix makes our tokens recognisable, for us and for scanners of leaked secrets.
const tokenPrefix = "ftc_"

// hash is what the database keeps of a token. 256 random bits need no salt.
func hash(token string) []byte {
	sum := sha256.Sum256([]byte(token))
	return sum[:]
}

// CleanName returns a display name without surrounding space, or ErrName.
func CleanName(name string) (string, error) {
	name = strings.Join(strings.Fields(name), " ")
	if n := len([]rune(name)); n < 1 || n > 60 || !Written(name) {
		return "", ErrName.At(fault.Field{Pointer: "/displayName", Detail: ErrName.Detail})
	}
	return name, nil
}

// Written reports whether a name can be shown beside others: it holds no control characters,
// nothing that was not valid text, and no marks that turn the direction of what follows.
func Written(name string) bool {
	return !strings.ContainsFunc(name, func(r rune) bool {
		return unicode.IsControl(r) || r == utf8.RuneError || r >= 0x202a && r <= 0x202e || r >= 0x2066 && r <= 0x2069
	})
}
