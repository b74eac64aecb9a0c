package teams_test

import (
	"context"
	"errors"
	"maps"
	"slices"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// roleModel is what ought to be true of some teams after a sequence of operations, in plain
// maps, written from the rules and without the code's table of permissions. The real
// service runs beside it.
type roleModel struct {
	w      *world
	people []accounts.Actor
	teams  []uuid.UUID
	roles  map[place]teams.Role
	codes  []*code
}

// place is somebody's place in a team.
type place struct{ team, user uuid.UUID }

// code is an invite for one use, or a tablet's pairing code.
type code struct {
	text   string
	team   uuid.UUID
	by     uuid.UUID
	role   teams.Role
	device uuid.UUID // of a pairing code
	open   bool
}

var everyRole = []teams.Role{teams.Mentor, teams.Leader, teams.Student, teams.Friend, teams.Device}

// gives says which role lets give which: the whole rule.
func gives(own, other teams.Role) bool {
	return own == teams.Mentor || own == teams.Leader && (other == teams.Student || other == teams.Friend || other == teams.Device)
}

func leads(role teams.Role) bool { return role == teams.Mentor || role == teams.Leader }

// TestNobodyGainsARightNobodyGave plays random sequences of everything that changes who may
// do what, by anybody in any role, and holds every answer and every membership against the
// model: a role comes only from somebody who could give it, and no team is without a mentor.
func TestNobodyGainsARightNobodyGave(t *testing.T) {
	w := newWorld(t)
	rapid.Check(t, func(rt *rapid.T) {
		m := &roleModel{w: w, roles: make(map[place]teams.Role)}
		m.people = append(m.people, m.person(rt), m.person(rt))
		m.create(rt, m.people[0])
		for _, role := range []teams.Role{teams.Mentor, teams.Leader, teams.Leader, teams.Student, teams.Friend} {
			m.enter(rt, m.people[0], m.teams[0], role)
		}
		m.addDevice(rt, m.people[0], m.teams[0])
		rt.Repeat(map[string]func(*rapid.T){
			"":          m.holds,
			"create":    func(rt *rapid.T) { m.create(rt, rapid.SampledFrom(m.people).Draw(rt, "who")) },
			"invite":    m.invite,
			"join":      m.join,
			"join as":   m.joinAs,
			"set role":  m.setRole,
			"remove":    m.remove,
			"leave":     func(rt *rapid.T) { team := m.team(rt); m.leave(rt, team, m.whom(rt, team)) },
			"hand over": m.handOver,
			"device":    m.device,
			"revoke":    m.revoke,
			"pair":      m.pairAgain,
		})
	})
}

func (m *roleModel) team(rt *rapid.T) uuid.UUID { return rapid.SampledFrom(m.teams).Draw(rt, "team") }

// who draws somebody to act, rather one who leads the team: of all others little but
// refusals is to be seen.
func (m *roleModel) who(rt *rapid.T, team uuid.UUID) accounts.Actor {
	some := slices.Clone(m.people)
	for _, p := range m.people {
		if leads(m.roles[place{team, p.UserID}]) {
			some = append(some, p, p, p)
		}
	}
	return rapid.SampledFrom(some).Draw(rt, "who")
}

// whom draws somebody to act upon, rather a member.
func (m *roleModel) whom(rt *rapid.T, team uuid.UUID) accounts.Actor {
	some := slices.Clone(m.people)
	for _, p := range m.people {
		if m.roles[place{team, p.UserID}] != "" {
			some = append(some, p, p)
		}
	}
	return rapid.SampledFrom(some).Draw(rt, "whom")
}

// enter brings a newcomer into the team.
func (m *roleModel) enter(rt *rapid.T, mentor accounts.Actor, team uuid.UUID, role teams.Role) {
	made, err := m.w.teams.Invite(context.Background(), mentor, team, teams.NewInvite{Role: role, MaxUses: 1})
	if err != nil {
		rt.Fatal(err)
	}
	joined, err := m.w.teams.JoinAs(context.Background(), made.Code, string(role), accounts.Device{})
	if err != nil {
		rt.Fatal(err)
	}
	m.people = append(m.people, m.actor(rt, joined.Token))
	m.roles[place{team, joined.User.ID}] = role
}

func (m *roleModel) person(rt *rapid.T) accounts.Actor {
	grant, err := m.w.accounts.CreateOwner(context.Background(), accounts.NewOwner{DisplayName: "Somebody"})
	if err != nil {
		rt.Fatal(err)
	}
	return m.actor(rt, grant.Token)
}

func (m *roleModel) actor(rt *rapid.T, token string) accounts.Actor {
	actor, err := m.w.accounts.Actor(context.Background(), token)
	if err != nil {
		rt.Fatal(err)
	}
	return actor
}

// agree fails the test unless the service answered what the model says.
func agree(rt *rapid.T, what string, got, want error) bool {
	if !errors.Is(got, want) || want == nil && got != nil {
		rt.Fatalf("%s: the service says %v, the rules %v", what, got, want)
	}
	return want == nil
}

// firstOf returns the first error whose condition holds.
func firstOf(cases ...refusal) error {
	for _, c := range cases {
		if c.when {
			return c.err
		}
	}
	return nil
}

type refusal struct {
	when bool
	err  error
}

// holds compares all memberships, and looks for the mentor of each team.
func (m *roleModel) holds(rt *rapid.T) {
	rows, err := m.w.pool.Query(context.Background(), `SELECT team_id, user_id, role FROM memberships WHERE team_id = ANY($1)`, m.teams)
	if err != nil {
		rt.Fatal(err)
	}
	real := make(map[place]teams.Role)
	mentors := make(map[uuid.UUID]int)
	for rows.Next() {
		var at place
		var role teams.Role
		if err := rows.Scan(&at.team, &at.user, &role); err != nil {
			rt.Fatal(err)
		}
		real[at] = role
		if role == teams.Mentor {
			mentors[at.team]++
		}
	}
	if rows.Err() != nil || !maps.Equal(real, m.roles) {
		rt.Fatalf("memberships are %v, by the rules %v; %v", real, m.roles, rows.Err())
	}
	for _, team := range m.teams {
		if mentors[team] == 0 {
			rt.Fatalf("team %s has no mentor", team)
		}
	}
}

// close shuts what somebody opened and could no longer open.
func (m *roleModel) close(team, user uuid.UUID) {
	for _, c := range m.codes {
		if c.team == team && (c.by == user && !gives(m.roles[place{team, user}], c.role) || c.device == user) {
			c.open = false
		}
	}
}

func (m *roleModel) last(team, user uuid.UUID) bool {
	for at, role := range m.roles {
		if at.team == team && at.user != user && role == teams.Mentor {
			return false
		}
	}
	return m.roles[place{team, user}] == teams.Mentor
}

func (m *roleModel) create(rt *rapid.T, who accounts.Actor) {
	if len(m.teams) > 2 {
		return
	}
	made, err := m.w.teams.Create(context.Background(), who, 8569, "")
	if agree(rt, "create", err, firstOf(refusal{who.DeviceOf != uuid.Nil, accounts.ErrShared})) {
		m.teams = append(m.teams, made.ID)
		m.roles[place{made.ID, who.UserID}] = teams.Mentor
	}
}

func (m *roleModel) invite(rt *rapid.T) {
	team, role := m.team(rt), rapid.SampledFrom(everyRole).Draw(rt, "role")
	who := m.who(rt, team)
	own := m.roles[place{team, who.UserID}]
	made, err := m.w.teams.Invite(context.Background(), who, team, teams.NewInvite{Role: role, MaxUses: 1})
	if agree(rt, "invite", err, firstOf(refusal{own == "", teams.ErrNoTeam}, refusal{!gives(own, role), teams.ErrRole}, refusal{role == teams.Device, teams.ErrDeviceRole})) {
		m.codes = append(m.codes, &code{text: made.Code, team: team, by: who.UserID, role: role, open: true})
	}
}

func (m *roleModel) join(rt *rapid.T) {
	if len(m.codes) == 0 {
		return
	}
	who, c := rapid.SampledFrom(m.people).Draw(rt, "who"), rapid.SampledFrom(m.codes).Draw(rt, "code")
	at := place{c.team, who.UserID}
	_, err := m.w.teams.Join(context.Background(), who, c.text)
	if agree(rt, "join", err, firstOf(refusal{who.DeviceOf != uuid.Nil, accounts.ErrShared},
		refusal{!c.open || c.device != uuid.Nil, teams.ErrBadCode}, refusal{m.roles[at] != "", teams.ErrMember})) {
		c.open, m.roles[at] = false, c.role
	}
}

func (m *roleModel) joinAs(rt *rapid.T) {
	if len(m.codes) == 0 {
		return
	}
	c := rapid.SampledFrom(m.codes).Draw(rt, "code")
	joined, err := m.w.teams.JoinAs(context.Background(), c.text, "Newcomer", accounts.Device{})
	if !agree(rt, "join as", err, firstOf(refusal{!c.open, teams.ErrBadCode})) {
		return
	}
	c.open = false
	actor := m.actor(rt, joined.Token)
	if c.device != uuid.Nil {
		if actor.UserID != c.device || actor.DeviceOf != c.team {
			rt.Fatalf("a pairing code of tablet %s signs in %+v", c.device, actor)
		}
		return
	}
	m.people = append(m.people, actor)
	m.roles[place{c.team, actor.UserID}] = c.role
}

func (m *roleModel) setRole(rt *rapid.T) {
	team, role := m.team(rt), rapid.SampledFrom(everyRole).Draw(rt, "role")
	who, whom := m.who(rt, team), m.whom(rt, team)
	own, at := m.roles[place{team, who.UserID}], place{team, whom.UserID}
	old := m.roles[at]
	_, err := m.w.teams.SetRole(context.Background(), who, team, whom.UserID, role)
	if agree(rt, "set role", err, firstOf(refusal{own == "", teams.ErrNoTeam}, refusal{old == "", teams.ErrNoMember},
		refusal{!gives(own, role) || !gives(own, old), teams.ErrRole}, refusal{old == teams.Device || role == teams.Device, teams.ErrDeviceRole},
		refusal{m.last(team, whom.UserID) && role != teams.Mentor, teams.ErrLastMentor})) {
		m.roles[at] = role
		m.close(team, whom.UserID)
	}
}

func (m *roleModel) remove(rt *rapid.T) {
	team := m.team(rt)
	who, whom := m.who(rt, team), m.whom(rt, team)
	if who.UserID == whom.UserID {
		m.leave(rt, team, who)
		return
	}
	own, old := m.roles[place{team, who.UserID}], m.roles[place{team, whom.UserID}]
	err := m.w.teams.Remove(context.Background(), who, team, whom.UserID)
	if agree(rt, "remove", err, firstOf(refusal{own == "", teams.ErrNoTeam}, refusal{old == "", teams.ErrNoMember},
		refusal{!gives(own, old), teams.ErrRole}, refusal{m.last(team, whom.UserID), teams.ErrLastMentor})) {
		delete(m.roles, place{team, whom.UserID})
		m.close(team, whom.UserID)
	}
}

func (m *roleModel) leave(rt *rapid.T, team uuid.UUID, who accounts.Actor) {
	own := m.roles[place{team, who.UserID}]
	err := m.w.teams.Leave(context.Background(), who, team)
	if agree(rt, "leave", err, firstOf(refusal{own == "", teams.ErrNoTeam}, refusal{own == teams.Device, teams.ErrRole},
		refusal{m.last(team, who.UserID), teams.ErrLastMentor})) {
		delete(m.roles, place{team, who.UserID})
		m.close(team, who.UserID)
	}
}

func (m *roleModel) handOver(rt *rapid.T) {
	team := m.team(rt)
	who, heir := m.who(rt, team), m.whom(rt, team)
	wish := teams.Transfer{To: heir.UserID, Adult: true, Leave: rapid.Bool().Draw(rt, "leave"), Then: rapid.SampledFrom(append(everyRole, "")).Draw(rt, "then")}
	own, old := m.roles[place{team, who.UserID}], m.roles[place{team, heir.UserID}]
	_, err := m.w.teams.HandOver(context.Background(), who, team, wish)
	if !agree(rt, "hand over", err, firstOf(refusal{who.UserID == heir.UserID, teams.ErrTransfer}, refusal{own == "", teams.ErrNoTeam},
		refusal{own != teams.Mentor, teams.ErrRole}, refusal{old == "", teams.ErrNoMember},
		refusal{old == teams.Device || !wish.Leave && wish.Then == teams.Device, teams.ErrDeviceRole})) {
		return
	}
	m.roles[place{team, heir.UserID}] = teams.Mentor
	if wish.Leave {
		delete(m.roles, place{team, who.UserID})
	} else if wish.Then != "" {
		m.roles[place{team, who.UserID}] = wish.Then
	}
	m.close(team, who.UserID)
}

func (m *roleModel) device(rt *rapid.T) {
	team := m.team(rt)
	m.addDevice(rt, m.who(rt, team), team)
}

func (m *roleModel) addDevice(rt *rapid.T, who accounts.Actor, team uuid.UUID) {
	own := m.roles[place{team, who.UserID}]
	made, err := m.w.teams.AddDevice(context.Background(), who, team, "")
	if agree(rt, "device", err, firstOf(refusal{own == "", teams.ErrNoTeam}, refusal{!leads(own), teams.ErrRole})) {
		m.people = append(m.people, m.actor(rt, made.Token))
		m.roles[place{team, made.ID}] = teams.Device
		m.codes = append(m.codes, &code{text: made.Code, team: team, by: who.UserID, role: teams.Device, device: made.ID, open: true})
	}
}

func (m *roleModel) revoke(rt *rapid.T) {
	team := m.team(rt)
	who, whom := m.who(rt, team), m.whom(rt, team)
	own, at := m.roles[place{team, who.UserID}], place{team, whom.UserID}
	err := m.w.teams.RemoveDevice(context.Background(), who, team, whom.UserID)
	if agree(rt, "revoke", err, firstOf(refusal{own == "", teams.ErrNoTeam}, refusal{!leads(own), teams.ErrRole}, refusal{m.roles[at] != teams.Device, teams.ErrNoDevice})) {
		delete(m.roles, at)
		m.close(team, whom.UserID)
	}
}

func (m *roleModel) pairAgain(rt *rapid.T) {
	team := m.team(rt)
	who, whom := m.who(rt, team), m.whom(rt, team)
	own, at := m.roles[place{team, who.UserID}], place{team, whom.UserID}
	made, err := m.w.teams.PairAgain(context.Background(), who, team, whom.UserID)
	if agree(rt, "pair", err, firstOf(refusal{own == "", teams.ErrNoTeam}, refusal{!leads(own), teams.ErrRole}, refusal{m.roles[at] != teams.Device, teams.ErrNoDevice})) {
		m.close(team, whom.UserID)
		m.codes = append(m.codes, &code{text: made.Code, team: team, by: who.UserID, role: teams.Device, device: whom.UserID, open: true})
		m.people[slices.IndexFunc(m.people, func(p accounts.Actor) bool { return p.UserID == whom.UserID })] = m.actor(rt, made.Token)
	}
}
