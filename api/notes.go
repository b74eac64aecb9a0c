package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

type newNoteIn struct {
	ID                string `json:"id,omitempty" validate:"omitempty,uuid_rfc4122" description:"made by the client, so that sending twice changes nothing"`
	ScoutingTeamID    string `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	Season            int    `json:"season,omitempty" description:"the newest when left out"`
	EventCode         string `json:"eventCode,omitempty" description:"an FTC event; with a match it has to be there"`
	TournamentLevel   string `json:"tournamentLevel,omitempty" validate:"omitempty,oneof=qual playoff practice" description:"of matchNumber; qual when left out"`
	Series            int    `json:"series,omitempty" description:"of matchNumber"`
	MatchNumber       int    `json:"matchNumber,omitempty" description:"when the note is about one match"`
	ScoutedTeamNumber int    `json:"scoutedTeamNumber" validate:"required"`
	Reliability       int    `json:"reliability,omitempty" description:"1 to 5"`
	DriverSkill       int    `json:"driverSkill,omitempty" description:"1 to 5"`
	Defence           int    `json:"defence,omitempty" description:"1 to 5"`
	Text              string `json:"text,omitempty" validate:"max=2000"`
}

func (in newNoteIn) note() scouting.NewNote {
	return scouting.NewNote{
		ID: parsedID(in.ID), ScoutingTeamID: uuid.MustParse(in.ScoutingTeamID), Season: in.Season, EventCode: in.EventCode,
		Level: ftc.Level(in.TournamentLevel), Series: in.Series, MatchNumber: in.MatchNumber, ScoutedTeam: in.ScoutedTeamNumber,
		Reliability: in.Reliability, DriverSkill: in.DriverSkill, Defence: in.Defence, Text: in.Text,
	}
}

// parsedID is the id that a client made, if it made one.
func parsedID(text string) uuid.UUID {
	if text == "" {
		return uuid.Nil
	}
	return uuid.MustParse(text)
}

type listNotesIn struct {
	TeamID      string  `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season      *int    `query:"season" json:"-"`
	EventCode   *string `query:"eventCode" json:"-" validate:"omitempty,max=40"`
	Level       *string `query:"tournamentLevel" json:"-" validate:"omitempty,oneof=qual playoff practice"`
	MatchNumber *int    `query:"matchNumber" json:"-"`
	ScoutedTeam *int    `query:"scoutedTeamNumber" json:"-"`
	AuthorID    *string `query:"authorId" json:"-" validate:"omitempty,uuid_rfc4122"`
	Cursor      string  `query:"cursor" json:"-" validate:"max=200"`
	Limit       int     `query:"limit" json:"-" validate:"min=0,max=200" description:"50 when left out"`
}

func (in listNotesIn) filter() scouting.NoteFilter {
	f := scouting.NoteFilter{
		TeamID: uuid.MustParse(in.TeamID), Season: in.Season, EventCode: knownCode(in.EventCode), Level: in.Level, MatchNumber: in.MatchNumber,
		ScoutedTeam: in.ScoutedTeam, Cursor: in.Cursor, Limit: pageSize(in.Limit),
	}
	if in.AuthorID != nil {
		id := uuid.MustParse(*in.AuthorID)
		f.AuthorID = &id
	}
	return f
}

// knownCode is an event code as it is stored. For one that could not be stored it is empty,
// as no stored code is, so that nothing is found.
func knownCode(code *string) *string {
	if code == nil {
		return nil
	}
	clean, err := ftc.CleanCode(*code)
	if err != nil {
		clean = ""
	}
	return &clean
}

// pageSize is the limit of a list where the caller may leave it out.
func pageSize(limit int) int {
	if limit == 0 {
		return 50
	}
	return limit
}

type noteIn struct {
	ID string `path:"id" json:"-" validate:"uuid_rfc4122"`
}

