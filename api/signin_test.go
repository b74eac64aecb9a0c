package api_test

import (
	"encoding/base64"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

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

// TestASignInSaysThatKeysAreAway: an issuer that names somebody and does not show its keys. The
// browser goes back with that cause, and the log has it with the issuer's words.
func TestASignInSaysThatKeysAreAway(t *testing.T) {
	var issuer *httptest.Server
	nonce := ""
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		at := issuer.URL
		_ = json.NewEncoder(w).Encode(map[string]string{"issuer": at, "authorization_endpoint": at + "/authorize", "token_endpoint": at + "/token", "jwks_uri": at + "/keys"})
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		http.Error(w, "the keys are in the other coat", http.StatusServiceUnavailable)
	})
	mux.HandleFunc("POST /token", func(w http.ResponseWriter, _ *http.Request) {
		part := func(v any) string {
			raw, _ := json.Marshal(v)
			return base64.RawURLEncoding.EncodeToString(raw)
		}
		said := map[string]any{"iss": issuer.URL, "sub": "ada", "aud": "id", "nonce": nonce, "exp": time.Now().Add(time.Minute).Unix()}
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(map[string]string{"access_token": "x", "token_type": "Bearer", "id_token": part(map[string]string{"alg": "RS256", "kid": "1"}) + "." + part(said) + "." + part("signed")})
	})
	issuer = httptest.NewServer(mux)
	defer issuer.Close()
	s := newServer(t, func(o *api.Options) {
		var err error
		o.Providers, err = provider.New([]provider.Setting{{Name: "school", Issuer: issuer.URL, ClientID: "id", ClientSecret: "secret"}}, "http://scout.example", []byte("a key of the tests with 32 bytes"))
		must(t, err)
	})
	visit := func(path string, cookies []*http.Cookie) *http.Response {
		request := httptest.NewRequest(http.MethodGet, "http://scout.example"+path, nil)
		for _, cookie := range cookies {
			request.AddCookie(cookie)
		}
		answer := httptest.NewRecorder()
		s.handler.ServeHTTP(answer, request)
		return answer.Result()
	}
	begun := visit("/api/auth/school/start?to=%2Fteam", nil)
	sent, err := begun.Location()
	must(t, err)
	nonce = sent.Query().Get("nonce")
	back := visit("/api/auth/school/callback?code=1&state="+sent.Query().Get("state"), begun.Cookies())
	if to := back.Header.Get("Location"); to != "/sign-in?failed=provider-keys&to=%2Fteam&with=school" {
		t.Errorf("the browser goes to %q", to)
	}
	if log := s.logs.String(); !strings.Contains(log, "provider-keys") || !strings.Contains(log, "the keys are in the other coat") || !strings.Contains(log, "level=ERROR") {
		t.Errorf("the log has %s", log)
	}
}
