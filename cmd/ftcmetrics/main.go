// Command ftcmetrics is the whole server: REST API, realtime hub, web page and, where no
// other is named, its own PostgreSQL. The same program looks after it: docs/cli.md.
package main

import (
	"context"
	"io"
	"os"
	"os/signal"
	"slices"
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
	Version kong.VersionFlag `help:"Print the version and end."`

	Serve     serveCommand     `cmd:"" default:"withargs" help:"Run the server: API, hub and web page (the default)."`
	Hub       hubCommand       `cmd:"" help:"Run the hub alone, for any Pusher client and server library; no PostgreSQL."`
	Demo      demoCommand      `cmd:"" help:"Run the server and play an FTC event on it, so that there is something to see."`
	Doctor    doctorCommand    `cmd:"" help:"Look for what is wrong with this server and its surroundings, and say how to mend it."`
	Config    configCommand    `cmd:"" help:"Look at the configuration."`
	Migrate   migrateCommand   `cmd:"" help:"Bring the database to this program's schema, as serve does when it starts."`
	Owner     ownerCommand     `cmd:"" help:"Manage the operators of this server."`
	Token     tokenCommand     `cmd:"" help:"Manage bearer tokens. Works while the server runs."`
	Event     eventCommand     `cmd:"" help:"Manage FTC events."`
	Season    seasonCommand    `cmd:"" help:"Look after season files."`
	Publish   publishCommand   `cmd:"" help:"Publish a realtime event, here, on soketi or on Pusher Channels."`
	Tail      tailCommand      `cmd:"" help:"Print what happens on channels, as it happens."`
	Sign      signCommand      `cmd:"" help:"Print a signed curl for the Pusher HTTP API, good for ten minutes."`
	Relay     relayCommand     `cmd:"" help:"Look after the way of events to an external realtime server."`
	Log       logCommand       `cmd:"" help:"Look after the event log."`
	Backup    backupCommand    `cmd:"" help:"Write the whole database into one file. Works while the server runs."`
	Restore   restoreCommand   `cmd:"" help:"Make the database what it was when a backup was taken. Stop the server first."`
	Analytics analyticsCommand `cmd:"" help:"Compute ratings from files."`

	Completion completionCommand `cmd:"" help:"Print a script that completes this command line in a shell."`
}

// invocation is what a command gets from the process that runs it.
type invocation struct {
	ctx     context.Context
	environ []string
	parsed  *kong.Context
	sources sources
	out     io.Writer // what the caller asked for; logs go to err
	err     io.Writer
	pace    pace
}

// newParser makes the command line. exit is called where --help or --version ends it.
func newParser(cli *commands, environ []string, from sources, options ...kong.Option) (*kong.Kong, error) {
	return kong.New(cli, append([]kong.Option{
		kong.Name("ftcmetrics"),
		kong.Description("Live scouting for FTC teams. With no command it serves on http://127.0.0.1:3001."),
		kong.UsageOnError(),
		kong.Vars{"version": "ftcmetrics " + version()},
		kong.Resolvers(secretFiles(environ, from), soketiVariables(environ, from), providerVariables(environ, from)),
		kong.PostBuild(describe),
	}, options...)...)
}

// run is the program without its process: it parses, runs one command and returns the exit
// code.
func run(ctx context.Context, args, environ []string, out, errOut io.Writer, at pace) int {
	var cli commands
	exited := -1
	from := sources{}
	parser, err := newParser(&cli, environ, from, kong.Writers(out, errOut), kong.Exit(func(code int) { exited = code }))
	if err != nil {
		complain(errOut, err)
		return exitFailed
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited // --help
	}
	if err != nil {
		complain(errOut, err)
		return exitUsage
	}
	name := parsed.Command()
	command := parsed.Selected().Target.Addr().Interface().(interface{ Run(in *invocation) error })
	// Nothing here needs what was parsed any more: a server that runs for weeks may let go of it.
	err = command.Run(&invocation{ctx: ctx, environ: environ, parsed: parsed, sources: from, out: out, err: errOut, pace: at})
	complain(errOut, err)
	return exitCode(err, slices.Contains(servers, name))
}
