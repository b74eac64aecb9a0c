// Package provider asks sign-in providers who somebody is: any issuer of OpenID Connect, and
// GitHub and Discord, which have user APIs of their own. It knows no users; what comes of an
// answer is accounts' and teams' say.
package provider

import (
	"context"
	"crypto/rand"
	"crypto/subtle"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"golang.org/x/oauth2"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The ways in which a sign-in ends without an identity.
var (
	ErrNoProvider = fault.New(fault.NotFound, "no-such-provider", "This server does not ask such a provider.")
	ErrExpired    = fault.New(fault.Forbidden, "sign-in-expired", "This sign-in was not begun in this browser, or more than 10 minutes ago. Begin again.")
	ErrDenied     = fault.New(fault.Forbidden, "sign-in-denied", "You did not let the provider tell us who you are.")
	ErrDown       = fault.New(fault.Unavailable, "provider-down", "The provider does not answer. Try again in a moment, or sign in another way.")
	ErrKeys       = fault.New(fault.Unavailable, "provider-keys", "The provider does not show the keys that it signs with, so nobody was signed in. Try again in a moment, or sign in another way.")
	ErrAnswer     = fault.New(fault.Forbidden, "provider-answer", "What the provider answered does not hold, so nobody was signed in. Begin again.")
)

// Patience is how long somebody may take at the provider.
const Patience = 10 * time.Minute

// Setting is one provider as it is configured. Google, GitHub and Discord need no issuer.
type Setting struct {
	Name         string // in addresses: lower-case letters, digits and dashes
	Label        string // for people
	Issuer       string
	ClientID     string
	ClientSecret string
}

// Info is what front ends are told of a provider.
type Info struct {
	Name  string `json:"name"`
	Label string `json:"label"`
}

// Wish is what somebody signs in for. It travels with their browser, sealed.
type Wish struct {
	To   string    // path of the page to go on with
	Code string    // invite code of somebody new
	Link uuid.UUID // the user who links the identity; zero for a sign-in
}

// asker is one provider: it knows where to send people, and what their token says.
type asker interface {
	// issuer is who vouches for its identities.
	issuer() string
	// config is asked for anew each time, because it may have to be fetched.
	config(ctx context.Context) (*oauth2.Config, error)
	// more are parameters of the authorization besides the usual ones.
	more() []oauth2.AuthCodeOption
	// identity returns who the token is of. nonce is the attempt's.
	identity(ctx context.Context, token *oauth2.Token, nonce string) (accounts.Identity, error)
}

// Set is the providers of this server; the zero Set has none. It is safe for concurrent use.
type Set struct {
	order []Info
	by    map[string]asker
	base  string // where people reach this server
	seal  seal
	http  *http.Client
}

// New returns the set. base is the address by which people reach this server, key a secret of
// 32 bytes that all its nodes share.
func New(settings []Setting, base string, key []byte) (*Set, error) {
	sealer, err := newSeal(key)
	if err != nil {
		return nil, err
	}
	s := &Set{by: make(map[string]asker), base: strings.TrimSuffix(base, "/"), seal: sealer, http: client()}
	for _, setting := range settings {
		made, err := setting.asker(s.callback(setting.Name))
		if err != nil {
			return nil, fmt.Errorf("sign-in provider %s: %w", setting.Name, err)
		}
		s.by[setting.Name] = made
		s.order = append(s.order, Info{Name: setting.Name, Label: setting.label()})
	}
	return s, nil
}

func (s *Set) callback(name string) string { return s.base + "/api/auth/" + name + "/callback" }

// Base is where people reach this server.
func (s *Set) Base() string { return s.base }

// List returns the providers in the order in which they were named.
func (s *Set) List() []Info { return append([]Info{}, s.order...) }

// Issuers returns who vouches for identities that this server accepts.
func (s *Set) Issuers() []string {
	var list []string
	for _, info := range s.order {
		list = append(list, s.by[info.Name].issuer())
	}
	return list
}

// Begin returns the address at the provider to send somebody to, and what their browser must
// keep for Finish.
func (s *Set) Begin(ctx context.Context, name string, wish Wish) (address, sealed string, err error) {
	asked := s.by[name]
	if asked == nil {
		return "", "", ErrNoProvider
	}
	config, err := asked.config(s.context(ctx))
	if err != nil {
		return "", "", ErrDown.Because(err)
	}
	wish.To = Path(wish.To)
	a := attempt{Provider: name, State: rand.Text(), Nonce: rand.Text(), Verifier: oauth2.GenerateVerifier(), Until: time.Now().Add(Patience), Wish: wish}
	if sealed, err = s.seal.close(a); err != nil {
		return "", "", err
	}
	options := append(asked.more(), oauth2.S256ChallengeOption(a.Verifier), oauth2.SetAuthURLParam("nonce", a.Nonce))
	return config.AuthCodeURL(a.State, options...), sealed, nil
}

// Finish takes what the provider sent back with the browser, and what the browser kept. The
// wish is valid with an error, too, as far as it is known.
func (s *Set) Finish(ctx context.Context, name, sealed string, answer url.Values) (accounts.Identity, Wish, error) {
	asked := s.by[name]
	if asked == nil {
		return accounts.Identity{}, Wish{}, ErrNoProvider
	}
	a, err := s.seal.open(sealed)
	if err != nil || a.Provider != name || time.Now().After(a.Until) {
		return accounts.Identity{}, Wish{}, ErrExpired.Because(err)
	}
	if subtle.ConstantTimeCompare([]byte(answer.Get("state")), []byte(a.State)) != 1 {
		return accounts.Identity{}, Wish{To: a.To}, ErrExpired
	}
	if err := refusal(asked, answer); err != nil {
		return accounts.Identity{}, a.Wish, err
	}
	ctx = s.context(ctx)
	config, err := asked.config(ctx)
	if err != nil {
		return accounts.Identity{}, a.Wish, ErrDown.Because(err)
	}
	token, err := config.Exchange(ctx, answer.Get("code"), oauth2.VerifierOption(a.Verifier))
	if err != nil {
		return accounts.Identity{}, a.Wish, exchangeFault(err)
	}
	who, err := asked.identity(ctx, token, a.Nonce)
	if err != nil {
		return accounts.Identity{}, a.Wish, err
	}
	if who.Subject == "" || len(who.Subject) > 255 {
		return accounts.Identity{}, a.Wish, ErrAnswer.Because(errors.New("the subject is empty or too long"))
	}
	who.Provider, who.Issuer = name, asked.issuer()
	return who, a.Wish, nil
}

// refusal returns what the provider's answer says instead of a code. An answer in the name of
// another issuer, or with a parameter twice, was put together by somebody else.
func refusal(asked asker, answer url.Values) error {
	for name, values := range answer {
		if len(values) > 1 {
			return ErrAnswer.Because(fmt.Errorf("%s comes %d times", name, len(values)))
		}
	}
	if issuer := answer.Get("iss"); issuer != "" && issuer != asked.issuer() {
		return ErrAnswer.Because(fmt.Errorf("it is of %q", issuer))
	}
	switch said := answer.Get("error"); {
	case said == "access_denied":
		return ErrDenied
	case said == "server_error" || said == "temporarily_unavailable":
		return ErrDown.Because(errors.New(said))
	case said != "":
		return ErrAnswer.Because(fmt.Errorf("%q: %q", said, answer.Get("error_description")))
	case answer.Get("code") == "":
		return ErrAnswer.Because(errors.New("it has no code"))
	}
	return nil
}

// exchangeFault tells a provider that refuses the code from one that does not answer.
func exchangeFault(err error) error {
	var refused *oauth2.RetrieveError
	if errors.As(err, &refused) && refused.Response.StatusCode < http.StatusInternalServerError {
		return ErrAnswer.Because(err)
	}
	return ErrDown.Because(err)
}

// Path returns the path if it is one of this server's pages, and "/" otherwise: whoever sends
// somebody here must not be able to send them on to another place.
func Path(path string) string {
	u, err := url.Parse(path)
	odd := func(r rune) bool { return r <= ' ' || r == '\\' || r == 0x7f }
	if err != nil || u.IsAbs() || u.Host != "" || u.User != nil || !strings.HasPrefix(path, "/") || len(path) > 500 ||
		strings.Contains(u.Path, "//") || strings.ContainsFunc(path, odd) || strings.ContainsFunc(u.Path, odd) ||
		slices.Contains(strings.Split(u.Path, "/"), "..") || strings.HasPrefix(u.Path, "/api/") {
		return "/"
	}
	return path
}
