package main

import (
	"errors"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/netip"
	"os"
	"reflect"
	"strings"
	"time"

	"github.com/alecthomas/kong"
)

// config is what every command that runs something is configured by. The README's table is
// made from it.
type config struct {
	AppEnv      string `env:"APP_ENV" default:"dev" enum:"dev,production" help:"production refuses default or short secrets and wants explicit origins; dev binds to loopback."`
	HubAddr     string `env:"HUB_ADDR" default:"127.0.0.1:6001" help:"Address of the hub alone."`
	MetricsAddr string `env:"METRICS_ADDR" default:"127.0.0.1:9601" help:"Address of the Prometheus metrics."`
	DataDir     string `env:"DATA_DIR" default:"./data" help:"Folder of the embedded PostgreSQL and of generated secrets."`

	AppID     string `env:"REALTIME_APP_ID,PUSHER_APP_ID" help:"Id of the realtime app; generated once in dev."`
	AppKey    string `env:"REALTIME_APP_KEY,PUSHER_APP_KEY,PUSHER_KEY" help:"Public key of the realtime app; generated once in dev."`
	AppSecret string `env:"REALTIME_APP_SECRET,PUSHER_APP_SECRET,PUSHER_SECRET" help:"Secret of the realtime app; generated once in dev." secret:""`

	appSettings
	clusterSettings
	HubAppsFile   string `env:"HUB_APPS_FILE" help:"JSON array of further apps, with the field names of soketi; they may have webhooks."`
	AcceptRate    int    `env:"HUB_ACCEPT_RATE" default:"2000" help:"New sockets a second, and twice as many at once; more wait for their turn, up to 5 s. 0 is no limit."`
	MetricsPrefix string `env:"METRICS_PREFIX" default:"ftcmetrics_" help:"What the names of the hub's metrics begin with; soketi_ fits dashboards made for soketi."`

	HubCompression   bool          `env:"HUB_COMPRESSION" default:"true" negatable:"" help:"Whether clients that ask for it get large events compressed (permessage-deflate)."`
	HubMaxHeldMB     int           `env:"HUB_MAX_HELD_MB" default:"256" help:"MiB that the hub holds for all slow sockets together; who needs more is closed and comes back."`
	HubShutdownGrace time.Duration `env:"HUB_SHUTDOWN_GRACE" default:"10s" help:"How long a stop may take; clients are sent away over a part of it."`

	ActivityTimeout time.Duration `env:"HUB_ACTIVITY_TIMEOUT" default:"30s" help:"Silence after which a client asks whether the hub is there."`
	CORSOrigins     []string      `env:"CORS_ORIGINS" help:"Origins whose pages may call the API and open sockets, separated by commas."`
	LogLevel        slog.Level    `env:"LOG_LEVEL" default:"info" help:"debug, info, warn or error."`
	RealtimeDebug   bool          `env:"REALTIME_DEBUG" help:"Whether the log tells of every socket, subscription and event on its way, whatever LOG_LEVEL says of the rest."`
	LogFormat       string        `env:"LOG_FORMAT" default:"auto" enum:"auto,text,json" help:"auto is text on a terminal or in dev and json otherwise."`
}

// serveConfig is what serve needs besides.
type serveConfig struct {
	config
	deliverySettings
	signInSettings
	tlsSettings
	hallSettings
	traceSettings
	HTTPAddr       string   `env:"HTTP_ADDR" default:"127.0.0.1:3001" help:"Address of API, web page and hub."`
	DatabaseURL    string   `env:"DATABASE_URL" help:"An external PostgreSQL 15 or newer; empty runs an embedded one." secret:""`
	PublicURL      string   `env:"PUBLIC_URL" help:"Where people reach this server; printed in links."`
	TrustedProxies []string `env:"TRUSTED_PROXIES" help:"Networks of proxies whose X-Forwarded-For is believed, such as 10.0.0.0/8."`
	ProxySecret    string   `env:"PROXY_SECRET" help:"With it in X-Proxy-Secret, a trusted proxy may name the user in X-User-Id." secret:""`
	RateLimit      int      `env:"RATE_LIMIT" default:"1200" help:"API requests a minute for each token or address; 0 is no limit."`
	FTCUsername    string   `env:"FTC_API_USERNAME" name:"ftc-api-username" help:"User name of FIRST's FTC Events API; with it and the token, official FTC events are followed." secret:""`
	FTCToken       string   `env:"FTC_API_TOKEN" name:"ftc-api-token" help:"Token of FIRST's FTC Events API; anybody may ask FIRST for one." secret:""`
	FTCURL         string   `env:"FTC_API_URL" name:"ftc-api-url" default:"https://ftc-api.firstinspires.org" help:"Where FIRST's FTC Events API is."`
}

