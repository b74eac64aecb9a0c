package accounts_test

import (
	"encoding/base64"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/jackc/pgx/v5/pgxpool"
	"golang.org/x/crypto/argon2"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

const password = "three green robots"

func newService(t *testing.T) (*accounts.Service, *pgxpool.Pool) {
	pool := pgtest.New(t)
	return accounts.New(pool, eventlog.New(pool, func(realtime.Channel, int64) {})), pool
}

func owner(t *testing.T, s *accounts.Service) (accounts.Grant, accounts.Actor) {
	t.Helper()
	grant, err := s.CreateOwner(t.Context(), accounts.NewOwner{DisplayName: "Ada", Email: "ada@example.org", Password: password})
	if err != nil {
		t.Fatal(err)
	}
	actor, err := s.Actor(t.Context(), grant.Token)
	if err != nil {
		t.Fatal(err)
	}
	return grant, actor
}

func TestSetupHappensOnce(t *testing.T) {
	s, pool := newService(t)
	old, err := s.OpenSetup(t.Context())
	if err != nil || old == "" {
		t.Fatalf("first code %q, %v", old, err)
	}
	code, err := s.OpenSetup(t.Context())
	if err != nil || code == old {
		t.Fatalf("second code %q, %v", code, err)
	}
	if _, err := s.Setup(t.Context(), old, accounts.NewOwner{DisplayName: "Eve"}); !errors.Is(err, accounts.ErrSetupDone) {
		t.Errorf("an older code works: %v", err)
	}
	var won atomic.Int64
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := s.Setup(t.Context(), code, accounts.NewOwner{DisplayName: "Ada"})
			if err == nil {
				won.Add(1)
			} else if !errors.Is(err, accounts.ErrSetupDone) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	if won.Load() != 1 {
		t.Errorf("%d owners out of one code", won.Load())
	}
	if code, err := s.OpenSetup(t.Context()); err != nil || code != "" {
		t.Errorf("a set-up server opens again: %q, %v", code, err)
	}
	if _, err := pool.Exec(t.Context(), `DELETE FROM users`); err != nil {
		t.Fatal(err)
	}
	late, err := s.OpenSetup(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE setup_codes SET expires_at = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Setup(t.Context(), late, accounts.NewOwner{DisplayName: "Ada"}); !errors.Is(err, accounts.ErrSetupDone) {
		t.Errorf("an expired code works: %v", err)
	}
}

func TestTokens(t *testing.T) {
	s, pool := newService(t)
	grant, actor := owner(t, s)
	if !strings.HasPrefix(grant.Token, "ftc_owner_") || len(grant.Token) < 50 || !actor.Operator {
		t.Errorf("grant %+v of %+v", grant, actor)
	}
	var stored int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM tokens WHERE tokens::text LIKE '%' || $1 || '%'`, grant.Token[10:]).Scan(&stored); err != nil || stored != 0 {
		t.Errorf("the database knows a token: %d, %v", stored, err)
	}
	for name, token := range map[string]string{"empty": "", "unknown": "ftc_owner_" + strings.Repeat("A", 52), "cut": grant.Token[:40], "a user id": actor.UserID.String()} {
		if _, err := s.Actor(t.Context(), token); !errors.Is(err, accounts.ErrBadToken) {
			t.Errorf("a token that is %s: %v", name, err)
		}
	}
	for name, change := range map[string]string{
		"expired": `UPDATE tokens SET expires_at = now() - interval '1 second'`,
		"unused":  `UPDATE tokens SET expires_at = now() + interval '1 day', last_used_at = now() - interval '13 hours'`,
		"revoked": `UPDATE tokens SET last_used_at = now(), revoked_at = now()`,
		"erased":  `WITH t AS (UPDATE tokens SET revoked_at = NULL) UPDATE users SET erased_at = now()`,
	} {
		if _, err := pool.Exec(t.Context(), change); err != nil {
			t.Fatal(err)
		}
		if _, err := s.Actor(t.Context(), grant.Token); !errors.Is(err, accounts.ErrBadToken) {
			t.Errorf("a token that is %s works: %v", name, err)
		}
		if _, err := pool.Exec(t.Context(), `UPDATE users SET erased_at = NULL`); err != nil {
			t.Fatal(err)
		}
	}
}

func TestSignInAndOut(t *testing.T) {
	s, _ := newService(t)
	owner(t, s)
	_, err1 := s.SignIn(t.Context(), "ada@example.org", "not the password", accounts.Device{})
	_, err2 := s.SignIn(t.Context(), "nobody@example.org", password, accounts.Device{})
	if !errors.Is(err1, accounts.ErrBadLogin) || err1.Error() != err2.Error() {
		t.Errorf("a wrong password says %v, an unknown address %v", err1, err2)
	}
	grant, err := s.SignIn(t.Context(), " ADA@example.org ", password, accounts.Device{Name: "Laptop"})
	if err != nil {
		t.Fatal(err)
	}
	actor, err := s.Actor(t.Context(), grant.Token)
	if err != nil || actor.Device != "Laptop" {
		t.Fatalf("%+v, %v", actor, err)
	}
	devices, err := s.Sessions(t.Context(), actor)
	if err != nil || len(devices) != 2 || devices[0].Current || !devices[1].Current {
		t.Errorf("devices %+v, %v", devices, err)
	}
	if err := s.SignOut(t.Context(), actor, actor.TokenID); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Actor(t.Context(), grant.Token); !errors.Is(err, accounts.ErrBadToken) {
		t.Errorf("signed out, yet %v", err)
	}
	if err := s.SignOut(t.Context(), actor, actor.TokenID); !errors.Is(err, accounts.ErrNoDevice) {
		t.Errorf("signed out twice: %v", err)
	}
}

// TestAnOldHashIsMadeAnew signs in with a password that was hashed when hashing was cheaper.
func TestAnOldHashIsMadeAnew(t *testing.T) {
	s, pool := newService(t)
	owner(t, s)
	salt := []byte("sixteen bytes xx")
	b64 := base64.RawStdEncoding.EncodeToString
	old := "$argon2id$v=19$m=8192,t=1,p=1$" + b64(salt) + "$" + b64(argon2.IDKey([]byte(password), salt, 1, 8192, 1, 32))
	if _, err := pool.Exec(t.Context(), `UPDATE users SET password_hash = $1`, old); err != nil {
		t.Fatal(err)
	}
	for range 2 {
		if _, err := s.SignIn(t.Context(), "ada@example.org", password, accounts.Device{}); err != nil {
			t.Fatal(err)
		}
	}
	var now string
	if err := pool.QueryRow(t.Context(), `SELECT password_hash FROM users`).Scan(&now); err != nil || !strings.Contains(now, "m=19456,t=2,p=1") {
		t.Errorf("the hash is %s, %v", now, err)
	}
}

func TestBadOwners(t *testing.T) {
	s, _ := newService(t)
	owner(t, s)
	for name, c := range map[string]struct {
		owner accounts.NewOwner
		want  error
	}{
		"no name":         {accounts.NewOwner{DisplayName: "  "}, accounts.ErrName},
		"long name":       {accounts.NewOwner{DisplayName: strings.Repeat("x", 61)}, accounts.ErrName},
		"control in name": {accounts.NewOwner{DisplayName: "a\x07b"}, accounts.ErrName},
		"short password":  {accounts.NewOwner{DisplayName: "A", Email: "a@b.org", Password: "short"}, accounts.ErrPassword},
		"known password":  {accounts.NewOwner{DisplayName: "A", Email: "a@b.org", Password: "Password1234"}, accounts.ErrPassword},
		"one letter":      {accounts.NewOwner{DisplayName: "A", Email: "a@b.org", Password: "zzzzzzzzzzzzzzz"}, accounts.ErrPassword},
		"same address":    {accounts.NewOwner{DisplayName: "A", Email: "ADA@example.org", Password: password}, accounts.ErrEmailTaken},
	} {
		if _, err := s.CreateOwner(t.Context(), c.owner); !errors.Is(err, c.want) {
			t.Errorf("%s: %v, want %v", name, err, c.want)
		}
	}
	if _, err := s.CreateOwner(t.Context(), accounts.NewOwner{DisplayName: "A", Password: password}); err == nil {
		t.Error("a password without an address to sign in with")
	}
}
