package web

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"time"
)

// What pages show of the API's answers. Fields that no page shows are left out.

type eventFacts struct {
	Season   int        `json:"season"`
	Code     string     `json:"eventCode"`
	Name     string     `json:"name"`
	Venue    string     `json:"venue"`
	City     string     `json:"city"`
	Region   string     `json:"region"`
	Country  string     `json:"country"`
	Timezone string     `json:"timezone"`
	StartsOn *time.Time `json:"startsOn"`
	EndsOn   *time.Time `json:"endsOn"`
}

// Title is the event's name, or its code where it has none.
func (e eventFacts) Title() string { return cmp.Or(e.Name, e.Code) }

// Path is the address of the event's page.
func (e eventFacts) Path() string { return fmt.Sprintf("/e/%d/%s", e.Season, e.Code) }

// Lead is what stands below the name: code, dates, place.
func (e eventFacts) Lead() string {
	return strings.Join(slices.DeleteFunc([]string{e.Code, e.dates(), e.place()}, func(part string) bool { return part == "" }), " · ")
}

func (e eventFacts) place() string {
	var parts []string
	for _, part := range []string{e.Venue, e.City, e.Region, e.Country} {
		if part != "" && !slices.Contains(parts, part) {
			parts = append(parts, part)
		}
	}
	return strings.Join(parts, ", ")
}

func (e eventFacts) dates() string {
	const day = "Jan 2, 2006"
	switch {
	case e.StartsOn == nil:
		return ""
	case e.EndsOn == nil || !e.EndsOn.After(*e.StartsOn):
		return e.StartsOn.Format(day)
	case e.EndsOn.Year() == e.StartsOn.Year() && e.EndsOn.Month() == e.StartsOn.Month():
		return e.StartsOn.Format("Jan 2") + " – " + e.EndsOn.Format("2, 2006")
	default:
		return e.StartsOn.Format("Jan 2") + " – " + e.EndsOn.Format(day)
	}
}

// zone is where the event is; times of day are told as the clocks there show them.
func (e eventFacts) zone() *time.Location {
	zone, err := time.LoadLocation(cmp.Or(e.Timezone, "UTC"))
	if err != nil {
		return time.UTC
	}
	return zone
}

// When tells whether the event runs ("now"), comes ("next") or is over ("past"). Days begin
// at different hours around the world, so that an event runs a little longer than it does.
func (e eventFacts) When(now time.Time) string {
	if e.StartsOn == nil {
		return "next"
	}
	end := *e.StartsOn
	if e.EndsOn != nil && e.EndsOn.After(end) {
		end = *e.EndsOn
	}
	today := now.In(e.zone()).Format(time.DateOnly)
	switch {
	case end.Format(time.DateOnly) < today:
		return "past"
	case e.StartsOn.Format(time.DateOnly) > today:
		return "next"
	}
	return "now"
}

type matchFacts struct {
	Level       string       `json:"tournamentLevel"`
	Series      int          `json:"series"`
	Number      int          `json:"matchNumber"`
	Field       string       `json:"field"`
	ScheduledAt *time.Time   `json:"scheduledAt"`
	RemovedAt   *time.Time   `json:"removedAt"`
	Robots      []robotFacts `json:"robots"`
	State       string       `json:"state"`
	Result      *resultFacts `json:"result"`

	event eventFacts
	said  *expectedFacts
}

type robotFacts struct {
	Alliance string `json:"alliance"`
	Team     int    `json:"teamNumber"`
}

type resultFacts struct {
	Alliances []sideFacts `json:"alliances"`
	PostedAt  time.Time   `json:"postedAt"`
	Official  bool        `json:"official"`
	Winner    string      `json:"winner"`
}

type sideFacts struct {
	Alliance string `json:"alliance"`
	Total    int    `json:"total"`
	NoFoul   int    `json:"noFoul"`
	Phases   *struct {
		Auto    int `json:"auto"`
		Teleop  int `json:"teleop"`
		Endgame int `json:"endgame"`
	} `json:"phases"`
}

// Fouls is what the other alliance's fouls gave.
func (s sideFacts) Fouls() int { return s.Total - s.NoFoul }

type expectedFacts struct {
	Level   string  `json:"level"`
	Series  int     `json:"series"`
	Number  int     `json:"matchNumber"`
	RedWins float64 `json:"redWins"`
	Red     float64 `json:"red"`
	Blue    float64 `json:"blue"`
}

type placeFacts struct {
	Rank         int     `json:"rank"`
	Team         int     `json:"teamNumber"`
	Name         string  `json:"name"`
	RankingScore float64 `json:"rankingScore"`
	Wins         int     `json:"wins"`
	Losses       int     `json:"losses"`
	Ties         int     `json:"ties"`
	Played       int     `json:"matchesPlayed"`
}

// Code is the match in a few letters: Q12, P3, P3.2 for its second play.
func (m matchFacts) Code() string {
	letter := texts["match.letters."+m.Level]
	if m.Level != "playoff" || m.Series == 0 {
		return fmt.Sprint(letter, m.Number)
	}
	if m.Number > 1 {
		return fmt.Sprintf("%s%d.%d", letter, m.Series, m.Number)
	}
	return fmt.Sprint(letter, m.Series)
}

// Name is the match in words.
func (m matchFacts) Name() string {
	if m.Level != "playoff" || m.Series == 0 {
		return texts.say("match.name."+m.Level, m.Number)
	}
	if m.Number > 1 {
		return texts.say("match.replay", m.Series, m.Number-1)
	}
	return texts.say("match.name.playoff", m.Series)
}

// Path is the address of the match's page.
func (m matchFacts) Path() string {
	return fmt.Sprintf("%s/m/%s/%d-%d", m.event.Path(), m.Level, m.Series, m.Number)
}

// Time is when the match is to begin, by the clocks at the event.
func (m matchFacts) Time() string {
	if m.ScheduledAt == nil {
		return ""
	}
	return m.ScheduledAt.In(m.event.zone()).Format("3:04 PM")
}

// Red and Blue are the teams of an alliance by station.
func (m matchFacts) Red() []int { return m.teams("RED") }

// Blue is Red of the other.
func (m matchFacts) Blue() []int { return m.teams("BLUE") }

func (m matchFacts) teams(alliance string) (list []int) {
	for _, robot := range m.Robots {
		if robot.Alliance == alliance {
			list = append(list, robot.Team)
		}
	}
	return list
}

// Side is an alliance's part of the result, nil without one.
func (m matchFacts) Side(alliance string) *sideFacts {
	if m.Result == nil {
		return nil
	}
	i := slices.IndexFunc(m.Result.Alliances, func(s sideFacts) bool { return s.Alliance == alliance })
	if i < 0 {
		return nil
	}
	return &m.Result.Alliances[i]
}

// Won is RED, BLUE or empty.
func (m matchFacts) Won() string {
	red, blue := m.Side("RED"), m.Side("BLUE")
	switch {
	case red == nil || blue == nil:
		return ""
	case red.Total > blue.Total:
		return "RED"
	case red.Total < blue.Total:
		return "BLUE"
	}
	return m.Result.Winner
}

// Chance is what the ratings expect, in words.
func (m matchFacts) Chance() string {
	if m.said == nil {
		return ""
	}
	if m.said.RedWins >= .5 {
		return texts.say("match.chance.red", 100*m.said.RedWins)
	}
	return texts.say("match.chance.blue", 100-100*m.said.RedWins)
}
