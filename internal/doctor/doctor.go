// Package doctor looks for what is wrong around a server: its database, Redis, clock, disk,
// ports, and the way from a browser to its sockets and back. It asks the real things, as a
// client of them, and names the mend of each fault.
package doctor

import (
	"errors"
	"fmt"
	"net"
	"time"
)

// Status says how bad a finding is.
type Status string

// The statuses. Only Fail keeps a server from doing its work.
const (
	OK   Status = "ok"
	Warn Status = "warn"
	Fail Status = "FAIL"
)

// patience is how long anybody may take to answer.
const patience = 5 * time.Second

// Finding is what one look has found.
type Finding struct {
	Check  string `json:"check"`
	Status Status `json:"status"`
	Detail string `json:"detail"`
	Mend   string `json:"mend,omitempty"` // what to do about it
}

// Good is a finding of nothing wrong.
func Good(check, format string, args ...any) Finding {
	return Finding{Check: check, Status: OK, Detail: fmt.Sprintf(format, args...)}
}

// Bad is a fault with its mend.
func Bad(check, detail, mend string) Finding {
	return Finding{Check: check, Status: Fail, Detail: detail, Mend: mend}
}

// Odd is what may be meant so.
func Odd(check, detail, mend string) Finding {
	return Finding{Check: check, Status: Warn, Detail: detail, Mend: mend}
}

// unreachable says why nobody answered at the address; ok is false for other errors.
func unreachable(err error, address string) (text string, ok bool) {
	var name *net.DNSError
	var dial *net.OpError
	var slow interface{ Timeout() bool }
	switch {
	case errors.As(err, &name):
		return fmt.Sprintf("the name %s is not known", name.Name), true
	case errors.As(err, &slow) && slow.Timeout():
		return address + " does not answer", true
	case errors.As(err, &dial) && dial.Op == "dial":
		return fmt.Sprintf("nothing listens at %s: %v", address, dial.Err), true
	}
	return "", false
}
