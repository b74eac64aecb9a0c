package ftc_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

func TestMain(m *testing.M) { pgtest.Main(m) }

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

var raleigh = ftc.EventKey{Season: 2025, Code: "USNCRA"}

func competition() ftc.Competition {
	day := time.Date(2026, 1, 17, 0, 0, 0, 0, time.UTC)
	at := day.Add(15 * time.Hour)
	year := 2012
	return ftc.Competition{
		Event: ftc.Event{EventKey: raleigh, Name: "Raleigh", Timezone: "America/New_York", City: "Raleigh", StartsOn: &day, EndsOn: &day},
		Teams: []ftc.Team{{Number: 731, Name: "Wannabee Strange", RookieYear: &year}, {Number: 9021, Name: "TMSA Cyber Tigers"}},
		Matches: []ftc.Match{{
			MatchKey: ftc.MatchKey{EventKey: raleigh, Level: ftc.Qual, Number: 1}, Description: "Qualification 1", ScheduledAt: &at,
			Robots: []ftc.Robot{
				{Alliance: ftc.Red, Station: 1, TeamNumber: 9021}, {Alliance: ftc.Red, Station: 2, TeamNumber: 6183, Surrogate: true},
				{Alliance: ftc.Blue, Station: 1, TeamNumber: 731}, {Alliance: ftc.Blue, Station: 2, TeamNumber: 8569},
			},
		}},
	}
}

func TestPutTwiceChangesNothing(t *testing.T) {
	s := ftc.New(pgtest.New(t))
	must(t, s.Put(t.Context(), competition()))
	first := read(t, s)
	must(t, s.Put(t.Context(), competition()))
	if again := read(t, s); again != first {
		t.Errorf("after the second import\n%s\nafter the first\n%s", again, first)
	}
	for _, want := range []string{"Raleigh", "Wannabee Strange", "6183 true", "official"} {
		if !strings.Contains(first, want) {
			t.Errorf("%s lacks %q", first, want)
		}
	}
}

func read(t *testing.T, s *ftc.Service) string {
	t.Helper()
	event, err := s.Event(t.Context(), raleigh)
	must(t, err)
	list, _, err := s.Events(t.Context(), ftc.EventFilter{Season: 2025})
	must(t, err)
	teams, err := s.Teams(t.Context(), raleigh)
	must(t, err)
	schedule, err := s.Schedule(t.Context(), raleigh)
	must(t, err)
	text := fmt.Sprintf("%s %s %d events", event.Name, map[bool]string{true: "official"}[event.Official], len(list))
	for _, team := range teams {
		text += fmt.Sprint("\n", team.Number, " ", team.Name)
	}
	for _, match := range schedule {
		text += fmt.Sprint("\n", match.MatchKey, match.ScheduledAt.UTC())
		for _, robot := range match.Robots {
			text += fmt.Sprint("\n", robot.Alliance, robot.Station, " ", robot.TeamNumber, " ", robot.Surrogate)
		}
	}
	return text
}

func TestANewScheduleReplacesTheOld(t *testing.T) {
	s := ftc.New(pgtest.New(t))
	must(t, s.Put(t.Context(), competition()))
	changed := competition()
	changed.Matches[0].Robots[0].TeamNumber = 4444
	changed.Event.Name = "Raleigh Qualifier"
	must(t, s.Put(t.Context(), changed))
	if text := read(t, s); strings.Contains(text, "RED1 9021") || !strings.Contains(text, "RED1 4444") || !strings.Contains(text, "Raleigh Qualifier") {
		t.Errorf("after a change: %s", text)
	}
}

// TestPutIsAllOrNothing imports a robot that plays twice in one match.
func TestPutIsAllOrNothing(t *testing.T) {
	s := ftc.New(pgtest.New(t))
	broken := competition()
	broken.Matches[0].Robots[1].TeamNumber = 9021
	if err := s.Put(t.Context(), broken); err == nil || !strings.Contains(err.Error(), "qual match 1") {
		t.Errorf("a robot twice in one match: %v", err)
	}
	if _, err := s.Event(t.Context(), raleigh); !errors.Is(err, ftc.ErrNoEvent) {
		t.Errorf("half an import stays: %v", err)
	}
}

func TestAnUnofficialEventBecomesOfficial(t *testing.T) {
	pool := pgtest.New(t)
	s := ftc.New(pool)
	for range 2 {
		must(t, pgx.BeginFunc(t.Context(), pool, func(tx pgx.Tx) error { return ftc.Ensure(t.Context(), tx, raleigh) }))
	}
	event, err := s.Event(t.Context(), raleigh)
	must(t, err)
	if event.Official || event.Name != "USNCRA" {
		t.Errorf("scouted before it was imported: %+v", event)
	}
	must(t, s.Put(t.Context(), competition()))
	if event, err = s.Event(t.Context(), raleigh); err != nil || !event.Official {
		t.Errorf("imported: %+v, %v", event, err)
	}
}

func TestUnknownEvents(t *testing.T) {
	s := ftc.New(pgtest.New(t))
	if _, err := s.Teams(t.Context(), raleigh); !errors.Is(err, ftc.ErrNoEvent) {
		t.Errorf("teams: %v", err)
	}
	if _, err := s.Schedule(t.Context(), raleigh); !errors.Is(err, ftc.ErrNoEvent) {
		t.Errorf("schedule: %v", err)
	}
	if list, _, err := s.Events(t.Context(), ftc.EventFilter{Season: 2025}); err != nil || len(list) != 0 {
		t.Errorf("events: %v, %v", list, err)
	}
}

func TestCleanCode(t *testing.T) {
	for code, want := range map[string]string{
		"USNCRA": "USNCRA", " usncra ": "USNCRA", "LEAGUE-MEET_3": "LEAGUE-MEET_3", "2025": "2025",
		"": "", "a b": "", "x/y": "", "-A": "", "2025-USNCRA": "", "É": "", strings.Repeat("A", 41): "",
	} {
		got, err := ftc.CleanCode(code)
		if got != want || (err == nil) != (want != "") || err != nil && !errors.Is(err, ftc.ErrCode) {
			t.Errorf("%q becomes %q, %v", code, got, err)
		}
	}
}

func TestEventChannels(t *testing.T) {
	if got := fmt.Sprint(ftc.EventChannels(raleigh)); got != "[event-USNCRA event-2025-USNCRA]" {
		t.Error(got)
	}
}