func (c config) production() bool { return c.AppEnv == "production" }

func terminal(w io.Writer) bool {
	file, ok := w.(*os.File)
	if !ok {
		return false
	}
	info, err := file.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}

// weak holds the secrets that examples and the original ship with.
var weak = []string{"ftcmetrics-secret", "ftcmetrics-key", "app-secret", "app-key", "secret", "changeme", "password"}

const minSecret = 32 // bytes

// prefixBytes are what METRICS_PREFIX may have.
const prefixBytes = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

var errProduction = errors.New("this configuration is not fit for APP_ENV=production")

// check refuses what would be unsafe in production. Dev listens on loopback only.
func (c config) check(addresses ...string) error {
	if strings.Trim(c.MetricsPrefix, prefixBytes) != "" || strings.IndexAny(c.MetricsPrefix, "0123456789") == 0 {
		return fmt.Errorf("METRICS_PREFIX: %q has something else than letters, digits and _", c.MetricsPrefix)
	}
	if c.HubShutdownGrace <= 0 {
		return errors.New("HUB_SHUTDOWN_GRACE is a time such as 10s")
	}
	if c.HubMaxHeldMB < 1 || c.HubMaxHeldMB > 1<<20 {
		return errors.New("HUB_MAX_HELD_MB is a number above 0")
	}
	if err := c.appSettings.check(c.production()); err != nil {
		return err
	}
	if !c.production() {
		for _, address := range addresses {
			if !loopback(address) {
				return fmt.Errorf("%s is reachable from other machines: set APP_ENV=production (with real secrets), or listen on 127.0.0.1", address)
			}
		}
		return nil
	}
	for name, value := range map[string]string{"REALTIME_APP_ID": c.AppID, "REALTIME_APP_KEY": c.AppKey, "REALTIME_APP_SECRET": c.AppSecret} {
		if value == "" {
			return fmt.Errorf("%w: %s is not set", errProduction, name)
		}
		if err := known(value); err != nil {
			return fmt.Errorf("%w: %s %w", errProduction, name, err)
		}
	}
	if len(c.AppSecret) < minSecret {
		return fmt.Errorf("%w: REALTIME_APP_SECRET has fewer than %d characters; make one with: openssl rand -hex 32", errProduction, minSecret)
	}
	for _, origin := range c.CORSOrigins {
		if origin == "*" {
			return fmt.Errorf("%w: CORS_ORIGINS must name origins, not *", errProduction)
		}
	}
	return nil
}

// known returns an error for a value that examples use.
func known(value string) error {
	for _, common := range weak {
		if strings.EqualFold(value, common) {
			return errors.New("has a value that everybody knows; make one with: openssl rand -hex 32")
		}
	}
	return nil
}

func (c serveConfig) check() error {
	if err := c.config.check(c.HTTPAddr, c.HubAddr, c.MetricsAddr); err != nil {
		return err
	}
	if err := c.checkDelivery(); err != nil {
		return err
	}
	if err := c.checkSignIn(); err != nil {
		return err
	}
	if err := errors.Join(c.tlsSettings.check(), c.traceSettings.check()); err != nil {
		return err
	}
	if c.production() && len(c.CORSOrigins) == 0 && c.PublicURL == "" && !c.Hall {
		return fmt.Errorf("%w: set PUBLIC_URL to this server's address, or CORS_ORIGINS to the front ends that use it", errProduction)
	}
	if c.production() && c.ProxySecret != "" && len(c.ProxySecret) < minSecret {
		return fmt.Errorf("%w: PROXY_SECRET has fewer than %d characters", errProduction, minSecret)
	}
	return nil
}

