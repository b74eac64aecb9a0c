package main

import (
	"context"
	"errors"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/demo"
)

type demoCommand struct {
	serveConfig
	Once  bool    `help:"Play the FTC event once and end."`
	Speed float64 `default:"1" help:"How fast to play: 1 is a match each 20 s, 0 as fast as possible."`
	Seed  uint64  `default:"1" help:"Chooses what the scouts see and miss."`
}

// Run serves and plays until the invocation's context ends, or until the event is over.
func (c *demoCommand) Run(in *invocation) error {
	if c.Hall || c.TLSCert != "" || len(c.TLSDomains) > 0 {
		return errors.New("the demo speaks http only: leave HALL and TLS_* out")
	}
	ctx, cancel := context.WithCancel(in.ctx)
	defer cancel()
	hall, err := demo.OpenHall(c.DataDir)
	if err != nil {
		return err
	}
	defer hall.Close()
	inner := *in
	inner.ctx = ctx
	inner.pace = pace{now: hall.Now, every: 10 * time.Second, tick: 100 * time.Millisecond, spacing: time.Nanosecond, pause: 50 * time.Millisecond}
	c.FTCURL = hall.URL()
	c.FTCUsername, c.FTCToken = hall.Credentials()
	n, err := start(&inner, c.serveConfig, quiet)
	if err != nil {
		return err
	}
	played := make(chan error, 1)
	go func() {
		played <- demo.Run(ctx, demo.Options{
			BaseURL: "http://" + origin(n.servers.httpAddress()), HubURL: "ws://" + origin(n.servers.httpAddress()), DataDir: c.DataDir, Hall: hall,
			Accounts: n.accounts, FTC: n.ftc, HasUsers: n.accounts.Exist,
			Speed: c.Speed, Once: c.Once, Seed: c.Seed, Out: in.out, Logger: n.logger,
		})
		cancel()
	}()
	served := n.wait(ctx)
	cancel()
	if err := <-played; !errors.Is(err, context.Canceled) {
		return errors.Join(err, served)
	}
	return served
}

// origin is how the demo's tablets reach the node, also when it listens on every address.
func origin(address string) string {
	return strings.NewReplacer("0.0.0.0", "127.0.0.1", "[::]", "127.0.0.1").Replace(address)
}
