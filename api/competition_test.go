package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
)

// meet is a league meet as an operator types it, on two days in 2020.
const meet = `{"season":2025,"eventCode":"meet-3","name":"League Meet 3","timezone":"America/New_York","startsOn":"2020-01-17","endsOn":"2020-01-18",
	"teams":[{"teamNumber":731,"name":"Wannabee Strange"}],
	"matches":[
		{"matchNumber":1,"scheduledAt":"2020-01-17T15:00:00Z","field":"1","red":[9021,6183],"blue":[731,8569],"surrogates":[731],
			"result":{"red":{"total":101,"auto":23,"teleop":73,"endgame":0,"foulPoints":5,"rpFlags":{"goalRP":true}},"blue":{"total":62}}},
		{"matchNumber":2,"red":[731,8569],"blue":[9021,6183]},
		{"level":"playoff","series":1,"matchNumber":1,"red":[731,8569],"blue":[9021,6183]}]}`

// channel returns the names and the data of what a channel has told.
func (s *server) channel(name string) (names []string, data []map[string]any) {
	s.t.Helper()
	var page struct {
		Events []struct {
			Name string
			Data map[string]any
		}
	}
	s.call("GET", "/api/channels/"+name+"/events?limit=500", "", "").into(s.t, &page)
	for _, e := range page.Events {
		names, data = append(names, e.Name), append(data, e.Data)
	}
	return names, data
}

func TestAnEventByHand(t *testing.T) {
	s := newServer(t)
	var done struct{ Teams, Matches, Results, NewResults int }
	a := s.call("POST", "/api/events", s.owner, meet)
	a.into(t, &done)
	if a.status != http.StatusOK || done.Teams != 1 || done.Matches != 3 || done.NewResults != 1 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	s.call("POST", "/api/events", s.owner, meet).into(t, &done)
	if names, _ := s.channel("event-MEET-3"); done.NewResults != 0 || len(names) != 1 {
		t.Errorf("the second time: %+v, told %v", done, names)
	}
	_, told := s.channel("match-MEET-3-1")
	raw, err := json.Marshal(told[0])
	must(t, err)
	for _, part := range []string{`"season":2025`, `"eventCode":"MEET-3"`, `"level":"qual"`, `"series":0`, `"matchNumber":1`, `"redTeams":[9021,6183]`, `"blueTeams":[731,8569]`,
		`"red":{"auto":23,"endgame":0,"foulPoints":5,"noFoul":96,"rpFlags":{"goalRP":true},"teleop":73,"total":101}`,
		`"blue":{"auto":null,"endgame":null,"foulPoints":0,"noFoul":62,"rpFlags":{},"teleop":null,"total":62}`, `"winner":"RED"`, `"official":false`, `"rev":1`} {
		if !strings.Contains(string(raw), part) {
			t.Errorf("match:completed lacks %s: %s", part, raw)
		}
	}
	if len(told[0]) != 15+1 { // id, seq, at beside the fields of the contract
		t.Errorf("match:completed has other fields: %s", raw)
	}
	for path, want := range map[string]string{
		"/api/events?season=2025&q=league": `"eventCode":"MEET-3"`, "/api/events/MEET-3?season=2025": `"stale":false`, "/api/events/MEET-3/matches?season=2025": `"state":"completed"`,
		"/api/events/MEET-3/results?season=2025": `"noFoul":96`, "/api/events/meet-3/schedule?season=2025": `"surrogate":true`, "/api/events/MEET-3/alliances?season=2025": `"data":[]`,
	} {
		a := s.call("GET", path, "", "")
		tag := a.header.Get("ETag")
		if a.status != http.StatusOK || !strings.Contains(a.body, want) || tag == "" || a.header.Get("Cache-Control") != "public, no-cache" {
			t.Errorf("%s: %d %v %s", path, a.status, a.header, a.body)
		}
		if again := s.call("GET", path, "", "", "If-None-Match", tag); again.status != http.StatusNotModified || again.body != "" {
			t.Errorf("%s again: %d %s", path, again.status, again.body)
		}
	}
	a = s.call("POST", "/api/events", s.owner, `{"season":2025,"eventCode":"a b","name":"X","matches":[{"matchNumber":0},{"matchNumber":1,"red":[7,7],"result":{"red":{"auto":1},"blue":{}}}]}`)
	if p := a.problem(t); a.status != 422 || fmt.Sprint(p.Errors) == "" || len(p.Errors) != 4 {
		t.Errorf("a wrong event: %s", a.body)
	}
}

