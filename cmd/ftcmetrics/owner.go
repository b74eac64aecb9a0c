package main

import (
	"errors"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

type ownerCommand struct {
	Create ownerCreateCommand `cmd:"" help:"Create an operator and print a bearer token, alone on its line. Works while the server runs."`
}

type ownerCreateCommand struct {
	serveConfig
	jsonFlag
	Name string `required:"" help:"Display name of the operator."`
}

// Run prints the new owner's token on the invocation's output.
func (c *ownerCreateCommand) Run(in *invocation) (err error) {
	d, err := openDatabase(in.ctx, c.serveConfig, c.logger(in.err), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	log := eventlog.New(d.pool, func(realtime.Channel, int64) {}) // the server's poll finds what is appended here
	grant, err := accounts.New(d.pool, log).CreateOwner(in.ctx, accounts.NewOwner{DisplayName: c.Name})
	if err != nil {
		return err
	}
	return c.print(in.out, grant, func() error { return printToken(in, grant.Token) })
}
