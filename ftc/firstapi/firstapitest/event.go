package firstapitest

import (
	"bytes"
	_ "embed"
	"encoding/json"
	"fmt"
	"maps"
	"regexp"
	"strings"
	"time"

	_ "time/tzdata" // the event's zone must be known on machines without zone files

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

//go:embed event.json
var eventFile []byte

const (
	recordedCode = "ZZDEV1" // of the event in the file
	localTime    = "2006-01-02T15:04:05.999"
	selection    = 20 * time.Minute // from the last qualification match until the alliances are there
)

// row is one JSON object of the real server's shape.
type row = map[string]any

// Moment says when a match of the event is on the field and when its result is posted.
type Moment struct {
	ftc.MatchKey
	Loaded, Started, Posted time.Time
}

// match is a match with its rows in the lists that have it.
type match struct {
	Moment
	shown   time.Time // when it comes onto the schedule
	changed time.Time // when a switch changed it, zero for never

	plan, hybrid, result, score row
}

// event is the state of the fake's event.
type event struct {
	key       ftc.EventKey
	zone      *time.Location
	about     row
	teams     []row
	matches   []*match // qualification, then playoffs, each in the order they are played
	alliances []row
	opens     time.Time // when event, teams and schedule were written
	selected  time.Time // when the alliances are known
	vanished  map[ftc.Level]time.Time
}

// file is event.json as far as it is needed here.
type file struct {
	Season    int    `json:"season"`
	EventCode string `json:"eventCode"`
	Timezone  string `json:"timezone"`
	Timeline  []struct {
		Description, Loaded, Started, Posted string
	} `json:"timeline"`
	Responses map[string]map[string]any `json:"responses"`
}

func load(raw []byte) (*event, error) {
	var f file
	if err := json.Unmarshal(raw, &f); err != nil {
		return nil, fmt.Errorf("event.json: %w", err)
	}
	zone, err := time.LoadLocation(f.Timezone)
	if err != nil {
		return nil, fmt.Errorf("event.json: %w", err)
	}
	e := &event{key: ftc.EventKey{Season: f.Season, Code: f.EventCode}, zone: zone, vanished: make(map[ftc.Level]time.Time)}
	e.about = f.list("/events", "events")[0]
	e.teams = f.list("/teams?eventCode="+f.EventCode+"&page=1", "teams")
	e.alliances = f.list("/alliances/"+f.EventCode, "alliances")
	for _, level := range []ftc.Level{ftc.Qual, ftc.Playoff} {
		if err := e.loadMatches(&f, level); err != nil {
			return nil, err
		}
	}
	return e, nil
}

var dates = regexp.MustCompile(`"20[0-9]{2}-[0-9]{2}-[0-9]{2}T`)

// rewritten is the file with another code for the event, so many days later.
func rewritten(code string, days int) []byte {
	raw := bytes.ReplaceAll(eventFile, []byte(recordedCode), []byte(code))
	return dates.ReplaceAllFunc(raw, func(date []byte) []byte {
		day, err := time.Parse(`"`+time.DateOnly+"T", string(date))
		if err != nil {
			return date // no date, though it looks like one
		}
		return []byte(day.AddDate(0, 0, days).Format(`"` + time.DateOnly + "T"))
	})
}

// list returns the rows of a recorded answer.
func (f *file) list(path, name string) []row {
	var rows []row
	all, _ := f.Responses[fmt.Sprintf("/v2.0/%d%s", f.Season, path)][name].([]any)
	for _, one := range all {
		if r, ok := one.(row); ok {
			rows = append(rows, r)
		}
	}
	return rows
}

// loadMatches puts the rows of one level together. The lists have the same order.
func (e *event) loadMatches(f *file, level ftc.Level) error {
	code := f.EventCode
	plans := f.list("/schedule/"+code+"?tournamentLevel="+string(level), "schedule")
	hybrids := f.list("/schedule/"+code+"/"+string(level)+"/hybrid", "schedule")
	results := f.list("/matches/"+code+"?tournamentLevel="+string(level), "matches")
	scores := f.list("/scores/"+code+"/"+string(level), "matchScores")
	if len(plans) == 0 || len(hybrids) != len(plans) || len(results) != len(plans) || len(scores) != len(plans) {
		return fmt.Errorf("event.json: lists of %s matches differ in length", level)
	}
	for i := range plans {
		m := &match{plan: plans[i], hybrid: hybrids[i], result: results[i], score: scores[i]}
		m.MatchKey = ftc.MatchKey{EventKey: e.key, Level: level, Series: whole(m.plan["series"]), Number: whole(m.plan["matchNumber"])}
		if err := m.schedule(f, e.zone); err != nil {
			return err
		}
		switch {
		case level == ftc.Qual && i == 0:
			e.opens = m.shown
		case level == ftc.Playoff && i == 0:
			e.selected = e.matches[len(e.matches)-1].Posted.Add(selection)
			m.shown = e.selected
		case level == ftc.Playoff:
			m.shown = e.matches[len(e.matches)-1].Posted
		}
		e.matches = append(e.matches, m)
	}
	return nil
}

// schedule reads the match's times from the timeline.
func (m *match) schedule(f *file, zone *time.Location) error {
	for _, line := range f.Timeline {
		if line.Description != m.plan["description"] {
			continue
		}
		modified, _ := m.plan["modifiedOn"].(string)
		for text, into := range map[string]*time.Time{line.Loaded: &m.Loaded, line.Started: &m.Started, line.Posted: &m.Posted, modified: &m.shown} {
			t, err := time.ParseInLocation(localTime, text, zone)
			if err != nil {
				return fmt.Errorf("event.json: %w", err)
			}
			*into = t
		}
		return nil
	}
	return fmt.Errorf("event.json: %v has no time", m.plan["description"])
}

// played reports whether the result is posted.
func (m *match) played(now time.Time) bool { return !m.Posted.After(now) }

// modified is when the row of the match in the hybrid schedule changed last.
func (m *match) modified(now time.Time) time.Time {
	last := m.shown
	if m.played(now) && m.Posted.After(last) {
		last = m.Posted
	}
	if m.changed.After(last) {
		last = m.changed
	}
	return last
}

// unplayed is the row of the hybrid schedule before there is a result.
func (m *match) unplayed() row {
	r := maps.Clone(m.hybrid)
	for name := range r {
		if strings.HasPrefix(name, "score") || name == "actualStartTime" || name == "postResultTime" {
			r[name] = nil
		}
	}
	r["redWins"], r["blueWins"] = false, false
	var teams []any
	for _, one := range list(r["teams"]) {
		team := maps.Clone(one)
		team["noShow"], team["dq"], team["onField"] = false, false, true
		teams = append(teams, team)
	}
	r["teams"] = teams
	return r
}

func whole(v any) int {
	n, _ := v.(float64)
	return int(n)
}

// list returns the objects of a JSON list.
func list(v any) []row {
	all, _ := v.([]any)
	rows := make([]row, 0, len(all))
	for _, one := range all {
		if r, ok := one.(row); ok {
			rows = append(rows, r)
		}
	}
	return rows
}
