package main

import (
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/ftcmetrics/ftcmetrics/internal/doctor"
	"github.com/ftcmetrics/ftcmetrics/internal/pgembed"
	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
)

type doctorCommand struct {
	serveConfig
	jsonFlag
	ClockURL string   `name:"clock-url" placeholder:"URL" help:"A web server whose clock is right, to compare this machine's with."`
	Origins  []string `name:"origin" placeholder:"URL" help:"Origin of a page that has to be able to connect, besides those of the configuration. May be repeated."`
}

// diagnosis is what doctor prints as JSON.
type diagnosis struct {
	OK     bool             `json:"ok"`
	Checks []doctor.Finding `json:"checks"`
}

// Run looks at everything, however much of it is wrong.
func (c *doctorCommand) Run(in *invocation) error {
	found := c.configuration(in)
	if made, ok, err := readSecrets(c.DataDir); ok && err == nil {
		c.complete(made)
	}
	found = append(found, doctor.Folder(c.DataDir)...)
	found = append(found, c.storage(in)...)
	if c.ClockURL != "" {
		found = append(found, doctor.Clock(in.ctx, c.ClockURL))
	}
	found = append(found, doctor.Ports(in.ctx, c.addresses())...)
	if c.external() {
		found = append(found, doctor.External(in.ctx, c.publisher(), c.serverAddress()))
	}
	found = append(found, c.way(in)...)
	if in.ctx.Err() != nil {
		return in.ctx.Err()
	}
	bad := slices.ContainsFunc(found, func(f doctor.Finding) bool { return f.Status == doctor.Fail })
	err := c.print(in.out, diagnosis{OK: !bad, Checks: found}, func() error { return printFindings(in, found) })
	if err == nil && bad {
		return reportedError{}
	}
	return err
}

// configuration looks at the variables alone.
func (c *doctorCommand) configuration(in *invocation) []doctor.Finding {
	const check = "configuration"
	found := c.secrets()
	for _, err := range c.wrong(false) {
		if !slices.ContainsFunc(found, func(f doctor.Finding) bool { return f.Status == doctor.Fail && strings.Contains(err.Error(), f.Detail) }) {
			found = append(found, doctor.Bad(check, err.Error(), "correct the variable that it names; ftcmetrics config shows where each value is from"))
		}
	}
	for _, u := range unheeded(in.environ, false) {
		found = append(found, doctor.Odd(check, u.name+": "+u.why, "correct its name, or remove it; ftcmetrics serve --help lists all"))
	}
	for _, origin := range c.origins() {
		at, err := url.Parse(origin)
		if origin != "*" && (err != nil || at.Scheme == "" || at.Host == "" || at.Path != "" || at.RawQuery != "") {
			found = append(found, doctor.Bad("origin", fmt.Sprintf("%q is no origin, and no browser sends it", origin), "write scheme and host in CORS_ORIGINS and PUBLIC_URL, and nothing behind: https://scouting.example.org"))
		}
	}
	if len(found) == 0 {
		found = append(found, doctor.Good(check, "it is fit for APP_ENV=%s", c.AppEnv))
	}
	return found
}

// secrets looks for those that others know or can guess.
func (c *doctorCommand) secrets() []doctor.Finding {
	const mend = "make one with: openssl rand -hex 32"
	var found []doctor.Finding
	report := doctor.Odd // nobody but this machine can reach it
	if c.production() {
		report = doctor.Bad
	}
	for _, pair := range []struct{ name, value string }{{"REALTIME_APP_SECRET", c.AppSecret}, {"REALTIME_APP_KEY", c.AppKey}, {"PROXY_SECRET", c.ProxySecret}} {
		switch {
		case pair.value == "":
		case known(pair.value) != nil:
			found = append(found, report("secrets", pair.name+" has a value that everybody knows", mend))
		case len(pair.value) < minSecret && pair.name != "REALTIME_APP_KEY":
			found = append(found, report("secrets", fmt.Sprintf("%s has fewer than %d characters", pair.name, minSecret), mend))
		}
	}
	return found
}

