package teams_test

import (
	"context"
	"errors"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgxpool"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

type world struct {
	t        *testing.T
	pool     *pgxpool.Pool
	log      *eventlog.Log
	accounts *accounts.Service
	teams    *teams.Service
	mentor   accounts.Actor
	team     teams.Team
}

func newWorld(t *testing.T) *world {
	t.Helper()
	w := &world{t: t, pool: pgtest.New(t)}
	w.log = eventlog.New(w.pool, func(realtime.Channel, int64) {})
	w.accounts = accounts.New(w.pool, w.log)
	w.teams = teams.New(w.pool, w.log, []byte("a key for tests, 32 bytes or more"))
	grant, err := w.accounts.CreateOwner(t.Context(), accounts.NewOwner{DisplayName: "Mentor"})
	if err != nil {
		t.Fatal(err)
	}
	w.mentor = w.actor(grant.Token)
	if w.team, err = w.teams.Create(t.Context(), w.mentor, 8569, ""); err != nil {
		t.Fatal(err)
	}
	return w
}

func (w *world) actor(token string) accounts.Actor {
	w.t.Helper()
	actor, err := w.accounts.Actor(w.t.Context(), token)
	if err != nil {
		w.t.Fatal(err)
	}
	return actor
}

func (w *world) invite(role teams.Role, uses int) string {
	w.t.Helper()
	invite, err := w.teams.Invite(w.t.Context(), w.mentor, w.team.ID, teams.NewInvite{Role: role, MaxUses: uses})
	if err != nil {
		w.t.Fatal(err)
	}
	return invite.Code
}

func (w *world) join(role teams.Role, name string) accounts.Actor {
	w.t.Helper()
	joined, err := w.teams.JoinAs(w.t.Context(), w.invite(role, 1), name, accounts.Device{Name: "Tablet"})
	if err != nil {
		w.t.Fatal(err)
	}
	return w.actor(joined.Token)
}

func (w *world) events(channel realtime.Channel) []string {
	w.t.Helper()
	page, err := w.log.Read(w.t.Context(), channel, 0, 500)
	if err != nil {
		w.t.Fatal(err)
	}
	var names []string
	for _, e := range page.Events {
		names = append(names, e.Name)
	}
	return names
}

func TestATeamKeepsAMentor(t *testing.T) {
	w := newWorld(t)
	if err := w.teams.Leave(t.Context(), w.mentor, w.team.ID); !errors.Is(err, teams.ErrLastMentor) {
		t.Errorf("the last mentor left: %v", err)
	}
	if _, err := w.teams.SetRole(t.Context(), w.mentor, w.team.ID, w.mentor.UserID, teams.Friend); !errors.Is(err, teams.ErrLastMentor) {
		t.Errorf("the last mentor became a friend: %v", err)
	}
	second := w.join(teams.Mentor, "Second")
	if err := w.teams.Leave(t.Context(), w.mentor, w.team.ID); err != nil {
		t.Errorf("with another mentor there: %v", err)
	}
	if err := w.teams.Leave(t.Context(), second, w.team.ID); !errors.Is(err, teams.ErrLastMentor) {
		t.Errorf("now the second is the last: %v", err)
	}
}

// TestTwoMentorsLeaveAtOnce would end with none if each only looked before it left.
func TestTwoMentorsLeaveAtOnce(t *testing.T) {
	w := newWorld(t)
	second := w.join(teams.Mentor, "Second")
	var stayed atomic.Int64
	var both sync.WaitGroup
	for _, who := range []accounts.Actor{w.mentor, second} {
		both.Go(func() {
			if err := w.teams.Leave(t.Context(), who, w.team.ID); errors.Is(err, teams.ErrLastMentor) {
				stayed.Add(1)
			} else if err != nil {
				t.Error(err)
			}
		})
	}
	both.Wait()
	if stayed.Load() != 1 {
		t.Errorf("%d of two mentors stayed", stayed.Load())
	}
}

// TestInviteRace has 50 newcomers take one use. The control does what the code must not do,
// look and then add, and lets in more than one: so the test would see it.
func TestInviteRace(t *testing.T) {
	w := newWorld(t)
	code := w.invite(teams.Student, 1)
	if won := inParallel(50, func() error {
		_, err := w.teams.JoinAs(t.Context(), code, "Scout", accounts.Device{})
		if errors.Is(err, teams.ErrBadCode) {
			return errLost
		}
		return err
	}, t); won != 1 {
		t.Errorf("%d of 50 joined on one use", won)
	}
	members, err := w.teams.Members(t.Context(), w.mentor, w.team.ID)
	if err != nil || len(members) != 2 {
		t.Errorf("%d members, %v; want the mentor and one scout", len(members), err)
	}
	w.invite(teams.Student, 1)
	if won := inParallel(50, func() error { return checkThenAdd(t.Context(), w.pool) }, t); won < 2 {
		t.Errorf("checking and then adding let in %d: this test could not fail", won)
	}
}

var errLost = errors.New("somebody else was faster")

func inParallel(n int, attempt func() error, t *testing.T) int64 {
	var won atomic.Int64
	var all sync.WaitGroup
	start := make(chan struct{})
	for range n {
		all.Go(func() {
			<-start
			switch err := attempt(); {
			case err == nil:
				won.Add(1)
			case !errors.Is(err, errLost):
				t.Error(err)
			}
		})
	}
	close(start)
	all.Wait()
	return won.Load()
}

// checkThenAdd is the mistake. The table's own check on uses is dropped first, because it
// would catch it as well.
func checkThenAdd(ctx context.Context, pool *pgxpool.Pool) error {
	if _, err := pool.Exec(ctx, `ALTER TABLE invites DROP CONSTRAINT IF EXISTS invites_check`); err != nil {
		return err
	}
	var free bool
	err := pool.QueryRow(ctx, `SELECT uses < max_uses FROM (SELECT uses, max_uses, pg_sleep(0.02) FROM invites ORDER BY created_at DESC LIMIT 1) i`).Scan(&free)
	if err != nil {
		return err
	}
	if !free {
		return errLost
	}
	_, err = pool.Exec(ctx, `UPDATE invites SET uses = uses + 1 WHERE id = (SELECT id FROM invites ORDER BY created_at DESC LIMIT 1)`)
	return err
}

func TestInviteCodes(t *testing.T) {
	w := newWorld(t)
	day, err := w.teams.Invite(t.Context(), w.mentor, w.team.ID, teams.NewInvite{Role: teams.Student})
	if err != nil || len(day.Code) != 8 || day.MaxUses != 25 || time.Until(day.ExpiresAt) > 24*time.Hour {
		t.Errorf("an invite for a day: %+v, %v", day, err)
	}
	week, err := w.teams.Invite(t.Context(), w.mentor, w.team.ID, teams.NewInvite{Role: teams.Student, ExpiresAt: time.Now().Add(7 * 24 * time.Hour)})
	if err != nil || len(week.Code) < 26 {
		t.Errorf("an invite that lives a week has a short code: %+v, %v", week, err)
	}
	if _, err := w.teams.Invite(t.Context(), w.mentor, w.team.ID, teams.NewInvite{Role: teams.Student, ExpiresAt: time.Now().Add(-time.Hour)}); !errors.Is(err, teams.ErrInvite) {
		t.Errorf("an invite of the past: %v", err)
	}
	typed := strings.ToLower(day.Code[:4]) + " - " + day.Code[4:]
	if _, err := w.teams.JoinAs(t.Context(), typed, "Scout", accounts.Device{}); err != nil {
		t.Errorf("a code as people type it (%q): %v", typed, err)
	}
	if err := w.teams.RevokeInvite(t.Context(), w.mentor, w.team.ID, day.ID); err != nil {
		t.Fatal(err)
	}
	for name, code := range map[string]string{"revoked": day.Code, "unknown": "ABCDEFGH", "empty": ""} {
		if _, err := w.teams.JoinAs(t.Context(), code, "Scout", accounts.Device{}); !errors.Is(err, teams.ErrBadCode) {
			t.Errorf("a code that is %s: %v", name, err)
		}
	}
	if _, err := w.pool.Exec(t.Context(), `UPDATE invites SET expires_at = now() - interval '1 second'`); err != nil {
		t.Fatal(err)
	}
	if _, err := w.teams.JoinAs(t.Context(), week.Code, "Scout", accounts.Device{}); !errors.Is(err, teams.ErrBadCode) {
		t.Errorf("an expired code: %v", err)
	}
	var stored int
	if err := w.pool.QueryRow(t.Context(), `SELECT count(*) FROM invites WHERE invites::text LIKE '%' || $1 || '%'`, week.Code).Scan(&stored); err != nil || stored != 0 {
		t.Errorf("the database knows a code: %d, %v", stored, err)
	}
}

func TestMembershipEventsAndRevocation(t *testing.T) {
	w := newWorld(t)
	scout := w.join(teams.Student, "Scout")
	if err := w.teams.Remove(t.Context(), w.mentor, w.team.ID, scout.UserID); err != nil {
		t.Fatal(err)
	}
	got := strings.Join(w.events(teams.PrivateChannel(w.team.ID)), " ")
	if want := "team:member-joined team:member-joined team:member-left"; got != want {
		t.Errorf("events %q, want %q", got, want)
	}
	if control := w.events(eventlog.Control); len(control) != 1 {
		t.Errorf("revocations: %v", control)
	}
	if _, err := w.teams.AuthorizeChannel(t.Context(), scout, teams.PrivateChannel(w.team.ID)); !errors.Is(err, teams.ErrChannelDenied) {
		t.Errorf("a removed member joins the channel: %v", err)
	}
}

func TestWhoMayJoinWhichChannel(t *testing.T) {
	w := newWorld(t)
	stranger := accounts.Actor{UserID: uuid.New(), TokenID: uuid.New(), DisplayName: "Stranger"}
	own := w.team.ID.String()
	cases := []struct {
		channel string
		actor   accounts.Actor
		want    error
	}{
		{"private-team-" + own, w.mentor, nil},
		{"presence-team-" + own, w.mentor, nil},
		{"private-team-" + own, stranger, teams.ErrChannelDenied},
		{"presence-team-" + own, stranger, teams.ErrChannelDenied},
		{"private-team-" + strings.ToUpper(own), w.mentor, teams.ErrChannelDenied},
		{"private-team-" + own + "-x", w.mentor, teams.ErrChannelDenied},
		{"private-team-x-team-" + own, w.mentor, teams.ErrChannelDenied},
		{"private-team-", w.mentor, teams.ErrChannelDenied},
		{"private-user-" + w.mentor.UserID.String(), w.mentor, nil},
		{"private-user-" + w.mentor.UserID.String(), stranger, teams.ErrChannelDenied},
		{"private-event-USNCRA", stranger, nil},
		{"presence-event-USNCRA", stranger, nil},
		{"private-anything", w.mentor, teams.ErrChannelDenied},
		{"presence-anything", w.mentor, teams.ErrChannelDenied},
		{"private-encrypted-team-" + own, w.mentor, teams.ErrChannelDenied},
		{"event-USNCRA", w.mentor, teams.ErrPublicChannel},
		{"my-private-team-" + own, w.mentor, teams.ErrPublicChannel},
	}
	for _, c := range cases {
		data, err := w.teams.AuthorizeChannel(t.Context(), c.actor, realtime.Channel(c.channel))
		if !errors.Is(err, c.want) {
			t.Errorf("%s on %s: %v, want %v", c.actor.DisplayName, c.channel, err, c.want)
		}
		if strings.HasPrefix(c.channel, "presence-event-") && (strings.Contains(data, "Stranger") || strings.Contains(data, c.actor.UserID.String())) {
			t.Errorf("a channel of strangers shows who somebody is: %s", data)
		}
	}
}
