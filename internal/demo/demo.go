// Package demo plays an FTC event on a running server, so that a newcomer has something to
// see a minute after the first command. Two teams with a coach each and six scouts sign up
// and record matches over HTTP and WebSocket, as tablets do; that makes the demo a test of
// the API too.
//
// The event is a real one as far as its teams and pairings go. What its scouts see is made
// from the official scores, always the same for one seed.
//
// Officials score the same matches at a server like FIRST's (Hall), which the program
// follows: so matches start, end, are corrected and played again on the public channels.
//
// A round is the 27 qualification matches and the playoffs. When it is over the same teams meet
// again at another event: the first round is ZZDEV1, the next ZZDEV2, and so on. So the
// feed always moves, nothing that was recorded is touched, and every event can be read as
// an ordinary one.
package demo

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// slot is how long a match takes at speed 1.
const slot = 20 * time.Second

// Options is what the demo needs.
type Options struct {
	BaseURL  string // of the running server, such as http://127.0.0.1:3001
	HubURL   string // ws://127.0.0.1:3001; "" plays without sockets
	DataDir  string // keeps demo.json, by which a second run goes on in the same world
	Hall     *Hall  // the official side; nil plays without
	Accounts *accounts.Service
	FTC      *ftc.Service
	HasUsers func(ctx context.Context) (bool, error)
	Speed    float64   // 1 is a match each 20 s; 0 or less is as fast as possible
	Once     bool      // end after one round, when everything is acknowledged
	Seed     uint64    // of a new world; one that exists keeps its own
	Out      io.Writer // what the newcomer reads
	Logger   *slog.Logger
}

// Run builds the world or goes on with the one in DataDir, and plays until ctx ends or,
// with Once, until the round is over. It refuses a database that holds other people's data.
// When it returns, its sockets are closed and its goroutines have ended.
func Run(ctx context.Context, o Options) error {
	if o.Logger == nil {
		o.Logger = slog.New(slog.DiscardHandler)
	}
	o.BaseURL = strings.TrimRight(o.BaseURL, "/")
	script, err := readScript(eventFile)
	if err != nil {
		return err
	}
	api := newClient(o.BaseURL)
	defer api.close()
	if err := api.awaitReady(ctx); err != nil {
		return fmt.Errorf("the server is not ready: %w", err)
	}
	w := &world{file: stateFile(o.DataDir), api: api, o: o}
	if err := w.open(ctx); err != nil {
		return err
	}
	p := newPlayer(o, script, w)
	defer p.leave()
	if err := p.start(ctx); err != nil {
		return err
	}
	return p.run(ctx)
}

// pause waits, or returns why ctx ended.
func pause(ctx context.Context, d time.Duration) error {
	if d <= 0 {
		return ctx.Err()
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