type patchNoteIn struct {
	ID                string  `path:"id" json:"-" validate:"uuid_rfc4122"`
	Rev               int     `json:"rev" validate:"required,min=1" description:"the rev you read"`
	EventCode         *string `json:"eventCode,omitempty" description:"an empty text takes it away"`
	TournamentLevel   *string `json:"tournamentLevel,omitempty" validate:"omitempty,oneof=qual playoff practice"`
	Series            *int    `json:"series,omitempty"`
	MatchNumber       *int    `json:"matchNumber,omitempty" description:"0 takes the match away"`
	ScoutedTeamNumber *int    `json:"scoutedTeamNumber,omitempty"`
	Reliability       *int    `json:"reliability,omitempty" description:"0 takes the rating away, as in the other two"`
	DriverSkill       *int    `json:"driverSkill,omitempty"`
	Defence           *int    `json:"defence,omitempty"`
	Text              *string `json:"text,omitempty" validate:"omitempty,max=2000"`
}

func (in patchNoteIn) patch() scouting.NotePatch {
	return scouting.NotePatch{
		Rev: in.Rev, EventCode: in.EventCode, Level: (*ftc.Level)(in.TournamentLevel), Series: in.Series, MatchNumber: in.MatchNumber,
		ScoutedTeam: in.ScoutedTeamNumber, Reliability: in.Reliability, DriverSkill: in.DriverSkill, Defence: in.Defence, Text: in.Text,
	}
}

func (s *server) noteRoutes() {
	const tag, all, one = "notes", "/api/scouting/notes", "/api/scouting/notes/{id}"
	add(s, route[newNoteIn, scouting.Note]{method: "POST", path: all, tag: tag, access: signedIn, status: http.StatusCreated, also: []int{http.StatusOK},
		summary: "Write a note about a robot, with a text, ratings, or both; only the team sees it. 200 when the same note was written before.",
		handle: func(r *http.Request, actor accounts.Actor, in newNoteIn) (reply[scouting.Note], error) {
			note, created, err := s.o.Scouting.CreateNote(r.Context(), actor, in.note())
			return reply[scouting.Note]{Data: note, Status: entryStatus(created)}, err
		}})
	add(s, route[listNotesIn, []scouting.Note]{method: "GET", path: all, tag: tag, access: signedIn, summary: "A team's notes, newest first.",
		handle: func(r *http.Request, actor accounts.Actor, in listNotesIn) (reply[[]scouting.Note], error) {
			list, next, err := s.o.Scouting.Notes(r.Context(), actor, in.filter())
			return reply[[]scouting.Note]{Data: list, Next: next}, err
		}})
	add(s, route[noteIn, scouting.Note]{method: "GET", path: one, tag: tag, access: signedIn, summary: "One note.",
		handle: func(r *http.Request, actor accounts.Actor, in noteIn) (reply[scouting.Note], error) {
			note, err := s.o.Scouting.Note(r.Context(), actor, uuid.MustParse(in.ID))
			return reply[scouting.Note]{Data: note}, err
		}})
	add(s, route[patchNoteIn, scouting.Note]{method: "PATCH", path: one, tag: tag, access: signedIn,
		summary: "Change a note. 409 with the current one when rev is not the newest.",
		handle: func(r *http.Request, actor accounts.Actor, in patchNoteIn) (reply[scouting.Note], error) {
			note, err := s.o.Scouting.UpdateNote(r.Context(), actor, uuid.MustParse(in.ID), in.patch())
			return reply[scouting.Note]{Data: note}, err
		}})
	add(s, route[noteIn, nothing]{method: "DELETE", path: one, tag: tag, access: signedIn, summary: "Delete a note and all that it said.",
		handle: func(r *http.Request, actor accounts.Actor, in noteIn) (reply[nothing], error) {
			return reply[nothing]{}, s.o.Scouting.DeleteNote(r.Context(), actor, uuid.MustParse(in.ID))
		}})
}
