package provider

import (
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"errors"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
)

var key = []byte("32 bytes that all the nodes have")

func set(t *testing.T, settings ...Setting) *Set {
	t.Helper()
	for n := range settings {
		settings[n].ClientID, settings[n].ClientSecret = clientID, clientSecret
	}
	s, err := New(settings, "http://127.0.0.1:3001/", key)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func begin(t *testing.T, s *Set, name string, wish Wish) (address, sealed string) {
	t.Helper()
	address, sealed, err := s.Begin(t.Context(), name, wish)
	if err != nil {
		t.Fatal(err)
	}
	return address, sealed
}

func TestAnIssuerSaysWho(t *testing.T) {
	for name, change := range map[string]func(i *issuer){
		"by the token": func(*issuer) {},
		"by the user info": func(i *issuer) {
			i.claims = func(c map[string]any) { delete(c, "email"); delete(c, "name") }
			i.profile = map[string]any{"sub": "subject 1", "email": "ada@example.org", "email_verified": "true", "nickname": "Ada L."}
		},
		"with the secret in the form": func(i *issuer) { i.ways = []string{"client_secret_post"} },
		"to two with us as party": func(i *issuer) {
			i.claims = func(c map[string]any) { c["aud"], c["azp"] = []string{clientID, "other"}, clientID }
		},
	} {
		i := newIssuer(t)
		change(i)
		s := set(t, Setting{Name: "my-school", Issuer: i.web.URL})
		wish := Wish{To: "/coach?x=1", Code: "CODE", Link: uuid.New()}
		address, sealed := begin(t, s, "my-school", wish)
		if !strings.HasPrefix(address, i.web.URL+"/authorize?") || !strings.Contains(address, url.QueryEscape("http://127.0.0.1:3001/api/auth/my-school/callback")) {
			t.Errorf("%s: sent to %s", name, address)
		}
		for _, secret := range []string{"CODE", "coach", wish.Link.String()} {
			if strings.Contains(address+sealed, secret) {
				t.Errorf("%s: the browser is told %s", name, secret)
			}
		}
		who, wished, err := s.Finish(t.Context(), "my-school", sealed, i.approve(address))
		want := accounts.Identity{Provider: "my-school", Issuer: i.web.URL, Subject: "subject 1", Email: "ada@example.org", Verified: true, Name: "Ada L."}
		if err != nil || who != want || wished != wish {
			t.Errorf("%s: %+v for %+v, %v", name, who, wished, err)
		}
	}
}

// TestAnUnverifiedAddressProvesNothing has issuers say so in several ways.
func TestAnUnverifiedAddressProvesNothing(t *testing.T) {
	i := newIssuer(t)
	s := set(t, Setting{Name: "school", Issuer: i.web.URL})
	for _, said := range []any{false, "false", nil, 1, "yes"} {
		i.claims = func(c map[string]any) { c["email_verified"] = said }
		address, sealed := begin(t, s, "school", Wish{})
		who, _, err := s.Finish(t.Context(), "school", sealed, i.approve(address))
		if err != nil || who.Verified || who.Email == "" {
			t.Errorf("%v: %+v, %v", said, who, err)
		}
	}
}

// TestTheUserInfoVouchesForItsOwnAddress has a token that calls some address verified, and a user
// info with an address that it does not call so.
func TestTheUserInfoVouchesForItsOwnAddress(t *testing.T) {
	i := newIssuer(t)
	i.claims = func(c map[string]any) { delete(c, "email") }
	i.profile = map[string]any{"sub": "subject 1", "email": "victim@example.org"}
	s := set(t, Setting{Name: "school", Issuer: i.web.URL})
	address, sealed := begin(t, s, "school", Wish{})
	who, _, err := s.Finish(t.Context(), "school", sealed, i.approve(address))
	if err != nil || who.Verified || who.Name != "Ada L." {
		t.Errorf("%+v, %v", who, err)
	}
}

// TestHostileTokens has an issuer, or somebody between, answer with tokens that do not hold.
func TestHostileTokens(t *testing.T) {
	other, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	claim := func(name string, value any) func(*issuer) {
		return func(i *issuer) { i.claims = func(c map[string]any) { c[name] = value } }
	}
	for name, twist := range map[string]func(i *issuer){
		"wrong nonce":                  claim("nonce", "another"),
		"no nonce":                     claim("nonce", nil),
		"wrong audience":               claim("aud", "another client"),
		"no audience":                  claim("aud", nil),
		"two audiences":                claim("aud", []string{clientID, "another client"}),
		"another party":                claim("azp", "another client"),
		"another issuer":               claim("iss", "https://accounts.google.com"),
		"expired":                      claim("exp", time.Now().Add(-time.Minute).Unix()),
		"never expires":                claim("exp", nil),
		"no subject":                   claim("sub", ""),
		"long subject":                 claim("sub", strings.Repeat("x", 256)),
		"hash of another access token": claim("at_hash", "AAAAAAAAAAAAAAAAAAAAAA"),
		"unsigned": func(i *issuer) {
			i.sign = func(h, c map[string]any) string { h["alg"] = "none"; return signingInput(h, c) + "." }
		},
		"signed by another": func(i *issuer) { i.sign = func(h, c map[string]any) string { return signRS256(other, h, c) } },
		"signed by the secret": func(i *issuer) {
			i.sign = func(h, c map[string]any) string { return signHS256([]byte(clientSecret), h, c) }
		},
		"signed by the public key": func(i *issuer) {
			i.sign = func(h, c map[string]any) string { return signHS256(x509.MarshalPKCS1PublicKey(&i.key.PublicKey), h, c) }
		},
		"no token": func(i *issuer) { i.answer = func(a map[string]any) { delete(a, "id_token") } },
		"user info of another": func(i *issuer) {
			i.claims = func(c map[string]any) { delete(c, "email") }
			i.profile = map[string]any{"sub": "subject 2", "email": "victim@example.org", "email_verified": true}
		},
	} {
		i := newIssuer(t)
		twist(i)
		s := set(t, Setting{Name: "school", Issuer: i.web.URL})
		address, sealed := begin(t, s, "school", Wish{})
		if who, _, err := s.Finish(t.Context(), "school", sealed, i.approve(address)); !errors.Is(err, ErrAnswer) || who != (accounts.Identity{}) {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
}

// TestHostileAnswers has browsers come back with what was not begun in them.
func TestHostileAnswers(t *testing.T) {
	i, evil := newIssuer(t), newIssuer(t)
	s := set(t, Setting{Name: "school", Issuer: i.web.URL}, Setting{Name: "evil", Issuer: evil.web.URL})
	address, sealed := begin(t, s, "school", Wish{})
	elsewhere, theirs := begin(t, s, "school", Wish{})
	stale, err := s.seal.close(attempt{Provider: "school", State: "s", Until: time.Now().Add(-time.Second)})
	if err != nil {
		t.Fatal(err)
	}
	foreign, err := newSeal([]byte("another key, also with 32 bytes."))
	if err != nil {
		t.Fatal(err)
	}
	forged, err := foreign.close(attempt{Provider: "school", State: "s", Until: time.Now().Add(time.Hour)})
	if err != nil {
		t.Fatal(err)
	}
	with := func(answer url.Values, name string, values ...string) url.Values {
		answer[name] = values
		return answer
	}
	good := i.approve(address)
	for name, c := range map[string]struct {
		provider, sealed string
		answer           url.Values
		want             error
	}{
		"nothing kept":          {"school", "", i.approve(address), ErrExpired},
		"no state":              {"school", sealed, with(i.approve(address), "state"), ErrExpired},
		"another's state":       {"school", sealed, i.approve(elsewhere), ErrExpired},
		"another's attempt":     {"school", theirs, i.approve(address), ErrExpired},
		"too late":              {"school", stale, url.Values{"state": {"s"}, "code": {"c"}}, ErrExpired},
		"sealed by another":     {"school", forged, url.Values{"state": {"s"}, "code": {"c"}}, ErrExpired},
		"changed":               {"school", sealed[:len(sealed)-2] + "AA", i.approve(address), ErrExpired},
		"of another provider":   {"evil", sealed, i.approve(address), ErrExpired},
		"in another's name":     {"school", sealed, with(i.approve(address), "iss", evil.web.URL), ErrAnswer},
		"two codes":             {"school", sealed, with(i.approve(address), "code", "a", "b"), ErrAnswer},
		"no code":               {"school", sealed, with(i.approve(address), "code"), ErrAnswer},
		"a made-up code":        {"school", sealed, with(i.approve(address), "code", "made up"), ErrAnswer},
		"a code of another try": {"school", sealed, with(i.approve(elsewhere), "state", good.Get("state")), ErrAnswer}, // PKCE
		"denied":                {"school", sealed, url.Values{"state": good["state"], "error": {"access_denied"}}, ErrDenied},
		"issuer in trouble":     {"school", sealed, url.Values{"state": good["state"], "error": {"temporarily_unavailable"}}, ErrDown},
		"issuer cross":          {"school", sealed, url.Values{"state": good["state"], "error": {"invalid_scope"}}, ErrAnswer},
		"no such provider":      {"nobody", sealed, i.approve(address), ErrNoProvider},
	} {
		if who, _, err := s.Finish(t.Context(), c.provider, c.sealed, c.answer); !errors.Is(err, c.want) || who != (accounts.Identity{}) {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
	if _, _, err := s.Finish(t.Context(), "school", sealed, good); err != nil {
		t.Errorf("the honest answer: %v", err)
	}
	if _, _, err := s.Finish(t.Context(), "school", sealed, good); !errors.Is(err, ErrAnswer) {
		t.Errorf("a code works twice: %v", err)
	}
}

// TestAnIssuerThatIsAway is asked while it is down, and again when it is back.
func TestAnIssuerThatIsAway(t *testing.T) {
	i := newIssuer(t)
	gone := true
	handler := i.web.Config.Handler
	i.web.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if gone {
			http.Error(w, "maintenance", http.StatusBadGateway)
			return
		}
		handler.ServeHTTP(w, r)
	})
	s := set(t, Setting{Name: "school", Issuer: i.web.URL})
	if _, _, err := s.Begin(t.Context(), "school", Wish{}); !errors.Is(err, ErrDown) {
		t.Errorf("down: %v", err)
	}
	gone = false
	address, sealed := begin(t, s, "school", Wish{})
	answer := i.approve(address)
	gone = true
	if _, _, err := s.Finish(t.Context(), "school", sealed, answer); !errors.Is(err, ErrDown) {
		t.Errorf("down in between: %v", err)
	}
	gone = false
	if _, _, err := s.Finish(t.Context(), "school", sealed, answer); err != nil {
		t.Errorf("back: %v", err)
	}
}

// TestKeysThatAreAway: a token that cannot be checked is not one that does not hold. Keys that
// are known need no answer.
func TestKeysThatAreAway(t *testing.T) {
	for name, broken := range map[string]http.HandlerFunc{
		"an error": func(w http.ResponseWriter, _ *http.Request) {
			http.Error(w, "maintenance", http.StatusServiceUnavailable)
		},
		"nothing":     func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) },
		"another way": func(w http.ResponseWriter, _ *http.Request) { _, _ = w.Write([]byte("<html>Sign in to this network")) },
	} {
		i := newIssuer(t)
		var away atomic.Bool
		away.Store(true)
		handler := i.web.Config.Handler
		i.web.Config.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			if r.URL.Path == "/keys" && away.Load() {
				broken(w, r)
				return
			}
			handler.ServeHTTP(w, r)
		})
		s := set(t, Setting{Name: "school", Issuer: i.web.URL})
		finish := func() error {
			address, sealed := begin(t, s, "school", Wish{})
			_, _, err := s.Finish(t.Context(), "school", sealed, i.approve(address))
			return err
		}
		if err := finish(); !errors.Is(err, ErrKeys) || !strings.Contains(err.Error(), "keys") {
			t.Errorf("%s: %v", name, err)
		}
		i.claims = func(c map[string]any) { c["nonce"] = "another" } // keys are asked for before
		away.Store(false)
		if err := finish(); !errors.Is(err, ErrAnswer) {
			t.Errorf("%s: keys are back, and a token that does not hold is %v", name, err)
		}
		i.claims = nil
		away.Store(true)
		if err := finish(); err != nil {
			t.Errorf("%s: keys are known, and %v", name, err)
		}
	}
}

