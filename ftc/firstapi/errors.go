package firstapi

import (
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

// The errors of this package.
var (
	ErrUnavailable = fault.New(fault.Unavailable, "ftc-api-unavailable", "FIRST's server does not answer. What was read before is still there.")
	ErrUnreadable  = fault.New(fault.Unavailable, "ftc-api-unreadable", "FIRST's server answers with something that cannot be read.")
	ErrCredentials = fault.New(fault.Unavailable, "ftc-api-credentials", "FIRST's server does not take the user name and token of this server.")
	ErrRefused     = fault.New(fault.Internal, "ftc-api-refused", "FIRST's server does not understand what this server asks for.")
)

// AskedError is in an error whose server asked to be left alone, by Retry-After, for longer
// than a call waits.
type AskedError struct {
	After time.Duration // how long still
	cause error
}

// Error returns what the server said.
func (e *AskedError) Error() string {
	if e.cause == nil {
		return "the server asked to be left alone"
	}
	return e.cause.Error()
}

// Unwrap returns the cause.
func (e *AskedError) Unwrap() error { return e.cause }
