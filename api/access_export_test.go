package api_test

import (
	"fmt"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// Export is the rows of what leaves and enters by file.
func (accessRows) Export() []access {
	at := func(route, rest string) func(*stage, caller) string {
		return func(g *stage, c caller) string {
			g.entry(c)
			return route + "?scoutingTeamId=" + g.team + rest
		}
	}
	const csv, notes, whole = "/api/scouting/export.csv", "/api/scouting/export-notes.csv", "/api/scouting/export.json"
	const in, inCSV = "/api/scouting/import", "/api/scouting/import.csv"
	rows := func(*stage, caller) string {
		return fmt.Sprintf(`{"format":"ftcmetrics-entries/1","entries":[{"id":%q,"season":2025,"eventCode":"USNCRA","matchNumber":9,"alliance":"RED","scoutedTeamNumber":8569,"data":{}}]}`, uuid.NewString())
	}
	sheet := func(*stage, caller) string {
		return "id,season,eventCode,matchNumber,alliance,scoutedTeamNumber\n" + uuid.NewString() + ",2025,USNCRA,9,RED,8569\n"
	}
	return []access{
		{method: "GET", route: csv, action: teams.Export, audit: []audit.Action{audit.EntriesExported}, path: at(csv, "&season=2025")},
		{method: "GET", route: whole, action: teams.Export, audit: []audit.Action{audit.EntriesExported}, path: at(whole, "&season=2025")},
		{method: "GET", route: notes, action: teams.ReadNotes, audit: []audit.Action{audit.NotesExported}, path: at(notes, "&season=2025")},
		{method: "POST", route: in, action: teams.Export, audit: []audit.Action{audit.EntriesImported}, path: at(in, ""), body: rows},
		{method: "POST", route: inCSV, action: teams.Export, audit: []audit.Action{audit.EntriesImported}, path: at(inCSV, ""), body: sheet, media: "text/csv"},
	}
}
