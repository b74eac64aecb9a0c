package live

import (
	"fmt"
	"slices"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// ErrFile is the answer to an import of an FTC event that breaks a rule.
var ErrFile = fault.New(fault.Invalid, "bad-event-import", "This FTC event cannot be imported.")

// The most that an import may hold, and the most faults that are named at once.
const (
	maxTeams   = 500
	maxMatches = 1000
	maxFaults  = 20
)

// File is an FTC event as somebody writes it down, such as an off-season event or a league
// meet that no official API has. docs/events.md describes it.
type File struct {
	Season    int         `json:"season" validate:"required,min=2000,max=2100"`
	EventCode string      `json:"eventCode" validate:"required,max=40"`
	Name      string      `json:"name" validate:"required,max=200"`
	TypeName  string      `json:"typeName" validate:"max=100"`
	Venue     string      `json:"venue" validate:"max=200"`
	City      string      `json:"city" validate:"max=100"`
	Region    string      `json:"region" validate:"max=100"`
	Country   string      `json:"country" validate:"max=100"`
	Timezone  string      `json:"timezone" validate:"max=60" description:"an IANA name; UTC when left out"`
	StartsOn  string      `json:"startsOn" description:"a date such as 2026-01-17"`
	EndsOn    string      `json:"endsOn" description:"a date; the same as startsOn when left out"`
	Teams     []FileTeam  `json:"teams"`
	Matches   []FileMatch `json:"matches"`
}

// FileTeam is a team at the event. Teams that only play need not be listed.
type FileTeam struct {
	TeamNumber int    `json:"teamNumber"`
	Name       string `json:"name"`
	City       string `json:"city"`
	Region     string `json:"region"`
	Country    string `json:"country"`
}

// FileMatch is a match with its result, if there is one.
type FileMatch struct {
	Level       ftc.Level   `json:"level" description:"qual when left out; also playoff and practice"`
	Series      int         `json:"series"`
	MatchNumber int         `json:"matchNumber"`
	Description string      `json:"description"`
	Field       string      `json:"field"`
	ScheduledAt *time.Time  `json:"scheduledAt"`
	Red         []int       `json:"red" description:"team numbers by station"`
	Blue        []int       `json:"blue"`
	Surrogates  []int       `json:"surrogates"`
	Result      *FileResult `json:"result"`
}

// FileResult is how a match ended.
type FileResult struct {
	Red       FileSide     `json:"red"`
	Blue      FileSide     `json:"blue"`
	Winner    ftc.Alliance `json:"winner" description:"RED or BLUE, where the points are equal and somebody won nevertheless"`
	StartedAt *time.Time   `json:"startedAt"`
}

// FileSide is one alliance's side of a result. The phases are given together or not at all.
type FileSide struct {
	Total      int             `json:"total"`
	Auto       *int            `json:"auto"`
	Teleop     *int            `json:"teleop"`
	Endgame    *int            `json:"endgame"`
	FoulPoints int             `json:"foulPoints" description:"what the other alliance's fouls gave; part of total"`
	RPFlags    map[string]bool `json:"rpFlags"`
}

// Alliances returns both sides as results have them, or what is wrong.
func (r FileResult) Alliances() ([]ftc.AllianceResult, error) {
	var list []ftc.AllianceResult
	for _, s := range []struct {
		name       ftc.Alliance
		own, other FileSide
	}{{ftc.Red, r.Red, r.Blue}, {ftc.Blue, r.Blue, r.Red}} {
		a := ftc.AllianceResult{Alliance: s.name, Total: s.own.Total, NoFoul: s.own.Total - s.own.FoulPoints, FoulsCommitted: s.other.FoulPoints, RankingPoints: s.own.RPFlags}
		given := 0
		for _, phase := range []*int{s.own.Auto, s.own.Teleop, s.own.Endgame} {
			if phase != nil {
				given++
			}
		}
		switch given {
		case 0:
		case 3:
			a.Phases = &ftc.Phases{Auto: *s.own.Auto, Teleop: *s.own.Teleop, Endgame: *s.own.Endgame}
			if sum := a.Phases.Auto + a.Phases.Teleop + a.Phases.Endgame; sum != a.NoFoul {
				return nil, ftc.ErrResult.Saying("%s has %d points in its phases and %d by fouls, which is not %d.", s.name, sum, s.own.FoulPoints, s.own.Total)
			}
		default:
			return nil, ftc.ErrResult.Saying("%s has some phases and lacks others: give auto, teleop and endgame, or none.", s.name)
		}
		list = append(list, a)
	}
	return list, nil
}

// reader collects what is wrong with a file.
type reader struct {
	faults []fault.Field
}

func (r *reader) wrong(pointer, format string, args ...any) {
	if len(r.faults) < maxFaults {
		r.faults = append(r.faults, fault.Field{Pointer: pointer, Detail: fmt.Sprintf(format, args...)})
	}
}

// Import returns what the file says, or ErrFile with the places that are wrong.
func (f File) Import() (Import, error) {
	var r reader
	i := Import{Competition: ftc.Competition{Event: f.event(&r)}}
	if len(f.Teams) > maxTeams || len(f.Matches) > maxMatches {
		r.wrong("/matches", "An import has at most %d teams and %d matches.", maxTeams, maxMatches)
		return i, ErrFile.Saying("%s", r.faults[0].Detail).At(r.faults...)
	}
	for n, t := range f.Teams {
		if t.TeamNumber < 1 || t.TeamNumber > 99999 {
			r.wrong(fmt.Sprintf("/teams/%d/teamNumber", n), "%d is no team number.", t.TeamNumber)
		}
		i.Teams = append(i.Teams, ftc.Team{Number: t.TeamNumber, Name: t.Name, City: t.City, Region: t.Region, Country: t.Country})
	}
	known := make(map[ftc.MatchKey]bool)
	for n, m := range f.Matches {
		place := fmt.Sprintf("/matches/%d", n)
		match := m.match(&r, place, i.Event.EventKey)
		if known[match.MatchKey] {
			r.wrong(place, "%s match %d of series %d is there twice.", match.Level, match.Number, match.Series)
		}
		known[match.MatchKey] = true
		i.Matches = append(i.Matches, match)
		if m.Result == nil {
			continue
		}
		alliances, err := m.Result.Alliances()
		if err != nil {
			r.wrong(place+"/result", "%s", fault.From(err).Detail)
			continue
		}
		for a := range alliances {
			alliances[a].Robots = played(match.Robots, alliances[a].Alliance)
		}
		i.Results = append(i.Results, ftc.Result{MatchKey: match.MatchKey, Alliances: alliances, Winner: m.Result.Winner, StartedAt: m.Result.StartedAt})
	}
	if len(r.faults) > 0 {
		return i, ErrFile.Saying("%s", r.faults[0].Detail).At(r.faults...)
	}
	return i, nil
}

func (f File) event(r *reader) ftc.Event {
	code, err := ftc.CleanCode(f.EventCode)
	if err != nil {
		r.wrong("/eventCode", "%s", ftc.ErrCode.Detail)
	}
	if f.Season < 2000 || f.Season > 2100 {
		r.wrong("/season", "season is the year of the kick-off, such as 2025.")
	}
	if f.Name == "" || len([]rune(f.Name)) > 200 {
		r.wrong("/name", "name has 1 to 200 characters.")
	}
	e := ftc.Event{
		EventKey: ftc.EventKey{Season: f.Season, Code: code}, Name: f.Name, TypeName: f.TypeName, Venue: f.Venue,
		City: f.City, Region: f.Region, Country: f.Country, Timezone: f.Timezone,
	}
	if e.Timezone == "" {
		e.Timezone = "UTC"
	}
	if _, err := time.LoadLocation(e.Timezone); err != nil {
		r.wrong("/timezone", "%q is no time zone such as America/New_York.", e.Timezone)
	}
	e.StartsOn, e.EndsOn = date(r, "/startsOn", f.StartsOn), date(r, "/endsOn", f.EndsOn)
	if e.EndsOn == nil {
		e.EndsOn = e.StartsOn
	}
	if e.StartsOn != nil && e.EndsOn.Before(*e.StartsOn) || e.StartsOn == nil && e.EndsOn != nil {
		r.wrong("/endsOn", "An event ends on its first day or later.")
	}
	return e
}

func date(r *reader, pointer, text string) *time.Time {
	if text == "" {
		return nil
	}
	day, err := time.Parse(time.DateOnly, text)
	if err != nil {
		r.wrong(pointer, "%q is no date such as 2026-01-17.", text)
		return nil
	}
	return &day
}

func (m FileMatch) match(r *reader, place string, event ftc.EventKey) ftc.Match {
	if m.Level == "" {
		m.Level = ftc.Qual
	}
	if !slices.Contains([]ftc.Level{ftc.Practice, ftc.Qual, ftc.Playoff}, m.Level) {
		r.wrong(place+"/level", "level is qual, playoff or practice.")
	}
	if m.MatchNumber < 1 || m.MatchNumber > 999 {
		r.wrong(place+"/matchNumber", "matchNumber is 1 to 999.")
	}
	if m.Series < 0 || m.Series > 99 || m.Level != ftc.Playoff && m.Series != 0 {
		r.wrong(place+"/series", "series is 1 to 99 in the playoffs and 0 elsewhere.")
	}
	if len(m.Field) > 40 {
		r.wrong(place+"/field", "field has at most 40 characters.")
	}
	match := ftc.Match{
		MatchKey:    ftc.MatchKey{EventKey: event, Level: m.Level, Series: m.Series, Number: m.MatchNumber},
		Description: m.Description, Field: m.Field, ScheduledAt: m.ScheduledAt,
	}
	seen := make(map[int]bool)
	for alliance, numbers := range map[ftc.Alliance][]int{ftc.Red: m.Red, ftc.Blue: m.Blue} {
		if len(numbers) > 3 {
			r.wrong(place, "An alliance has at most 3 teams.")
			continue
		}
		for n, number := range numbers {
			if number < 1 || number > 99999 || seen[number] {
				r.wrong(place, "%d is no team number, or the team plays twice in this match.", number)
			}
			seen[number] = true
			match.Robots = append(match.Robots, ftc.Robot{Alliance: alliance, Station: n + 1, TeamNumber: number, Surrogate: slices.Contains(m.Surrogates, number)})
		}
	}
	return match
}

// played is who stood there, as far as the schedule knows.
func played(robots []ftc.Robot, side ftc.Alliance) []ftc.PlayedRobot {
	var list []ftc.PlayedRobot
	for _, r := range robots {
		if r.Alliance == side {
			list = append(list, ftc.PlayedRobot{TeamNumber: r.TeamNumber, Station: r.Station})
		}
	}
	return list
}
