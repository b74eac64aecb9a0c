package scouting

import (
	"context"
	"errors"
	"fmt"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/scouting/transfer"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// ErrAssignmentsOnly is returned when somebody imports assignments.
var ErrAssignmentsOnly = fault.New(fault.Invalid, "transfer-of-assignments", "This transfer carries assignments. They are for tablets; the server has them already.")

// Transfer is what chunks carry, or are to carry: entries or assignments of one team.
type Transfer struct {
	TeamID      uuid.UUID
	Entries     []TransferEntry
	Assignments []TransferAssignment
}

// TransferEntry is an entry on its way, with what it would score.
type TransferEntry struct {
	NewEntry
	Score seasons.Score
}

// TransferAssignment is an assignment on its way.
type TransferAssignment struct {
	ScoutID     uuid.UUID
	Season      int
	EventCode   string
	Level       ftc.Level
	Series      int
	MatchNumber int
	Alliance    ftc.Alliance
	Station     int
	ScoutedTeam int
}

// EncodeStored packs stored entries of the team that the actor may read.
func (s *Service) EncodeStored(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, ids []uuid.UUID, size int) ([]string, error) {
	role, err := s.q.RoleIn(ctx, queries.RoleInParams{TeamID: teamID, UserID: actor.UserID})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return nil, teams.ErrNoTeam
	case err != nil:
		return nil, eventlog.Translate(err)
	case !teams.Role(role).May(teams.ReadEntries):
		return nil, ErrRole
	}
	bundle := transfer.Bundle{Team: teamID}
	rows, err := s.q.EntriesByID(ctx, queries.EntriesByIDParams{TeamID: teamID, Ids: ids})
	if err != nil {
		return nil, eventlog.Translate(err)
	}
	all := teams.Role(role).Reach(teams.ReadEntries) == teams.All
	for _, row := range rows {
		if all || row.ScouterID == actor.UserID {
			bundle.Entries = append(bundle.Entries, packed(entry(row, "")))
		}
	}
	if len(bundle.Entries) != len(ids) {
		return nil, ErrNoEntry
	}
	return transfer.Encode(s.book, bundle, size)
}

// packed returns a stored entry as a transfer has it.
func packed(e Entry) transfer.Entry {
	return transfer.Entry{
		Place: place(e.Season, e.EventCode, e.Level, e.Series, e.MatchNumber, e.Alliance, e.ScoutedTeam),
		ID:    e.ID, Author: e.Scouter.ID, FormVersion: e.FormVersion, Data: e.Data, Notes: e.Notes,
	}
}

func place(season int, code string, level ftc.Level, series, number int, alliance ftc.Alliance, robot int) transfer.Place {
	return transfer.Place{Season: season, EventCode: code, Level: string(level), Series: series, MatchNumber: number, Alliance: string(alliance), ScoutedTeam: robot}
}

// EncodeEntries packs entries that need not be stored, as a tablet does by itself.
func (s *Service) EncodeEntries(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, entries []NewEntry, size int) ([]string, error) {
	if err := s.mayRead(ctx, actor, teamID, teams.CreateEntry); err != nil {
		return nil, err
	}
	bundle := transfer.Bundle{Team: teamID}
	for i, e := range entries {
		e.ScoutingTeamID = teamID
		d, err := check(s.book, e)
		if err == nil && d.ID == uuid.Nil {
			err = ErrEntry.Saying("An entry in a transfer has an id.").At(fault.Field{Pointer: "/id", Detail: "id is missing."})
		}
		if err != nil {
			return nil, below(err, fmt.Sprintf("/entries/%d", i))
		}
		if d.Author == uuid.Nil {
			d.Author = actor.UserID
		}
		bundle.Entries = append(bundle.Entries, transfer.Entry{
			Place: place(d.Season, d.EventCode, d.Level, d.Series, d.MatchNumber, d.Alliance, d.ScoutedTeam),
			ID:    d.ID, Author: d.Author, FormVersion: d.form.Form.Version, Data: d.Data, Notes: d.Notes,
		})
	}
	return transfer.Encode(s.book, bundle, size)
}

// below moves the pointers of an error to where the faulty part stands.
func below(err error, pointer string) error {
	e := *fault.From(err)
	fields := e.Fields
	e.Fields = nil
	if len(fields) == 0 {
		return e.At(fault.Field{Pointer: pointer, Detail: e.Detail})
	}
	for _, f := range fields {
		e = *e.At(fault.Field{Pointer: pointer + f.Pointer, Detail: f.Detail})
	}
	return &e
}

