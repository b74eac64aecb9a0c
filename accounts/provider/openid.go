package provider

import (
	"context"
	"crypto/subtle"
	"errors"
	"fmt"
	"slices"
	"sync/atomic"

	"github.com/coreos/go-oidc/v3/oidc"
	"golang.org/x/oauth2"

	"github.com/ftcmetrics/ftcmetrics/accounts"
)

// openID is an issuer of OpenID Connect.
type openID struct {
	setting  Setting
	callback string
	extra    []oauth2.AuthCodeOption
	found    atomic.Pointer[discovered] // nil until the issuer has answered once
}

// discovered is what an issuer says of itself.
type discovered struct {
	provider   *oidc.Provider
	endpoint   oauth2.Endpoint
	keys       oidc.KeySet // remembers them
	algorithms []string    // of signatures that the issuer makes, as far as they need its keys
}

// asymmetric are the algorithms whose signatures a client can check and not make.
var asymmetric = []string{oidc.RS256, oidc.RS384, oidc.RS512, oidc.ES256, oidc.ES384, oidc.ES512, oidc.PS256, oidc.PS384, oidc.PS512, oidc.EdDSA}

// keyring is the issuer's keys for one check. It keeps what went wrong with them, of which
// the check tells the text alone.
type keyring struct {
	oidc.KeySet
	err error
}

// VerifySignature implements oidc.KeySet.
func (k *keyring) VerifySignature(ctx context.Context, token string) (payload []byte, err error) {
	payload, err = k.KeySet.VerifySignature(ctx, token)
	k.err = err
	return payload, err
}

// away reports whether there were no keys to check with. The set wraps what kept it from
// getting them; that a signature does not hold is an error of its own.
func (k *keyring) away() bool { return errors.Unwrap(k.err) != nil }

func (o *openID) issuer() string                { return o.setting.Issuer }
func (o *openID) more() []oauth2.AuthCodeOption { return slices.Clone(o.extra) }

// discover asks the issuer where its parts are, until it has answered once.
func (o *openID) discover(ctx context.Context) (*discovered, error) {
	if known := o.found.Load(); known != nil {
		return known, nil
	}
	asked, err := oidc.NewProvider(ctx, o.setting.Issuer)
	if err != nil {
		return nil, err
	}
	var says struct {
		Ways       []string `json:"token_endpoint_auth_methods_supported"`
		Algorithms []string `json:"id_token_signing_alg_values_supported"`
		Keys       string   `json:"jwks_uri"`
	}
	if err := asked.Claims(&says); err != nil {
		return nil, err
	}
	d := &discovered{provider: asked, endpoint: asked.Endpoint(), keys: oidc.NewRemoteKeySet(ctx, says.Keys)}
	for _, algorithm := range says.Algorithms {
		if slices.Contains(asymmetric, algorithm) {
			d.algorithms = append(d.algorithms, algorithm)
		}
	}
	// Said beforehand: a way that has to be tried out would send the code twice.
	d.endpoint.AuthStyle = oauth2.AuthStyleInHeader
	if len(says.Ways) > 0 && !slices.Contains(says.Ways, "client_secret_basic") {
		d.endpoint.AuthStyle = oauth2.AuthStyleInParams
	}
	o.found.Store(d)
	return d, nil
}

func (o *openID) config(ctx context.Context) (*oauth2.Config, error) {
	d, err := o.discover(ctx)
	if err != nil {
		return nil, err
	}
	return &oauth2.Config{
		ClientID: o.setting.ClientID, ClientSecret: o.setting.ClientSecret, Endpoint: d.endpoint, RedirectURL: o.callback,
		Scopes: []string{oidc.ScopeOpenID, "profile", "email"},
	}, nil
}

// claims are what an ID token or the user-info endpoint says of somebody.
type claims struct {
	Email    string `json:"email"`
	Verified truth  `json:"email_verified"`
	Name     string `json:"name"`
	Nick     string `json:"nickname"`
	User     string `json:"preferred_username"`
	Party    string `json:"azp"`
}

// truth reads true and "true": some issuers send the text.
type truth bool

// UnmarshalJSON takes anything else for false.
func (t *truth) UnmarshalJSON(raw []byte) error {
	*t = string(raw) == "true" || string(raw) == `"true"`
	return nil
}

func (o *openID) identity(ctx context.Context, token *oauth2.Token, nonce string) (accounts.Identity, error) {
	d, err := o.discover(ctx)
	if err != nil {
		return accounts.Identity{}, ErrDown.Because(err)
	}
	keys := &keyring{KeySet: d.keys}
	proof, said, err := o.verify(ctx, oidc.NewVerifier(o.setting.Issuer, keys, &oidc.Config{ClientID: o.setting.ClientID, SupportedSigningAlgs: d.algorithms}), token, nonce)
	if err != nil && keys.away() {
		return accounts.Identity{}, ErrKeys.Because(keys.err)
	}
	if err != nil {
		return accounts.Identity{}, ErrAnswer.Because(err)
	}
	if said.Email == "" && d.provider.UserInfoEndpoint() != "" {
		info, err := d.provider.UserInfo(ctx, oauth2.StaticTokenSource(token))
		if err != nil {
			return accounts.Identity{}, ErrDown.Because(err)
		}
		if info.Subject != proof.Subject {
			return accounts.Identity{}, ErrAnswer.Because(errors.New("the user info is of somebody else"))
		}
		said = claims{Name: first(said.Name, said.Nick, said.User)} // what was said without an address proves none
		if err := info.Claims(&said); err != nil {
			return accounts.Identity{}, ErrAnswer.Because(err)
		}
	}
	return accounts.Identity{
		Subject: proof.Subject, Email: said.Email, Verified: bool(said.Verified), Name: first(said.Name, said.Nick, said.User),
	}, nil
}

// verify holds the ID token against the issuer's keys, this client, the clock and the attempt.
func (o *openID) verify(ctx context.Context, verifier *oidc.IDTokenVerifier, token *oauth2.Token, nonce string) (*oidc.IDToken, claims, error) {
	var said claims
	raw, ok := token.Extra("id_token").(string)
	if !ok {
		return nil, said, errors.New("there is no ID token")
	}
	proof, err := verifier.Verify(ctx, raw)
	if err != nil {
		return nil, said, err
	}
	if subtle.ConstantTimeCompare([]byte(proof.Nonce), []byte(nonce)) != 1 {
		return nil, said, errors.New("the ID token is of another attempt")
	}
	if err := proof.Claims(&said); err != nil {
		return nil, said, err
	}
	if said.Party != "" && said.Party != o.setting.ClientID || len(proof.Audience) > 1 && said.Party == "" {
		return nil, said, fmt.Errorf("the ID token was made for %q", said.Party)
	}
	if proof.AccessTokenHash != "" {
		if err := proof.VerifyAccessToken(token.AccessToken); err != nil {
			return nil, said, err
		}
	}
	return proof, said, nil
}

func first(texts ...string) string {
	for _, text := range texts {
		if text != "" {
			return text
		}
	}
	return ""
}