// TestUserAPIs holds GitHub and Discord to the answers that their documents show.
func TestUserAPIs(t *testing.T) {
	answers := map[string]string{
		"/api/v3/user":         `{"login":"octocat","id":583231,"name":"The Octocat","email":null}`,
		"/api/v3/user/emails":  `[{"email":"old@example.org","verified":true,"primary":false},{"email":"octo@example.org","verified":true,"primary":true}]`,
		"/api/v10/users/@me":   `{"id":"80351110224678912","username":"nelly","global_name":"Nelly","email":"nelly@discord.com","verified":false}`,
		"GET /no/one/asks/for": ``,
	}
	web := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		if strings.HasSuffix(r.URL.Path, "token") {
			if r.FormValue("code") != "good" || r.FormValue("code_verifier") == "" {
				_, _ = w.Write([]byte(`{"error":"bad_verification_code","error_description":"The code passed is incorrect or expired."}`)) // with 200, as GitHub does
				return
			}
			_, _ = w.Write([]byte(`{"access_token":"gho_token","token_type":"bearer","scope":"read:user,user:email"}`))
			return
		}
		if body := answers[r.URL.Path]; body != "" && r.Header.Get("Authorization") == "Bearer gho_token" {
			_, _ = w.Write([]byte(body))
			return
		}
		w.WriteHeader(http.StatusUnauthorized)
	}))
	defer web.Close()
	s := set(t, Setting{Name: "github", Issuer: web.URL}, Setting{Name: "discord", Issuer: web.URL})
	for name, want := range map[string]accounts.Identity{
		"github":  {Provider: "github", Issuer: web.URL, Subject: "583231", Email: "octo@example.org", Verified: true, Name: "The Octocat"},
		"discord": {Provider: "discord", Issuer: web.URL, Subject: "80351110224678912", Email: "nelly@discord.com", Name: "Nelly"},
	} {
		address, sealed := begin(t, s, name, Wish{})
		u, err := url.Parse(address)
		if err != nil {
			t.Fatal(err)
		}
		state := u.Query()["state"]
		if _, _, err := s.Finish(t.Context(), name, sealed, url.Values{"state": state, "code": {"bad"}}); !errors.Is(err, ErrAnswer) {
			t.Errorf("%s, a bad code: %v", name, err)
		}
		who, _, err := s.Finish(t.Context(), name, sealed, url.Values{"state": state, "code": {"good"}})
		if err != nil || who != want {
			t.Errorf("%s: %+v, %v", name, who, err)
		}
	}
}

