package api

import (
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

// putPitIn is all that a report says; what is left out is not known.
type putPitIn struct {
	ScoutingTeamID    string         `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	Season            int            `json:"season,omitempty" description:"the newest when left out"`
	EventCode         string         `json:"eventCode,omitempty" description:"only for a report that is about the robot at one FTC event"`
	ScoutedTeamNumber int            `json:"scoutedTeamNumber" validate:"required"`
	Rev               int            `json:"rev,omitempty" validate:"min=0" description:"the rev you read; 0 when there was no report"`
	Drivetrain        string         `json:"drivetrain,omitempty" validate:"omitempty,oneof=MECANUM TANK SWERVE X_DRIVE H_DRIVE OTHER"`
	DrivetrainOther   string         `json:"drivetrainOther,omitempty" description:"with OTHER: which"`
	LengthMM          int            `json:"lengthMm,omitempty" description:"at the start of a match, like the other two"`
	WidthMM           int            `json:"widthMm,omitempty"`
	HeightMM          int            `json:"heightMm,omitempty"`
	WeightGrams       int            `json:"weightGrams,omitempty"`
	Capabilities      []string       `json:"capabilities,omitempty" validate:"max=30" description:"tags such as climbs or long range"`
	Fields            map[string]any `json:"fields,omitempty" description:"the team's own fields of the season: texts, numbers, true or false"`
	Text              string         `json:"text,omitempty" validate:"max=2000"`
}

func (in putPitIn) robot() scouting.PitRobot {
	return scouting.PitRobot{ScoutingTeamID: uuid.MustParse(in.ScoutingTeamID), Season: in.Season, EventCode: in.EventCode, ScoutedTeam: in.ScoutedTeamNumber}
}

func (in putPitIn) content() scouting.PitContent {
	return scouting.PitContent{
		Drivetrain: in.Drivetrain, DrivetrainOther: in.DrivetrainOther, LengthMM: in.LengthMM, WidthMM: in.WidthMM, HeightMM: in.HeightMM,
		WeightGrams: in.WeightGrams, Capabilities: in.Capabilities, Fields: in.Fields, Text: in.Text,
	}
}

type listPitIn struct {
	TeamID      string  `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season      *int    `query:"season" json:"-"`
	EventCode   *string `query:"eventCode" json:"-" validate:"omitempty,max=40" description:"reports of this FTC event alone; the season's are without one"`
	ScoutedTeam *int    `query:"scoutedTeamNumber" json:"-"`
	Cursor      string  `query:"cursor" json:"-" validate:"max=200"`
	Limit       int     `query:"limit" json:"-" validate:"min=0,max=200" description:"50 when left out"`
}

func (in listPitIn) filter() scouting.PitFilter {
	return scouting.PitFilter{
		TeamID: uuid.MustParse(in.TeamID), Season: in.Season, EventCode: knownCode(in.EventCode), ScoutedTeam: in.ScoutedTeam,
		Cursor: in.Cursor, Limit: pageSize(in.Limit),
	}
}

type pitIn struct {
	ID string `path:"id" json:"-" validate:"uuid_rfc4122"`
}

type pitHistoryIn struct {
	ID     string `path:"id" json:"-" validate:"uuid_rfc4122"`
	Cursor string `query:"cursor" json:"-" validate:"max=200"`
	Limit  int    `query:"limit" json:"-" validate:"min=0,max=200" description:"50 when left out"`
}

func (s *server) pitRoutes() {
	const tag, all, one = "pit", "/api/scouting/pit", "/api/scouting/pit/{id}"
	add(s, route[putPitIn, scouting.PitReport]{method: "PUT", path: all, tag: tag, access: signedIn, also: []int{http.StatusCreated},
		summary: "Say what a robot is like: one report for each robot and season, and FTC event if named. 201 when it is new, 409 with the current one when rev is not the newest; saying the same again changes nothing.",
		handle: func(r *http.Request, actor accounts.Actor, in putPitIn) (reply[scouting.PitReport], error) {
			report, made, err := s.o.Scouting.PutPit(r.Context(), actor, in.robot(), in.Rev, in.content())
			return reply[scouting.PitReport]{Data: report, Status: entryStatus(made)}, err
		}})
	add(s, route[listPitIn, []scouting.PitReport]{method: "GET", path: all, tag: tag, access: signedIn, summary: "A team's pit reports, those begun last first.",
		handle: func(r *http.Request, actor accounts.Actor, in listPitIn) (reply[[]scouting.PitReport], error) {
			list, next, err := s.o.Scouting.Pits(r.Context(), actor, in.filter())
			return reply[[]scouting.PitReport]{Data: list, Next: next}, err
		}})
	add(s, route[pitIn, scouting.PitReport]{method: "GET", path: one, tag: tag, access: signedIn, summary: "One pit report.",
		handle: func(r *http.Request, actor accounts.Actor, in pitIn) (reply[scouting.PitReport], error) {
			report, err := s.o.Scouting.Pit(r.Context(), actor, uuid.MustParse(in.ID))
			return reply[scouting.PitReport]{Data: report}, err
		}})
	add(s, route[pitHistoryIn, []scouting.PitRevision]{method: "GET", path: one + "/history", tag: tag, access: signedIn, summary: "The states that a pit report has had, newest first.",
		handle: func(r *http.Request, actor accounts.Actor, in pitHistoryIn) (reply[[]scouting.PitRevision], error) {
			list, next, err := s.o.Scouting.PitHistory(r.Context(), actor, uuid.MustParse(in.ID), in.Cursor, pageSize(in.Limit))
			return reply[[]scouting.PitRevision]{Data: list, Next: next}, err
		}})
}
