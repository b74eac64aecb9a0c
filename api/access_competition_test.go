package api_test

import "github.com/ftcmetrics/ftcmetrics/audit"

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
	operators := func(method, route, path, body string, lines ...audit.Action) access {
		row := known(path, body)
		row.method, row.route, row.operators, row.audit = method, route, true, lines
		return row
	}
	grant := operators("POST", one+"/operators", "/operators", "", audit.EventOperatorGranted)
	grant.body = func(s *stage, _ caller) string { return `{"userId":"` + s.ids[friend] + `"}` }
	revoke := operators("DELETE", one+"/operators/{userId}", "", "", audit.EventOperatorRevoked)
	revoke.path = func(s *stage, _ caller) string {
		return "/api/events/USNCRA/operators/" + s.ids[friend] + "?season=2025"
	}
	return []access{
		read("/matches"), read("/results"), read("/alliances"),
		operators("POST", "/api/events", "", `{"season":2025,"eventCode":"X","name":"X"}`, audit.EventImported).at("/api/events"),
		operators("POST", match+"/start", "/matches/90/start", "", audit.MatchStarted),
		operators("POST", match+"/abort", "/matches/90/abort", "", audit.MatchAborted),
		operators("POST", match+"/result", "/matches/90/result", `{"red":{"total":1},"blue":{"total":2}}`, audit.ResultEntered),
		operators("GET", one+"/operators", "/operators", ""),
		grant, revoke,
		operators("POST", one+"/venue", "/venue", `{"url":"http://10.0.0.5"}`, audit.EventVenueSet),
	}
}

// at gives the row another address.
func (row access) at(path string) access {
	row.path = at(path)
	return row
}
