package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net"
	"net/url"

	"github.com/jackc/pgx/v5/pgconn"
)

// The exit codes. docs/cli.md has them for who writes scripts.
const (
	exitDone        = 0
	exitFailed      = 1
	exitUsage       = 2
	exitUnreached   = 3
	exitInterrupted = 130 // as a shell says it of a program that SIGINT ended
)

// usageError is a command line whose parts do not go together.
type usageError struct{ text string }

// Error is the text.
func (e usageError) Error() string { return e.text }

// reportedError ends a command that has said already what is wrong.
type reportedError struct{}

// Error is for nobody.
func (reportedError) Error() string { return "faults were found" }

// exitCode is the code for how a command ended. Servers are ended by signals, and that is
// well; anything else has not done what it was started for.
func exitCode(err error, serves bool) int {
	var usage usageError
	switch {
	case err == nil, errors.Is(err, context.Canceled) && serves:
		return exitDone
	case errors.Is(err, context.Canceled):
		return exitInterrupted
	case errors.As(err, &usage):
		return exitUsage
	case unreached(err):
		return exitUnreached
	}
	return exitFailed
}

// unreached reports whether the error is that somebody on the network did not answer.
func unreached(err error) bool {
	var dial *net.OpError
	var name *net.DNSError
	var database *pgconn.ConnectError
	var late *url.Error
	switch {
	case errors.As(err, &dial):
		return dial.Op == "dial"
	case errors.As(err, &name):
		return true
	case errors.As(err, &late) && late.Timeout():
		return true
	}
	var refused *pgconn.PgError // it is there, and says no
	return errors.As(err, &database) && !errors.As(err, &refused)
}

// complain says why a command failed.
func complain(w io.Writer, err error) {
	var reported reportedError
	if err != nil && !errors.Is(err, context.Canceled) && !errors.As(err, &reported) {
		_, _ = fmt.Fprintln(w, "ftcmetrics:", err) // there is nobody else to tell
	}
}
