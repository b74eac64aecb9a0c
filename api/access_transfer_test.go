package api_test

import (
	"encoding/json"
	"net/http"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/teams"
)

// chunks packs an entry of the team, by the mentor, as the body of a scan.
func (g *stage) chunks() string {
	g.t.Helper()
	var out struct {
		Chunks []string `json:"chunks"`
	}
	a := g.call("POST", "/api/scouting/transfer/encode", g.tokens[mentor], `{"scoutingTeamId":"`+g.team+`","entries":[`+g.entryBody(8)+`]}`)
	if a.into(g.t, &out); a.status != http.StatusOK {
		g.t.Fatalf("encode: %d %s", a.status, a.body)
	}
	raw, err := json.Marshal(out)
	must(g.t, err)
	return string(raw)
}

// Scans is the rows of what goes by QR code.
func (accessRows) Scans() []access {
	scanned := func(g *stage, _ caller) string { return g.chunks() }
	encode := func(what string) func(*stage, caller) string {
		return func(g *stage, c caller) string {
			switch what {
			case "entryIds":
				return `{"scoutingTeamId":"` + g.team + `","entryIds":["` + g.entry(c) + `"]}`
			case "entries":
				return `{"scoutingTeamId":"` + g.team + `","entries":[` + g.entryBody(8) + `]}`
			}
			return `{"scoutingTeamId":"` + g.team + `","assignments":[{"scoutId":"` + g.ids[student] +
				`","season":2025,"eventCode":"USNCRA","tournamentLevel":"qual","matchNumber":8,"alliance":"RED","station":1,"scoutedTeamNumber":8569}]}`
		}
	}
	return []access{
		{method: "POST", route: "/api/scouting/transfer/encode", action: teams.ReadEntries, body: encode("entryIds")},
		{method: "POST", route: "/api/scouting/transfer/encode", action: teams.CreateEntry, body: encode("entries")},
		{method: "POST", route: "/api/scouting/transfer/encode", action: teams.ReadAssignments, body: encode("assignments")},
		{method: "POST", route: "/api/scouting/transfer/decode", action: teams.CreateEntry, body: scanned},
		{method: "POST", route: "/api/scouting/transfer/import", action: teams.CreateEntry, body: scanned,
			want: map[caller]int{removed: http.StatusOK}, check: func(t *testing.T, _ *stage, c caller, a answer) {
				t.Helper()
				var out struct{ Results []struct{ Status int } }
				a.into(t, &out)
				want := map[bool]int{true: http.StatusAccepted, false: http.StatusCreated}[c == removed]
				if got := out.Results[0].Status; got != want {
					t.Errorf("an entry brought by %s: %d, want %d", c, got, want)
				}
			}},
	}
}
