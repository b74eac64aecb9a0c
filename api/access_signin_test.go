package api_test

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"
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
	somebody := func(s *stage, _ caller) string { return fmt.Sprintf(`{"userId":%q}`, s.ids[mentor]) }
	return []access{
		{method: "GET", route: "/api/operators", ok: http.StatusForbidden},
		{method: "POST", route: "/api/operators", ok: http.StatusForbidden, body: somebody},
		{method: "DELETE", route: "/api/operators/{userId}", ok: http.StatusForbidden,
			path: func(s *stage, _ caller) string { return "/api/operators/" + s.ids[mentor] }},
	}
}
