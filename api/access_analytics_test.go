package api_test

// Analytics has the rows of ratings and what follows from official results: anybody reads.
func (accessRows) Analytics() []access {
	of := func(method, route, path, body string) access {
		row := access{method: method, route: route, public: true, path: func(s *stage, _ caller) string {
			s.call("POST", "/api/events", s.owner, `{"season":2025,"eventCode":"USNCRA","name":"Raleigh","teams":[{"teamNumber":731}],"matches":[{"matchNumber":90}]}`)
			return path
		}}
		if body != "" {
			row.body = fixed(body)
		}
		return row
	}
	return []access{
		of("GET", "/api/analytics/opr/{code}", "/api/analytics/opr/USNCRA?season=2025", ""),
		of("GET", "/api/analytics/epa/{code}", "/api/analytics/epa/USNCRA?season=2025", ""),
		of("GET", "/api/analytics/team/{number}", "/api/analytics/team/731?season=2025", ""),
		of("POST", "/api/analytics/predict", "/api/analytics/predict", `{"season":2025,"red":[731],"blue":[8569,9021]}`),
		of("POST", "/api/analytics/compare", "/api/analytics/compare", `{"season":2025,"teams":[731,8569]}`),
		of("GET", "/api/analytics/accuracy", "/api/analytics/accuracy?season=2025&eventCode=USNCRA", ""),
		of("GET", "/api/events/{code}/rankings", "/api/events/USNCRA/rankings?season=2025", ""),
		of("GET", "/api/events/{code}/predictions", "/api/events/USNCRA/predictions?season=2025", ""),
		of("GET", "/api/events/{code}/bracket", "/api/events/USNCRA/bracket?season=2025", ""),
		of("GET", "/api/ftc-teams/search", "/api/ftc-teams/search?q=731", ""),
		of("GET", "/api/ftc-teams/{number}", "/api/ftc-teams/731", ""),
	}
}
