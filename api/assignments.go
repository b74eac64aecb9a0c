package api

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"

	"github.com/google/uuid"
	"github.com/swaggest/openapi-go"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/scouting"
)

// sheetLimit is the bytes of a file of assignments: the most there can be, with long names.
const sheetLimit = 1 << 20

type listAssignmentsIn struct {
	TeamID      string  `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season      int     `query:"season" json:"-" description:"the newest when left out"`
	EventCode   string  `query:"eventCode" json:"-" validate:"required,max=60"`
	Level       *string `query:"tournamentLevel" json:"-" validate:"omitempty,oneof=qual playoff practice"`
	Series      *int    `query:"series" json:"-"`
	MatchNumber *int    `query:"matchNumber" json:"-"`
	ScoutID     *string `query:"scoutId" json:"-" validate:"omitempty,eq=me|uuid_rfc4122" description:"me, or the id of a scout"`
}

func (in listAssignmentsIn) key() scouting.SheetKey {
	return sheetKey(in.TeamID, in.Season, in.EventCode)
}

func (in listAssignmentsIn) filter(actor accounts.Actor) scouting.AssignmentFilter {
	f := scouting.AssignmentFilter{Level: in.Level, Series: in.Series, MatchNumber: in.MatchNumber}
	if in.ScoutID != nil {
		id := actor.UserID
		if *in.ScoutID != "me" {
			id = uuid.MustParse(*in.ScoutID)
		}
		f.ScoutID = &id
	}
	return f
}

func sheetKey(teamID string, season int, code string) scouting.SheetKey {
	return scouting.SheetKey{TeamID: uuid.MustParse(teamID), Event: ftc.EventKey{Season: season, Code: code}}
}

type nextMatchIn struct {
	TeamID    string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season    int    `query:"season" json:"-" description:"the newest when left out"`
	EventCode string `query:"eventCode" json:"-" validate:"required,max=60"`
}

type coverageIn struct {
	TeamID    string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season    int    `query:"season" json:"-" description:"the newest when left out"`
	EventCode string `query:"eventCode" json:"-" validate:"required,max=60"`
	Level     string `query:"tournamentLevel" json:"-" validate:"omitempty,oneof=qual playoff practice" description:"all when left out; qual when a match is named"`
	From      int    `query:"fromMatch" json:"-" validate:"min=0,max=999"`
	To        int    `query:"toMatch" json:"-" validate:"min=0,max=999"`
}

// importIn goes with a body of text/csv.
type importIn struct {
	TeamID    string `query:"scoutingTeamId" json:"-" validate:"required,uuid_rfc4122"`
	Season    int    `query:"season" json:"-" description:"the newest when left out"`
	EventCode string `query:"eventCode" json:"-" validate:"required,max=60"`
	Rev       *int   `query:"rev" json:"-" validate:"required,min=0" description:"the rev you read, 0 before the first change"`
}

type assignIn struct {
	TeamID            string `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	Season            int    `json:"season,omitempty" description:"the newest when left out"`
	EventCode         string `json:"eventCode" validate:"required,max=60"`
	Rev               *int   `json:"rev" validate:"required,min=0" description:"the rev you read, 0 before the first change"`
	TournamentLevel   string `json:"tournamentLevel,omitempty" validate:"omitempty,oneof=qual playoff practice" description:"qual when left out"`
	Series            int    `json:"series,omitempty"`
	MatchNumber       int    `json:"matchNumber" validate:"required"`
	ScoutedTeamNumber int    `json:"scoutedTeamNumber" validate:"required"`
	ScoutID           string `json:"scoutId" validate:"required,uuid_rfc4122"`
	InsteadOf         string `json:"insteadOf,omitempty" validate:"omitempty,uuid_rfc4122" description:"a scout whose place on this robot is taken"`
	Alliance          string `json:"alliance,omitempty" validate:"omitempty,oneof=RED BLUE" description:"only where the schedule does not know the match"`
	Station           int    `json:"station,omitempty" validate:"min=0,max=3" description:"only where the schedule does not know the match"`
}

type placeIn struct {
	TournamentLevel string `json:"tournamentLevel,omitempty" validate:"omitempty,oneof=qual playoff practice" description:"qual when left out"`
	Series          int    `json:"series,omitempty"`
	MatchNumber     int    `json:"matchNumber" validate:"required"`
	ScoutID         string `json:"scoutId" validate:"required,uuid_rfc4122"`
}

func (in placeIn) place() scouting.Place {
	return scouting.Place{Match: matchRef(in.TournamentLevel, in.Series, in.MatchNumber), ScoutID: uuid.MustParse(in.ScoutID)}
}

