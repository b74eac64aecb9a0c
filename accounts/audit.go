package accounts

import (
	"context"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
)

// ErrOperator is the answer to who is no operator of the server.
var ErrOperator = fault.New(fault.Forbidden, "not-operator", "Only operators of this server may do this.")

// Audit returns lines of the audit log of the whole server, to its operators.
func (s *Service) Audit(ctx context.Context, actor Actor, f audit.Filter) ([]audit.Line, string, error) {
	if !actor.Operator {
		return nil, "", ErrOperator
	}
	return audit.Read(ctx, s.pool, f)
}

// LockedOut writes down that an address has tried too many wrong codes, tokens or passwords
// and has to wait. The address is in ctx.
func (s *Service) LockedOut(ctx context.Context, tried string) error {
	return audit.Note(ctx, s.log, audit.By{}, audit.Deed{Action: audit.TriesLockedOut, Object: tried})
}
