package api_test

import (
	"fmt"
	"net/http"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// pickListBody is a list of the team with a secret name, for an FTC event of its own: a team
// has only so many for one.
func (g *stage) pickListBody() string {
	return fmt.Sprintf(`{"scoutingTeamId":%q,"eventCode":"EV%s","name":"list %s","teamNumbers":[731,9021]}`, g.team, uuid.NewString()[:8], g.secret)
}

// pickList makes a list with a secret note at version 2 and returns its id.
func (g *stage) pickList() string {
	g.t.Helper()
	var made struct{ ID string }
	g.call("POST", "/api/scouting/picklists", g.owner, g.pickListBody()).into(g.t, &made)
	a := g.call("POST", "/api/scouting/picklists/"+made.ID+"/operations", g.owner, g.pickListNote())
	if a.status != http.StatusOK {
		g.t.Fatalf("a note: %d %s", a.status, a.body)
	}
	return made.ID
}

func (g *stage) pickListNote() string {
	return fmt.Sprintf(`{"baseVersion":1,"operations":[{"id":%q,"kind":"set","teamNumber":731,"note":"note %s"}]}`, uuid.New(), g.secret)
}

// PickLists has the rows of pick lists.
func (accessRows) PickLists() []access {
	const all, one = "/api/scouting/picklists", "/api/scouting/picklists/{id}"
	at := func(below string) func(*stage, caller) string {
		return func(g *stage, _ caller) string { return all + "/" + g.pickList() + below }
	}
	move := fmt.Sprintf(`{"baseVersion":2,"operations":[{"id":%q,"kind":"move","teamNumber":9021,"after":0}]}`, uuid.New())
	pick := func(g *stage, _ caller) string {
		return fmt.Sprintf(`{"scoutingTeamId":%q,"eventCode":"USNCRA","teamNumber":731,"alliance":1}`, g.team)
	}
	return []access{
		{method: "POST", route: all, action: teams.EditPickLists, ok: http.StatusCreated, body: func(g *stage, _ caller) string { return g.pickListBody() }},
		{method: "GET", route: all, action: teams.ReadPickLists, path: func(g *stage, _ caller) string {
			g.pickList()
			return all + "?scoutingTeamId=" + g.team
		}},
		{method: "POST", route: all + "/picks", action: teams.EditPickLists, body: pick},
		{method: "GET", route: one, action: teams.ReadPickLists, path: at("")},
		{method: "PATCH", route: one, action: teams.EditPickLists, path: at(""), body: fixed(`{"baseVersion":2,"name":"other"}`)},
		{method: "DELETE", route: one, action: teams.EditPickLists, path: at(""), audit: []audit.Action{audit.PickListDeleted}},
		{method: "POST", route: one + "/operations", action: teams.EditPickLists, path: at("/operations"), body: fixed(move)},
		{method: "POST", route: one + "/undo", action: teams.EditPickLists, path: at("/undo"),
			body: fixed(fmt.Sprintf(`{"baseVersion":2,"operationId":%q}`, uuid.New()))},
		{method: "GET", route: one + "/history", action: teams.ReadPickLists, path: at("/history")},
		{method: "GET", route: one + "/export.csv", action: teams.ReadPickLists, audit: []audit.Action{audit.PickListExported}, path: at("/export.csv")},
	}
}
