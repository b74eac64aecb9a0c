package api_test

import (
	"net/http"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// Teams has the rows of workspaces, members and invites.
func (accessRows) Teams() []access {
	const one, members, invites = "/api/user-teams/{id}", "/api/user-teams/{id}/members/{userId}", "/api/user-teams/{id}/invites"
	newcomer := func(role string) func(*stage, caller) string {
		return func(s *stage, _ caller) string {
			_, id := s.member(s.team, role, "Newcomer "+s.secret)
			return "/api/user-teams/" + s.team + "/members/" + id
		}
	}
	return []access{
		{method: "GET", route: "/api/user-teams"},
		{method: "POST", route: "/api/user-teams", ok: http.StatusCreated, want: noTablet, audit: []audit.Action{audit.TeamCreated}, body: fixed(`{"teamNumber":4444,"name":"Third"}`)},
		{method: "GET", route: one, action: teams.ReadTeam},
		{method: "PATCH", route: one, action: teams.ChangeTeam, audit: []audit.Action{audit.TeamChanged}, body: fixed(`{"sharingLevel":"PRIVATE"}`)},
		{method: "DELETE", route: one, action: teams.DeleteTeam, audit: []audit.Action{audit.TeamDeleted}, alone: true},
		{method: "GET", route: "/api/user-teams/{id}/members", action: teams.ReadMembers},
		{method: "PATCH", route: members, action: teams.InviteAndRemove, audit: []audit.Action{audit.MemberRoleChanged}, path: newcomer("STUDENT"), body: fixed(`{"role":"FRIEND"}`)},
		{method: "PATCH", route: members, action: teams.GrantRoles, path: newcomer("STUDENT"), audit: []audit.Action{audit.MemberRoleChanged}, body: fixed(`{"role":"LEADER"}`)},
		{method: "PATCH", route: members, action: teams.GrantRoles, path: newcomer("MENTOR"), audit: []audit.Action{audit.MemberRoleChanged}, body: fixed(`{"role":"STUDENT"}`)},
		{method: "DELETE", route: members, action: teams.InviteAndRemove, audit: []audit.Action{audit.MemberRemoved}, path: newcomer("STUDENT")},
		{method: "DELETE", route: members, action: teams.GrantRoles, audit: []audit.Action{audit.MemberRemoved}, path: newcomer("LEADER")},
		{method: "POST", route: "/api/user-teams/{id}/leave", action: teams.Leave, audit: []audit.Action{audit.MemberLeft}, alone: true},
		{method: "POST", route: invites, action: teams.InviteAndRemove, audit: []audit.Action{audit.InviteMade}, ok: http.StatusCreated, body: fixed(`{"role":"STUDENT"}`)},
		{method: "POST", route: invites, action: teams.GrantRoles, audit: []audit.Action{audit.InviteMade}, ok: http.StatusCreated, body: fixed(`{"role":"LEADER"}`)},
		{method: "GET", route: invites, action: teams.InviteAndRemove},
		{method: "DELETE", route: invites + "/{inviteId}", action: teams.InviteAndRemove, audit: []audit.Action{audit.InviteRevoked}, path: (*stage).openInvite},
		{method: "POST", route: "/api/user-teams/join", want: noTablet, audit: []audit.Action{audit.MemberJoined}, body: (*stage).codeElsewhere},
		{method: "POST", route: "/api/user-teams/{id}/transfer", action: teams.GrantRoles, audit: []audit.Action{audit.TeamHandedOver},
			body: func(s *stage, _ caller) string {
				_, id := s.member(s.team, "FRIEND", "Parent "+s.secret)
				return `{"userId":"` + id + `","adult":true}`
			}},
	}
}

// Tablets has the rows of a team's shared tablets.
func (accessRows) Tablets() []access {
	const all, one = "/api/user-teams/{id}/devices", "/api/user-teams/{id}/devices/{deviceId}"
	tablet := func(rest string) func(*stage, caller) string {
		return func(s *stage, _ caller) string {
			_, id := s.tablet("Tablet " + s.secret)
			return "/api/user-teams/" + s.team + "/devices/" + id + rest
		}
	}
	return []access{
		{method: "POST", route: all, action: teams.InviteAndRemove, audit: []audit.Action{audit.TabletAdded}, ok: http.StatusCreated, body: fixed(`{}`), alone: true},
		{method: "GET", route: all, action: teams.InviteAndRemove},
		{method: "PATCH", route: one, action: teams.InviteAndRemove, audit: []audit.Action{audit.TabletRenamed}, path: tablet(""), body: fixed(`{"label":"Pit"}`), alone: true},
		{method: "POST", route: one + "/pair", action: teams.InviteAndRemove, audit: []audit.Action{audit.TabletPaired}, ok: http.StatusCreated, path: tablet("/pair"), alone: true},
		{method: "DELETE", route: one, action: teams.InviteAndRemove, audit: []audit.Action{audit.TabletRemoved}, path: tablet(""), alone: true},
		// As a member it goes the same way.
		{method: "DELETE", route: "/api/user-teams/{id}/members/{userId}", action: teams.InviteAndRemove, audit: []audit.Action{audit.TabletRemoved},
			path: func(s *stage, _ caller) string {
				_, id := s.tablet("Tablet " + s.secret)
				return "/api/user-teams/" + s.team + "/members/" + id
			}, alone: true},
	}
}

// openInvite is the address of a new invite.
func (g *stage) openInvite(caller) string {
	var invite struct{ ID string }
	g.call("POST", "/api/user-teams/"+g.team+"/invites", g.owner, `{"role":"STUDENT"}`).into(g.t, &invite)
	return "/api/user-teams/" + g.team + "/invites/" + invite.ID
}

// codeElsewhere is a code for a team that has nobody in it yet.
func (g *stage) codeElsewhere(caller) string {
	var made struct{ ID string }
	g.call("POST", "/api/user-teams", g.owner, `{"teamNumber":5555,"name":"Elsewhere"}`).into(g.t, &made)
	return `{"code":"` + g.code(made.ID, "STUDENT") + `"}`
}
