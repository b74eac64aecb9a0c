package scouting

import (
	"fmt"
	"math"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// The errors of pit reports.
var (
	ErrNoPit = fault.New(fault.NotFound, "no-such-pit-report", "There is no such pit report, or it is not your team's.")
	ErrPit   = fault.New(fault.Invalid, "bad-pit-report", "This pit report breaks a rule.")
)

// PitRobot says which robot a report is about: one report for each robot and season, and one
// more for each FTC event where the robot is another one.
type PitRobot struct {
	ScoutingTeamID uuid.UUID `json:"scoutingTeamId"`
	Season         int       `json:"season"`
	EventCode      string    `json:"eventCode,omitempty"`
	ScoutedTeam    int       `json:"scoutedTeamNumber"`
}

// PitContent is what a report says of the robot. Zero values are what nobody has told yet.
type PitContent struct {
	Drivetrain      string         `json:"drivetrain,omitempty"` // one of Drivetrains
	DrivetrainOther string         `json:"drivetrainOther,omitempty"`
	LengthMM        int            `json:"lengthMm,omitempty"`
	WidthMM         int            `json:"widthMm,omitempty"`
	HeightMM        int            `json:"heightMm,omitempty"`
	WeightGrams     int            `json:"weightGrams,omitempty"`
	Capabilities    []string       `json:"capabilities"`     // tags, in lower case and order
	Fields          map[string]any `json:"fields,omitempty"` // the team's own of this season: texts, numbers, true or false
	Text            string         `json:"text"`
}

// PitReport is what a team knows of a robot from asking and looking.
type PitReport struct {
	ID uuid.UUID `json:"id"`
	PitRobot
	PitContent
	Author    accounts.User `json:"author"` // who began it
	Editor    accounts.User `json:"editor"` // who changed it last
	Rev       int           `json:"rev"`    // 1 when new, one more with each change
	CreatedAt time.Time     `json:"createdAt"`
	UpdatedAt time.Time     `json:"updatedAt"`
}

// PitRevision is a report as it was after one change.
type PitRevision struct {
	Rev    int           `json:"rev"`
	Editor accounts.User `json:"editor"`
	At     time.Time     `json:"at"`
	PitContent
}

// PitChangedPayload says which report is new or changed; whoever wants it reads it.
type PitChangedPayload struct {
	ReportID    uuid.UUID     `json:"reportId"`
	Season      int           `json:"season"`
	EventCode   string        `json:"eventCode,omitempty"`
	ScoutedTeam int           `json:"scoutedTeamNumber"`
	Rev         int           `json:"rev"`
	Editor      accounts.User `json:"editor"`
}

// PitChanged tells the team, and nobody else.
var PitChanged = realtime.Define[PitChangedPayload]("scouting:pit-changed", "A pit report of the team is new or was changed.", "private-team-{teamId}")

const (
	maxCapabilities, maxCapability     = 30, 40 // tags, characters of each
	maxPitFields, maxPitField          = 40, 200
	maxDrivetrainOther, maxMillimetres = 60, 5000
	maxGrams                           = 100_000
)

var pitFieldName = regexp.MustCompile(`\A[A-Za-z][A-Za-z0-9_]{0,39}\z`)

// Drivetrains returns what a drivetrain may be called.
func Drivetrains() []string {
	return []string{"MECANUM", "TANK", "SWERVE", "X_DRIVE", "H_DRIVE", "OTHER"}
}

func (s *Service) checkPitRobot(r PitRobot, wrong *complaints) (PitRobot, error) {
	if r.Season == 0 {
		r.Season = s.book.Newest().Year
	}
	if _, known := s.book.Season(r.Season); !known {
		return r, ErrSeason.At(fault.Field{Pointer: "/season", Detail: ErrSeason.Detail})
	}
	if r.EventCode != "" {
		code, err := ftc.CleanCode(r.EventCode)
		r.EventCode = code
		wrong.when(err != nil, "/eventCode", ftc.ErrCode.Detail)
	}
	wrong.when(r.ScoutedTeam < 1 || r.ScoutedTeam > 99999, "/scoutedTeamNumber", "scoutedTeamNumber is an FTC team number, 1 to 99999.")
	return r, nil
}

func checkPit(c PitContent, wrong *complaints) PitContent {
	var ok bool
	wrong.when(c.Drivetrain != "" && !slices.Contains(Drivetrains(), c.Drivetrain), "/drivetrain", "drivetrain is one of "+strings.Join(Drivetrains(), ", ")+".")
	c.DrivetrainOther, ok = tidyLine(c.DrivetrainOther, maxDrivetrainOther)
	wrong.when(!ok, "/drivetrainOther", "drivetrainOther is one line of up to 60 characters.")
	wrong.when(c.DrivetrainOther != "" && c.Drivetrain != "OTHER", "/drivetrainOther", "drivetrainOther goes with the drivetrain OTHER.")
	for _, length := range []struct {
		name  string
		value int
	}{{"lengthMm", c.LengthMM}, {"widthMm", c.WidthMM}, {"heightMm", c.HeightMM}} {
		wrong.when(length.value < 0 || length.value > maxMillimetres, "/"+length.name, length.name+" is a whole number of millimetres, up to 5000.")
	}
	wrong.when(c.WeightGrams < 0 || c.WeightGrams > maxGrams, "/weightGrams", "weightGrams is a whole number of grams, up to 100000.")
	c.Capabilities = checkCapabilities(c.Capabilities, wrong)
	c.Fields = checkPitFields(c.Fields, wrong)
	c.Text, ok = tidyText(c.Text, maxNotes)
	wrong.when(!ok, "/text", "text has up to 2000 characters, and no control characters but line ends and tabs.")
	return c
}

func checkCapabilities(tags []string, wrong *complaints) []string {
	wrong.when(len(tags) > maxCapabilities, "/capabilities", "There are up to 30 capabilities.")
	clean := make([]string, 0, len(tags))
	for i, tag := range tags {
		tag, ok := tidyLine(strings.ToLower(tag), maxCapability)
		wrong.when(!ok || tag == "", fmt.Sprintf("/capabilities/%d", i), "A capability is one line of 1 to 40 characters.")
		clean = append(clean, tag)
	}
	slices.Sort(clean)
	return slices.Compact(clean)
}

func checkPitFields(fields map[string]any, wrong *complaints) map[string]any {
	wrong.when(len(fields) > maxPitFields, "/fields", "There are up to 40 fields.")
	clean := make(map[string]any, len(fields))
	for name, v := range fields {
		if !pitFieldName.MatchString(name) {
			wrong.when(true, "/fields", "A field's name has 1 to 40 letters, digits and underscores and begins with a letter.")
			continue
		}
		ok := false
		switch v := v.(type) {
		case nil:
			continue
		case bool:
			clean[name], ok = v, true
		case float64:
			clean[name], ok = v, math.Abs(v) <= 1e9
		case string:
			clean[name], ok = tidyLine(v, maxPitField)
		}
		wrong.when(!ok, "/fields/"+name, name+" is one line of up to 200 characters, a number up to a thousand million, or true or false.")
	}
	return clean
}
