package scouting

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// The errors of notes.
var (
	ErrNoNote      = fault.New(fault.NotFound, "no-such-note", "There is no such note, or it is not your team's.")
	ErrNote        = fault.New(fault.Invalid, "bad-note", "This note breaks a rule.")
	ErrNoteIDTaken = fault.New(fault.Conflict, "note-id-taken", "Another note has this id. Make a new id for each note.")
	ErrNoteDeleted = fault.New(fault.Conflict, "note-deleted", "This note was deleted.")
)

// Note is a remark about a robot, with or without a match, for the team's own eyes.
type Note struct {
	ID             uuid.UUID     `json:"id"` // made by the client
	ScoutingTeamID uuid.UUID     `json:"scoutingTeamId"`
	Author         accounts.User `json:"author"`
	Season         int           `json:"season"`
	EventCode      string        `json:"eventCode,omitempty"`
	Level          ftc.Level     `json:"tournamentLevel,omitempty"` // with matchNumber
	Series         int           `json:"series,omitempty"`          // with matchNumber
	MatchNumber    int           `json:"matchNumber,omitempty"`
	ScoutedTeam    int           `json:"scoutedTeamNumber"`
	Reliability    int           `json:"reliability,omitempty"` // 1 to 5, like the other two
	DriverSkill    int           `json:"driverSkill,omitempty"`
	Defence        int           `json:"defence,omitempty"`
	Text           string        `json:"text"`
	Rev            int           `json:"rev"` // 1 when new, one more with each change
	CreatedAt      time.Time     `json:"createdAt"`
	UpdatedAt      time.Time     `json:"updatedAt"`
}

// NewNote is what a client sends. Zero ID: the server makes one. Zero Season: the newest.
// Zero MatchNumber: no match, and then Level and Series do not count. Zero ratings: none.
type NewNote struct {
	ID                                uuid.UUID
	ScoutingTeamID                    uuid.UUID
	Season                            int
	EventCode                         string
	Level                             ftc.Level
	Series                            int
	MatchNumber                       int
	ScoutedTeam                       int
	Reliability, DriverSkill, Defence int
	Text                              string
}

// NotePatch changes parts of a note; nil leaves a part as it is, zero takes it away. Rev is
// the one the editor saw.
type NotePatch struct {
	Rev                               int
	EventCode                         *string
	Level                             *ftc.Level
	Series                            *int
	MatchNumber                       *int
	ScoutedTeam                       *int
	Reliability, DriverSkill, Defence *int
	Text                              *string
}

// NotePayload says which note is new or changed, and nothing of what it says: shared tablets
// hear the team's channel, too, and may not read notes. Whoever may reads it by its id.
type NotePayload struct {
	NoteID      uuid.UUID     `json:"noteId"`
	Season      int           `json:"season"`
	EventCode   string        `json:"eventCode,omitempty"`
	Level       ftc.Level     `json:"tournamentLevel,omitempty"`
	MatchNumber int           `json:"matchNumber,omitempty"`
	ScoutedTeam int           `json:"scoutedTeamNumber"`
	Author      accounts.User `json:"author"`
	Rev         int           `json:"rev"`
}

// NoteDeletedPayload names a note that is gone.
type NoteDeletedPayload struct {
	NoteID      uuid.UUID `json:"noteId"`
	Rev         int       `json:"rev"`
	ScoutedTeam int       `json:"scoutedTeamNumber"`
}

// The realtime events of notes. None of them goes anywhere but to the team.
var (
	NoteAdded   = realtime.Define[NotePayload]("scouting:note-added", "A member of the team wrote a note.", "private-team-{teamId}")
	NoteUpdated = realtime.Define[NotePayload]("scouting:note-updated", "A note of the team was changed.", "private-team-{teamId}")
	NoteDeleted = realtime.Define[NoteDeletedPayload]("scouting:note-deleted", "A note of the team was deleted.", "private-team-{teamId}")
)

