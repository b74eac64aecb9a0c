package main

import (
	"errors"
	"fmt"
	"io"
	"maps"
	"net/url"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/alecthomas/kong"

	"github.com/ftcmetrics/ftcmetrics/api"
)

// sources are where the values of flags came from that are neither on the command line nor
// in a variable of the flag's own.
type sources map[*kong.Flag]string

// configCommand has no flags: its sub-commands have those of the configuration.
type configCommand struct {
	Show  configShowCommand  `cmd:"" default:"withargs" help:"Print the configuration as it applies, and where each value is from. Secrets are masked."`
	Check configCheckCommand `cmd:"" help:"Check the configuration without starting anything."`
}

type configShowCommand struct {
	serveConfig
	jsonFlag
}

// Run prints all settings.
func (c *configShowCommand) Run(in *invocation) error {
	list, err := in.settings(c.config)
	if err != nil {
		return err
	}
	return c.print(in.out, list, func() error {
		table := tabwriter.NewWriter(in.out, 0, 0, 2, ' ', 0)
		fmt.Fprintln(table, "NAME\tVALUE\tFROM")
		for _, s := range list {
			fmt.Fprintf(table, "%s\t%s\t%s\n", s.Name, s.Value, s.Source)
		}
		return table.Flush()
	})
}

// settings are the configuration as it applies to the command that runs, with secrets masked.
func (in *invocation) settings(c config) ([]api.Setting, error) {
	generated, err := c.generated()
	if err != nil {
		return nil, err
	}
	var list []api.Setting
	for _, flag := range in.parsed.Selected().Flags {
		if len(flag.Envs) == 0 {
			continue
		}
		s := api.Setting{Name: flag.Envs[0], Value: shown(flag), Source: in.source(flag), Secret: flag.Tag.Has("secret")}
		if value := generated[s.Name]; s.Value == "" && value != "" {
			s.Value, s.Source = value, "secrets.json"
		}
		if s.Secret && s.Source == "secrets.json" {
			s.Value = mask(s.Value)
		}
		list = append(list, s)
	}
	return list, nil
}

// shown is a flag's value as text, and of a secret what may be seen.
func shown(flag *kong.Flag) string {
	text := func(value any) string {
		if flag.Tag.Has("secret") {
			return mask(fmt.Sprint(value))
		}
		return fmt.Sprint(value)
	}
	switch value := flag.Target.Interface().(type) {
	case []string:
		return strings.Join(value, ",")
	case map[string]string:
		var parts []string
		for _, name := range slices.Sorted(maps.Keys(value)) {
			parts = append(parts, name+"="+text(value[name]))
		}
		return strings.Join(parts, ",")
	default:
		return text(value)
	}
}

// source says where the flag's value is from.
func (in *invocation) source(flag *kong.Flag) string {
	given := slices.ContainsFunc(in.parsed.Path, func(p *kong.Path) bool { return p.Flag == flag && !p.Resolved })
	if given {
		return "flag"
	}
	if from, ok := in.sources[flag]; ok {
		return from
	}
	for _, name := range flag.Envs {
		if slices.ContainsFunc(in.environ, func(pair string) bool { return strings.HasPrefix(pair, name+"=") }) {
			return name
		}
	}
	return "default"
}

// generated are the values that the data folder has for what is not configured. It makes none.
func (c config) generated() (map[string]string, error) {
	made, ok, err := readSecrets(c.DataDir)
	if !ok || err != nil {
		return nil, err
	}
	return map[string]string{"REALTIME_APP_ID": made.AppID, "REALTIME_APP_KEY": made.AppKey, "REALTIME_APP_SECRET": made.AppSecret}, nil
}

// mask shows of a secret that it is there, and of an address all but its password.
func mask(secret string) string {
	if secret == "" {
		return ""
	}
	at, err := url.Parse(secret)
	if err != nil || at.Host == "" || !strings.Contains(secret, "://") {
		return fmt.Sprintf("(set, %d characters)", len(secret))
	}
	query := at.Query()
	for name := range query {
		if strings.Contains(strings.ToLower(name), "password") {
			query.Set(name, "xxxxx")
		}
	}
	at.RawQuery = query.Encode()
	return at.Redacted()
}

type configCheckCommand struct {
	serveConfig
	jsonFlag
	HubAlone bool `name:"hub-alone" help:"Check what ftcmetrics hub would run with."`
	Strict   bool `help:"Fail on warnings too, such as a variable that nothing reads."`
}

// verdict is what check finds.
type verdict struct {
	OK       bool     `json:"ok"`
	Errors   []string `json:"errors"`
	Warnings []string `json:"warnings"`
}

// Run says all that is wrong and all that is odd.
func (c *configCheckCommand) Run(in *invocation) error {
	v := verdict{Errors: []string{}, Warnings: []string{}}
	for _, err := range c.wrong(c.HubAlone) {
		v.Errors = append(v.Errors, err.Error())
	}
	for _, u := range unheeded(in.environ, c.HubAlone) {
		v.Warnings = append(v.Warnings, u.name+": "+u.why)
	}
	v.OK = len(v.Errors) == 0 && (len(v.Warnings) == 0 || !c.Strict)
	err := c.print(in.out, v, func() error { return v.write(in.out) })
	if err == nil && !v.OK {
		return reportedError{}
	}
	return err
}

func (v verdict) write(w io.Writer) error {
	var err error
	for _, text := range v.Errors {
		_, e := fmt.Fprintln(w, "FAIL ", text)
		err = errors.Join(err, e)
	}
	for _, text := range v.Warnings {
		_, e := fmt.Fprintln(w, "warn ", text)
		err = errors.Join(err, e)
	}
	if len(v.Errors) == 0 {
		_, e := fmt.Fprintln(w, "ok    a server would start with this")
		err = errors.Join(err, e)
	}
	return err
}

// wrong is everything for which a server would not start, as far as the configuration alone
// can tell.
func (c serveConfig) wrong(hubAlone bool) []error {
	var list []error
	add := func(err error) {
		if err != nil {
			list = append(list, err)
		}
	}
	if hubAlone {
		add(c.checkHub())
	} else {
		add(c.check())
		_, err := c.proxies()
		add(err)
	}
	_, err := c.furtherApps()
	add(err)
	if _, err := c.authorities(); err != nil {
		add(fmt.Errorf("REDIS_CA_FILE: %w", err))
	}
	return list
}