func TestPathsStayHere(t *testing.T) {
	for _, path := range []string{"/", "/coach", "/e/2025/USNCRA?tab=x#y", "/join/ABC"} {
		if Path(path) != path {
			t.Errorf("%q became %q", path, Path(path))
		}
	}
	for _, path := range []string{
		"", "coach", "//evil.example", "///evil.example", "/\\evil.example", "\\\\evil.example", "https://evil.example", "https:evil.example", "javascript:alert(1)",
		"/\t/evil.example", "/\n/evil.example", " //evil.example", "/x/../..//evil.example", "/./..//evil.example", "/.//evil.example", "/%2f/evil.example",
		"/%5cevil.example", "/%09/evil.example", "//evil.example:80@here", "/api/auth/google/start", "/a/../api/me", "/\x00", "/%00", "/%", "/" + strings.Repeat("x", 500),
	} {
		if got := Path(path); got != "/" {
			t.Errorf("%q became %q", path, got)
		}
	}
}

func TestSettingsThatCannotWork(t *testing.T) {
	for name, c := range map[string]Setting{
		"no issuer":       {Name: "school", ClientID: "x", ClientSecret: "y"},
		"no id":           {Name: "google", ClientSecret: "y"},
		"no secret":       {Name: "google", ClientID: "x"},
		"no TLS":          {Name: "school", ClientID: "x", ClientSecret: "y", Issuer: "http://login.example.org"},
		"a name to fear":  {Name: "a/../b", ClientID: "x", ClientSecret: "y", Issuer: "https://login.example.org"},
		"no address":      {Name: "school", ClientID: "x", ClientSecret: "y", Issuer: "login.example.org"},
		"with a password": {Name: "school", ClientID: "x", ClientSecret: "y", Issuer: "https://a:b@login.example.org"},
	} {
		if _, err := New([]Setting{c}, "", key); err == nil {
			t.Errorf("%s is taken", name)
		}
	}
	s, err := New([]Setting{{Name: "google", ClientID: "x", ClientSecret: "y"}, {Name: "my-school", Issuer: "https://login.example.org", ClientID: "x", ClientSecret: "y"}}, "", key)
	if err != nil || s.List()[0] != (Info{"google", "Google"}) || s.List()[1] != (Info{"my-school", "My school"}) {
		t.Errorf("%+v, %v", s, err)
	}
}