// checkNote applies the rules that need no database and collects every fault.
func (s *Service) checkNote(n NewNote) (NewNote, error) {
	if n.Season == 0 {
		n.Season = s.book.Newest().Year
	}
	if _, known := s.book.Season(n.Season); !known {
		return n, ErrSeason.At(fault.Field{Pointer: "/season", Detail: ErrSeason.Detail})
	}
	var wrong complaints
	wrong.when(n.EventCode == "" && n.MatchNumber != 0, "/eventCode", "A match needs the eventCode that it belongs to.")
	if n.EventCode != "" {
		code, err := ftc.CleanCode(n.EventCode)
		n.EventCode = code
		wrong.when(err != nil, "/eventCode", ftc.ErrCode.Detail)
	}
	if n.MatchNumber == 0 {
		n.Level, n.Series = "", 0
	} else {
		if n.Level == "" {
			n.Level = ftc.Qual
		}
		wrong.when(!slices.Contains([]ftc.Level{ftc.Qual, ftc.Playoff, ftc.Practice}, n.Level), "/tournamentLevel", "tournamentLevel is qual, playoff or practice.")
		wrong.when(n.Series < 0 || n.Series > 99, "/series", "series is a whole number from 0 to 99.")
		wrong.when(n.MatchNumber < 1 || n.MatchNumber > 999, "/matchNumber", "matchNumber is a whole number from 1 to 999.")
	}
	wrong.when(n.ScoutedTeam < 1 || n.ScoutedTeam > 99999, "/scoutedTeamNumber", "scoutedTeamNumber is an FTC team number, 1 to 99999.")
	for _, rating := range []struct {
		name  string
		value int
	}{{"reliability", n.Reliability}, {"driverSkill", n.DriverSkill}, {"defence", n.Defence}} {
		wrong.when(rating.value < 0 || rating.value > 5, "/"+rating.name, rating.name+" is a whole number from 1 to 5.")
	}
	text, ok := tidyText(n.Text, maxNotes)
	n.Text = text
	wrong.when(!ok, "/text", "text has up to 2000 characters, and no control characters but line ends and tabs.")
	wrong.when(text == "" && n.Reliability == 0 && n.DriverSkill == 0 && n.Defence == 0, "/text", "A note has a text or a rating.")
	return n, wrong.under(ErrNote)
}

// hash covers what the client said and nothing the server added.
func (n NewNote) hash() []byte {
	n.ID = uuid.Nil
	return contentHash(n)
}

func contentHash(v any) []byte {
	raw, err := json.Marshal(v)
	if err != nil {
		panic(err) // plain values always encode
	}
	sum := sha256.Sum256(raw)
	return sum[:]
}

// CreateNote records a note and tells the team. created is false when the same note was
// recorded before; nobody is told again.
func (s *Service) CreateNote(ctx context.Context, actor accounts.Actor, n NewNote) (made Note, created bool, err error) {
	if n, err = s.checkNote(n); err != nil {
		return Note{}, false, err
	}
	hash := n.hash()
	if n.ID == uuid.Nil {
		if n.ID, err = uuid.NewV7(); err != nil {
			return Note{}, false, err
		}
	}
	err = s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		made, created, err = insertNote(ctx, tx, actor, n, hash)
		if err != nil || !created {
			return err
		}
		return batch.Add(NoteAdded.On(notePayload(made), teams.PrivateChannel(made.ScoutingTeamID)))
	})
	return made, created && err == nil, err
}

// insertNote finds a repeat before it asks for anything that may have changed since the
// note was first sent.
func insertNote(ctx context.Context, tx pgx.Tx, actor accounts.Actor, n NewNote, hash []byte) (Note, bool, error) {
	if err := mayWrite(ctx, tx, actor, n.ScoutingTeamID, teams.CreateNote); err != nil {
		return Note{}, false, err
	}
	q := queries.New(tx)
	if known, err := repeatedNote(ctx, q, n, hash); !errors.Is(err, pgx.ErrNoRows) {
		return known, false, err
	}
	if err := n.placed(ctx, tx); err != nil {
		return Note{}, false, err
	}
	row, err := q.InsertNote(ctx, queries.InsertNoteParams{
		ID: n.ID, TeamID: n.ScoutingTeamID, AuthorID: actor.UserID, Season: int32(n.Season), EventCode: some(n.EventCode, columnText),
		Level: some(n.Level, columnText), Series: n.series(), MatchNumber: some(n.MatchNumber, column32), ScoutedTeam: int32(n.ScoutedTeam),
		Reliability: some(n.Reliability, column32), DriverSkill: some(n.DriverSkill, column32), Defence: some(n.Defence, column32),
		Text: n.Text, ContentHash: hash,
	})
	if errors.Is(err, pgx.ErrNoRows) { // somebody with the same id was faster by a moment
		known, err := repeatedNote(ctx, q, n, hash)
		return known, false, err
	}
	return note(row, actor.DisplayName), err == nil, err
}

// mayWrite returns an error unless the actor's role allows the action, and holds the
// membership until the end of the transaction.
func mayWrite(ctx context.Context, tx pgx.Tx, actor accounts.Actor, teamID uuid.UUID, action teams.Action) error {
	role, err := teams.RoleForWrite(ctx, tx, actor.UserID, teamID)
	if err == nil && !role.May(action) {
		return ErrRole
	}
	return err
}