// EncodeAssignments packs assignments for a tablet.
func (s *Service) EncodeAssignments(ctx context.Context, actor accounts.Actor, teamID uuid.UUID, list []TransferAssignment, size int) ([]string, error) {
	if err := s.mayRead(ctx, actor, teamID, teams.ReadAssignments); err != nil {
		return nil, err
	}
	bundle := transfer.Bundle{Team: teamID}
	for i, a := range list {
		code, err := ftc.CleanCode(a.EventCode)
		if err != nil {
			return nil, below(err, fmt.Sprintf("/assignments/%d", i))
		}
		bundle.Assignments = append(bundle.Assignments, transfer.Assignment{
			Place: place(a.Season, code, a.Level, a.Series, a.MatchNumber, a.Alliance, a.ScoutedTeam), Scout: a.ScoutID, Station: a.Station,
		})
	}
	return transfer.Encode(s.book, bundle, size)
}

// DecodeTransfer shows what chunks carry to a member of the team that they name. It stores
// nothing.
func (s *Service) DecodeTransfer(ctx context.Context, actor accounts.Actor, chunks []string) (Transfer, error) {
	b, err := transfer.Decode(s.book, chunks)
	if err != nil {
		return Transfer{}, err
	}
	action := teams.CreateEntry
	if len(b.Assignments) > 0 {
		action = teams.ReadAssignments
	}
	if err := s.mayRead(ctx, actor, b.Team, action); err != nil {
		return Transfer{}, err
	}
	out := Transfer{TeamID: b.Team, Entries: []TransferEntry{}, Assignments: []TransferAssignment{}}
	for i, e := range b.Entries {
		unpacked := fresh(b.Team, e)
		d, err := check(s.book, unpacked)
		if err != nil {
			return Transfer{}, below(err, fmt.Sprintf("/entries/%d", i))
		}
		out.Entries = append(out.Entries, TransferEntry{unpacked, d.score})
	}
	for _, a := range b.Assignments {
		out.Assignments = append(out.Assignments, TransferAssignment{
			ScoutID: a.Scout, Season: a.Season, EventCode: a.EventCode, Level: ftc.Level(a.Level), Series: a.Series, MatchNumber: a.MatchNumber,
			Alliance: ftc.Alliance(a.Alliance), Station: a.Station, ScoutedTeam: a.ScoutedTeam,
		})
	}
	return out, nil
}

// fresh returns an entry of a transfer as its scout's tablet would have sent it.
func fresh(teamID uuid.UUID, e transfer.Entry) NewEntry {
	return NewEntry{
		ID: e.ID, ScoutingTeamID: teamID, Season: e.Season, EventCode: e.EventCode, Level: ftc.Level(e.Level), Series: e.Series,
		MatchNumber: e.MatchNumber, Alliance: ftc.Alliance(e.Alliance), ScoutedTeam: e.ScoutedTeam, Data: e.Data, Notes: e.Notes, Author: e.Author,
	}
}

// ImportTransfer records the entries of a transfer with the actor as their courier, each
// answered by itself. The transfer is not signed: what it says of authors is the courier's
// word, and the team that it names must be one for which the actor may bring entries.
func (s *Service) ImportTransfer(ctx context.Context, actor accounts.Actor, chunks []string) ([]Outcome, error) {
	b, err := transfer.Decode(s.book, chunks)
	if err != nil {
		return nil, err
	}
	if err := s.mayBring(ctx, actor, b.Team); err != nil {
		return nil, err
	}
	if len(b.Assignments) > 0 {
		return nil, ErrAssignmentsOnly
	}
	outcomes := make([]Outcome, len(b.Entries))
	for i, e := range b.Entries {
		outcomes[i] = s.Upload(ctx, actor, fresh(b.Team, e))
	}
	return outcomes, nil
}

// mayBring refuses who is neither a scout of the team nor was one lately; what the latter
// bring goes to the quarantine.
func (s *Service) mayBring(ctx context.Context, actor accounts.Actor, teamID uuid.UUID) error {
	err := s.mayRead(ctx, actor, teamID, teams.CreateEntry)
	if err == nil || !errors.Is(err, teams.ErrNoTeam) && !errors.Is(err, ErrRole) {
		return err
	}
	before, failed := s.q.BeforeUpload(ctx, queries.BeforeUploadParams{TeamID: teamID, SenderID: actor.UserID, AuthorID: actor.UserID})
	if failed != nil {
		return eventlog.Translate(failed)
	}
	if before.SenderFormer {
		return nil
	}
	return err
}
