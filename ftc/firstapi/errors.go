package firstapi

import "github.com/ftcmetrics/ftcmetrics/fault"

// The errors of this package.
var (
	ErrUnavailable = fault.New(fault.Unavailable, "ftc-api-unavailable", "FIRST's server does not answer. What was read before is still there.")
	ErrUnreadable  = fault.New(fault.Unavailable, "ftc-api-unreadable", "FIRST's server answers with something that cannot be read.")
	ErrCredentials = fault.New(fault.Unavailable, "ftc-api-credentials", "FIRST's server does not take the user name and token of this server.")
	ErrRefused     = fault.New(fault.Internal, "ftc-api-refused", "FIRST's server does not understand what this server asks for.")
)