// repeatedNote returns the note that has the id already, an error when it is another one,
// and pgx.ErrNoRows when there is none.
func repeatedNote(ctx context.Context, q *queries.Queries, n NewNote, hash []byte) (Note, error) {
	row, err := q.NoteByID(ctx, n.ID)
	switch {
	case err != nil:
		return Note{}, err
	case row.ScoutingNote.TeamID != n.ScoutingTeamID, !bytes.Equal(row.ScoutingNote.ContentHash, hash):
		return Note{}, ErrNoteIDTaken.At(fault.Field{Pointer: "/id", Detail: ErrNoteIDTaken.Detail})
	case row.ScoutingNote.DeletedAt != nil:
		return Note{}, ErrNoteDeleted
	}
	return note(row.ScoutingNote, row.DisplayName), nil
}

// placed makes sure of the FTC event, and refuses a robot that is not in the match as far as
// the schedule is known.
func (n NewNote) placed(ctx context.Context, tx pgx.Tx) error {
	if n.EventCode == "" {
		return nil
	}
	key := ftc.EventKey{Season: n.Season, Code: n.EventCode}
	if err := ftc.Ensure(ctx, tx, key); err != nil || n.MatchNumber == 0 {
		return err
	}
	robots, err := ftc.Robots(ctx, tx, ftc.MatchKey{EventKey: key, Level: n.Level, Series: n.Series, Number: n.MatchNumber})
	if err != nil || len(robots) == 0 {
		return err
	}
	numbers := make([]string, 0, len(robots))
	for _, r := range robots {
		if r.TeamNumber == n.ScoutedTeam {
			return nil
		}
		numbers = append(numbers, fmt.Sprint(r.TeamNumber))
	}
	detail := fmt.Sprintf("Team %d does not play in this match; %s do.", n.ScoutedTeam, strings.Join(numbers, ", "))
	return ErrNotThere.Saying("%s", detail).At(fault.Field{Pointer: "/scoutedTeamNumber", Detail: detail})
}

// UpdateNote changes a note. Students change their own, leaders and mentors any. When
// somebody else was faster the error is ErrStale and carries the current note.
func (s *Service) UpdateNote(ctx context.Context, actor accounts.Actor, id uuid.UUID, p NotePatch) (Note, error) {
	var made Note
	err := s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		current, err := editableNote(ctx, q, actor, id)
		if err != nil {
			return err
		}
		if p.Rev != current.Rev {
			return ErrStale.Saying("Somebody changed this note since you read it.").Carrying(current)
		}
		n, err := s.checkNote(p.over(current))
		if err != nil {
			return err
		}
		if err := n.placed(ctx, tx); err != nil {
			return err
		}
		row, err := q.UpdateNote(ctx, queries.UpdateNoteParams{
			ID: id, EventCode: some(n.EventCode, columnText), Level: some(n.Level, columnText), Series: n.series(),
			MatchNumber: some(n.MatchNumber, column32), ScoutedTeam: int32(n.ScoutedTeam), Reliability: some(n.Reliability, column32),
			DriverSkill: some(n.DriverSkill, column32), Defence: some(n.Defence, column32), Text: n.Text,
		})
		if err != nil {
			return err
		}
		made = note(row, current.Author.DisplayName)
		return batch.Add(NoteUpdated.On(notePayload(made), teams.PrivateChannel(made.ScoutingTeamID)))
	})
	return made, err
}

// over returns the current note with the patch.
func (p NotePatch) over(current Note) NewNote {
	return NewNote{
		ID: current.ID, ScoutingTeamID: current.ScoutingTeamID, Season: current.Season,
		EventCode: value(p.EventCode, current.EventCode), Level: value(p.Level, current.Level), Series: value(p.Series, current.Series),
		MatchNumber: value(p.MatchNumber, current.MatchNumber), ScoutedTeam: value(p.ScoutedTeam, current.ScoutedTeam),
		Reliability: value(p.Reliability, current.Reliability), DriverSkill: value(p.DriverSkill, current.DriverSkill),
		Defence: value(p.Defence, current.Defence), Text: value(p.Text, current.Text),
	}
}

// DeleteNote removes a note with all that it said; its id stays taken.
func (s *Service) DeleteNote(ctx context.Context, actor accounts.Actor, id uuid.UUID) error {
	return s.log.Write(ctx, func(tx pgx.Tx, batch *eventlog.Batch) error {
		q := queries.New(tx)
		if _, err := editableNote(ctx, q, actor, id); err != nil {
			return err
		}
		row, err := q.DeleteNote(ctx, id)
		if err != nil {
			return err
		}
		gone := NoteDeletedPayload{NoteID: id, Rev: int(row.Rev), ScoutedTeam: int(row.ScoutedTeam)}
		return batch.Add(NoteDeleted.On(gone, teams.PrivateChannel(row.TeamID)))
	})
}