func matchRef(level string, series, number int) scouting.MatchRef {
	return scouting.MatchRef{Level: levelOr(level), Series: series, MatchNumber: number}
}

func levelOr(level string) ftc.Level {
	if level == "" {
		return ftc.Qual
	}
	return ftc.Level(level)
}

type swapIn struct {
	TeamID    string  `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	Season    int     `json:"season,omitempty" description:"the newest when left out"`
	EventCode string  `json:"eventCode" validate:"required,max=60"`
	Rev       *int    `json:"rev" validate:"required,min=0" description:"the rev you read"`
	A         placeIn `json:"a" validate:"required"`
	B         placeIn `json:"b" validate:"required"`
}

type clearIn struct {
	TeamID          string `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	Season          int    `json:"season,omitempty" description:"the newest when left out"`
	EventCode       string `json:"eventCode" validate:"required,max=60"`
	Rev             *int   `json:"rev" validate:"required,min=0" description:"the rev you read"`
	TournamentLevel string `json:"tournamentLevel,omitempty" validate:"omitempty,oneof=qual playoff practice" description:"qual when left out"`
	FromMatch       int    `json:"fromMatch" validate:"required,min=1,max=999" description:"a match number, in the playoffs a series"`
	ToMatch         int    `json:"toMatch" validate:"required,min=1,max=999"`
	ScoutID         string `json:"scoutId,omitempty" validate:"omitempty,uuid_rfc4122" description:"only this scout's"`
}

type absenceIn struct {
	ScoutID   string `json:"scoutId" validate:"required,uuid_rfc4122"`
	FromMatch int    `json:"fromMatch" validate:"min=0,max=999"`
	ToMatch   int    `json:"toMatch" validate:"required,min=1,max=999"`
}

type generateIn struct {
	TeamID          string      `json:"scoutingTeamId" validate:"required,uuid_rfc4122"`
	Season          int         `json:"season,omitempty" description:"the newest when left out"`
	EventCode       string      `json:"eventCode" validate:"required,max=60"`
	Rev             *int        `json:"rev,omitempty" validate:"omitempty,min=0" description:"the rev you read; may be left out while there is nothing in these matches to replace"`
	TournamentLevel string      `json:"tournamentLevel,omitempty" validate:"omitempty,oneof=qual playoff practice" description:"qual when left out"`
	FromMatch       int         `json:"fromMatch,omitempty" validate:"min=0,max=999" description:"the first when left out; a match number, in the playoffs a series. What is assigned before stays"`
	ToMatch         int         `json:"toMatch,omitempty" validate:"min=0,max=999" description:"the last when left out"`
	Scouts          []string    `json:"scouts,omitempty" validate:"omitempty,max=60,dive,uuid_rfc4122" description:"members and devices; the team's students and devices when left out"`
	BlockLength     int         `json:"blockLength,omitempty" validate:"min=0,max=999" description:"matches for which a scout stays on; 5 when left out"`
	BreakAfter      int         `json:"breakAfter,omitempty" validate:"min=0,max=999" description:"after so many matches a scout has a break; 0: no breaks"`
	BreakLength     int         `json:"breakLength,omitempty" validate:"min=0,max=999" description:"of so many matches in a row; 1 when left out"`
	Absences        []absenceIn `json:"absences,omitempty" validate:"omitempty,max=200,dive"`
	ScoutsPerRobot  int         `json:"scoutsPerRobot,omitempty" validate:"min=0,max=5" description:"1 when left out"`
	KeepPosition    bool        `json:"keepPosition,omitempty" description:"a scout stays at one alliance station for a block"`
	AvoidOwnRobot   bool        `json:"avoidOwnRobot,omitempty" description:"nobody watches the team's own robot"`
	ReplaceManual   bool        `json:"replaceManual,omitempty" description:"replace what was assigned by hand, too"`
	Seed            int64       `json:"seed,omitempty" description:"decides between equals: the same input and seed give the same plan"`
	DryRun          bool        `json:"dryRun,omitempty" description:"show the plan and store nothing"`
}

func (in generateIn) wish() scouting.PlanWish {
	w := scouting.PlanWish{
		Rev: in.Rev, Range: matchRange(in.TournamentLevel, in.FromMatch, in.ToMatch),
		Block: in.BlockLength, BreakAfter: in.BreakAfter, BreakLength: max(in.BreakLength, 1), PerRobot: max(in.ScoutsPerRobot, 1),
		KeepPosition: in.KeepPosition, AvoidOwn: in.AvoidOwnRobot, ReplaceManual: in.ReplaceManual, Seed: in.Seed, DryRun: in.DryRun,
	}
	if w.Block == 0 {
		w.Block = 5
	}
	for _, id := range in.Scouts {
		w.Scouts = append(w.Scouts, uuid.MustParse(id))
	}
	for _, a := range in.Absences {
		w.Absences = append(w.Absences, scouting.ScoutAbsence{ScoutID: uuid.MustParse(a.ScoutID), From: a.FromMatch, To: a.ToMatch})
	}
	return w
}

