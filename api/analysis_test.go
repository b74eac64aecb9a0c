package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// TestAnalysisOnTheWire scouts 8569 twice in a match that it won with 9021.
func TestAnalysisOnTheWire(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	token, _ := s.join(team, "STUDENT")
	var made struct{ ID string }
	s.call("POST", "/api/scouting/entries", token, entryBody(team, "")).into(t, &made)
	s.call("POST", "/api/scouting/entries", s.owner, entryBody(team, `{"data":{"autoLeave":true,"autoClassifiedCount":3,"teleopClassifiedCount":14,"endgameBaseStatus":"FULL"}}`))
	s.posted(12)
	s.posted(13)
	for _, robot := range []int{8569, 9021} {
		s.call("POST", "/api/scouting/entries", token, entryBody(team, fmt.Sprintf(`{"matchNumber":13,"scoutedTeamNumber":%d}`, robot)))
	}
	at := "scoutingTeamId=" + team + "&season=2025&eventCode=usncra"
	for path, want := range map[string][]string{
		"/api/scouting/consensus?matchNumber=12&level=qual&scoutedTeamNumber=8569&" + at: {`"totalScore":58`, `"conflict":true`,
			`"conflicts":[{"key":"teleopClassifiedCount","label":"Classified","values":[10,14]}]`, `"tournamentLevel":"qual"`, `"superseded":0`, `"displayName":"Scout 7"`},
		"/api/scouting/consensus?tournamentLevel=playoff&" + at: {`"data":[]`},
		"/api/scouting/team-summary/9021?" + at: {`"source":"deduced","score":{"auto":11,"teleop":22,"endgame":5,"total":38}`, `"scouted":1,"deduced":1`, `"wins":2`, `"epaVersion":"epa/1"`,
			`"capabilities":[{`},
		"/api/scouting/team-summary/4444?" + at:       {`"sources":{"entries":0,"superseded":0,"scouted":0,"deduced":0,"inconsistent":0}`, `"matches":[]`},
		"/api/scouting/compare?teams=9021,8569&" + at: {`"teamNumber":9021`, `"teamNumber":8569`},
		"/api/scouting/accuracy?" + at:                {`"matches":1,"reports":2,"enough":false,"needed":5}]`}, // in match 12 9021 was not scouted
	} {
		a := s.call("GET", path, token, "")
		for _, text := range want {
			if a.status != http.StatusOK || !strings.Contains(a.body, text) {
				t.Errorf("%s: %d %s lacks %s", path, a.status, a.body, text)
			}
		}
	}
	before, events := s.count()
	for _, method := range []string{"GET", "POST"} {
		a := s.call(method, "/api/scouting/entries/"+made.ID+"/deduct-partner", token, "")
		for _, text := range []string{`"source":"deduced"`, `"teamNumber":9021`, `"score":{"auto":11,"teleop":22,"endgame":5,"total":38}`, `"scoutedTeamNumber":8569`, `"inconsistent":[]`} {
			if a.status != http.StatusOK || !strings.Contains(a.body, text) {
				t.Errorf("%s: %d %s lacks %s", method, a.status, a.body, text)
			}
		}
	}
	if entries, after := s.count(); entries != before || after != events {
		t.Errorf("a deduction made %d entries and %d events", entries-before, after-events)
	}
}

func TestAnalysisPages(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	for match := 1; match <= 3; match++ {
		s.call("POST", "/api/scouting/entries", s.owner, entryBody(team, fmt.Sprintf(`{"matchNumber":%d}`, match)))
	}
	path := "/api/scouting/consensus?limit=2&season=2025&eventCode=USNCRA&scoutingTeamId=" + team
	first := s.call("GET", path, s.owner, "")
	_, after, _ := strings.Cut(first.body, `"nextCursor":"`)
	cursor, _, _ := strings.Cut(after, `"`)
	second := s.call("GET", path+"&cursor="+cursor, s.owner, "")
	if strings.Count(first.body, `"matchNumber"`) != 2 || strings.Count(second.body, `"matchNumber":3`) != 1 || strings.Contains(second.body, "nextCursor") {
		t.Errorf("first %s\nsecond %s", first.body, second.body)
	}
}

func TestBadQuestionsOnTheWire(t *testing.T) {
	s := newServer(t)
	at := "scoutingTeamId=" + s.team(s.owner) + "&eventCode=USNCRA"
	for path, want := range map[string]int{
		"/api/scouting/consensus?eventCode=USNCRA":                    422,
		"/api/scouting/consensus?scoutingTeamId=x&eventCode=USNCRA":   422,
		"/api/scouting/consensus?" + strings.TrimSuffix(at, "USNCRA"): 422,
		"/api/scouting/consensus?" + at + "%00":                       422,
		"/api/scouting/consensus?" + at + "!":                         422,
		"/api/scouting/consensus?season=1999&" + at:                   422,
		"/api/scouting/consensus?level=final&" + at:                   422,
		"/api/scouting/consensus?limit=1001&" + at:                    422,
		"/api/scouting/consensus?limit=-1&" + at:                      422,
		"/api/scouting/consensus?matchNumber=twelve&" + at:            422,
		"/api/scouting/consensus?cursor=x&" + at:                      400,
		"/api/scouting/compare?" + at:                                 422,
		"/api/scouting/compare?teams=&" + at:                          422,
		"/api/scouting/compare?teams=1,,2&" + at:                      422,
		"/api/scouting/compare?teams=1,1&" + at:                       422,
		"/api/scouting/compare?teams=1;2&" + at:                       422,
		"/api/scouting/compare?teams=1,2,3,4,5,6,7,8,9,10,11&" + at:   422,
		"/api/scouting/compare?teams=99999999999999999999&" + at:      422,
		"/api/scouting/team-summary/0?" + at:                          422,
		"/api/scouting/team-summary/100000?" + at:                     422,
		"/api/scouting/team-summary/x?" + at:                          422,
		"/api/scouting/accuracy?scoutingTeamId=&eventCode=USNCRA":     422,
		"/api/scouting/entries/x/deduct-partner":                      422,
	} {
		if a := s.call("GET", path, s.owner, ""); a.status != want || a.problem(t).Detail == "" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
}