// editableNote returns the note, locked, if the actor may change it.
func editableNote(ctx context.Context, q *queries.Queries, actor accounts.Actor, id uuid.UUID) (Note, error) {
	row, err := q.NoteForUpdate(ctx, queries.NoteForUpdateParams{ID: id, UserID: actor.UserID})
	if errors.Is(err, pgx.ErrNoRows) {
		return Note{}, ErrNoNote
	}
	if err != nil {
		return Note{}, err
	}
	reach := teams.Role(row.Role).Reach(teams.EditNote)
	if reach == teams.None || reach == teams.Own && row.ScoutingNote.AuthorID != actor.UserID {
		return Note{}, ErrRole
	}
	return note(row.ScoutingNote, row.DisplayName), nil
}

// Note returns a note of one of the actor's teams.
func (s *Service) Note(ctx context.Context, actor accounts.Actor, id uuid.UUID) (Note, error) {
	row, err := s.q.NoteFor(ctx, queries.NoteForParams{ID: id, UserID: actor.UserID})
	switch {
	case errors.Is(err, pgx.ErrNoRows):
		return Note{}, ErrNoNote
	case err != nil:
		return Note{}, eventlog.Translate(err)
	case !teams.Role(row.Role).May(teams.ReadNotes):
		return Note{}, ErrRole
	}
	return note(row.ScoutingNote, row.DisplayName), nil
}

// NoteFilter chooses notes of a team; nil leaves a part open.
type NoteFilter struct {
	TeamID      uuid.UUID
	Season      *int
	EventCode   *string
	Level       *string
	MatchNumber *int
	ScoutedTeam *int
	AuthorID    *uuid.UUID
	Cursor      string // from the page before; "" is the start
	Limit       int    // 1 to 200
}

// Notes returns the team's notes, newest first, and the cursor of the next page, which is ""
// at the end.
func (s *Service) Notes(ctx context.Context, actor accounts.Actor, f NoteFilter) ([]Note, string, error) {
	if err := s.mayRead(ctx, actor, f.TeamID, teams.ReadNotes); err != nil {
		return nil, "", err
	}
	p := queries.NotesParams{
		TeamID: f.TeamID, Season: small(f.Season), EventCode: f.EventCode, Level: f.Level, MatchNumber: small(f.MatchNumber),
		ScoutedTeam: small(f.ScoutedTeam), AuthorID: f.AuthorID, RowLimit: int32(f.Limit) + 1,
	}
	var err error
	if p.BeforeAt, p.BeforeID, err = pageAfter(f.Cursor); err != nil {
		return nil, "", err
	}
	rows, err := s.q.Notes(ctx, p)
	list := make([]Note, 0, len(rows))
	for _, row := range rows {
		list = append(list, note(row.ScoutingNote, row.DisplayName))
	}
	list, next := cutPage(list, f.Limit, func(n Note) string { return cursor(n.CreatedAt, n.ID) })
	return list, next, eventlog.Translate(err)
}

// pageAfter reads the cursor of a list that is ordered by time and id; "" is the start.
func pageAfter(text string) (*time.Time, *uuid.UUID, error) {
	if text == "" {
		return nil, nil, nil
	}
	return parseCursor(text)
}

// cutPage drops the row beyond the limit, which was read to know whether there is a next
// page, and returns that page's cursor.
func cutPage[T any](list []T, limit int, at func(T) string) ([]T, string) {
	if len(list) <= limit {
		return list, ""
	}
	return list[:limit], at(list[limit-1])
}

// series is 0 with a match and nothing without.
func (n NewNote) series() *int32 {
	if n.MatchNumber == 0 {
		return nil
	}
	return small(&n.Series)
}

func note(row queries.ScoutingNote, author string) Note {
	number := func(column *int32) int { return int(value(column, 0)) }
	return Note{
		ID: row.ID, ScoutingTeamID: row.TeamID, Author: accounts.User{ID: row.AuthorID, DisplayName: author}, Season: int(row.Season),
		EventCode: value(row.EventCode, ""), Level: ftc.Level(value(row.Level, "")), Series: number(row.Series),
		MatchNumber: number(row.MatchNumber), ScoutedTeam: int(row.ScoutedTeam), Reliability: number(row.Reliability),
		DriverSkill: number(row.DriverSkill), Defence: number(row.Defence), Text: row.Text, Rev: int(row.Rev),
		CreatedAt: row.CreatedAt, UpdatedAt: row.UpdatedAt,
	}
}

func notePayload(n Note) NotePayload {
	return NotePayload{
		NoteID: n.ID, Season: n.Season, EventCode: n.EventCode, Level: n.Level, MatchNumber: n.MatchNumber, ScoutedTeam: n.ScoutedTeam,
		Author: n.Author, Rev: n.Rev,
	}
}
