package main

import (
	"crypto/hkdf"
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"

	"github.com/alecthomas/kong"

	"github.com/ftcmetrics/ftcmetrics/accounts/provider"
)

// signInSettings are the providers that people may sign in with, each by a NAME of its own
// within the names of its variables.
type signInSettings struct {
	OIDCClientIDs     map[string]string `env:"OIDC_<NAME>_CLIENT_ID" name:"oidc-client-id" help:"Client id that a sign-in provider gave you. NAME is GOOGLE, GITHUB, DISCORD, or any other for an issuer of OpenID Connect; see docs/sign-in.md."`
	OIDCClientSecrets map[string]string `env:"OIDC_<NAME>_CLIENT_SECRET" name:"oidc-client-secret" help:"The client secret that belongs to it." secret:""`
	OIDCIssuers       map[string]string `env:"OIDC_<NAME>_ISSUER" name:"oidc-issuer" help:"Address of the issuer, such as https://login.example.org; the three above need none."`
	OIDCLabels        map[string]string `env:"OIDC_<NAME>_LABEL" name:"oidc-label" help:"What the provider is called on the sign-in page; NAME when left out."`
}

// anyName stands in a variable's name for one that the operator makes up.
const anyName = "<NAME>"

// named returns the part of a variable's name that stands where the pattern has anyName.
func named(pattern, variable string) (string, bool) {
	before, after, ok := strings.Cut(pattern, anyName)
	if !ok {
		return "", false
	}
	name, begins := strings.CutPrefix(variable, before)
	name, ends := strings.CutSuffix(name, after)
	return name, begins && ends && name != ""
}

// providerVariables reads the flags whose variables have a NAME within, as a map by name. Those
// of secrets may name a file.
func providerVariables(environ []string, from sources) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if len(flag.Envs) == 0 || !strings.Contains(flag.Envs[0], anyName) {
			return nil, nil
		}
		found := make(map[string]any)
		var names []string
		for _, pair := range environ {
			variable, value, _ := strings.Cut(pair, "=")
			if value == "" {
				continue
			}
			if name, ok := named(flag.Envs[0], variable); ok {
				found[providerName(name)] = value
				names = append(names, variable)
			} else if name, ok := named(flag.Envs[0]+"_FILE", variable); ok && flag.Tag.Has("secret") {
				text, err := os.ReadFile(value) //nolint:gosec // the operator names the file
				if err != nil {
					return nil, fmt.Errorf("%s: %w", variable, err)
				}
				found[providerName(name)] = strings.TrimSpace(string(text))
				names = append(names, variable)
			}
		}
		if len(found) == 0 {
			return nil, nil
		}
		from[flag] = strings.Join(names, ", ")
		return found, nil
	})
}

// providerName is how a provider is called in addresses: MY_SCHOOL is my-school.
func providerName(name string) string {
	return strings.ToLower(strings.ReplaceAll(name, "_", "-"))
}

// settings returns the providers that have a client id or an issuer, by name.
func (s signInSettings) settings() []provider.Setting {
	all := make(map[string]bool)
	for _, some := range []map[string]string{s.OIDCClientIDs, s.OIDCClientSecrets, s.OIDCIssuers} {
		for name := range some {
			all[name] = true
		}
	}
	var list []provider.Setting
	for _, name := range slices.Sorted(maps.Keys(all)) {
		list = append(list, provider.Setting{
			Name: name, Label: s.OIDCLabels[name], Issuer: s.OIDCIssuers[name], ClientID: s.OIDCClientIDs[name], ClientSecret: s.OIDCClientSecrets[name],
		})
	}
	return list
}

// providers returns the sign-in providers of a server that people reach at the address.
func (c serveConfig) providers(address string) (*provider.Set, error) {
	key, err := hkdf.Key(sha256.New, []byte(c.AppSecret), nil, "ftcmetrics sign-in attempts", sha256.Size)
	if err != nil {
		return nil, err
	}
	return provider.New(c.settings(), address, key)
}

// checkSignIn refuses what providers would refuse later.
func (c serveConfig) checkSignIn() error {
	settings := c.settings()
	if len(settings) > 0 && c.production() && c.PublicURL == "" {
		return fmt.Errorf("%w: sign-in providers send people back to PUBLIC_URL, which is not set", errProduction)
	}
	if _, err := provider.New(settings, c.PublicURL, make([]byte, sha256.Size)); err != nil {
		return fmt.Errorf("OIDC_%s_*: %w", anyName, err)
	}
	return nil
}
