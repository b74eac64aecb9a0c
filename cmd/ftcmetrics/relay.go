package main

import (
	"errors"
	"fmt"
	"io"
	"strconv"
	"text/tabwriter"
	"time"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// shownLetters is how many dead letters status lists.
const shownLetters = 1000

type relayCommand struct {
	Status relayStatusCommand `cmd:"" help:"Show the external realtime servers that events are relayed to, how far they are, and what they refused. Works while the server runs."`
	Replay relayReplayCommand `cmd:"" help:"Send dead letters again. The server that relays does it; it need not run now."`
	Forget relayForgetCommand `cmd:"" help:"Forget the positions and dead letters of a sink. Relayed to again, it starts with what is new."`
}

// relayFlags are what these commands have in common.
type relayFlags struct {
	serveConfig
	jsonFlag
}

// with runs a question on the log.
func (c relayFlags) with(in *invocation, do func(log *eventlog.Log) error) (err error) {
	d, err := openDatabase(in.ctx, c.serveConfig, c.logger(in.err), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	return do(eventlog.New(d.pool, func(realtime.Channel, int64) {})) // the server finds what is appended here
}

type relayStatusCommand struct {
	relayFlags
}

// relayStatus is what status prints as JSON.
type relayStatus struct {
	Sinks       []eventlog.Sink   `json:"sinks"`
	Letters     []eventlog.Letter `json:"deadLetters"`
	LetterCount int64             `json:"deadLetterCount"`
}

// Run prints sinks and dead letters.
func (c *relayStatusCommand) Run(in *invocation) error {
	return c.with(in, func(log *eventlog.Log) error {
		sinks, err := log.Sinks(in.ctx)
		letters, err2 := log.Letters(in.ctx, eventlog.LetterFilter{}, 0, shownLetters)
		count, err3 := log.LetterCount(in.ctx, eventlog.LetterFilter{})
		if err := errors.Join(err, err2, err3); err != nil {
			return err
		}
		return c.print(in.out, relayStatus{sinks, letters, count}, func() error { return printStatus(in.out, sinks, letters, count) })
	})
}

func printStatus(out io.Writer, sinks []eventlog.Sink, letters []eventlog.Letter, count int64) error {
	if len(sinks) == 0 {
		_, err := fmt.Fprintln(out, "Events were never relayed to an external server.")
		return err
	}
	table := tabwriter.NewWriter(out, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "SINK\tBEHIND\tDEAD LETTERS\tSINCE\tLEADER")
	for _, s := range sinks {
		leader := s.Leader
		if leader == "" {
			leader = "none"
		}
		fmt.Fprintf(table, "%s\t%d\t%d\t%s\t%s\n", s.Name, s.Behind, s.Letters, s.StartedAt.UTC().Format(time.DateTime), leader)
	}
	if len(letters) > 0 {
		fmt.Fprintln(table, "\nID\tSINK\tCHANNEL\tSEQ\tEVENT\tREFUSED\tREASON")
	}
	for _, l := range letters {
		again := ""
		if l.Wanted {
			again = " (to be sent again)"
		}
		fmt.Fprintf(table, "%d\t%s\t%s\t%d\t%.40s\t%s\t%.80s%s\n", l.Number, l.Sink, l.Channel, l.Seq, l.Name, l.RefusedAt.UTC().Format(time.DateTime), l.Reason, again)
	}
	if more := count - int64(len(letters)); more > 0 {
		fmt.Fprintf(table, "and %d more\n", more)
	}
	return table.Flush()
}

// byCommand is whoever runs a command on the server's machine, in the audit log.
var byCommand = audit.By{Kind: audit.KindCommand}

// which names one dead letter, or all by 0.
func which(number int64) string {
	if number == 0 {
		return "all"
	}
	return strconv.FormatInt(number, 10)
}

type relayReplayCommand struct {
	relayFlags
	ID  int64 `name:"id" xor:"which" required:"" help:"Number of the dead letter."`
	All bool  `name:"all" xor:"which" required:"" help:"All of them."`
}

// Run marks dead letters for the leader.
func (c *relayReplayCommand) Run(in *invocation) error {
	if !c.All && c.ID <= 0 {
		return errors.New("--id is the number of a dead letter, from 1")
	}
	return c.with(in, func(log *eventlog.Log) error {
		n, err := log.Replay(in.ctx, eventlog.LetterFilter{Number: c.ID}, func(batch *eventlog.Batch) {
			audit.Write(batch, byCommand, audit.Deed{Action: audit.LettersReplayed, Object: which(c.ID)})
		})
		if err != nil {
			return err
		}
		return c.print(in.out, map[string]int64{"wanted": n}, func() error {
			_, err := fmt.Fprintf(in.out, "%d will be sent again by the server that relays\n", n)
			return err
		})
	})
}

type relayForgetCommand struct {
	relayFlags
	Sink string `arg:"" help:"Name of the sink, as status shows it."`
}

// Run forgets a sink.
func (c *relayForgetCommand) Run(in *invocation) error {
	return c.with(in, func(log *eventlog.Log) error {
		if err := log.ForgetSink(in.ctx, c.Sink, func(batch *eventlog.Batch) {
			audit.Write(batch, byCommand, audit.Deed{Action: audit.SinkForgotten, Object: c.Sink})
		}); err != nil {
			return err
		}
		return c.print(in.out, map[string]string{"forgotten": c.Sink}, func() error {
			_, err := fmt.Fprintln(in.out, "forgotten:", c.Sink)
			return err
		})
	})
}

type logCommand struct {
	NewEpoch logNewEpochCommand `cmd:"" help:"Have all clients start over, after a restore that left no trace in the database, such as a copied data folder. Works while the server runs."`
}

type logNewEpochCommand struct {
	serveConfig
}

// Run renews the epochs.
func (c *logNewEpochCommand) Run(in *invocation) (err error) {
	d, err := openDatabase(in.ctx, c.serveConfig, c.logger(in.err), true)
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, d.close()) }()
	log := eventlog.New(d.pool, func(realtime.Channel, int64) {})
	if err := errors.Join(log.Renew(in.ctx), audit.Note(in.ctx, log, byCommand, audit.Deed{Action: audit.LogRenewed})); err != nil {
		return err
	}
	_, err = fmt.Fprintln(in.out, "all clients will start over")
	return err
}
