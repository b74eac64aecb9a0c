package teams_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// tablet makes a shared tablet as the mentor does and signs it in with its token.
func (w *world) tablet(label string) (accounts.Actor, teams.Pairing) {
	w.t.Helper()
	made, err := w.teams.AddDevice(w.t.Context(), w.mentor, w.team.ID, label)
	if err != nil {
		w.t.Fatal(err)
	}
	return w.actor(made.Token), made
}

// revocations returns what the log tells the hubs, as text.
func (w *world) revocations() []string {
	w.t.Helper()
	page, err := w.log.Read(w.t.Context(), eventlog.Control, 0, 500)
	if err != nil {
		w.t.Fatal(err)
	}
	var texts []string
	for _, e := range page.Events {
		texts = append(texts, string(e.Data))
	}
	return texts
}

func (w *world) refused(what string, err, want error) {
	w.t.Helper()
	if !errors.Is(err, want) {
		w.t.Errorf("%s: %v, want %v", what, err, want)
	}
}

func TestASharedTablet(t *testing.T) {
	w := newWorld(t)
	leader := w.join(teams.Leader, "Leader")
	made, err := w.teams.AddDevice(t.Context(), leader, w.team.ID, "")
	if err != nil || made.Label != "Tablet 1" || len(made.Code) != 8 {
		t.Fatalf("%+v, %v", made, err)
	}
	tablet := w.actor(made.Token)
	if tablet.DeviceOf != w.team.ID || tablet.DisplayName != "Tablet 1" {
		t.Errorf("it is %+v", tablet)
	}
	data, err := w.teams.AuthorizeChannel(t.Context(), tablet, teams.PresenceChannel(w.team.ID))
	if want := `"displayName":"Tablet 1","role":"DEVICE","deviceLabel":"Tablet 1"`; err != nil || !strings.Contains(data, want) {
		t.Errorf("on the presence channel it is %s, %v; want %s", data, err, want)
	}
	if _, err := w.teams.AuthorizeChannel(t.Context(), tablet, teams.PrivateChannel(w.team.ID)); err != nil {
		t.Errorf("on the private channel: %v", err)
	}
	if _, err := w.teams.RenameDevice(t.Context(), leader, w.team.ID, made.ID, " Pit  tablet "); err != nil {
		t.Errorf("rename: %v", err)
	}
	if tablet = w.actor(made.Token); tablet.DisplayName != "Pit tablet" || tablet.Device != "Pit tablet" {
		t.Errorf("after a new label it is %+v", tablet)
	}
	list, err := w.teams.SharedDevices(t.Context(), leader, w.team.ID)
	if err != nil || len(list) != 1 || list[0].Label != "Pit tablet" || !list[0].SignedIn || list[0].LastUsedAt == nil {
		t.Errorf("listed as %+v, %v", list, err)
	}
	if err := w.teams.RemoveDevice(t.Context(), leader, w.team.ID, made.ID); err != nil {
		t.Fatal(err)
	}
	_, err = w.accounts.Actor(t.Context(), made.Token)
	w.refused("the token of a tablet that was taken away", err, accounts.ErrBadToken)
	_, err = w.teams.JoinAs(t.Context(), made.Code, "x", accounts.Device{})
	w.refused("its pairing code", err, teams.ErrBadCode)
	_, err = w.teams.AuthorizeChannel(t.Context(), tablet, teams.PrivateChannel(w.team.ID))
	w.refused("its channel", err, teams.ErrChannelDenied)
	if all := w.revocations(); len(all) != 1 || !strings.Contains(all[0], made.ID.String()) || strings.Contains(all[0], "channels") {
		t.Errorf("the hubs hear %v, want an end of all its sockets", all)
	}
	w.refused("taken away twice", w.teams.RemoveDevice(t.Context(), leader, w.team.ID, made.ID), teams.ErrNoDevice)
}

func TestAPairingCodeSignsInOneTabletOnce(t *testing.T) {
	w := newWorld(t)
	_, made := w.tablet("Blue 1")
	joined, err := w.teams.JoinAs(t.Context(), made.Code, "whatever the tablet says", accounts.Device{})
	if err != nil || joined.User.ID != made.ID || joined.User.DisplayName != "Blue 1" || joined.Team.ID != w.team.ID || joined.Team.Role != teams.Device {
		t.Fatalf("%+v, %v", joined, err)
	}
	w.actor(joined.Token)
	_, err = w.accounts.Actor(t.Context(), made.Token)
	w.refused("the token that was shown before", err, accounts.ErrBadToken)
	_, err = w.teams.JoinAs(t.Context(), made.Code, "x", accounts.Device{})
	w.refused("the code again", err, teams.ErrBadCode)
	again, err := w.teams.PairAgain(t.Context(), w.mentor, w.team.ID, made.ID)
	if err != nil || again.ID != made.ID || w.actor(again.Token).UserID != made.ID {
		t.Fatalf("%+v, %v", again, err)
	}
	_, err = w.accounts.Actor(t.Context(), joined.Token)
	w.refused("the token before it was paired again", err, accounts.ErrBadToken)
	scout := w.join(teams.Student, "Scout")
	_, err = w.teams.Join(t.Context(), scout, again.Code)
	w.refused("a person with a tablet's code", err, teams.ErrBadCode)
	w.actor(again.Token) // and the code was not used up by that
	if _, err := w.teams.JoinAs(t.Context(), again.Code, "x", accounts.Device{}); err != nil {
		t.Errorf("the tablet with its code: %v", err)
	}
	invites, err := w.teams.Invites(t.Context(), w.mentor, w.team.ID)
	for _, invite := range invites {
		if invite.Role == teams.Device {
			t.Errorf("pairing codes stand among the invites: %+v, %v", invite, err)
		}
	}
}

