package teams_test

import (
	"errors"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func known(subject, email string, verified bool) accounts.Identity {
	return accounts.Identity{Provider: "school", Issuer: "https://login.school.example", Subject: subject, Email: email, Verified: verified, Name: subject}
}

// inviteAddress invites somebody by address and returns the invite.
func (w *world) inviteAddress(role teams.Role, email string) teams.Invite {
	w.t.Helper()
	made, err := w.teams.Invite(w.t.Context(), w.mentor, w.team.ID, teams.NewInvite{Role: role, Email: email})
	if err != nil || made.Code != "" || made.Email != email || made.MaxUses != 1 {
		w.t.Fatalf("%+v, %v", made, err)
	}
	return made
}

func TestWhoComesInByAProvider(t *testing.T) {
	w := newWorld(t)
	signIn := func(who accounts.Identity, code string) (accounts.Grant, error) {
		return w.teams.SignInAs(t.Context(), who, code, accounts.Device{})
	}
	fails := func(what string, who accounts.Identity, code string, want error) {
		t.Helper()
		var before, after int
		count := func(n *int) {
			if err := w.pool.QueryRow(t.Context(), `SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM identities) + (SELECT count(*) FROM tokens) + (SELECT sum(uses) FROM invites)`).Scan(n); err != nil {
				t.Fatal(err)
			}
		}
		count(&before)
		_, err := signIn(who, code)
		if count(&after); !errors.Is(err, want) || before != after {
			t.Errorf("%s: %v, want %v, and %d rows came of it", what, err, want, after-before)
		}
	}
	closed := w.inviteAddress(teams.Leader, "ada@example.org")
	if err := w.teams.RevokeInvite(t.Context(), w.mentor, w.team.ID, closed.ID); err != nil {
		t.Fatal(err)
	}
	fails("a closed invite", known("ada", "ada@example.org", true), "", teams.ErrNotInvited)
	w.inviteAddress(teams.Leader, "ada@example.org")
	w.inviteAddress(teams.Student, "Ada@Example.org") // twice for one team
	tablet, made := w.tablet("Tablet")
	fails("an address that is not verified", known("ada", "ada@example.org", false), "", teams.ErrUnverified)
	fails("another address", known("eve", "eve@example.org", true), "", teams.ErrNotInvited)
	fails("no address", known("eve", "", true), "", teams.ErrNotInvited)
	fails("a wrong code", known("eve", "eve@example.org", true), "WRONGCOD", teams.ErrBadCode)
	fails("a tablet's code", known("eve", "eve@example.org", true), made.Code, teams.ErrBadCode)
	grant, err := signIn(known("ada", "ADA@example.org", true), "")
	if err != nil {
		t.Fatal(err)
	}
	ada := w.actor(grant.Token)
	list, err := w.teams.List(t.Context(), ada)
	if err != nil || len(list) != 1 || list[0].Role != teams.Leader || ada.DisplayName != "ada" || ada.Operator {
		t.Errorf("%+v in %+v, %v", ada, list, err)
	}
	again, err := signIn(known("ada", "", false), "") // the invites are used; the identity is linked
	if err != nil || again.User.ID != grant.User.ID {
		t.Errorf("%+v, %v", again, err)
	}
	fails("another identity of the same address", known("ada2", "ada@example.org", true), "", teams.ErrNotInvited)
	byCode, err := signIn(known("new", "new@example.org", false), w.invite(teams.Student, 1))
	if err != nil {
		t.Fatal(err)
	}
	mine, err := w.accounts.Identities(t.Context(), w.actor(byCode.Token))
	if err != nil || len(mine) != 1 || mine[0].Email != "" {
		t.Errorf("%+v, %v", mine, err)
	}
	w.refused("a tablet links", w.accounts.Link(t.Context(), tablet, known("tablet", "", false)), accounts.ErrShared)
	if w.events(teams.PrivateChannel(w.team.ID))[0] == "" {
		t.Error("nobody hears of who came")
	}
}

// TestAnAddressComesInOnce has one invited person's browser send the same answer many times at
// once, and holds that one account comes of it.
func TestAnAddressComesInOnce(t *testing.T) {
	w := newWorld(t)
	w.inviteAddress(teams.Leader, "ada@example.org")
	var in atomic.Int64
	var all sync.WaitGroup
	for range 20 {
		all.Go(func() {
			_, err := w.teams.SignInAs(t.Context(), known("ada", "ada@example.org", true), "", accounts.Device{})
			switch {
			case err == nil:
				in.Add(1)
			case !errors.Is(err, teams.ErrNotInvited) && !errors.Is(err, accounts.ErrIdentityTaken):
				t.Error(err)
			}
		})
	}
	all.Wait()
	var users int
	if err := w.pool.QueryRow(t.Context(), `SELECT count(*) FROM users WHERE display_name = 'ada'`).Scan(&users); err != nil || users != 1 || in.Load() < 1 {
		t.Errorf("%d accounts, %d came in, %v", users, in.Load(), err)
	}
}

// TestAnInviteForAnAddressIsNoCode tries whatever the list of invites shows of it.
func TestAnInviteForAnAddressIsNoCode(t *testing.T) {
	w := newWorld(t)
	made := w.inviteAddress(teams.Leader, "ada@example.org")
	list, err := w.teams.Invites(t.Context(), w.mentor, w.team.ID)
	if err != nil || len(list) != 1 || list[0].Email != "ada@example.org" || list[0].Hint != "" {
		t.Errorf("%+v, %v", list, err)
	}
	for _, code := range []string{"", made.Hint, made.ID.String(), "ada@example.org"} {
		_, err := w.teams.JoinAs(t.Context(), code, "Eve", accounts.Device{})
		w.refused(code, err, teams.ErrBadCode)
	}
	for _, wrong := range []string{"ada", "Ada <ada@example.org>", " ada@example.org", "a@b\n"} {
		_, err := w.teams.Invite(t.Context(), w.mentor, w.team.ID, teams.NewInvite{Role: teams.Student, Email: wrong})
		w.refused(wrong, err, teams.ErrInvite)
	}
}
