package api_test

import (
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// Analysis is the rows of what is made of the team's entries.
func (accessRows) Analysis() []access {
	at := func(path string) func(*stage, caller) string {
		return func(g *stage, _ caller) string {
			g.entry(student)
			g.posted(5)
			return path + "scoutingTeamId=" + g.team + "&season=2025&eventCode=USNCRA"
		}
	}
	deduct := func(g *stage, c caller) string {
		g.posted(5)
		return "/api/scouting/entries/" + g.entry(c) + "/deduct-partner"
	}
	return []access{
		{method: "GET", route: "/api/scouting/consensus", path: at("/api/scouting/consensus?"), action: teams.ReadAnalysis},
		{method: "GET", route: "/api/scouting/entries/{id}/deduct-partner", path: deduct, action: teams.ReadAnalysis},
		{method: "POST", route: "/api/scouting/entries/{id}/deduct-partner", path: deduct, action: teams.ReadAnalysis},
		{method: "GET", route: "/api/scouting/team-summary/{number}", path: at("/api/scouting/team-summary/8569?"), action: teams.ReadAnalysis},
		{method: "GET", route: "/api/scouting/compare", path: at("/api/scouting/compare?teams=8569,9021&"), action: teams.ReadAnalysis},
		{method: "GET", route: "/api/scouting/accuracy", path: at("/api/scouting/accuracy?"), action: teams.ReadAccuracy},
	}
}

// posted gives a qualification match at USNCRA a result, in which 8569 and 9021 are red.
func (s *server) posted(number int) {
	s.t.Helper()
	_, _, err := s.ftc.PutResult(s.t.Context(), ftc.Result{
		MatchKey: ftc.MatchKey{EventKey: ftc.EventKey{Season: 2025, Code: "USNCRA"}, Level: ftc.Qual, Number: number},
		PostedAt: time.Date(2026, 1, 17, 15, number, 0, 0, time.UTC), Official: true,
		Alliances: []ftc.AllianceResult{
			{Alliance: ftc.Red, Total: 101, NoFoul: 96, Phases: &ftc.Phases{Auto: 23, Teleop: 58, Endgame: 15},
				Robots: []ftc.PlayedRobot{{TeamNumber: 8569, Station: 1}, {TeamNumber: 9021, Station: 2}}},
			{Alliance: ftc.Blue, Total: 62, NoFoul: 62, Phases: &ftc.Phases{Auto: 18, Teleop: 44}, FoulsCommitted: 5,
				Robots: []ftc.PlayedRobot{{TeamNumber: 6183, Station: 1}, {TeamNumber: 731, Station: 2}}},
		},
	})
	must(s.t, err)
}
