package api_test

import (
	"net/http"

	"github.com/google/uuid"
)

// Competition has the rows of FTC events: anybody reads, operators write.
func (accessRows) Competition() []access {
	const one, match = "/api/events/{code}", "/api/events/{code}/matches/{n}"
	known := func(path, body string) access {
		return access{route: one + path, path: func(s *stage, _ caller) string {
			s.call("POST", "/api/events", s.owner, `{"season":2025,"eventCode":"USNCRA","name":"Raleigh","matches":[{"matchNumber":90}]}`)
			return "/api/events/USNCRA" + path + "?season=2025"
		}, body: fixed(body)}
	}
	read := func(path string) access {
		row := known(path, "")
		row.method, row.public = "GET", true
		return row
	}
	// Nobody of a team operates an FTC event by that alone.
	refused := func(method, route, path, body string) access {
		row := known(path, body)
		row.method, row.route, row.ok = method, route, http.StatusForbidden
		return row
	}
	someone := uuid.NewString()
	return []access{
		read("/matches"), read("/results"), read("/alliances"),
		refused("POST", "/api/events", "", `{"season":2025,"eventCode":"X","name":"X"}`).at("/api/events"),
		refused("POST", match+"/start", "/matches/90/start", ""),
		refused("POST", match+"/abort", "/matches/90/abort", ""),
		refused("POST", match+"/result", "/matches/90/result", `{"red":{"total":1},"blue":{"total":2}}`),
		refused("GET", one+"/operators", "/operators", ""),
		refused("POST", one+"/operators", "/operators", `{"userId":"`+someone+`"}`),
		refused("DELETE", one+"/operators/{userId}", "/operators/"+someone, ""),
		refused("POST", one+"/venue", "/venue", `{"url":"http://10.0.0.5"}`),
	}
}

// at gives the row another address.
func (row access) at(path string) access {
	row.path = at(path)
	return row
}
