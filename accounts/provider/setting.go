package provider

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"regexp"
	"strings"
	"time"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"
)

// The issuers that are known by their names.
const (
	googleIssuer  = "https://accounts.google.com"
	gitHubIssuer  = "https://github.com"
	discordIssuer = "https://discord.com"
)

// known returns the issuer and the label of a provider that needs no others.
func known(name string) (issuer, label string) {
	switch name {
	case "google":
		return googleIssuer, "Google"
	case "github":
		return gitHubIssuer, "GitHub"
	case "discord":
		return discordIssuer, "Discord"
	}
	return "", ""
}

// label is the provider's name for people.
func (s Setting) label() string {
	if s.Label != "" {
		return s.Label
	}
	if _, label := known(s.Name); label != "" {
		return label
	}
	return strings.ToUpper(s.Name[:1]) + strings.ReplaceAll(s.Name[1:], "-", " ")
}

var names = regexp.MustCompile(`^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$`)

// asker checks the setting and returns what it stands for.
func (s Setting) asker(callback string) (asker, error) {
	if !names.MatchString(s.Name) {
		return nil, errors.New("a name has letters, digits and single dashes")
	}
	if s.ClientID == "" || s.ClientSecret == "" {
		return nil, errors.New("it needs the client id and the client secret that the provider gave you")
	}
	if s.Issuer == "" {
		if s.Issuer, _ = known(s.Name); s.Issuer == "" {
			return nil, errors.New("it needs the address of its issuer")
		}
	}
	if err := checkIssuer(s.Issuer); err != nil {
		return nil, err
	}
	switch s.Name {
	case "github":
		return gitHub(s, callback), nil
	case "discord":
		return discord(s, callback), nil
	case "google":
		// Browsers are shared; without it whoever was here last is signed in.
		return &openID{setting: s, callback: callback, extra: []oauth2.AuthCodeOption{oauth2.SetAuthURLParam("prompt", "select_account")}}, nil
	}
	return &openID{setting: s, callback: callback}, nil
}

// checkIssuer wants TLS, except on this machine.
func checkIssuer(issuer string) error {
	u, err := url.Parse(issuer)
	if err != nil || u.Host == "" || u.RawQuery != "" || u.Fragment != "" || u.User != nil {
		return fmt.Errorf("%q is no address of an issuer", issuer)
	}
	ip, err := netip.ParseAddr(u.Hostname())
	local := u.Hostname() == "localhost" || err == nil && ip.IsLoopback()
	if u.Scheme != "https" && (u.Scheme != "http" || !local) {
		return fmt.Errorf("the issuer %q must be reached by https", issuer)
	}
	return nil
}

// Limits on what a provider may make us wait for and read.
const (
	answerTime  = 8 * time.Second
	answerBytes = 1 << 20
)

// client asks providers. It follows no redirects: each address is one that the issuer named.
func client() *http.Client {
	transport := &http.Transport{
		Proxy:       http.ProxyFromEnvironment,
		DialContext: (&net.Dialer{Timeout: answerTime}).DialContext, TLSHandshakeTimeout: answerTime, IdleConnTimeout: time.Minute, MaxIdleConnsPerHost: 4,
		ForceAttemptHTTP2: true,
	}
	return &http.Client{
		Transport: short{transport}, Timeout: answerTime,
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

// short cuts answers that are too long.
type short struct{ next http.RoundTripper }

// RoundTrip implements http.RoundTripper.
func (s short) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := s.next.RoundTrip(r)
	if err == nil {
		answer.Body = struct {
			io.Reader
			io.Closer
		}{io.LimitReader(answer.Body, answerBytes), answer.Body}
	}
	return answer, err
}

// context carries our client to the libraries.
func (s *Set) context(ctx context.Context) context.Context {
	return oidc.ClientContext(ctx, s.http)
}
