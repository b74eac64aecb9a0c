// Command loadgen puts load on a Pusher server on this machine and prints what it cost,
// one line of JSON for each scenario. A server that loses, doubles, reorders or cuts a
// message, refuses a publish or closes a socket unasked makes it exit with 1.
//
//	loadgen -addr 127.0.0.1:6001 -app ID -key KEY -secret SECRET -pid PID -label ours -out runs.jsonl
//	loadgen report -peer theirs runs.jsonl
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"syscall"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/loadgen"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	runtime.GOMAXPROCS(1) // one goroutine works; the rest of the machine is the server's
	debug.SetGCPercent(400)
	err := run(ctx, os.Args[1:], os.Stdout, os.Stderr)
	if err != nil && !errors.Is(err, flag.ErrHelp) {
		fmt.Fprintln(os.Stderr, "loadgen:", err)
		stop()
		os.Exit(1) //nolint:gocritic // stopped above
	}
}

func run(ctx context.Context, args []string, out, log io.Writer) error {
	if len(args) > 0 && args[0] == "report" {
		return report(args[1:], out, log)
	}
	return play(ctx, args, out, log)
}

var errBroken = errors.New("a scenario failed")

// settings are the flags of a run.
type settings struct {
	target    loadgen.Target
	plan      loadgen.Plan
	scenarios string
	out       string
	result    loadgen.Result // what all results share
	wait      time.Duration
}

func parse(args []string, log io.Writer) (settings, error) {
	s := settings{plan: loadgen.DefaultPlan()}
	flags := flag.NewFlagSet("loadgen", flag.ContinueOnError)
	flags.SetOutput(log)
	flags.StringVar(&s.target.Address, "addr", "127.0.0.1:6001", "the server's `address`, on loopback")
	flags.StringVar(&s.target.AppID, "app", "", "app's id")
	flags.StringVar(&s.target.Key, "key", "", "app's key")
	flags.StringVar(&s.target.Secret, "secret", "", "app's secret")
	flags.IntVar(&s.target.PID, "pid", 0, "the server's `process`, whose CPU time and memory are read")
	flags.DurationVar(&s.wait, "wait", 10*time.Second, "how long the server may take to listen")
	flags.StringVar(&s.result.Label, "label", "server", "the server's name in the results")
	flags.IntVar(&s.result.Round, "round", 1, "number of the round in the results")
	flags.StringVar(&s.out, "out", "", "append the results to `file` too")
	flags.StringVar(&s.scenarios, "scenarios", strings.Join(loadgen.UsualScenarios(), ","), "what to run, of "+strings.Join(loadgen.Scenarios(), ", "))
	flags.StringVar(&s.target.Metrics, "metrics", "", "the `address` of the server's Prometheus metrics; churn reads its goroutines there")
	flags.DurationVar(&s.plan.Churn, "churn", s.plan.Churn, "churn: how long")
	flags.IntVar(&s.plan.Guests, "guests", s.plan.Guests, "churn: sockets")
	flags.IntVar(&s.plan.Swaps, "swaps", s.plan.Swaps, "churn: joins a second, and leaves")
	flags.IntVar(&s.plan.Sockets, "sockets", s.plan.Sockets, "connect, storm: sockets")
	flags.IntVar(&s.plan.Subscribers, "subscribers", s.plan.Subscribers, "fanout, latency, slow, watched: subscribers of one channel")
	flags.IntVar(&s.plan.Topics, "topics", s.plan.Topics, "many: channels")
	flags.IntVar(&s.plan.Members, "members", s.plan.Members, "presence: members that join")
	flags.IntVar(&s.plan.Subscriptions, "subscriptions", s.plan.Subscriptions, "private: signed subscriptions")
	flags.IntVar(&s.plan.Publishers, "publishers", s.plan.Publishers, "HTTP publishers")
	flags.IntVar(&s.plan.Window, "window", s.plan.Window, "fanout: messages on their way at once")
	flags.IntVar(&s.plan.Rate, "rate", s.plan.Rate, "latency, slow, churn, watched: messages a second")
	flags.IntVar(&s.plan.Size, "size", s.plan.Size, "bytes of a payload")
	flags.IntVar(&s.plan.Turns, "turns", s.plan.Turns, "watched: how often there are four windows")
	flags.DurationVar(&s.plan.Turn, "turn", s.plan.Turn, "watched: length of a window")
	flags.StringVar(&s.plan.Watch.Path, "watch", "", "watched: `path` on the server that is asked for once a second in every second window; empty is nothing, which shows the noise")
	flags.StringVar(&s.plan.Watch.End, "unwatch", "", "watched: `path` that is asked for before the other windows")
	flags.StringVar(&s.plan.Watch.Token, "bearer", "", "watched: `token` to ask with")
	flags.DurationVar(&s.plan.Time, "time", s.plan.Time, "length of each measured phase")
	if err := flags.Parse(args); err != nil {
		return s, err
	}
	if s.plan.Rate < 1 || s.plan.Swaps < 1 || s.plan.Turns < 1 || flags.NArg() > 0 {
		return s, fmt.Errorf("a rate, swaps or turns below 1, or arguments: %q", flags.Args())
	}
	for name := range strings.SplitSeq(s.scenarios, ",") {
		if !slices.Contains(loadgen.Scenarios(), name) {
			return s, fmt.Errorf("no scenario %q, there are %s", name, strings.Join(loadgen.Scenarios(), ", "))
		}
	}
	return s, nil
}

