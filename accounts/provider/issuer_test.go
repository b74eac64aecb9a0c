package provider

import (
	"crypto"
	"crypto/hmac"
	"crypto/rand"
	"crypto/rsa"
	"crypto/sha256"
	"encoding/base64"
	"encoding/json"
	"math/big"
	"net/http"
	"net/http/httptest"
	"net/url"
	"sync"
	"testing"
	"time"
)

const (
	clientID     = "ftcmetrics"
	clientSecret = "a secret/with:odd+letters"
)

// issuer is an issuer of OpenID Connect on a real port, which keeps the rules of codes and
// PKCE and lies in its ID tokens as a test wants.
type issuer struct {
	t       *testing.T
	web     *httptest.Server
	key     *rsa.PrivateKey
	claims  func(claims map[string]any)                        // changes what the ID token says
	sign    func(header, claims map[string]any) (token string) // nil signs as promised
	answer  func(answer map[string]any)                        // changes the token endpoint's answer
	profile map[string]any                                     // of the user-info endpoint; nil for none
	ways    []string                                           // in which clients may prove themselves

	mu    sync.Mutex // guards codes
	codes map[string]url.Values
}

func newIssuer(t *testing.T) *issuer {
	t.Helper()
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	i := &issuer{t: t, key: key, codes: make(map[string]url.Values)}
	mux := http.NewServeMux()
	mux.HandleFunc("GET /.well-known/openid-configuration", func(w http.ResponseWriter, _ *http.Request) {
		at := i.web.URL
		says := map[string]any{
			"issuer": at, "authorization_endpoint": at + "/authorize", "token_endpoint": at + "/token", "jwks_uri": at + "/keys",
			"id_token_signing_alg_values_supported": []string{"RS256", "HS256", "none"},
		}
		if i.profile != nil {
			says["userinfo_endpoint"] = at + "/me"
		}
		if i.ways != nil {
			says["token_endpoint_auth_methods_supported"] = i.ways
		}
		_ = json.NewEncoder(w).Encode(says)
	})
	mux.HandleFunc("GET /keys", func(w http.ResponseWriter, _ *http.Request) {
		b64 := base64.RawURLEncoding.EncodeToString
		_ = json.NewEncoder(w).Encode(map[string]any{"keys": []map[string]any{{
			"kty": "RSA", "kid": "1", "use": "sig", "alg": "RS256",
			"n": b64(i.key.N.Bytes()), "e": b64(big.NewInt(int64(i.key.E)).Bytes()),
		}}})
	})
	mux.HandleFunc("GET /me", func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		_ = json.NewEncoder(w).Encode(i.profile)
	})
	mux.HandleFunc("POST /token", i.token)
	i.web = httptest.NewServer(mux)
	t.Cleanup(i.web.Close)
	return i
}

// approve is the person at the issuer who says yes: it returns what comes back with the browser.
func (i *issuer) approve(address string) url.Values {
	i.t.Helper()
	u, err := url.Parse(address)
	if err != nil {
		i.t.Fatal(err)
	}
	asked := u.Query()
	if asked.Get("client_id") != clientID || asked.Get("response_type") != "code" || asked.Get("code_challenge_method") != "S256" || asked.Get("state") == "" || asked.Get("nonce") == "" {
		i.t.Errorf("the authorization lacks something: %s", u.RawQuery)
	}
	code := rand.Text()
	i.mu.Lock()
	i.codes[code] = asked
	i.mu.Unlock()
	return url.Values{"code": {code}, "state": {asked.Get("state")}}
}

// token gives each code once, to the client that it was made for and that knows the verifier.
func (i *issuer) token(w http.ResponseWriter, r *http.Request) {
	id, secret, basic := r.BasicAuth()
	id, _ = url.QueryUnescape(id)
	secret, _ = url.QueryUnescape(secret)
	if !basic {
		id, secret = r.FormValue("client_id"), r.FormValue("client_secret")
	}
	i.mu.Lock()
	asked, ok := i.codes[r.FormValue("code")]
	delete(i.codes, r.FormValue("code"))
	i.mu.Unlock()
	sum := sha256.Sum256([]byte(r.FormValue("code_verifier")))
	proved := base64.RawURLEncoding.EncodeToString(sum[:]) == asked.Get("code_challenge")
	w.Header().Set("Content-Type", "application/json")
	if !ok || !proved || id != clientID || secret != clientSecret || r.FormValue("redirect_uri") != asked.Get("redirect_uri") {
		w.WriteHeader(http.StatusBadRequest)
		_, _ = w.Write([]byte(`{"error":"invalid_grant"}`))
		return
	}
	said := map[string]any{
		"iss": i.web.URL, "sub": "subject 1", "aud": clientID, "nonce": asked.Get("nonce"),
		"iat": time.Now().Unix(), "exp": time.Now().Add(time.Minute).Unix(),
		"email": "ada@example.org", "email_verified": true, "name": "Ada L.",
	}
	if i.claims != nil {
		i.claims(said)
	}
	sign := i.rs256
	if i.sign != nil {
		sign = i.sign
	}
	answer := map[string]any{"access_token": "an access token", "token_type": "Bearer", "expires_in": 60, "id_token": sign(map[string]any{"alg": "RS256", "kid": "1"}, said)}
	if i.answer != nil {
		i.answer(answer)
	}
	_ = json.NewEncoder(w).Encode(answer)
}

func (i *issuer) rs256(header, claims map[string]any) string { return signRS256(i.key, header, claims) }

func signRS256(key *rsa.PrivateKey, header, claims map[string]any) string {
	input := signingInput(header, claims)
	sum := sha256.Sum256([]byte(input))
	signature, err := rsa.SignPKCS1v15(rand.Reader, key, crypto.SHA256, sum[:])
	if err != nil {
		panic(err)
	}
	return input + "." + base64.RawURLEncoding.EncodeToString(signature)
}

func signHS256(key []byte, header, claims map[string]any) string {
	header["alg"] = "HS256"
	input := signingInput(header, claims)
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(input))
	return input + "." + base64.RawURLEncoding.EncodeToString(mac.Sum(nil))
}

func signingInput(header, claims map[string]any) string {
	encode := func(part map[string]any) string {
		raw, err := json.Marshal(part)
		if err != nil {
			panic(err)
		}
		return base64.RawURLEncoding.EncodeToString(raw)
	}
	return encode(header) + "." + encode(claims)
}