func TestPagesOfEvents(t *testing.T) {
	s := newServer(t)
	for n, day := range []string{"2025-11-08", "", "2025-11-15", "2025-11-15", "2025-12-01"} {
		body := fmt.Sprintf(`{"season":2025,"eventCode":"E%d","name":"Event %d","region":"R%d","startsOn":%q}`, n, n, n%2, day)
		if a := s.call("POST", "/api/events", s.owner, body); a.status != http.StatusOK {
			t.Fatal(a.body)
		}
	}
	for _, body := range []string{`{"season":2024,"eventCode":"E0","name":"Event of last year"}`, `{"season":2026,"eventCode":"E0","name":"Event of next year"}`} {
		if a := s.call("POST", "/api/events", s.owner, body); a.status != http.StatusOK {
			t.Fatal(a.body)
		}
	}
	season := "season=2025"
	page := func(query string) (codes []string, next string) {
		t.Helper()
		a := s.call("GET", "/api/events?"+season+query, "", "")
		var list []struct{ EventCode string }
		a.into(t, &list)
		var more struct{ NextCursor string }
		must(t, json.Unmarshal([]byte(a.body), &more))
		for _, e := range list {
			codes = append(codes, e.EventCode)
		}
		return codes, more.NextCursor
	}
	for of, want := range map[string]string{"season=2025": "[E0 E2 E3 E4 E1]", "": "[E0 E0 E2 E3 E4 E1 E0]"} {
		season = of
		all, next := page("&limit=2")
		for len(all) < 10 && next != "" {
			var codes []string
			codes, next = page("&limit=2&cursor=" + next)
			all = append(all, codes...)
		}
		if fmt.Sprint(all) != want {
			t.Errorf("page by page of %q: %v", of, all)
		}
	}
	season = "season=2025"
	for query, want := range map[string]string{
		"&region=R1": "[E3 E1]", "&from=2025-11-15&to=2025-11-30": "[E2 E3]", "&q=event+4": "[E4]", "&q=%25": "[]",
	} {
		if codes, _ := page(query); fmt.Sprint(codes) != want {
			t.Errorf("%s: %v, want %s", query, codes, want)
		}
	}
	for _, query := range []string{"&from=today", "&cursor=x", "&cursor=2025~x~E0", "&cursor=99999~infinity~E0", "&limit=0x"} {
		if a := s.call("GET", "/api/events?season=2025"+query, "", ""); a.status != 422 {
			t.Errorf("%s: %d", query, a.status)
		}
	}
}

// TestOperatorsOfAnEvent: a volunteer at the venue may press the button once they are
// granted it, at this event only, and no longer once it is taken away.
func TestOperatorsOfAnEvent(t *testing.T) {
	s := newServer(t)
	s.call("POST", "/api/events", s.owner, meet)
	s.call("POST", "/api/events", s.owner, strings.Replace(meet, "meet-3", "meet-4", 1))
	volunteer, id := s.join(s.team(s.owner), "FRIEND")
	press := func(path, body string) (int, bool) {
		t.Helper()
		a := s.call("POST", path, volunteer, body)
		var out struct{ Changed bool }
		if a.status == http.StatusOK {
			a.into(t, &out)
		}
		return a.status, out.Changed
	}
	expect := func(what, path, body string, status int, changed bool) {
		t.Helper()
		if got, news := press(path, body); got != status || news != changed {
			t.Errorf("%s: %d, changed %v; want %d, %v", what, got, news, status, changed)
		}
	}
	const start, result = "/api/events/MEET-3/matches/2/start?season=2025", "/api/events/MEET-3/matches/2/result"
	expect("a stranger", start, "", 403, false)
	if a := s.call("POST", "/api/events/MEET-3/operators?season=2025", s.owner, `{"userId":"`+id+`"}`); a.status != 200 {
		t.Fatal(a.body)
	}
	if a := s.call("GET", "/api/events/MEET-3/operators?season=2025", s.owner, ""); !strings.Contains(a.body, id) {
		t.Error(a.body)
	}
	expect("another event", "/api/events/MEET-4/matches/2/start?season=2025", "", 403, false)
	expect("the button", start, "", 200, true)
	expect("the button once more", "/api/events/MEET-3/matches/2/start", `{"season":2025,"level":"qual","series":0}`, 200, false)
	expect("an abort", "/api/events/MEET-3/matches/2/abort?season=2025", "", 200, true)
	expect("a start after it", start, "", 200, true)
	expect("a match of the playoffs", "/api/events/MEET-3/matches/1/start?season=2025&level=playoff&series=1", "", 200, true)
	expect("no such match", "/api/events/MEET-3/matches/77/start?season=2025", "", 404, false)
	expect("a result", result, `{"season":2025,"red":{"total":50,"foulPoints":10},"blue":{"total":60}}`, 200, true)
	expect("the same", result, `{"season":2025,"red":{"total":50,"foulPoints":10},"blue":{"total":60}}`, 200, false)
	expect("corrected", result, `{"season":2025,"red":{"total":70,"foulPoints":10},"blue":{"total":60}}`, 200, true)
	expect("half of the phases", result, `{"season":2025,"red":{"total":70,"auto":10},"blue":{"total":60}}`, 422, false)
	names, data := s.channel("match-MEET-3-2")
	if fmt.Sprint(names) != "[match:started match:aborted match:started match:completed match:completed]" {
		t.Fatalf("the channel of the match: %v", names)
	}
	if data[0]["source"] != "operator" || data[3]["rev"] != 1.0 || data[4]["rev"] != 2.0 || data[4]["official"] != false || data[4]["winner"] != "RED" {
		t.Errorf("%v", data)
	}
	if names, _ := s.channel("match-2025-MEET-3-P1-1"); fmt.Sprint(names) != "[match:started]" {
		t.Errorf("the channel of the playoff match: %v", names)
	}
	if a := s.call("DELETE", "/api/events/MEET-3/operators/"+id+"?season=2025", s.owner, ""); a.status != 200 {
		t.Error(a.body)
	}
	expect("after it was taken away", start, "", 403, false)
	for _, url := range []string{"ftp://x", "http://user@x", "http://x/path", "x"} {
		if a := s.call("POST", "/api/events/MEET-3/venue?season=2025", s.owner, `{"url":"`+url+`"}`); a.status != 422 {
			t.Errorf("a venue at %s: %d", url, a.status)
		}
	}
	if a := s.call("POST", "/api/events/MEET-3/venue?season=2025", s.owner, `{"url":"http://10.0.0.5:8080"}`); a.status != 200 {
		t.Error(a.body)
	}
}