// play runs the scenarios one after the other. One that fails does not hide the next.
func play(ctx context.Context, args []string, out, log io.Writer) (err error) {
	s, err := parse(args, log)
	if err != nil {
		return err
	}
	if s.out != "" {
		file, err := os.OpenFile(s.out, os.O_APPEND|os.O_CREATE|os.O_WRONLY, 0o644) //nolint:gosec // results are no secret
		if err != nil {
			return err
		}
		defer func() { err = errors.Join(err, file.Close()) }()
		out = io.MultiWriter(out, file)
	}
	if err := raiseFiles(); err != nil {
		return err
	}
	if err := loadgen.WaitListening(ctx, s.target.Address, s.wait); err != nil {
		return err
	}
	var broken error
	for _, name := range loadgen.Scenarios() {
		if !slices.Contains(strings.Split(s.scenarios, ","), name) {
			continue
		}
		result := s.result
		result.Scenario, result.Time = name, time.Now().UTC().Truncate(time.Second)
		metrics, err := loadgen.Run(ctx, name, s.target, s.plan)
		if err != nil {
			result.Error = err.Error()
			broken = errBroken
			_, _ = fmt.Fprintf(log, "%s: %s failed: %v\n", result.Label, name, err)
		}
		result.Metrics = metrics
		if err := loadgen.WriteResult(out, result); err != nil {
			return err
		}
		runtime.GC()
		if err := pause(ctx, time.Second); err != nil { // the server lets go of the sockets
			return err
		}
	}
	return broken
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}

// raiseFiles lets this process open as many files as it may.
func raiseFiles() error {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	limit.Cur = limit.Max
	if err := syscall.Setrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return fmt.Errorf("limit of open files: %w", err)
	}
	return nil
}

// report prints the medians of files of results.
func report(args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("loadgen report", flag.ContinueOnError)
	flags.SetOutput(log)
	peer := flags.String("peer", "", "`label` of the server that the others are compared with")
	floor := flags.String("floor", "", "`label` of the floor, which tells how fast the machine is today")
	if err := flags.Parse(args); err != nil {
		return err
	}
	var all []loadgen.Result
	for _, name := range flags.Args() {
		file, err := os.Open(name) //nolint:gosec // named by the caller
		if err != nil {
			return err
		}
		results, err := loadgen.ReadResults(file)
		if err := errors.Join(err, file.Close()); err != nil {
			return fmt.Errorf("%s: %w", name, err)
		}
		all = append(all, results...)
	}
	return loadgen.Report(out, all, *peer, *floor)
}
