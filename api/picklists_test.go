package api_test

import (
	"encoding/csv"
	"encoding/json"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"testing"

	"github.com/google/uuid"
	"pgregory.net/rapid"
)

// sheet is a pick list as the API shows it.
type sheet struct {
	ID      string
	Version int
	Name    string
	Items   []struct {
		TeamNumber, Tier int
		Tags             []string
		Note             string
		Struck           *struct {
			Reason   string
			Alliance int
		}
	}
}

// pickList makes a list of the team at Raleigh and returns its address.
func (s *server) pickList(team, rest string) (address string, made sheet) {
	s.t.Helper()
	a := s.call("POST", "/api/scouting/picklists", s.owner, fmt.Sprintf(`{"scoutingTeamId":%q,"eventCode":"USNCRA","name":"First pick"%s}`, team, rest))
	if a.into(s.t, &made); a.status != http.StatusCreated {
		s.t.Fatalf("make a list: %d %s", a.status, a.body)
	}
	return "/api/scouting/picklists/" + made.ID, made
}

// edits is the body of operations, whose ids it makes.
func edits(base int, operations ...string) string {
	for i, op := range operations {
		operations[i] = fmt.Sprintf(`{"id":%q,%s}`, uuid.New(), op)
	}
	return fmt.Sprintf(`{"baseVersion":%d,"operations":[%s]}`, base, strings.Join(operations, ","))
}

// TestAnAllianceSelection goes through an evening: two leads work on a list, robots are
// picked, something is undone, and the list goes to a spreadsheet.
func TestAnAllianceSelection(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	leader, _ := s.join(team, "LEADER")
	student, _ := s.join(team, "STUDENT")
	list, _ := s.pickList(team, `,"teamNumbers":[731,9021,6183]`)
	if a := s.call("POST", list+"/operations", s.owner, edits(1, `"kind":"move","teamNumber":6183,"after":0`, `"kind":"insert","teamNumber":4444,"after":6183,"tier":2`)); a.status != 200 {
		t.Fatalf("%d %s", a.status, a.body)
	}
	a := s.call("POST", list+"/operations", leader, edits(1, `"kind":"set","teamNumber":731,"note":"=1+1 \"fast\", good","tags":["auto","+base"],"tier":1`))
	var done struct {
		Version    int
		Operations []struct {
			Version int
			Editor  struct{ DisplayName string }
		}
	}
	if a.into(t, &done); a.status != 200 || done.Version != 4 || done.Operations[0].Editor.DisplayName != "Scout 7" {
		t.Errorf("another lead, who had not seen that: %d %s", a.status, a.body)
	}
	a = s.call("POST", list+"/operations", leader, edits(1, `"kind":"move","teamNumber":6183,"after":9021`))
	if p := a.problem(t); p.Status != 409 || !strings.Contains(string(p.Current), `"version":4,"conflicts":[{"operationId":"`) || !strings.Contains(string(p.Current), `"teamNumber":6183,"aspects":["place"],"version":2`) {
		t.Errorf("the same robot moved by two: %s", a.body)
	}
	for body, lists := range map[string]int{`"alliance":3`: 1, `"declined":true`: 1} {
		a = s.call("POST", "/api/scouting/picklists/picks", leader, fmt.Sprintf(`{"scoutingTeamId":%q,"eventCode":"usncra","teamNumber":731,%s}`, team, body))
		if got := strings.Count(a.body, `"listId"`); a.status != 200 || got != lists {
			t.Errorf("pick %s: %d %s", body, a.status, a.body)
		}
		s.call("POST", "/api/scouting/picklists/picks", leader, fmt.Sprintf(`{"scoutingTeamId":%q,"eventCode":"usncra","teamNumber":731}`, team))
	}
	a = s.call("POST", list+"/undo", leader, fmt.Sprintf(`{"baseVersion":8,"operationId":%q,"version":3}`, uuid.New()))
	if a.status != 200 {
		t.Errorf("undo of the insert: %d %s", a.status, a.body)
	}
	if a := s.call("PATCH", list, leader, `{"baseVersion":1,"name":"Whom we want"}`); a.status != 200 {
		t.Errorf("rename: %d %s", a.status, a.body)
	}
	s.call("POST", "/api/scouting/picklists/picks", leader, fmt.Sprintf(`{"scoutingTeamId":%q,"eventCode":"USNCRA","teamNumber":9021,"alliance":1,"captain":true}`, team))
	var now sheet
	s.call("GET", list, student, "").into(t, &now)
	if now.Version != 11 || now.Name != "Whom we want" || len(now.Items) != 3 || now.Items[0].TeamNumber != 6183 || now.Items[1].Struck != nil || now.Items[2].Struck.Reason != "captain" {
		t.Errorf("now %+v", now)
	}
	a = s.call("GET", list+"/export.csv", student, "")
	want := "place,teamNumber,tier,tags,note,struck,alliance\n1,6183,0,,,,\n2,731,1,auto; +base,\"'=1+1 \"\"fast\"\", good\",,\n3,9021,0,,,captain,1\n"
	if a.body != want || a.header.Get("Content-Type") != "text/csv; charset=utf-8" {
		t.Errorf("%s\n%s\nwant\n%s", a.header, a.body, want)
	}
	var versions []int
	for after := "0"; after != ""; {
		a = s.call("GET", list+"/history?limit=4&after="+after, student, "")
		var page []struct{ Version int }
		a.into(t, &page)
		var envelope struct{ NextCursor string }
		must(t, json.Unmarshal([]byte(a.body), &envelope))
		for _, op := range page {
			versions = append(versions, op.Version)
		}
		after = envelope.NextCursor
	}
	if fmt.Sprint(versions) != "[2 3 4 5 6 7 8 9 10 11]" {
		t.Errorf("history %v", versions)
	}
}