func TestASharedTabletIsNobody(t *testing.T) {
	w := newWorld(t)
	tablet, made := w.tablet("")
	_, err := w.teams.Create(t.Context(), tablet, 1, "")
	w.refused("it makes a team", err, accounts.ErrShared)
	_, err = w.teams.Join(t.Context(), tablet, w.invite(teams.Mentor, 1))
	w.refused("it joins as a mentor", err, accounts.ErrShared)
	_, err = w.accounts.Rename(t.Context(), tablet, "Mentor")
	w.refused("it takes a name", err, accounts.ErrShared)
	w.refused("it erases itself", w.teams.Erase(t.Context(), tablet), accounts.ErrShared)
	w.refused("it leaves", w.teams.Leave(t.Context(), tablet, w.team.ID), teams.ErrRole)
	_, err = w.teams.Members(t.Context(), tablet, w.team.ID)
	w.refused("it lists the members", err, teams.ErrRole)
	_, err = w.teams.AddDevice(t.Context(), tablet, w.team.ID, "")
	w.refused("it makes tablets", err, teams.ErrRole)

	scout := w.join(teams.Student, "Scout")
	_, err = w.teams.SetRole(t.Context(), w.mentor, w.team.ID, made.ID, teams.Student)
	w.refused("a tablet becomes a student", err, teams.ErrDeviceRole)
	_, err = w.teams.SetRole(t.Context(), w.mentor, w.team.ID, scout.UserID, teams.Device)
	w.refused("a student becomes a tablet", err, teams.ErrDeviceRole)
	_, err = w.teams.HandOver(t.Context(), w.mentor, w.team.ID, teams.Transfer{To: made.ID, Adult: true})
	w.refused("a tablet becomes the mentor", err, teams.ErrDeviceRole)
	_, err = w.teams.Invite(t.Context(), w.mentor, w.team.ID, teams.NewInvite{Role: teams.Device})
	w.refused("an invite to be a tablet", err, teams.ErrDeviceRole)
	w.refused("a person taken away as a tablet", w.teams.RemoveDevice(t.Context(), w.mentor, w.team.ID, scout.UserID), teams.ErrNoDevice)
	for _, label := range []string{" ", "a\x00b", "a\u202eb", strings.Repeat("x", 61)} {
		_, err := w.teams.AddDevice(t.Context(), w.mentor, w.team.ID, label)
		w.refused("the label "+label, err, teams.ErrLabel)
	}
	// The table itself knows no other way.
	if _, err := w.pool.Exec(t.Context(), `UPDATE memberships SET role = 'DEVICE' WHERE user_id = $1`, scout.UserID); err == nil {
		t.Error("the database makes a person a tablet")
	}
	if _, err := w.pool.Exec(t.Context(), `UPDATE users SET operator = true WHERE id = $1`, made.ID); err == nil {
		t.Error("the database makes a tablet an operator")
	}
}

func TestATeamHasSoManyTablets(t *testing.T) {
	w := newWorld(t)
	for range 50 {
		w.tablet("")
	}
	_, err := w.teams.AddDevice(t.Context(), w.mentor, w.team.ID, "")
	w.refused("the 51st tablet", err, teams.ErrFull)
}

func TestFriendsOnTheChannels(t *testing.T) {
	w := newWorld(t)
	friend, student := w.join(teams.Friend, "Friend"), w.join(teams.Student, "Student")
	join := func(who accounts.Actor) error {
		_, err := w.teams.AuthorizeChannel(t.Context(), who, teams.PrivateChannel(w.team.ID))
		return err
	}
	if err := join(friend); err != nil {
		t.Errorf("a friend, as a team begins: %v", err)
	}
	no := false
	if _, err := w.teams.Update(t.Context(), w.mentor, w.team.ID, teams.Change{FriendChannels: &no}); err != nil {
		t.Fatal(err)
	}
	w.refused("a friend where the team does not let them", join(friend), teams.ErrChannelDenied)
	w.refused("the log of it", w.teams.MayRead(t.Context(), friend, teams.PrivateChannel(w.team.ID)), teams.ErrChannelDenied)
	if err := join(student); err != nil {
		t.Errorf("a student: %v", err)
	}
	if all := w.revocations(); len(all) != 1 || !strings.Contains(all[0], friend.UserID.String()) {
		t.Errorf("the hubs hear %v", all)
	}
	if _, err := w.teams.SetRole(t.Context(), w.mentor, w.team.ID, student.UserID, teams.Friend); err != nil {
		t.Fatal(err)
	}
	w.refused("a student who became a friend", join(student), teams.ErrChannelDenied)
	if all := w.revocations(); len(all) != 2 || !strings.Contains(all[1], student.UserID.String()) {
		t.Errorf("the hubs hear %v", all)
	}
}

