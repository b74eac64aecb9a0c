package demo

import (
	_ "embed"
	"encoding/json"
	"fmt"
	"strings"
	"time"
	_ "time/tzdata" // the event's zone must be known on machines without zone files

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

//go:embed event.json
var eventFile []byte

// script is the embedded event: who plays when, and the official scores.
type script struct {
	Season   int              `json:"season"`
	Event    scriptEvent      `json:"event"`
	Teams    []scriptTeam     `json:"teams"`
	Schedule []scriptMatch    `json:"schedule"`
	Scores   []scriptScore    `json:"scores"`
	zone     *time.Location   // of the event
	official map[int][2]tally // red and blue by number of the qualification match
	strength map[int]float64  // of each team: what its alliances scored on average
}

type scriptEvent struct {
	Code      string `json:"code"`
	Name      string `json:"name"`
	TypeName  string `json:"typeName"`
	Region    string `json:"regionCode"`
	Venue     string `json:"venue"`
	City      string `json:"city"`
	Country   string `json:"country"`
	Timezone  string `json:"timezone"`
	DateStart string `json:"dateStart"`
	DateEnd   string `json:"dateEnd"`
}

type scriptTeam struct {
	Number     int    `json:"teamNumber"`
	Name       string `json:"nameShort"`
	City       string `json:"city"`
	Region     string `json:"stateProv"`
	Country    string `json:"country"`
	RookieYear int    `json:"rookieYear"`
}

type scriptMatch struct {
	Description string        `json:"description"`
	Field       string        `json:"field"`
	Level       string        `json:"tournamentLevel"`
	StartTime   string        `json:"startTime"`
	Series      int           `json:"series"`
	Number      int           `json:"matchNumber"`
	Robots      []scriptRobot `json:"teams"`
}

type scriptRobot struct {
	Number    int    `json:"teamNumber"`
	Station   string `json:"station"` // Red1 to Blue2
	Surrogate bool   `json:"surrogate"`
	NoShow    bool   `json:"noShow"`
}

type scriptScore struct {
	Number    int     `json:"matchNumber"`
	Alliances []tally `json:"alliances"`
}

// tally is the official score of one alliance in one match.
type tally struct {
	Alliance         string `json:"alliance"` // Red or Blue
	Robot1Auto       bool   `json:"robot1Auto"`
	Robot2Auto       bool   `json:"robot2Auto"`
	AutoClassified   int    `json:"autoClassifiedArtifacts"`
	AutoOverflow     int    `json:"autoOverflowArtifacts"`
	AutoPattern      int    `json:"autoPatternPoints"` // 2 for each slot
	TeleopClassified int    `json:"teleopClassifiedArtifacts"`
	TeleopOverflow   int    `json:"teleopOverflowArtifacts"`
	TeleopDepot      int    `json:"teleopDepotArtifacts"`
	TeleopPattern    int    `json:"teleopPatternPoints"` // 2 for each slot
	Robot1Base       string `json:"robot1Teleop"`
	Robot2Base       string `json:"robot2Teleop"`
	PreFoul          int    `json:"preFoulTotal"`
	Total            int    `json:"totalPoints"`
}

// readScript reads an event and works out what the player needs of it.
func readScript(raw []byte) (*script, error) {
	s := &script{official: map[int][2]tally{}}
	if err := json.Unmarshal(raw, s); err != nil {
		return nil, fmt.Errorf("the demo's event: %w", err)
	}
	zone, err := time.LoadLocation(s.Event.Timezone)
	if err != nil {
		return nil, fmt.Errorf("the demo's event: %w", err)
	}
	s.zone = zone
	for _, score := range s.Scores {
		var sides [2]tally
		for _, alliance := range score.Alliances {
			sides[side(alliance.Alliance)] = alliance
		}
		s.official[score.Number] = sides
	}
	s.strength = s.strengths()
	return s, nil
}

// side is 0 for red and 1 for blue.
func side(name string) int {
	if strings.HasPrefix(strings.ToUpper(name), "BLUE") {
		return 1
	}
	return 0
}

// quals returns the qualification matches in the order they are played.
func (s *script) quals() []scriptMatch {
	var list []scriptMatch
	for _, m := range s.Schedule {
		if level(m.Level) == ftc.Qual {
			list = append(list, m)
		}
	}
	return list
}

// strengths is the mean score of each team's alliances in the matches it came to.
func (s *script) strengths() map[int]float64 {
	sum, n := map[int]float64{}, map[int]float64{}
	for _, m := range s.quals() {
		for _, r := range m.Robots {
			if !r.NoShow {
				sum[r.Number] += float64(s.official[m.Number][side(r.Station)].PreFoul)
				n[r.Number]++
			}
		}
	}
	for number := range sum {
		sum[number] /= n[number]
	}
	return sum
}

// key names the FTC event of a round: the script's own code, with the round for its last digit.
func (s *script) key(round int) ftc.EventKey {
	return ftc.EventKey{Season: s.Season, Code: fmt.Sprint(strings.TrimRight(s.Event.Code, "0123456789"), round)}
}

// competition is the event of a round as an import would bring it. Rounds differ in nothing
// but code and name.
func (s *script) competition(round int) (ftc.Competition, error) {
	key := s.key(round)
	e := ftc.Event{
		EventKey: key, Name: s.Event.Name, Official: true, TypeName: s.Event.TypeName, Venue: s.Event.Venue,
		City: s.Event.City, Region: s.Event.Region, Country: s.Event.Country, Timezone: s.Event.Timezone,
	}
	if round > 1 {
		e.Name = fmt.Sprintf("%s, round %d", e.Name, round)
	}
	var err error
	if e.StartsOn, err = date(s.Event.DateStart); err != nil {
		return ftc.Competition{}, err
	}
	if e.EndsOn, err = date(s.Event.DateEnd); err != nil {
		return ftc.Competition{}, err
	}
	c := ftc.Competition{Event: e}
	for _, t := range s.Teams {
		c.Teams = append(c.Teams, ftc.Team{
			Number: t.Number, Name: t.Name, City: t.City, Region: t.Region, Country: t.Country, RookieYear: &t.RookieYear,
		})
	}
	for _, m := range s.Schedule {
		match, err := s.match(key, m)
		if err != nil {
			return ftc.Competition{}, err
		}
		c.Matches = append(c.Matches, match)
	}
	return c, nil
}

func (s *script) match(key ftc.EventKey, m scriptMatch) (ftc.Match, error) {
	at, err := time.ParseInLocation("2006-01-02T15:04:05", m.StartTime, s.zone)
	if err != nil {
		return ftc.Match{}, fmt.Errorf("%s: %w", m.Description, err)
	}
	match := ftc.Match{
		MatchKey:    ftc.MatchKey{EventKey: key, Level: level(m.Level), Series: m.Series, Number: m.Number},
		Description: m.Description, Field: m.Field, ScheduledAt: &at,
	}
	for _, r := range m.Robots {
		match.Robots = append(match.Robots, ftc.Robot{
			Alliance: r.alliance(), Station: int(r.Station[len(r.Station)-1] - '0'), TeamNumber: r.Number, Surrogate: r.Surrogate,
		})
	}
	return match, nil
}

func (r scriptRobot) alliance() ftc.Alliance {
	return [...]ftc.Alliance{ftc.Red, ftc.Blue}[side(r.Station)]
}

func level(name string) ftc.Level {
	if name == "PLAYOFF" {
		return ftc.Playoff
	}
	return ftc.Qual
}

// date returns the day of a local time, as a date without zone.
func date(text string) (*time.Time, error) {
	day, _, _ := strings.Cut(text, "T")
	at, err := time.Parse(time.DateOnly, day)
	return &at, err
}
