package teams

import (
	"context"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
)

// Audit returns lines of the audit log about the team, to its mentors. Where members called
// from is not for them to see.
func (s *Service) Audit(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, f audit.Filter) ([]audit.Line, string, error) {
	role, err := s.RoleOf(ctx, actor.UserID, teamID)
	if err != nil {
		return nil, "", err
	}
	if !role.May(ReadAudit) {
		return nil, "", ErrRole
	}
	f.Team = &teamID
	lines, next, err := audit.Read(ctx, s.pool, f)
	for i := range lines {
		lines[i].Address, lines[i].RequestID = "", ""
	}
	return lines, next, err
}
