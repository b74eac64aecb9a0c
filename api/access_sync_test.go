package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/teams"
)

// Sync has the rows of catching up.
func (accessRows) Sync() []access {
	const nobodys = "/events/0198f3a0-0000-7000-8000-000000000000"
	return []access{
		{method: "GET", route: "/api/sync", public: true, path: at("/api/sync?channels=event-USNCRA")},
		{method: "GET", route: "/api/sync", public: true,
			path: func(s *stage, _ caller) string { return "/api/sync?channels=private-team-" + s.team },
			check: func(t *testing.T, _ *stage, c caller, a answer) {
				if may := teams.Role(c).May(teams.JoinChannels); strings.Contains(a.body, `"denied"`) == may {
					t.Errorf("%s polls the team's channel: %s", c, a.body)
				}
			}},
		{method: "GET", route: "/api/channels/{channel}/events/{id}", action: teams.JoinChannels, stranger: http.StatusForbidden, ok: http.StatusNotFound,
			path: func(s *stage, _ caller) string { return "/api/channels/private-team-" + s.team + nobodys }},
		{method: "GET", route: "/api/channels/{channel}/events/{id}", public: true, ok: http.StatusNotFound, path: at("/api/channels/event-USNCRA" + nobodys)},
	}
}
