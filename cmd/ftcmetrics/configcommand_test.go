package main

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/api"
)

// TestConfigShow has a value from every source, and no secret in what is printed.
func TestConfigShow(t *testing.T) {
	t.Parallel()
	file := filepath.Join(t.TempDir(), "password")
	must(t, os.WriteFile(file, []byte("CANARY-in-a-file\n"), 0o600))
	cmd := program(t.TempDir(), "config", "--json", "--rate-limit=7")
	cmd.Env = append(cmd.Env, "PROXY_SECRET_FILE="+file, "SOKETI_DEFAULT_APP_MAX_CONNS=99", "PUSHER_APP_KEY=public-key", "REALTIME_APP_SECRET=CANARY-plain",
		"FTC_API_USERNAME=CANARY-scout", "FTC_API_TOKEN=CANARY-token",
		"DATABASE_URL=postgres://scout:CANARY-database@db.example.org/ftc?sslpassword=CANARY-tls", "REDIS_URL=redis://:CANARY-redis@127.0.0.1:6379/0")
	code, out, errOut := outcome(cmd)
	if code != 0 || strings.Contains(out+errOut, "CANARY") {
		t.Fatalf("exit code %d, with a secret: %v\n%s%s", code, strings.Contains(out+errOut, "CANARY"), out, errOut)
	}
	var list []api.Setting
	decode(t, out, &list)
	found := make(map[string]api.Setting)
	for _, s := range list {
		found[s.Name] = s
	}
	for _, want := range []api.Setting{
		{Name: "RATE_LIMIT", Value: "7", Source: "flag"},
		{Name: "APP_ENV", Value: "dev", Source: "APP_ENV"},
		{Name: "REALTIME_APP_KEY", Value: "public-key", Source: "PUSHER_APP_KEY"},
		{Name: "REALTIME_APP_SECRET", Value: "(set, 12 characters)", Source: "REALTIME_APP_SECRET", Secret: true},
		{Name: "PROXY_SECRET", Value: "(set, 16 characters)", Source: "PROXY_SECRET_FILE", Secret: true},
		{Name: "FTC_API_USERNAME", Value: "(set, 12 characters)", Source: "FTC_API_USERNAME", Secret: true}, // half of a credential
		{Name: "FTC_API_TOKEN", Value: "(set, 12 characters)", Source: "FTC_API_TOKEN", Secret: true},
		{Name: "HUB_MAX_CONNECTIONS", Value: "99", Source: "SOKETI_DEFAULT_APP_MAX_CONNS"},
		{Name: "HUB_ACTIVITY_TIMEOUT", Value: "30s", Source: "default"},
		{Name: "DATABASE_URL", Value: "postgres://scout:xxxxx@db.example.org/ftc?sslpassword=xxxxx", Source: "DATABASE_URL", Secret: true},
		{Name: "REDIS_URL", Value: "redis://:xxxxx@127.0.0.1:6379/0", Source: "REDIS_URL", Secret: true},
		{Name: "CORS_ORIGINS", Value: "", Source: "default"},
	} {
		if found[want.Name] != want {
			t.Errorf("got %+v, want %+v", found[want.Name], want)
		}
	}
	dir := t.TempDir()
	made, err := loadSecrets(dir)
	must(t, err)
	_, table, _ := outcome(program(dir, "config"))
	if !strings.Contains(table, made.AppKey) || strings.Contains(table, made.AppSecret) || strings.Count(table, "secrets.json") != 3 {
		t.Errorf("of what was generated it shows\n%s", table)
	}
}

func TestConfigCheck(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name string
		env  []string
		args []string
		code int
		say  []string
	}{
		{"all well", nil, nil, 0, []string{"ok"}},
		{"misspelt", []string{"REALTIME_AP_KEY=x", "SOKETI_SSL_CERT=x"}, nil, 0, []string{"warn", "REALTIME_AP_KEY", "SOKETI_SSL_CERT", "ok"}},
		{"misspelt, and that matters", []string{"REALTIME_AP_KEY=x"}, []string{"--strict"}, 1, []string{"REALTIME_AP_KEY"}},
		{"three things at once", []string{"RATE_LIMIT=1", "HTTP_ADDR=0.0.0.0:1", "TRUSTED_PROXIES=everybody", "HUB_APPS_FILE=/nonexistent"}, nil, 1,
			[]string{"0.0.0.0:1 is reachable", "TRUSTED_PROXIES", "/nonexistent"}},
		{"a hub", []string{"APP_ENV=production", "REALTIME_APP_ID=a", "REALTIME_APP_KEY=k", "REALTIME_APP_SECRET=" + strings.Repeat("x", 40)}, []string{"--hub-alone"}, 1, []string{"CORS_ORIGINS"}},
		{"no number", []string{"RATE_LIMIT=many"}, nil, 2, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			cmd := program(t.TempDir(), append([]string{"config", "check"}, c.args...)...)
			cmd.Env = append(cmd.Env, c.env...)
			code, out, _ := outcome(cmd)
			for _, say := range c.say {
				if !strings.Contains(out, say) {
					t.Errorf("it does not say %q: %s", say, out)
				}
			}
			if code != c.code {
				t.Errorf("exit code %d, want %d: %s", code, c.code, out)
			}
		})
	}
}
