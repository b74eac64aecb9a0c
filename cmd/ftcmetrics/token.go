package main

import (
	"errors"
	"fmt"
	"strings"
	"text/tabwriter"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// shownTokens is how many tokens are listed.
const shownTokens = 10_000

type tokenCommand struct {
	List   tokenListCommand   `cmd:"" help:"List the tokens that are neither revoked nor expired, and whose they are."`
	Create tokenCreateCommand `cmd:"" help:"Make a token and print it, alone on its line."`
	Revoke tokenRevokeCommand `cmd:"" help:"End a token, and the sockets that were joined with it."`
}

type tokenCreateCommand struct {
	Device  tokenDeviceCommand  `cmd:"" help:"For a tablet that a team's scouts share. It records under its label."`
	Service tokenServiceCommand `cmd:"" help:"For a program, such as the hall's announcements. It opens the socket service and nothing else: channels, connections, broadcasts. It works for a year, and for 90 days unused."`
}

// tokenFlags are what these commands have in common.
type tokenFlags struct {
	serveConfig
	jsonFlag
}

// with runs something on the database, whether or not the server runs.
func (c tokenFlags) with(in *invocation, do func(d *database, log *eventlog.Log) error) (err error) {
	d, err := openDatabase(in.ctx, c.serveConfig, c.logger(in.err), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	return do(d, eventlog.New(d.pool, func(realtime.Channel, int64) {})) // the server's poll finds what is appended here
}

type tokenListCommand struct {
	tokenFlags
}

// Run lists tokens.
func (c *tokenListCommand) Run(in *invocation) error {
	return c.with(in, func(d *database, log *eventlog.Log) error {
		list, _, err := accounts.New(d.pool, log).Tokens(in.ctx, accounts.TokenFilter{Limit: shownTokens})
		if err != nil {
			return err
		}
		return c.print(in.out, list, func() error {
			table := tabwriter.NewWriter(in.out, 0, 0, 2, ' ', 0)
			fmt.Fprintln(table, "ID\tKIND\tWHOSE\tLABEL\tLAST USED\tEXPIRES")
			for _, t := range list {
				fmt.Fprintln(table, tokenRow(t))
			}
			return table.Flush()
		})
	})
}

// tokenRow is a token on a line, with tabs between.
func tokenRow(t accounts.TokenInfo) string {
	whose, expires := t.User.DisplayName, t.ExpiresAt.UTC().Format(time.DateTime)
	switch {
	case t.Operator:
		whose += " (operator)"
	case t.DeviceOf != nil:
		whose += " (tablet of " + t.DeviceOf.String() + ")"
	}
	if t.Asleep {
		expires = "unused for too long"
	}
	return strings.Join([]string{t.ID.String(), string(t.Kind), whose, t.Name, t.LastUsedAt.UTC().Format(time.DateTime), expires}, "\t")
}

type tokenDeviceCommand struct {
	tokenFlags
	Team  uuid.UUID `required:"" placeholder:"ID" help:"Id of the team, as in its page's address."`
	Label string    `placeholder:"TEXT" help:"What the tablet is called; the next of \"Tablet 1\", \"Tablet 2\" if left out."`
}

// Run makes a shared tablet of the team and prints its token.
func (c *tokenDeviceCommand) Run(in *invocation) error {
	if err := c.fillSecrets(); err != nil {
		return err
	}
	key, err := c.codeKey()
	if err != nil {
		return err
	}
	return c.with(in, func(d *database, log *eventlog.Log) error {
		made, err := teams.New(d.pool, log, key).AddDeviceUnasked(in.ctx, c.Team, c.Label)
		if err != nil {
			return err
		}
		return c.print(in.out, made, func() error { return printToken(in, made.Token) })
	})
}

type tokenServiceCommand struct {
	tokenFlags
	Name string `required:"" help:"Name of the program, which the audit log shows."`
}

// Run makes a service and prints its token.
func (c *tokenServiceCommand) Run(in *invocation) error {
	return c.with(in, func(d *database, log *eventlog.Log) error {
		grant, err := accounts.New(d.pool, log).CreateService(in.ctx, c.Name)
		if err != nil {
			return err
		}
		return c.print(in.out, grant, func() error { return printToken(in, grant.Token) })
	})
}

func printToken(in *invocation, token string) error {
	_, err := fmt.Fprintln(in.out, token)
	return err
}

type tokenRevokeCommand struct {
	tokenFlags
	Which string `arg:"" name:"token" help:"Id of the token, as list shows it, or the token itself; - reads standard input."`
}

// Run ends the token. A running server hears of it within two seconds.
func (c *tokenRevokeCommand) Run(in *invocation) error {
	which, err := dataOf(c.Which)
	if err != nil {
		return err
	}
	return c.with(in, func(d *database, log *eventlog.Log) error {
		ended, err := accounts.New(d.pool, log).Revoke(in.ctx, strings.TrimSpace(which))
		if err != nil {
			return err
		}
		return c.print(in.out, map[string]string{"revoked": ended.ID.String(), "kind": string(ended.Kind)}, func() error {
			_, err := fmt.Fprintf(in.out, "revoked: %s, a token of kind %s\n", ended.ID, ended.Kind)
			return err
		})
	})
}
