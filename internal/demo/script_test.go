package demo

import (
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

func theScript(t *testing.T) *script {
	t.Helper()
	s, err := readScript(eventFile)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestCompetition(t *testing.T) {
	c, err := theScript(t).competition(1)
	if err != nil {
		t.Fatal(err)
	}
	if c.Event.Code != "ZZDEV1" || c.Event.Season != 2025 || c.Event.Name != "Developer Test Qualifier" || !c.Event.Official {
		t.Errorf("event %+v", c.Event)
	}
	if got := c.Event.StartsOn.Format(time.DateOnly); got != "2026-01-17" {
		t.Errorf("starts on %s", got)
	}
	if len(c.Teams) != 21 {
		t.Errorf("%d teams", len(c.Teams))
	}
	known := map[int]bool{}
	for _, team := range c.Teams {
		known[team.Number] = team.Name != "" && team.RookieYear != nil
	}
	matches := map[ftc.Level]int{}
	for _, m := range c.Matches {
		matches[m.Level]++
		if len(m.Robots) != 4 {
			t.Errorf("%s has %d robots", m.Description, len(m.Robots))
		}
		for i, r := range m.Robots {
			want := ftc.Robot{Alliance: ftc.Red, Station: i%2 + 1, TeamNumber: r.TeamNumber, Surrogate: r.Surrogate}
			if i > 1 {
				want.Alliance = ftc.Blue
			}
			if r != want || !known[r.TeamNumber] {
				t.Errorf("%s, robot %d: %+v", m.Description, i, r)
			}
		}
	}
	if matches[ftc.Qual] != 27 || matches[ftc.Playoff] != 6 {
		t.Errorf("matches %v", matches)
	}
	if got := c.Matches[0].ScheduledAt.UTC().Format(time.RFC3339); got != "2026-01-17T15:00:00Z" {
		t.Errorf("10 o'clock in New York is %s", got)
	}
}

func TestRoundsDifferInNameOnly(t *testing.T) {
	s := theScript(t)
	c, err := s.competition(12)
	if err != nil {
		t.Fatal(err)
	}
	if c.Event.Code != "ZZDEV12" || c.Event.Name != "Developer Test Qualifier, round 12" {
		t.Errorf("event %+v", c.Event)
	}
	if len(c.Matches) != 33 || c.Matches[0].Code != "ZZDEV12" {
		t.Errorf("%d matches, the first at %s", len(c.Matches), c.Matches[0].Code)
	}
}

func TestDamagedScript(t *testing.T) {
	for name, raw := range map[string]string{
		"no JSON": `{`,
		"no zone": `{"event":{"timezone":"Mars/Olympus"}}`,
	} {
		if _, err := readScript([]byte(raw)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	for name, s := range map[string]script{
		"start": {Event: scriptEvent{DateStart: "soon", DateEnd: "2026-01-17"}},
		"end":   {Event: scriptEvent{DateStart: "2026-01-17", DateEnd: "later"}},
		"match": {Event: scriptEvent{DateStart: "2026-01-17", DateEnd: "2026-01-17"}, Schedule: []scriptMatch{{StartTime: "ten"}}, zone: time.UTC},
	} {
		if _, err := s.competition(1); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
