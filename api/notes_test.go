package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

func TestANotesWayThroughTheAPI(t *testing.T) {
	s := newServer(t)
	team, id := s.team(s.owner), uuid.NewString()
	const all = "/api/scouting/notes"
	body := `{"id":"` + id + `","scoutingTeamId":"` + team + `","season":2025,"scoutedTeamNumber":731,"reliability":2,"text":"tips over <b>"}`
	first, again := s.call("POST", all, s.owner, body), s.call("POST", all, s.owner, body)
	if first.status != http.StatusCreated || again.status != http.StatusOK || again.body != first.body {
		t.Errorf("%d, then %d %s", first.status, again.status, again.body)
	}
	if a := s.call("POST", all, s.owner, strings.Replace(body, ":2,", ":3,", 1)); a.status != http.StatusConflict || !strings.HasSuffix(a.problem(t).Type, "#note-id-taken") {
		t.Errorf("another content: %d %s", a.status, a.body)
	}
	if a := s.call("PATCH", all+"/"+id, s.owner, `{"rev":1,"reliability":0}`); a.status != http.StatusOK || strings.Contains(a.body, "reliability") {
		t.Errorf("a rating is taken away: %d %s", a.status, a.body)
	}
	if a := s.call("PATCH", all+"/"+id, s.owner, `{"rev":1,"text":"x"}`); a.status != http.StatusConflict || !strings.Contains(string(a.problem(t).Current), `"rev":2`) {
		t.Errorf("a stale rev: %d %s", a.status, a.body)
	}
	for query, want := range map[string]int{
		"": 1, "&scoutedTeamNumber=731": 1, "&scoutedTeamNumber=732": 0, "&season=2025": 1, "&eventCode=USNCRA": 0, "&eventCode=%ff": 0, "&eventCode=a%2Fb": 0,
		"&matchNumber=2147483647": 0, "&authorId=" + uuid.NewString(): 0,
	} {
		var list []struct{}
		a := s.call("GET", all+"?scoutingTeamId="+team+query, s.owner, "")
		if a.into(t, &list); a.status != http.StatusOK || len(list) != want {
			t.Errorf("%q: %d %s", query, a.status, a.body)
		}
	}
	for query, want := range map[string]int{
		"": 422, "?scoutingTeamId=x": 422, "?scoutingTeamId=" + team + "&limit=201": 422, "?scoutingTeamId=" + team + "&limit=-1": 422,
		"?scoutingTeamId=" + team + "&season=x": 422, "?scoutingTeamId=" + team + "&cursor=x": 400, "?scoutingTeamId=" + team + "&tournamentLevel=final": 422,
		"?scoutingTeamId=" + team + "&scoutedTeamNumber=99999999999": 422, "?scoutingTeamId=" + uuid.NewString(): 404,
	} {
		if a := s.call("GET", all+query, s.owner, ""); a.status != want || a.problem(t).Detail == "" {
			t.Errorf("%q: %d, want %d", query, a.status, want)
		}
	}
	for _, change := range []string{`"rev":2,"author":{}`, `"rev":2,"scoutingTeamId":"` + uuid.NewString() + `"`, `"rev":2,"text":7`, `"text":"x"`, `"rev":2,"driverSkill":9`, `"rev":2,"id":"x"`} {
		if a := s.call("PATCH", all+"/"+id, s.owner, "{"+change+"}"); a.status != http.StatusUnprocessableEntity {
			t.Errorf("%s: %d %s", change, a.status, a.body)
		}
	}
	if a := s.call("DELETE", all+"/"+id, s.owner, ""); a.status != http.StatusOK {
		t.Errorf("delete: %d", a.status)
	}
	if a := s.call("POST", all, s.owner, body); a.status != http.StatusConflict || !strings.HasSuffix(a.problem(t).Type, "#note-deleted") {
		t.Errorf("a late repeat: %d %s", a.status, a.body)
	}
}

func TestAPitReportsWayThroughTheAPI(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	const all = "/api/scouting/pit"
	body := func(more string) string {
		return `{"scoutingTeamId":"` + team + `","season":2025,"scoutedTeamNumber":731` + more + `}`
	}
	first := s.call("PUT", all, s.owner, body(`,"drivetrain":"MECANUM","capabilities":["Climbs"],"fields":{"motors":8}`))
	var report struct {
		ID           string
		Rev          int
		Capabilities []string
		Fields       map[string]any
	}
	first.into(t, &report)
	if first.status != http.StatusCreated || report.Rev != 1 || len(report.Capabilities) != 1 || report.Fields["motors"] != 8.0 {
		t.Errorf("new: %d %s", first.status, first.body)
	}
	if a := s.call("PUT", all, s.owner, body(`,"rev":1,"drivetrain":"TANK"`)); a.status != http.StatusOK || !strings.Contains(a.body, `"rev":2`) {
		t.Errorf("changed: %d %s", a.status, a.body)
	}
	for _, rev := range []string{"0", "1", "3"} {
		if a := s.call("PUT", all, s.owner, body(`,"rev":`+rev+`,"drivetrain":"SWERVE"`)); a.status != http.StatusConflict || !strings.Contains(string(a.problem(t).Current), `"drivetrain":"TANK"`) {
			t.Errorf("rev %s: %d %s", rev, a.status, a.body)
		}
	}
	for _, more := range []string{`,"rev":-1`, `,"drivetrain":"HOVER"`, `,"id":"x"`, `,"author":{}`, `,"fields":[]`, `,"fields":{"a":{}}`, `,"lengthMm":1.5`, `,"capabilities":"x"`, `,"text":"a\u0007"`} {
		if a := s.call("PUT", all, s.owner, body(more)); a.status != http.StatusUnprocessableEntity || a.problem(t).Detail == "" {
			t.Errorf("%s: %d %s", more, a.status, a.body)
		}
	}
	var history, list []struct{ Rev int }
	s.call("GET", all+"/"+report.ID+"/history", s.owner, "").into(t, &history)
	s.call("GET", all+"?scoutingTeamId="+team+"&scoutedTeamNumber=731", s.owner, "").into(t, &list)
	if len(history) != 2 || history[0].Rev != 2 || len(list) != 1 {
		t.Errorf("history %v, list %v", history, list)
	}
	if a := s.call("OPTIONS", all, "", "", "Origin", "http://localhost:5173", "Access-Control-Request-Method", "PUT"); a.header.Get("Access-Control-Allow-Methods") != "PUT" {
		t.Errorf("a page of another origin may not PUT: %v", a.header)
	}
}
