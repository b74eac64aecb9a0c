package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// noTablet is for what persons do, not shared tablets.
var noTablet = map[caller]int{device: http.StatusForbidden}

// notTheirs is for what is the mentor's own.
var notTheirs = map[caller]int{student: 404, outsider: 404, removed: 404, friend: 404, leader: 404, device: 404}

// Accounts has the rows of what everybody does for themselves.
func (accessRows) Accounts() []access {
	return []access{
		{method: "POST", route: "/api/setup", public: true, ok: http.StatusForbidden, body: fixed(`{"code":"wrong","displayName":"X"}`)},
		{method: "POST", route: "/api/sessions", public: true, ok: http.StatusUnauthorized, body: fixed(`{"email":"nobody@example.com","password":"a wrong password"}`)},
		{method: "PUT", route: "/api/sessions/current", public: true, ok: http.StatusUnauthorized, body: fixed(`{"token":"ftc_session_nobody"}`)},
		{method: "DELETE", route: "/api/sessions/current", alone: true},
		{method: "POST", route: "/api/join", public: true, audit: []audit.Action{audit.MemberJoined}, ok: http.StatusCreated, shows: true,
			body: func(s *stage, _ caller) string {
				return fmt.Sprintf(`{"code":%q,"displayName":"New"}`, s.code(s.team, "FRIEND"))
			}},
		{method: "GET", route: "/api/me"},
		{method: "PATCH", route: "/api/me", want: noTablet, body: func(s *stage, c caller) string { return fmt.Sprintf(`{"displayName":%q}`, s.name(c)) }},
		{method: "DELETE", route: "/api/me", want: noTablet, audit: []audit.Action{audit.PersonErased}, alone: true},
		{method: "GET", route: "/api/me/export", want: noTablet, audit: []audit.Action{audit.PersonExported}, shows: true, check: onlyMine},
		{method: "PUT", route: "/api/me/password", ok: http.StatusForbidden, body: fixed(`{"password":"three green robots","email":"somebody@example.com"}`)},
		{method: "GET", route: "/api/me/sessions"},
		{method: "DELETE", route: "/api/me/sessions", alone: true},
		{method: "DELETE", route: "/api/me/sessions/{id}", alone: true, path: (*stage).ownSession},
		{method: "DELETE", route: "/api/me/sessions/{id}", want: notTheirs, path: func(s *stage, _ caller) string { return s.ownSession(mentor) }, alone: true},
		{method: "GET", route: "/api/me/devices"},
		{method: "DELETE", route: "/api/me/devices/{id}", alone: true, path: (*stage).ownDevice},
		{method: "DELETE", route: "/api/me/devices/{id}", want: notTheirs,
			path: func(s *stage, _ caller) string { return s.ownDevice(mentor) }, alone: true},
	}
}

// onlyMine has an export show nobody else of the team, by name or id, and strangers nothing of
// it that they did not write.
func onlyMine(t *testing.T, s *stage, c caller, a answer) {
	t.Helper()
	for other, id := range s.ids {
		if other != c && (strings.Contains(a.body, id) || strings.Contains(a.body, s.name(other))) {
			t.Errorf("the export of %s shows %s: %s", c, other, a.body)
		}
	}
	body := strings.ReplaceAll(a.body, s.name(c), "")
	if c == outsider && strings.Contains(body, s.secret) || c == removed && !strings.Contains(body, "notes "+s.secret) {
		t.Errorf("the export of %s has not what they wrote and nothing else: %s", c, body)
	}
}

// ownDevice is the address of the token that the caller uses.
func (g *stage) ownDevice(c caller) string {
	if g.tokens[c] == "" {
		return "/api/me/devices/" + uuid.NewString()
	}
	var devices []struct{ ID string }
	g.call("GET", "/api/me/devices", g.tokens[c], "").into(g.t, &devices)
	return "/api/me/devices/" + devices[0].ID
}

// ownSession is the same at the newer address.
func (g *stage) ownSession(c caller) string {
	return strings.Replace(g.ownDevice(c), "/devices/", "/sessions/", 1)
}

// Operations has the rows of what is everybody's.
func (accessRows) Operations() []access {
	return []access{
		{method: "GET", route: "/openapi.json", public: true},
		{method: "GET", route: "/asyncapi.json", public: true},
		{method: "GET", route: "/api/health", public: true},
		{method: "GET", route: "/ready", public: true},
		{method: "GET", route: "/api/seasons", public: true},
		{method: "GET", route: "/api/seasons/{year}", public: true, path: at("/api/seasons/2025")},
		{method: "GET", route: "/api/events", public: true},
		{method: "GET", route: "/api/events/{code}", public: true, path: at("/api/events/USNCRA?season=2025")},
		{method: "GET", route: "/api/events/{code}/teams", public: true, path: at("/api/events/USNCRA/teams?season=2025")},
		{method: "GET", route: "/api/events/{code}/schedule", public: true, path: at("/api/events/USNCRA/schedule?season=2025")},
	}
}

// at is an address that is the same for all.
func at(path string) func(*stage, caller) string {
	return func(*stage, caller) string { return path }
}

// Realtime has the rows of channels.
func (accessRows) Realtime() []access {
	auth := func(channel string) func(*stage, caller) string {
		return func(s *stage, _ caller) string {
			return fmt.Sprintf(`{"socket_id":"1.1","channel_name":%q}`, channel+s.team)
		}
	}
	log := func(prefix string) func(*stage, caller) string {
		return func(s *stage, _ caller) string { return "/api/channels/" + prefix + s.team + "/events" }
	}
	nobody := map[caller]int{anonymous: http.StatusForbidden}
	return []access{
		{method: "GET", route: "/api/realtime/config", public: true},
		{method: "GET", route: "/api/channels/{channel}/events", action: teams.JoinChannels, stranger: http.StatusForbidden, path: log("private-team-")},
		{method: "GET", route: "/api/channels/{channel}/events", action: teams.JoinChannels, stranger: http.StatusForbidden, path: log("presence-team-")},
		{method: "GET", route: "/api/channels/{channel}/events", public: true, path: at("/api/channels/event-USNCRA/events")},
		{method: "POST", route: "/api/pusher/auth", action: teams.JoinChannels, stranger: http.StatusForbidden, want: nobody, body: auth("private-team-")},
		{method: "POST", route: "/api/pusher/auth", action: teams.JoinChannels, stranger: http.StatusForbidden, want: nobody, body: auth("presence-team-")},
		{method: "POST", route: "/api/pusher/user-auth", want: nobody, body: fixed(`{"socket_id":"1.1"}`)},
	}
}
