// Command ftcmetrics is the whole server: REST API, realtime hub, web page and, where no
// other is named, its own PostgreSQL.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"

	"github.com/alecthomas/kong"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	code := run(ctx, os.Args[1:], os.Environ(), os.Stdout, os.Stderr, pace{})
	stop()
	os.Exit(code)
}

// commands is the command line. Each command's Run gets the invocation.
type commands struct {
	Serve     serveCommand     `cmd:"" default:"withargs" help:"Run the server: API, hub and web page (the default)."`
	Hub       hubCommand       `cmd:"" help:"Run the hub alone, for any Pusher client and server library; no PostgreSQL."`
	Demo      demoCommand      `cmd:"" help:"Run the server and play an FTC event on it, so that there is something to see."`
	Owner     ownerCommand     `cmd:"" help:"Manage the operators of this server."`
	Event     eventCommand     `cmd:"" help:"Manage FTC events."`
	Relay     relayCommand     `cmd:"" help:"Look after the way of events to an external realtime server."`
	Log       logCommand       `cmd:"" help:"Look after the event log."`
	Backup    backupCommand    `cmd:"" help:"Write the whole database into one file. Works while the server runs."`
	Restore   restoreCommand   `cmd:"" help:"Make the database what it was when a backup was taken. Stop the server first."`
	Analytics analyticsCommand `cmd:"" help:"Compute ratings from files."`
}

// invocation is what a command gets from the process that runs it.
type invocation struct {
	ctx     context.Context
	environ []string
	out     io.Writer // what the caller asked for; logs go to err
	err     io.Writer
	pace    pace
}

// run is the program without its process: it parses, runs one command and returns the exit
// code, 0 for success, 1 for failure, 2 for a wrong command line.
func run(ctx context.Context, args, environ []string, out, errOut io.Writer, at pace) int {
	var cli commands
	exited := -1
	parser, err := kong.New(&cli,
		kong.Name("ftcmetrics"),
		kong.Description("Live scouting for FTC teams. With no command it serves on http://127.0.0.1:3001."),
		kong.Writers(out, errOut),
		kong.Exit(func(code int) { exited = code }),
		kong.UsageOnError(),
		kong.Resolvers(secretFiles(environ), soketiVariables(environ), providerVariables(environ)),
	)
	if err != nil {
		fmt.Fprintln(errOut, "ftcmetrics:", err)
		return 1
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		fmt.Fprintln(errOut, "ftcmetrics:", err)
		return 2
	}
	err = parsed.Run(&invocation{ctx: ctx, environ: environ, out: out, err: errOut, pace: at})
	if err != nil && !errors.Is(err, context.Canceled) {
		fmt.Fprintln(errOut, "ftcmetrics:", err)
		return 1
	}
	return 0
}
