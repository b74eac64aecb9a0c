package api_test

import (
	"net/http"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// held puts an entry of somebody who has left into the team's quarantine and returns its id.
func (g *stage) held() string {
	g.t.Helper()
	var made struct{ ID string }
	a := g.call("POST", "/api/scouting/entries?onProblem=quarantine", g.tokens[removed], g.entryBody(6))
	if a.into(g.t, &made); a.status != http.StatusAccepted {
		g.t.Fatalf("held: %d %s", a.status, a.body)
	}
	return made.ID
}

// Quarantine is the rows of what waits for the team's leads.
func (accessRows) Quarantine() []access {
	at := func(action string) func(*stage, caller) string {
		return func(g *stage, _ caller) string { return "/api/scouting/quarantine/" + g.held() + "/" + action }
	}
	discarded := func(g *stage, _ caller) string {
		held := "/api/scouting/quarantine/" + g.held()
		if a := g.call("POST", held+"/discard", g.owner, ""); a.status != http.StatusOK {
			g.t.Fatalf("discard: %d %s", a.status, a.body)
		}
		return held + "/restore"
	}
	const one = "/api/scouting/quarantine/{id}/"
	late := func(g *stage, _ caller) string { return "/api/scouting/entries?onProblem=quarantine" }
	return []access{
		{method: "GET", route: "/api/scouting/quarantine", action: teams.ResolveQuarantine,
			path: func(g *stage, _ caller) string {
				g.held()
				return "/api/scouting/quarantine?scoutingTeamId=" + g.team
			}},
		{method: "POST", route: one + "accept", action: teams.ResolveQuarantine, path: at("accept"), body: fixed("{}"), audit: []audit.Action{audit.HeldAccepted}},
		{method: "POST", route: one + "discard", action: teams.ResolveQuarantine, path: at("discard"), audit: []audit.Action{audit.HeldDiscarded}},
		{method: "POST", route: one + "restore", action: teams.ResolveQuarantine, path: discarded, audit: []audit.Action{audit.HeldRestored}},
		{method: "POST", route: "/api/scouting/entries", action: teams.CreateEntry, path: late, ok: http.StatusCreated,
			body: func(g *stage, _ caller) string { return g.entryBody(7) }, want: map[caller]int{removed: http.StatusAccepted}},
	}
}
