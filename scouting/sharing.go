package scouting

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// SharedEntry is what another team lets the reader see of an entry: the robot and what it
// did. It has no notes, nobody's name, no ids and no times.
type SharedEntry struct {
	SharedBy     int             `json:"sharedByTeamNumber"` // the number that the sharing team says it has
	Season       int             `json:"season"`
	EventCode    string          `json:"eventCode"`
	Level        ftc.Level       `json:"tournamentLevel"`
	Series       int             `json:"series"`
	MatchNumber  int             `json:"matchNumber"`
	Alliance     ftc.Alliance    `json:"alliance"`
	ScoutedTeam  int             `json:"scoutedTeamNumber"`
	FormVersion  int             `json:"formVersion"`
	Data         json.RawMessage `json:"data"`
	AutoScore    int             `json:"autoScore"`
	TeleopScore  int             `json:"teleopScore"`
	EndgameScore int             `json:"endgameScore"`
	TotalScore   int             `json:"totalScore"`
}

// SharedFilter chooses among what is shared at one FTC event.
type SharedFilter struct {
	Event       ftc.EventKey
	ScoutedTeam *int
	Cursor      string // from the page before; "" is the start
	Limit       int    // 1 to 200
}

// Shared returns the entries of other teams that the actor, who may be nobody, may see at
// the FTC event, newest first, with the cursor of the next page. The teams' sharing levels
// decide as they are now: PUBLIC entries are everybody's; those of level EVENT are for
// members of teams on the FTC event's official list, from its first day.
func (s *Service) Shared(ctx context.Context, actor accounts.Actor, f SharedFilter) ([]SharedEntry, string, error) {
	event, err := s.q.Event(ctx, queries.EventParams{Season: int32(f.Event.Season), Code: f.Event.Code})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, "", ftc.ErrNoEvent
	}
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	p := queries.SharedEntriesParams{
		Season: event.Season, EventCode: event.Code, ScoutedTeam: small(f.ScoutedTeam), ReaderID: actor.UserID,
		Begun: event.Official && begun(event.StartsOn, event.Timezone, time.Now()), Readers: teams.RolesFor(teams.ReadShared), RowLimit: int32(f.Limit) + 1,
	}
	if f.Cursor != "" {
		if p.BeforeAt, p.BeforeID, err = parseCursor(f.Cursor); err != nil {
			return nil, "", err
		}
	}
	rows, err := s.q.SharedEntries(ctx, p)
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	next := ""
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		next = cursor(rows[f.Limit-1].CreatedAt, rows[f.Limit-1].ID)
	}
	list := make([]SharedEntry, 0, len(rows))
	for _, row := range rows {
		list = append(list, SharedEntry{
			SharedBy: int(row.TeamNumber), Season: int(event.Season), EventCode: event.Code, Level: ftc.Level(row.Level), Series: int(row.Series),
			MatchNumber: int(row.MatchNumber), Alliance: ftc.Alliance(row.Alliance), ScoutedTeam: int(row.ScoutedTeam), FormVersion: int(row.FormVersion),
			Data: row.Data, AutoScore: int(row.AutoScore), TeleopScore: int(row.TeleopScore), EndgameScore: int(row.EndgameScore), TotalScore: int(row.TotalScore),
		})
	}
	return list, next, nil
}
