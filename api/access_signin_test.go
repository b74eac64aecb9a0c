package api_test

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/audit"
)

// SignIn has the rows of sign-in providers, of which this server asks none.
func (accessRows) SignIn() []access {
	return []access{
		{method: "GET", route: "/api/auth/providers", public: true},
		{method: "GET", route: "/api/auth/{provider}/start", public: true, ok: http.StatusNotFound, path: at("/api/auth/nobody/start")},
		{method: "GET", route: "/api/auth/{provider}/callback", public: true, ok: http.StatusNotFound, path: at("/api/auth/nobody/callback?code=1&state=2")},
		{method: "GET", route: "/api/me/identities"},
		{method: "POST", route: "/api/me/identities", ok: http.StatusNotFound, want: noTablet, body: fixed(`{"provider":"nobody"}`)},
		{method: "DELETE", route: "/api/me/identities/{id}", ok: http.StatusNotFound, path: at("/api/me/identities/" + uuid.NewString())},
	}
}

// Operators has the rows of who runs the server; nobody of the team does.
func (accessRows) Operators() []access {
	somebody := func(s *stage) string { // who is no caller of the other rows
		_, id := s.member(s.team, "FRIEND", "Newcomer "+s.secret)
		_, err := s.pool.Exec(s.t.Context(), `UPDATE users SET email = id || '@example.org', password_hash = 'known to nobody' WHERE id = $1`, id)
		must(s.t, err) // an operator needs a way to sign in again
		return id
	}
	return []access{
		{method: "GET", route: "/api/operators", operators: true},
		{method: "POST", route: "/api/operators", operators: true, audit: []audit.Action{audit.OperatorMade},
			body: func(s *stage, _ caller) string { return fmt.Sprintf(`{"userId":%q}`, somebody(s)) }},
		{method: "DELETE", route: "/api/operators/{userId}", operators: true, audit: []audit.Action{audit.OperatorRemoved},
			path: func(s *stage, _ caller) string {
				id := somebody(s)
				s.call("POST", "/api/operators", s.owner, fmt.Sprintf(`{"userId":%q}`, id))
				return "/api/operators/" + id
			}},
	}
}
