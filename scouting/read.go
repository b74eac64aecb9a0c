package scouting

import (
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// Get returns an entry of one of the actor's teams, if their role lets them read it: a
// shared tablet reads what was recorded on it and what it is assigned to.
func (s *Service) Get(ctx context.Context, actor accounts.Actor, id uuid.UUID) (Entry, error) {
	row, err := s.q.EntryFor(ctx, queries.EntryForParams{ID: id, UserID: actor.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return Entry{}, ErrNoEntry
	}
	if err != nil {
		return Entry{}, eventlog.Translate(err)
	}
	reach := teams.Role(row.Role).Reach(teams.ReadEntries)
	if own := row.ScoutingEntry.ScouterID == actor.UserID || row.Assigned; reach == teams.None || reach == teams.Own && !own {
		return Entry{}, ErrRole
	}
	return entry(row.ScoutingEntry, row.DisplayName), nil
}

// Filter chooses entries of a team; nil leaves a part open.
type Filter struct {
	TeamID      uuid.UUID
	Season      *int
	EventCode   *string
	Level       *string
	Series      *int
	MatchNumber *int
	ScoutedTeam *int
	ScouterID   *uuid.UUID
	Cursor      string // from the page before; "" is the start
	Limit       int    // 1 to 200
}

// List returns the team's entries that the actor's role lets them read, newest first, and
// the cursor of the next page, which is "" at the end.
func (s *Service) List(ctx context.Context, actor accounts.Actor, f Filter) ([]Entry, string, error) {
	role, err := s.q.RoleIn(ctx, queries.RoleInParams{TeamID: f.TeamID, UserID: actor.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return nil, "", teams.ErrNoTeam
	}
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	p := queries.EntriesParams{
		TeamID: f.TeamID, Season: small(f.Season), EventCode: f.EventCode, Level: f.Level, Series: small(f.Series),
		MatchNumber: small(f.MatchNumber), ScoutedTeam: small(f.ScoutedTeam), ScouterID: f.ScouterID, RowLimit: int32(f.Limit) + 1,
	}
	switch teams.Role(role).Reach(teams.ReadEntries) {
	case teams.None:
		return nil, "", ErrRole
	case teams.Own:
		p.OwnOf = &actor.UserID
	case teams.All:
	}
	if f.Cursor != "" {
		if p.BeforeAt, p.BeforeID, err = parseCursor(f.Cursor); err != nil {
			return nil, "", err
		}
	}
	rows, err := s.q.Entries(ctx, p)
	if err != nil {
		return nil, "", eventlog.Translate(err)
	}
	next := ""
	if len(rows) > f.Limit {
		rows = rows[:f.Limit]
		last := rows[len(rows)-1].ScoutingEntry
		next = cursor(last.CreatedAt, last.ID)
	}
	list := make([]Entry, 0, len(rows))
	for _, row := range rows {
		list = append(list, entry(row.ScoutingEntry, row.DisplayName))
	}
	return list, next, nil
}

// Revision is an entry as it was after one change.
type Revision struct {
	Rev          int             `json:"rev"`
	Action       string          `json:"action"` // created, updated or deleted
	Editor       accounts.User   `json:"editor"`
	At           time.Time       `json:"at"`
	Alliance     ftc.Alliance    `json:"alliance"`
	ScoutedTeam  int             `json:"scoutedTeamNumber"`
	MatchNumber  int             `json:"matchNumber"`
	Data         json.RawMessage `json:"data"`
	Notes        string          `json:"notes"`
	AutoScore    int             `json:"autoScore"`
	TeleopScore  int             `json:"teleopScore"`
	EndgameScore int             `json:"endgameScore"`
	TotalScore   int             `json:"totalScore"`
}

// History returns every state the entry has had, oldest first.
func (s *Service) History(ctx context.Context, actor accounts.Actor, id uuid.UUID) ([]Revision, error) {
	if _, err := s.Get(ctx, actor, id); err != nil {
		return nil, err
	}
	rows, err := s.q.Revisions(ctx, id)
	list := make([]Revision, 0, len(rows))
	for _, row := range rows {
		r := row.EntryRevision
		list = append(list, Revision{
			Rev: int(r.Rev), Action: r.Action, Editor: accounts.User{ID: r.EditorID, DisplayName: row.DisplayName}, At: r.At,
			Alliance: ftc.Alliance(r.Alliance), ScoutedTeam: int(r.ScoutedTeam), MatchNumber: int(r.MatchNumber), Data: r.Data,
			Notes: r.Notes, AutoScore: int(r.AutoScore), TeleopScore: int(r.TeleopScore), EndgameScore: int(r.EndgameScore), TotalScore: int(r.TotalScore),
		})
	}
	return list, eventlog.Translate(err)
}

// cursor says where a page ended: the time and id of its last entry.
func cursor(at time.Time, id uuid.UUID) string {
	return base64.RawURLEncoding.EncodeToString([]byte(at.UTC().Format(time.RFC3339Nano) + " " + id.String()))
}

func parseCursor(text string) (*time.Time, *uuid.UUID, error) {
	raw, err := base64.RawURLEncoding.DecodeString(text)
	if err != nil {
		return nil, nil, ErrCursor
	}
	atText, idText, _ := strings.Cut(string(raw), " ")
	at, err := time.Parse(time.RFC3339Nano, atText)
	if err != nil {
		return nil, nil, ErrCursor
	}
	id, err := uuid.Parse(idText)
	if err != nil {
		return nil, nil, ErrCursor
	}
	return &at, &id, nil
}
