package api_test

import (
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// Audit has the rows of the audit log.
func (accessRows) Audit() []access {
	return []access{
		{method: "GET", route: "/api/operator/audit", operators: true},
		{method: "GET", route: "/api/user-teams/{id}/audit", action: teams.ReadAudit},
	}
}