// storage looks at the database and at Redis.
func (c *doctorCommand) storage(in *invocation) []doctor.Finding {
	found := c.stored(in)
	if c.RedisURL == "" {
		return found
	}
	authorities, err := c.authorities()
	if err != nil {
		return found // it stands under configuration
	}
	return append(found, doctor.Redis(in.ctx, c.RedisURL, c.RedisPrefix, authorities))
}

// stored looks at the database, wherever it is. An embedded one that was never started is not
// made for that.
func (c *doctorCommand) stored(in *invocation) (found []doctor.Finding) {
	const check = "database"
	if c.DatabaseURL != "" {
		return doctor.Database(in.ctx, c.DatabaseURL, "external")
	}
	if _, running, err := pgembed.Join(c.DataDir); err == nil && !running {
		if _, err := os.Stat(filepath.Join(c.DataDir, "pg")); err != nil {
			return []doctor.Finding{doctor.Good(check, "an embedded PostgreSQL is made in %s at the first start", c.DataDir)}
		}
	}
	d, url, err := reachDatabase(in.ctx, c.serveConfig, c.logger(in.err), true)
	if err != nil {
		return []doctor.Finding{doctor.Bad(check, "the embedded PostgreSQL does not start: "+err.Error(), "its last lines are above; docs/operations.md, Troubleshooting, has the causes")}
	}
	defer func() {
		if err := d.close(); err != nil {
			found = append(found, doctor.Odd(check, "the embedded PostgreSQL does not end well: "+err.Error(), "see its lines above"))
		}
	}()
	return doctor.Database(in.ctx, url, "embedded")
}

// addresses are those that serve listens on.
func (c *doctorCommand) addresses() []doctor.Address {
	list := []doctor.Address{c.http(), {Name: "METRICS_ADDR", Where: c.MetricsAddr, Path: "/metrics", Says: c.MetricsPrefix}}
	if c.hubAddress() != "" {
		list = append(list, doctor.Address{Name: "HUB_ADDR", Where: c.HubAddr, Path: "/app/" + url.PathEscape(c.AppKey), Says: "connect with a Pusher client"})
	}
	return list
}

func (c *doctorCommand) http() doctor.Address {
	return doctor.Address{Name: "HTTP_ADDR", Where: c.HTTPAddr, Path: "/api/health", Says: `"success":true`}
}

// way goes the way of a browser.
func (c *doctorCommand) way(in *invocation) []doctor.Finding {
	local := "http://" + origin(c.HTTPAddr)
	p := doctor.Public{URL: strings.TrimSuffix(c.PublicURL, "/"), Local: local, Running: c.http().Ours(in.ctx), Key: c.AppKey, Origins: append(slices.Clone(c.CORSOrigins), c.Origins...), Closed: c.production()}
	switch {
	case p.URL == "" && !p.Running:
		return []doctor.Finding{doctor.Odd("websocket", "the server does not run, so the way to its sockets was not tried", "start it, and run the doctor again beside it")}
	case p.URL == "":
		p.URL = local
	}
	if !c.hasApp() {
		return []doctor.Finding{doctor.Bad("websocket", "there is no app to connect as: "+c.DataDir+" has no secrets.json", "run the doctor with the server's environment and DATA_DIR")}
	}
	at := p.URL
	if p.Running {
		at = local
	}
	if c.external() {
		p.Publisher = c.publisher()
	} else if to, err := url.Parse(at); err == nil {
		p.Publisher = pusher.New(pusher.Options{AppID: c.AppID, Key: c.AppKey, Secret: c.AppSecret, Host: to.Host, TLS: to.Scheme == "https"})
	}
	return p.Look(in.ctx)
}

func printFindings(in *invocation, found []doctor.Finding) error {
	table := tabwriter.NewWriter(in.out, 0, 0, 2, ' ', 0)
	var errs []error
	for _, f := range found {
		_, err := fmt.Fprintf(table, "%s\t%s\t%s\n", f.Status, f.Check, f.Detail)
		errs = append(errs, err)
		if f.Mend != "" {
			_, err = fmt.Fprintf(table, "\t\tmend: %s\n", f.Mend)
			errs = append(errs, err)
		}
	}
	return errors.Join(errors.Join(errs...), table.Flush())
}
