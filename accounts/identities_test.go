package accounts_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
)

const school = "https://login.school.example"

func identity(subject string) accounts.Identity {
	return accounts.Identity{Provider: "school", Issuer: school, Subject: subject, Email: subject + "@example.org", Verified: true, Name: subject}
}

// newcomer makes a user who has nothing but a device.
func newcomer(t *testing.T, s *accounts.Service, pool *pgxpool.Pool, name string) accounts.Actor {
	t.Helper()
	var grant accounts.Grant
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error {
		user, err := accounts.Create(t.Context(), tx, name)
		if err == nil {
			grant, err = accounts.Issue(t.Context(), tx, user, accounts.KindDevice, accounts.Device{Name: "Tablet"})
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return actor(t, s, grant)
}

func actor(t *testing.T, s *accounts.Service, grant accounts.Grant) accounts.Actor {
	t.Helper()
	who, err := s.Actor(t.Context(), grant.Token)
	if err != nil {
		t.Fatal(err)
	}
	return who
}

// signInAs is what a provider's callback does for somebody known.
func signInAs(t *testing.T, pool *pgxpool.Pool, who accounts.Identity) (grant accounts.Grant, known bool) {
	t.Helper()
	err := pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) (err error) {
		grant, known, err = accounts.SignInAs(t.Context(), tx, who, accounts.Device{Agent: "Mozilla/5.0\x00\n(X11)"})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return grant, known
}

func refused(t *testing.T, what string, err, want error) {
	t.Helper()
	if !errors.Is(err, want) {
		t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestIdentities(t *testing.T) {
	s, pool := newService(t)
	ada, ben := newcomer(t, s, pool, "Ada"), newcomer(t, s, pool, "Ben")
	if _, known := signInAs(t, pool, identity("ada")); known {
		t.Fatal("nobody has linked it yet")
	}
	for range 2 { // again changes nothing
		refused(t, "link", s.Link(t.Context(), ada, identity("ada")), nil)
	}
	refused(t, "another's", s.Link(t.Context(), ben, identity("ada")), accounts.ErrIdentityTaken)
	same := identity("ada")
	same.Issuer = "https://elsewhere.example"
	if _, known := signInAs(t, pool, same); known {
		t.Error("the same subject of another issuer is another person")
	}
	unsure := identity("ada")
	unsure.Verified = false
	grant, known := signInAs(t, pool, unsure)
	if !known || actor(t, s, grant).UserID != ada.UserID || actor(t, s, grant).Kind != accounts.KindSession {
		t.Errorf("%+v, %v", grant, known)
	}
	list, err := s.Identities(t.Context(), ada)
	if err != nil || len(list) != 1 || list[0].Email != "" {
		t.Errorf("an address that is no longer verified stays: %+v, %v", list, err)
	}
	refused(t, "another's unlink", s.Unlink(t.Context(), ben, list[0].ID, []string{school}), accounts.ErrNoIdentity)
	refused(t, "the last", s.Unlink(t.Context(), ada, list[0].ID, []string{school}), accounts.ErrLastWay)
	gone := identity("ada-gone")
	gone.Issuer = "https://gone.example"
	refused(t, "link a second", s.Link(t.Context(), ada, gone), nil)
	refused(t, "one is of a provider that is not asked", s.Unlink(t.Context(), ada, list[0].ID, []string{school}), accounts.ErrLastWay)
	refused(t, "there is another", s.Unlink(t.Context(), ada, list[0].ID, []string{school, gone.Issuer}), nil)
	if _, known := signInAs(t, pool, identity("ada")); known {
		t.Error("unlinked, and it signs in")
	}
	lines, _, err := audit.Read(t.Context(), pool, audit.Filter{User: &ada.UserID})
	if err != nil {
		t.Fatal(err)
	}
	var told []string
	for _, l := range lines {
		text := fmt.Sprintf("%+v %+v %+v", l, l.Actor, l.Subject)
		if l.Actor == nil || l.Subject == nil || l.Actor.ID != ada.UserID || l.Subject.ID != ada.UserID || time.Since(l.At) > time.Minute || strings.Contains(text, "example") || strings.Contains(text, "ada") {
			t.Errorf("the audit log has %s", text)
		}
		told = append(told, fmt.Sprint(l.Action, " ", l.Kind, " ", l.Object))
	}
	if got, want := strings.Join(told, ", "), "identity.unlinked device school, identity.linked device school, identity.linked device school"; got != want {
		t.Errorf("the audit log has %s, want %s", got, want)
	}
}

// TestOfTwoUnlinksOneIsTheLast removes two ways to sign in at once.
func TestOfTwoUnlinksOneIsTheLast(t *testing.T) {
	s, pool := newService(t)
	for range 25 {
		ada := newcomer(t, s, pool, "Ada")
		for _, subject := range []string{"one-", "two-"} {
			refused(t, "link", s.Link(t.Context(), ada, identity(subject+ada.UserID.String())), nil)
		}
		list, err := s.Identities(t.Context(), ada)
		if err != nil || len(list) != 2 {
			t.Fatalf("%+v, %v", list, err)
		}
		var done atomic.Int64
		var all sync.WaitGroup
		begin := make(chan struct{})
		for _, one := range list {
			all.Go(func() {
				<-begin
				err := s.Unlink(t.Context(), ada, one.ID, []string{school})
				if err == nil {
					done.Add(1)
				} else if !errors.Is(err, accounts.ErrLastWay) {
					t.Error(err)
				}
			})
		}
		close(begin)
		all.Wait()
		if done.Load() != 1 {
			t.Errorf("%d of two ways were removed", done.Load())
		}
	}
}

func TestPasswords(t *testing.T) {
	s, pool := newService(t)
	ada, ben := newcomer(t, s, pool, "Ada"), newcomer(t, s, pool, "Ben")
	set := func(who accounts.Actor, current, next, email string) error {
		_, err := s.SetPassword(t.Context(), who, accounts.NewPassword{Current: current, Password: next, Email: email})
		return err
	}
	refused(t, "an address that nobody has verified", set(ada, "", password, "ada@example.org"), accounts.ErrEmailNotYours)
	refused(t, "link", s.Link(t.Context(), ada, identity("ada")), nil)
	refused(t, "another's address", set(ada, "", password, "ben@example.org"), accounts.ErrEmailNotYours)
	refused(t, "weak", set(ada, "", "password1234", "ada@example.org"), accounts.ErrPassword)
	refused(t, "set", set(ada, "", password, "ADA@example.org"), nil)
	twin := identity("twin")
	twin.Email = "ada@example.org" // of another issuer, which has verified it, too
	refused(t, "link", s.Link(t.Context(), ben, twin), nil)
	refused(t, "taken", set(ben, "", password, "ada@example.org"), accounts.ErrEmailTaken)
	grant, err := s.SignIn(t.Context(), "ada@example.org", password, accounts.Device{})
	if err != nil || grant.User.ID != ada.UserID {
		t.Fatalf("%+v, %v", grant, err)
	}
	refused(t, "without the present one", set(ada, "", "four yellow robots", ""), accounts.ErrWrongPassword)
	refused(t, "with a wrong one", set(ada, "not it", "four yellow robots", ""), accounts.ErrWrongPassword)
	refused(t, "change", set(ada, password, "four yellow robots", "ben@example.org"), nil)
	if me, err := s.Get(t.Context(), ada.UserID); err != nil || me.Email != "ADA@example.org" || !me.Password {
		t.Errorf("the address changed with the password: %+v, %v", me, err)
	}
	_, err = s.Actor(t.Context(), grant.Token)
	refused(t, "a session from before the change", err, accounts.ErrBadToken)
	_, err = s.SignIn(t.Context(), "ada@example.org", password, accounts.Device{})
	refused(t, "the old password", err, accounts.ErrBadLogin)
	if sessions, err := s.Sessions(t.Context(), ada); err != nil || len(sessions) != 1 || !sessions[0].Current {
		t.Errorf("%+v, %v", sessions, err)
	}
}

func TestSessions(t *testing.T) {
	s, pool := newService(t)
	ada := newcomer(t, s, pool, "Ada")
	refused(t, "link", s.Link(t.Context(), ada, identity("ada")), nil)
	first, _ := signInAs(t, pool, identity("ada"))
	second, _ := signInAs(t, pool, identity("ada"))
	list, err := s.Sessions(t.Context(), ada)
	if err != nil || len(list) != 3 || list[1].UserAgent != "Mozilla/5.0  (X11)" || list[0].Name != "Tablet" {
		t.Fatalf("%+v, %v", list, err)
	}
	if _, err := pool.Exec(t.Context(), `UPDATE tokens SET last_used_at = now() - interval '13 hours' WHERE id = $1`, actor(t, s, second).TokenID); err != nil {
		t.Fatal(err)
	}
	if list, err = s.Sessions(t.Context(), ada); err != nil || len(list) != 2 {
		t.Errorf("one that ended by lying unused is listed: %+v, %v", list, err)
	}
	here := actor(t, s, first)
	refused(t, "elsewhere", s.SignOutElsewhere(t.Context(), here), nil)
	if list, err = s.Sessions(t.Context(), here); err != nil || len(list) != 1 || list[0].ID != here.TokenID {
		t.Errorf("%+v, %v", list, err)
	}
	var told int
	const count = `SELECT count(*) FROM channel_events WHERE name = 'control:revoked' AND payload->>'userId' = $1 AND payload->>'session' <> ''`
	if err := pool.QueryRow(t.Context(), count, here.UserID.String()).Scan(&told); err != nil || told != 2 {
		t.Errorf("the hubs hear of %d ended sessions, %v", told, err)
	}
}

// TestOperators has two operators end each other at once, after other things.
func TestOperators(t *testing.T) {
	s, pool := newService(t)
	_, ada := owner(t, s)
	ben := newcomer(t, s, pool, "Ben")
	refused(t, "who has no way in", s.MakeOperator(t.Context(), ada, ben.UserID), accounts.ErrNoWayIn)
	refused(t, "by who is none", s.MakeOperator(t.Context(), ben, ben.UserID), accounts.ErrOperator)
	refused(t, "the last", s.EndOperator(t.Context(), ada, ada.UserID), accounts.ErrLastOperator)
	_, err := s.Operators(t.Context(), ben)
	refused(t, "listed for anybody", err, accounts.ErrOperator)
	refused(t, "link", s.Link(t.Context(), ben, identity("ben")), nil)
	refused(t, "made", s.MakeOperator(t.Context(), ada, ben.UserID), nil)
	if list, err := s.Sessions(t.Context(), ben); err != nil || len(list) != 0 {
		t.Errorf("sessions from before the right stay: %+v, %v", list, err)
	}
	grant, _ := signInAs(t, pool, identity("ben"))
	if ben = actor(t, s, grant); ben.Kind != accounts.KindOwner || !ben.Operator {
		t.Fatalf("%+v", ben)
	}
	var all sync.WaitGroup
	var ended atomic.Int64
	for _, pair := range [][2]accounts.Actor{{ada, ben}, {ben, ada}} {
		all.Go(func() {
			err := s.EndOperator(t.Context(), pair[0], pair[1].UserID)
			if err == nil {
				ended.Add(1)
			} else if !errors.Is(err, accounts.ErrOperator) {
				t.Error(err)
			}
		})
	}
	all.Wait()
	var left int
	if err := pool.QueryRow(t.Context(), `SELECT count(*) FROM users WHERE operator`).Scan(&left); err != nil || left != 1 || ended.Load() != 1 {
		t.Errorf("%d of two operators ended the other, %d are left, %v", ended.Load(), left, err)
	}
}