// matchRange is open at the end when to is 0.
func matchRange(level string, from, to int) scouting.MatchRange {
	if to == 0 {
		to = 999
	}
	return scouting.MatchRange{Level: levelOr(level), From: from, To: to}
}

func (s *server) assignmentRoutes() {
	const tag, all = "scouting", "/api/scouting/assignments"
	add(s, route[listAssignmentsIn, scouting.Sheet]{method: "GET", path: all, tag: tag, access: signedIn,
		summary: "Who scouts which robot, in the order of play, with the rev that changes need. Devices get their own.",
		handle: func(r *http.Request, actor accounts.Actor, in listAssignmentsIn) (reply[scouting.Sheet], error) {
			sheet, err := s.o.Scouting.Assignments(r.Context(), actor, in.key(), in.filter(actor))
			return reply[scouting.Sheet]{Data: sheet}, err
		}})
	add(s, route[assignIn, scouting.Sheet]{method: "POST", path: all, tag: tag, access: signedIn,
		summary: "Put a scout on a robot. 409 when the assignments have changed since rev, or the scout is elsewhere in the match.",
		handle: func(r *http.Request, actor accounts.Actor, in assignIn) (reply[scouting.Sheet], error) {
			n := scouting.NewAssignment{
				Rev: *in.Rev, Match: matchRef(in.TournamentLevel, in.Series, in.MatchNumber), ScoutedTeam: in.ScoutedTeamNumber,
				ScoutID: uuid.MustParse(in.ScoutID), Alliance: ftc.Alliance(in.Alliance), Station: in.Station,
			}
			if in.InsteadOf != "" {
				n.InsteadOf = uuid.MustParse(in.InsteadOf)
			}
			sheet, err := s.o.Scouting.Assign(r.Context(), actor, sheetKey(in.TeamID, in.Season, in.EventCode), n)
			return reply[scouting.Sheet]{Data: sheet}, err
		}})
	add(s, route[swapIn, scouting.Sheet]{method: "POST", path: all + "/swap", tag: tag, access: signedIn, summary: "Let two scouts change places, in one match or between two.",
		handle: func(r *http.Request, actor accounts.Actor, in swapIn) (reply[scouting.Sheet], error) {
			sheet, err := s.o.Scouting.Swap(r.Context(), actor, sheetKey(in.TeamID, in.Season, in.EventCode), *in.Rev, in.A.place(), in.B.place())
			return reply[scouting.Sheet]{Data: sheet}, err
		}})
	add(s, route[clearIn, scouting.Sheet]{method: "POST", path: all + "/clear", tag: tag, access: signedIn, summary: "Take everybody, or one scout, off a range of matches.",
		handle: func(r *http.Request, actor accounts.Actor, in clearIn) (reply[scouting.Sheet], error) {
			scout := uuid.Nil
			if in.ScoutID != "" {
				scout = uuid.MustParse(in.ScoutID)
			}
			sheet, err := s.o.Scouting.Clear(r.Context(), actor, sheetKey(in.TeamID, in.Season, in.EventCode), *in.Rev, matchRange(in.TournamentLevel, in.FromMatch, in.ToMatch), scout)
			return reply[scouting.Sheet]{Data: sheet}, err
		}})
	add(s, route[generateIn, scouting.PlanMade]{method: "POST", path: all + "/generate", tag: tag, access: signedIn,
		summary: "Plan who scouts which robot, fairly; dryRun shows the plan only.",
		handle: func(r *http.Request, actor accounts.Actor, in generateIn) (reply[scouting.PlanMade], error) {
			made, err := s.o.Scouting.Generate(r.Context(), actor, sheetKey(in.TeamID, in.Season, in.EventCode), in.wish())
			return reply[scouting.PlanMade]{Data: made}, err
		}})
	add(s, route[nextMatchIn, scouting.NextMatch]{method: "GET", path: all + "/next", tag: tag, access: signedIn,
		summary: "My next match: the one after the last that I scouted.",
		handle: func(r *http.Request, actor accounts.Actor, in nextMatchIn) (reply[scouting.NextMatch], error) {
			next, err := s.o.Scouting.Next(r.Context(), actor, sheetKey(in.TeamID, in.Season, in.EventCode))
			return reply[scouting.NextMatch]{Data: next}, err
		}})
	add(s, route[coverageIn, scouting.Coverage]{method: "GET", path: "/api/scouting/coverage", tag: tag, access: signedIn,
		summary: "Of each robot in each match: who is to watch it, what came in, what is missing.",
		handle: func(r *http.Request, actor accounts.Actor, in coverageIn) (reply[scouting.Coverage], error) {
			var some *scouting.MatchRange
			if in.Level != "" || in.From != 0 || in.To != 0 {
				chosen := matchRange(in.Level, in.From, in.To)
				some = &chosen
			}
			coverage, err := s.o.Scouting.Coverage(r.Context(), actor, sheetKey(in.TeamID, in.Season, in.EventCode), some)
			return reply[scouting.Coverage]{Data: coverage}, err
		}})
	s.assignmentFiles(tag)
}