func loopback(address string) bool {
	host, _, err := net.SplitHostPort(address)
	if err != nil {
		return false
	}
	ip, err := netip.ParseAddr(host)
	return host == "localhost" || err == nil && ip.IsLoopback()
}

func (c serveConfig) proxies() ([]netip.Prefix, error) {
	var list []netip.Prefix
	for _, text := range c.TrustedProxies {
		prefix, err := netip.ParsePrefix(text)
		if ip, ipErr := netip.ParseAddr(text); err != nil && ipErr == nil {
			prefix, err = ip.Prefix(ip.BitLen())
		}
		if err != nil {
			return nil, fmt.Errorf("TRUSTED_PROXIES: %q is no network such as 10.0.0.0/8", text)
		}
		list = append(list, prefix)
	}
	return list, nil
}

// secretFiles reads a flag marked secret from the file that NAME_FILE names.
func secretFiles(environ []string, from sources) kong.Resolver {
	return kong.ResolverFunc(func(_ *kong.Context, _ *kong.Path, flag *kong.Flag) (any, error) {
		if !flag.Tag.Has("secret") {
			return nil, nil
		}
		for _, name := range append(soketiAliases(flag.Envs[0]), flag.Envs...) {
			path := lookup(environ, name+"_FILE")
			if path == "" {
				continue
			}
			text, err := os.ReadFile(path) //nolint:gosec // the operator names the file
			if err != nil {
				return nil, fmt.Errorf("%s_FILE: %w", name, err)
			}
			from[flag] = name + "_FILE"
			return strings.TrimSpace(string(text)), nil
		}
		return nil, nil
	})
}

func lookup(environ []string, name string) string {
	for _, pair := range environ {
		if value, ok := strings.CutPrefix(pair, name+"="); ok {
			return value
		}
	}
	return ""
}

// unknown returns the variables with our prefixes that nothing reads: likely misspelt.
func unknown(environ []string, configs ...any) []string {
	known := make(map[string]bool)
	for _, c := range configs {
		collect(reflect.TypeOf(c), known)
	}
	var names []string
	for _, pair := range environ {
		name, _, _ := strings.Cut(pair, "=")
		ours := strings.HasPrefix(name, "FTCMETRICS_") || strings.HasPrefix(name, "REALTIME_") || strings.HasPrefix(name, "HUB_") || strings.HasPrefix(name, "OIDC_")
		if ours && !isKnown(known, name) && !isKnown(known, strings.TrimSuffix(name, "_FILE")) {
			names = append(names, name)
		}
	}
	return names
}

// isKnown reports whether something reads the variable, by its name or by a pattern.
func isKnown(known map[string]bool, variable string) bool {
	if known[variable] {
		return true
	}
	for pattern := range known {
		if _, fits := named(pattern, variable); fits {
			return true
		}
	}
	return false
}

func collect(t reflect.Type, known map[string]bool) {
	for i := range t.NumField() {
		field := t.Field(i)
		if field.Anonymous {
			collect(field.Type, known)
		}
		for name := range strings.SplitSeq(field.Tag.Get("env"), ",") {
			known[name] = true
		}
	}
}

// unheededVariable is a variable that is set and that nothing reads.
type unheededVariable struct{ name, why string }

func unheeded(environ []string, hubAlone bool) []unheededVariable {
	var list []unheededVariable
	for _, name := range unknown(environ, serveConfig{}, tailCommand{}) {
		list = append(list, unheededVariable{name, "nothing reads this variable; is it misspelt?"})
	}
	for _, name := range soketiUnheeded(environ, hubAlone) {
		list = append(list, unheededVariable{name, "this variable of soketi means nothing to this command"})
	}
	return list
}

// warnUnheeded tells the operator of them.
func warnUnheeded(logger *slog.Logger, environ []string, hubAlone bool) {
	for _, u := range unheeded(environ, hubAlone) {
		logger.Warn(u.why, slog.String("name", u.name))
	}
}
