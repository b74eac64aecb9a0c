package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/alecthomas/kong"
)

// TestProvidersFromTheEnvironment reads providers of any name, with a secret from a file.
func TestProvidersFromTheEnvironment(t *testing.T) {
	secret := filepath.Join(t.TempDir(), "secret")
	must(t, os.WriteFile(secret, []byte("from a file\n"), 0o600))
	environ := []string{
		"OIDC_GOOGLE_CLIENT_ID=1234", "OIDC_GOOGLE_CLIENT_SECRET_FILE=" + secret, "OIDC_MY_SCHOOL_ISSUER=https://login.school.example/",
		"OIDC_MY_SCHOOL_CLIENT_ID=a=b;c", "OIDC_MY_SCHOOL_CLIENT_SECRET=s=1;2", "OIDC_MY_SCHOOL_LABEL=Our school, really", "OIDC_EMPTY_CLIENT_ID=",
	}
	var cli commands
	parser, err := kong.New(&cli, kong.Resolvers(secretFiles(environ, sources{}), soketiVariables(environ, sources{}), providerVariables(environ, sources{})))
	must(t, err)
	_, err = parser.Parse([]string{"serve"})
	must(t, err)
	got := fmt.Sprintf("%+v", cli.Serve.settings())
	want := "[{Name:google Label: Issuer: ClientID:1234 ClientSecret:from a file} " +
		"{Name:my-school Label:Our school, really Issuer:https://login.school.example/ ClientID:a=b;c ClientSecret:s=1;2}]"
	if got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
	must(t, cli.Serve.checkSignIn())
	cli.Serve.AppEnv = "production"
	if err := cli.Serve.checkSignIn(); err == nil || !strings.Contains(err.Error(), "PUBLIC_URL") {
		t.Errorf("in production without an address to come back to: %v", err)
	}
	cli.Serve.PublicURL = "https://scout.example.org"
	must(t, cli.Serve.checkSignIn())
	delete(cli.Serve.OIDCIssuers, "my-school")
	if err := cli.Serve.checkSignIn(); err == nil || !strings.Contains(err.Error(), "my-school") || strings.Contains(err.Error(), "s=1") {
		t.Errorf("without an issuer: %v", err)
	}
}

func TestMisspeltProviders(t *testing.T) {
	environ := []string{"OIDC_GOOGLE_CLIENT_ID=x", "OIDC_A_CLIENT_SECRET_FILE=x", "OIDC_A_CLIENT_SECRET=x", "OIDC_A_ISSUER=x", "OIDC_A_LABEL=x",
		"OIDC_CLIENT_ID=x", "OIDC_GOOGLE_CLIENTID=x", "OIDC_GOOGLE_SECRET=x", "OIDC_ISSUER_GOOGLE=x"}
	if got := fmt.Sprint(unknown(environ, serveConfig{})); got != "[OIDC_CLIENT_ID OIDC_GOOGLE_CLIENTID OIDC_GOOGLE_SECRET OIDC_ISSUER_GOOGLE]" {
		t.Errorf("warned about %s", got)
	}
}