// TestTheTeamsChannelSaysNothingOfLists looks for what is on a list in what friends and
// tablets hear: they may join the channel and may not read pick lists.
func TestTheTeamsChannelSaysNothingOfLists(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	friend, _ := s.join(team, "FRIEND")
	list, made := s.pickList(team, `,"teamNumbers":[73100]`)
	for base, op := range []string{`"kind":"insert","teamNumber":73101,"note":"canary"`, `"kind":"set","teamNumber":73100,"tags":["canary"]`, `"kind":"rename","name":"canary"`, `"kind":"remove","teamNumber":73100`} {
		if a := s.call("POST", list+"/operations", s.owner, edits(base+1, op)); a.status != 200 {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	s.call("POST", "/api/scouting/picklists/picks", s.owner, fmt.Sprintf(`{"scoutingTeamId":%q,"eventCode":"USNCRA","teamNumber":73101,"alliance":3}`, team))
	s.call("DELETE", list, s.owner, "")
	var page struct {
		Events []struct {
			Name string
			Data map[string]any
		}
	}
	a := s.call("GET", "/api/channels/private-team-"+team+"/events", friend, "")
	a.into(t, &page)
	for _, hidden := range []string{"canary", "73100", "73101", "USNCRA", "First pick"} {
		if strings.Contains(a.body, hidden) {
			t.Errorf("a friend hears %q: %s", hidden, a.body)
		}
	}
	var heard []string
	for _, event := range page.Events {
		if event.Name == "scouting:picklist-changed" && event.Data["listId"] == made.ID {
			heard = append(heard, fmt.Sprintf("%v %v-%v", event.Data["change"], event.Data["previousVersion"], event.Data["version"]))
		}
	}
	if got := strings.Join(heard, ", "); got != "created 0-1, changed 1-2, changed 2-3, changed 3-4, changed 4-5, changed 5-6, deleted 6-6" {
		t.Errorf("heard %s", got)
	}
}

func TestPickListInput(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	list, _ := s.pickList(team, `,"teamNumbers":[731]`)
	const all = "/api/scouting/picklists"
	for _, c := range []struct {
		method, path, body string
		status             int
		pointer            string
	}{
		{"POST", all, `{"scoutingTeamId":"` + team + `","eventCode":"USNCRA"}`, 422, "/name"},
		{"POST", all, `{"scoutingTeamId":"` + team + `","eventCode":"USNCRA","name":"x","version":7}`, 422, "/version"},
		{"POST", all, `{"scoutingTeamId":"` + team + `","eventCode":"USNCRA","name":"x","teamNumbers":[1,"2"]}`, 422, "/teamNumbers"},
		{"POST", all, `{"scoutingTeamId":"` + team + `","eventCode":"USNCRA","name":"x","teamNumbers":[1,-2]}`, 422, "/teamNumbers/1"},
		{"POST", all, `{"scoutingTeamId":"` + team + `","eventCode":"USNCRA","name":"x","season":3000}`, 422, "/season"},
		{"GET", all, "", 422, "/scoutingTeamId"},
		{"GET", all + "?scoutingTeamId=" + team + "&cursor=x", "", 400, ""},
		{"GET", all + "?scoutingTeamId=" + team + "&limit=101", "", 422, "/limit"},
		{"GET", all + "/nope", "", 422, "/id"},
		{"GET", all + "/" + uuid.NewString(), "", 404, ""},
		{"GET", all + "/" + uuid.NewString() + "/export.csv", "", 404, ""},
		{"PATCH", list, `{"baseVersion":1,"name":"\u0007"}`, 422, "/operations/0/name"},
		{"POST", list + "/operations", `{"baseVersion":1,"operations":[]}`, 422, "/operations"},
		{"POST", list + "/operations", `{"operations":[]}`, 422, "/baseVersion"},
		{"POST", list + "/operations", edits(1, strings.Split(strings.Repeat(`"kind":"set","teamNumber":731,"tier":1|`, 101), "|")[:101]...), 422, "/operations"},
		{"POST", list + "/operations", edits(1, `"kind":"explode","teamNumber":731`), 422, "/operations/0/kind"},
		{"POST", list + "/operations", edits(1, `"kind":"set","teamNumber":731,"tier":1`, `"kind":"set","teamNumber":731,"note":"`+strings.Repeat("n", 501)+`"`), 422, "/operations/1/note"},
		{"POST", list + "/operations", edits(1, `"kind":"strike","teamNumber":731,"strike":{"reason":"gone"}`), 422, "/operations/0/strike/reason"},
		{"POST", list + "/operations", edits(1, `"kind":"move","teamNumber":731,"after":9`), 422, "/operations/0"},
		{"POST", list + "/operations", edits(9, `"kind":"remove","teamNumber":731`), 422, "/baseVersion"},
		{"POST", list + "/undo", `{"baseVersion":1,"operationId":"` + uuid.NewString() + `"}`, 409, ""},
		{"POST", list + "/undo", `{"baseVersion":1,"operationId":"x"}`, 422, "/operationId"},
		{"GET", list + "/history?limit=201", "", 422, "/limit"},
		{"GET", list + "/history?after=-1", "", 422, "/after"},
		{"POST", all + "/picks", `{"scoutingTeamId":"` + team + `","eventCode":"USNCRA","teamNumber":731,"alliance":1,"declined":true}`, 422, "/alliance"},
		{"POST", all + "/picks", `{"scoutingTeamId":"` + team + `","eventCode":"USNCRA","teamNumber":731,"captain":true}`, 422, "/alliance"},
		{"POST", all + "/picks", `{"scoutingTeamId":"` + team + `","eventCode":"USNCRA","teamNumber":731000,"alliance":1}`, 422, "/teamNumber"},
	} {
		a := s.call(c.method, c.path, s.owner, c.body)
		p := a.problem(t)
		pointer := ""
		if len(p.Errors) > 0 {
			pointer = p.Errors[0].Pointer
		}
		if p.Status != c.status || pointer != c.pointer {
			t.Errorf("%s %s %.120s: %d at %q: %s", c.method, c.path, c.body, p.Status, pointer, a.body)
		}
	}
	var now sheet
	if s.call("GET", list, s.owner, "").into(t, &now); now.Version != 1 {
		t.Errorf("bad input has changed the list: %+v", now)
	}
}

// TestEveryCellComesBack writes any text into a list and reads the spreadsheet as one would.
func TestEveryCellComesBack(t *testing.T) {
	s := newServer(t)
	list, _ := s.pickList(s.team(s.owner), `,"teamNumbers":[731]`)
	base := 1
	rapid.Check(t, func(rt *rapid.T) {
		note := strings.TrimSpace(rapid.StringOf(rapid.SampledFrom([]rune("=+-@'\",;aä 1"))).Draw(rt, "note"))
		a := s.call("POST", list+"/operations", s.owner, edits(base, `"kind":"set","teamNumber":731,"note":`+strconv.Quote(note)))
		if a.status != http.StatusOK {
			rt.Fatalf("%q: %d %s", note, a.status, a.body)
		}
		base++
		rows, err := csv.NewReader(strings.NewReader(s.call("GET", list+"/export.csv", s.owner, "").body)).ReadAll()
		if err != nil || len(rows) != 2 {
			rt.Fatalf("%q: %v, %v", note, rows, err)
		}
		cell := rows[1][4]
		if strings.ContainsAny(cell[:min(1, len(cell))], "=+-@") || strings.TrimPrefix(cell, "'") != strings.TrimPrefix(note, "'") {
			rt.Fatalf("%q is %q in the spreadsheet", note, cell)
		}
	})
}
