package accounts

import (
	"context"
	"encoding/json"
	"fmt"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// Export is everything that the server holds of a person: under each noun the rows as they
// are stored. The event log repeats some of it and adds nothing.
type Export struct {
	At   time.Time                  `json:"exportedAt"`
	Held map[string]json.RawMessage `json:"held"`
}

// held is one noun of an export. Columns are those by which its rows refer to the person; a
// test holds them against all of the schema that refer to users.
type held struct {
	noun    string
	columns []string
	read    func(q *queries.Queries, ctx context.Context, userID uuid.UUID) ([]byte, error)
}

// everythingHeld has a row for each query of queries/held.sql.
func everythingHeld() []held {
	return []held{
		{"profile", nil, (*queries.Queries).HeldProfile},
		{"signIns", []string{"tokens.user_id"}, (*queries.Queries).HeldTokens},
		{"identities", []string{"identities.user_id"}, (*queries.Queries).HeldIdentities},
		{"memberships", []string{"memberships.user_id"}, (*queries.Queries).HeldMemberships},
		{"formerMemberships", []string{"former_scouts.user_id"}, (*queries.Queries).HeldFormerMemberships},
		{"invites", []string{"invites.created_by"}, (*queries.Queries).HeldInvites},
		{"entries", []string{"scouting_entries.scouter_id"}, (*queries.Queries).HeldEntries},
		{"carriedEntries", []string{"scouting_entries.courier_id"}, (*queries.Queries).HeldCarried},
		{"entryChanges", []string{"entry_revisions.editor_id"}, (*queries.Queries).HeldEntryChanges},
		{"assignments", nil, (*queries.Queries).HeldAssignments},
		{"notes", []string{"scouting_notes.author_id"}, (*queries.Queries).HeldNotes},
		{"pitReports", []string{"pit_reports.author_id", "pit_reports.editor_id"}, (*queries.Queries).HeldPitReports},
		{"pitChanges", []string{"pit_revisions.editor_id"}, (*queries.Queries).HeldPitChanges},
		{"media", []string{"media.author_id"}, (*queries.Queries).HeldMedia},
		{"pickLists", []string{"picklists.created_by"}, (*queries.Queries).HeldPickLists},
		{"pickListChanges", []string{"picklist_operations.editor_id"}, (*queries.Queries).HeldPickListChanges},
		{"operatedEvents", []string{"event_operators.user_id"}, (*queries.Queries).HeldEventOperators},
		{"operatorGrants", []string{"event_operators.granted_by"}, (*queries.Queries).HeldOperatorGrants},
		{"quarantine", []string{"quarantine.sender_id", "quarantine.author_id"}, (*queries.Queries).HeldQuarantine},
		{"discarded", []string{"quarantine.discarded_by"}, (*queries.Queries).HeldDiscarded},
		{"audit", []string{"audit.actor_id", "audit.subject_id"}, (*queries.Queries).HeldAudit},
	}
}

// Export returns everything that the server holds of the actor, as it is at one instant.
func (s *Service) Export(ctx context.Context, actor Actor) (Export, error) {
	if err := actor.Person(); err != nil {
		return Export{}, err
	}
	if err := audit.Note(ctx, s.log, actor.By(), audit.Deed{Action: audit.PersonExported, Subject: actor.UserID}); err != nil {
		return Export{}, err
	}
	export := Export{At: time.Now().UTC(), Held: make(map[string]json.RawMessage)}
	err := pgx.BeginTxFunc(ctx, s.pool, pgx.TxOptions{IsoLevel: pgx.RepeatableRead, AccessMode: pgx.ReadOnly}, func(tx pgx.Tx) error {
		q := queries.New(tx)
		for _, h := range everythingHeld() {
			rows, err := h.read(q, ctx, actor.UserID)
			if err != nil {
				return fmt.Errorf("export %s: %w", h.noun, err)
			}
			export.Held[h.noun] = rows
		}
		return nil
	})
	return export, eventlog.Translate(err)
}
