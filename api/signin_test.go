package api_test

import (
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/accounts/provider"
	"github.com/ftcmetrics/ftcmetrics/api"
)

// TestSignInUnderAnotherName: a browser that came by another name than the public one is sent
// there, and not again and again where a proxy changes the name of every request.
func TestSignInUnderAnotherName(t *testing.T) {
	s := newServer(t, func(o *api.Options) {
		var err error
		o.Providers, err = provider.New([]provider.Setting{{Name: "github", ClientID: "id", ClientSecret: "secret"}}, "https://scout.example", []byte("a key of the tests with 32 bytes"))
		must(t, err)
	})
	path := "/api/auth/github/start?to=%2Fteam&code=ABCD2345"
	for _, want := range []string{"https://scout.example/api/auth/github/start?code=ABCD2345&moved=1&to=%2Fteam", "https://github.com/login/oauth/authorize?"} {
		answer := httptest.NewRecorder()
		s.handler.ServeHTTP(answer, httptest.NewRequest(http.MethodGet, "http://hidden:3001"+path, nil))
		to := answer.Header().Get("Location")
		if answer.Code != http.StatusSeeOther || !strings.HasPrefix(to, want) {
			t.Fatalf("%s: %d to %q, want %q", path, answer.Code, to, want)
		}
		path = strings.TrimPrefix(to, "https://scout.example")
	}
}