// assignmentFiles are the same list as a file, out and in.
func (s *server) assignmentFiles(tag string) {
	const path = "/api/scouting/assignments.csv"
	s.router.Get(path, s.exportAssignments)
	s.document(operation{method: "GET", path: path, tag: tag, access: signedIn, in: typeOf[listAssignmentsIn](),
		summary: "The assignments as CSV: level, series, match, alliance, station, robot, scoutId, scout.",
		raw: func(oc openapi.OperationContext) {
			oc.AddRespStructure(new(string), openapi.WithContentType("text/csv"), openapi.WithHTTPStatus(http.StatusOK))
		}})
	s.router.Post(path, s.importAssignments)
	s.document(operation{method: "POST", path: path, tag: tag, access: signedIn, in: typeOf[importIn](), out: new(envelope[scouting.Sheet]), statuses: []int{200},
		summary: "Replace the assignments of every match that a CSV file names; all of it or nothing. The first line names the columns: match, robot, scoutId or scout, and level, series, alliance, station where they are needed.",
		raw: func(oc openapi.OperationContext) {
			oc.AddReqStructure(new(string), openapi.WithContentType("text/csv"))
		}})
}

func (s *server) exportAssignments(w http.ResponseWriter, r *http.Request) {
	var in listAssignmentsIn
	actor, err := s.whoever(w, r, &in)
	var file []byte
	if err == nil {
		file, err = s.o.Scouting.AssignmentsCSV(r.Context(), actor, in.key(), in.filter(actor))
	}
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	code, _ := ftc.CleanCode(in.EventCode) // it was good enough for the feature
	w.Header().Set("Content-Type", "text/csv; charset=utf-8")
	w.Header().Set("Content-Disposition", fmt.Sprintf(`attachment; filename="assignments-%s.csv"`, code))
	w.Header().Set("Cache-Control", "no-store")
	_, _ = w.Write(file) // the caller may have gone
}

func (s *server) importAssignments(w http.ResponseWriter, r *http.Request) {
	var in importIn
	actor, err := s.whoever(w, r, &in)
	var file []byte
	if err == nil {
		file, err = csvBody(w, r)
	}
	var sheet scouting.Sheet
	if err == nil {
		sheet, err = s.o.Scouting.ImportAssignments(r.Context(), actor, sheetKey(in.TeamID, in.Season, in.EventCode), *in.Rev, file)
	}
	if err != nil {
		s.writeProblem(w, r, err)
		return
	}
	writeJSON(w, http.StatusOK, envelope[scouting.Sheet]{Success: true, Data: sheet})
}

// whoever decodes a request that is no route of add, and says who sent it.
func (s *server) whoever(w http.ResponseWriter, r *http.Request, in any) (accounts.Actor, error) {
	actor, err := s.actor(r)
	if err == nil && actor.Anonymous() {
		err = accounts.ErrNoToken
	}
	if err == nil {
		err = s.decode(w, r, in, 0)
	}
	return actor, err
}

// csvBody reads a body of text/csv.
func csvBody(w http.ResponseWriter, r *http.Request) ([]byte, error) {
	media, _, err := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if err != nil || media != "text/csv" || r.Header.Get("Content-Encoding") != "" {
		return nil, errMedia.Saying("Send text/csv, not compressed.")
	}
	file, err := io.ReadAll(http.MaxBytesReader(w, r.Body, sheetLimit))
	var tooBig *http.MaxBytesError
	switch {
	case errors.As(err, &tooBig):
		return nil, errTooBig.Saying("The file is larger than %d KiB.", sheetLimit/1024)
	case err != nil:
		return nil, errJSON.Saying("The body broke off.").Because(err)
	case len(file) == 0:
		return nil, errNoBody.Saying("This operation needs a file.")
	}
	return file, nil
}