// TestWhatARoleOpenedClosesWithIt has mentors who lose their role or their place, and codes
// by which they could come back.
func TestWhatARoleOpenedClosesWithIt(t *testing.T) {
	w := newWorld(t)
	invite := func(who accounts.Actor, role teams.Role) string {
		made, err := w.teams.Invite(t.Context(), who, w.team.ID, teams.NewInvite{Role: role})
		if err != nil {
			t.Fatal(err)
		}
		return made.Code
	}
	works := func(code string) bool {
		_, err := w.teams.JoinAs(t.Context(), code, "Newcomer", accounts.Device{})
		if err != nil && !errors.Is(err, teams.ErrBadCode) {
			t.Error(err)
		}
		return err == nil
	}
	second := w.join(teams.Mentor, "Second")
	asMentor, asStudent := invite(second, teams.Mentor), invite(second, teams.Student)
	if _, err := w.teams.SetRole(t.Context(), w.mentor, w.team.ID, second.UserID, teams.Leader); err != nil {
		t.Fatal(err)
	}
	if works(asMentor) || !works(asStudent) {
		t.Error("a leader's invites: to be a mentor from before, or not even to be a student")
	}
	if err := w.teams.Remove(t.Context(), w.mentor, w.team.ID, second.UserID); err != nil {
		t.Fatal(err)
	}
	if works(asStudent) {
		t.Error("an invite outlives the membership of who made it")
	}
	third := w.join(teams.Mentor, "Third")
	code := invite(third, teams.Mentor)
	if err := w.teams.Erase(t.Context(), third); err != nil {
		t.Fatal(err)
	}
	if works(code) {
		t.Error("an invite outlives who made it")
	}
}

func TestHandingOver(t *testing.T) {
	w := newWorld(t)
	parent, leader := w.join(teams.Friend, "Parent"), w.join(teams.Leader, "Leader")
	hand := func(who accounts.Actor, transfer teams.Transfer) error {
		_, err := w.teams.HandOver(t.Context(), who, w.team.ID, transfer)
		return err
	}
	w.refused("by a leader", hand(leader, teams.Transfer{To: parent.UserID, Adult: true}), teams.ErrRole)
	w.refused("by a stranger", hand(accounts.Actor{UserID: uuid.New()}, teams.Transfer{To: parent.UserID, Adult: true}), teams.ErrNoTeam)
	w.refused("to nobody here", hand(w.mentor, teams.Transfer{To: uuid.New(), Adult: true}), teams.ErrNoMember)
	w.refused("to oneself", hand(w.mentor, teams.Transfer{To: w.mentor.UserID, Adult: true, Leave: true}), teams.ErrTransfer)
	w.refused("to who may be a child", hand(w.mentor, teams.Transfer{To: parent.UserID}), teams.ErrTransfer)
	if err := hand(w.mentor, teams.Transfer{To: parent.UserID, Adult: true, Then: teams.Friend}); err != nil {
		t.Fatal(err)
	}
	for who, want := range map[uuid.UUID]teams.Role{parent.UserID: teams.Mentor, w.mentor.UserID: teams.Friend} {
		if got, err := w.teams.RoleOf(t.Context(), who, w.team.ID); err != nil || got != want {
			t.Errorf("role %s, %v; want %s", got, err, want)
		}
	}
	w.refused("by who was a mentor", hand(w.mentor, teams.Transfer{To: leader.UserID, Adult: true}), teams.ErrRole)
	if err := hand(parent, teams.Transfer{To: w.mentor.UserID, Adult: true, Leave: true}); err != nil {
		t.Fatal(err)
	}
	if _, err := w.teams.RoleOf(t.Context(), parent.UserID, w.team.ID); !errors.Is(err, teams.ErrNoTeam) {
		t.Errorf("who handed over and left is still there: %v", err)
	}
	// Neither half without the other: a role that cannot be taken undoes the gift.
	w.refused("and become a tablet", hand(w.mentor, teams.Transfer{To: leader.UserID, Adult: true, Then: teams.Device}), teams.ErrDeviceRole)
	if got, err := w.teams.RoleOf(t.Context(), leader.UserID, w.team.ID); err != nil || got != teams.Leader {
		t.Errorf("half a transfer stayed: %s, %v", got, err)
	}
}
