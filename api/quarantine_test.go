package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// TestATabletMayForgetWhatWaits uploads a batch of which one entry names a wrong robot, one a
// match that is not played, and one an author who is gone, and has the mentor mend the first.
func TestATabletMayForgetWhatWaits(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	scout, _ := s.join(team, "STUDENT")
	gone, goneID := s.join(team, "STUDENT")
	s.call("DELETE", "/api/user-teams/"+team+"/members/"+goneID, s.owner, "")
	key := ftc.EventKey{Season: 2025, Code: "USNCRA"}
	must(t, s.ftc.Put(t.Context(), ftc.Competition{Event: ftc.Event{EventKey: key, Name: "Raleigh", Timezone: "UTC"}, Matches: []ftc.Match{
		{MatchKey: ftc.MatchKey{EventKey: key, Level: ftc.Qual, Number: 12}, Robots: []ftc.Robot{{Alliance: ftc.Red, Station: 1, TeamNumber: 8569}, {Alliance: ftc.Blue, Station: 1, TeamNumber: 731}}},
	}}))
	wrong := entryBody(team, `{"scoutedTeamNumber":4444}`)
	body := `{"entries":[` + strings.Join([]string{entryBody(team, ""), wrong, entryBody(team, `{"matchNumber":77}`),
		entryBody(team, fmt.Sprintf(`{"scouterId":%q}`, goneID)), entryBody(team, `{"data":{"x":1}}`), entryBody(uuid.NewString(), "")}, ",") + `]}`
	for range 2 {
		var out struct {
			Results []struct {
				Status     int
				Quarantine struct{ ID, Reason, Detail string }
			}
		}
		a := s.call("POST", "/api/scouting/entries/batch", scout, body)
		a.into(t, &out)
		var got []string
		for _, r := range out.Results {
			got = append(got, strings.TrimSpace(fmt.Sprint(r.Status, " ", r.Quarantine.Reason)))
		}
		got[0] = "recorded"
		if all := strings.Join(got, ", "); all != "recorded, 202 robot-not-in-match, 202 unknown-match, 202 author-not-a-member, 422, 404" {
			t.Errorf("answers %s of %s", all, a.body)
		}
	}
	if a := s.call("POST", "/api/scouting/entries", scout, entryBody(team, `{"scoutedTeamNumber":4444}`)); a.status != 422 || !strings.Contains(a.body, "8569, 731") {
		t.Errorf("by itself: %d %s", a.status, a.body)
	}
	if a := s.call("POST", "/api/scouting/entries", scout, entryBody(team, fmt.Sprintf(`{"scouterId":%q}`, goneID))); a.status != 422 {
		t.Errorf("somebody else's, by itself: %d", a.status)
	}
	if a := s.call("POST", "/api/scouting/entries", gone, entryBody(team, "")); a.status != 404 {
		t.Errorf("from who is gone, by itself: %d", a.status)
	}
	if a := s.call("POST", "/api/scouting/entries?onProblem=quarantine", gone, entryBody(team, "")); a.status != http.StatusAccepted || strings.Contains(a.body, "Scout") {
		t.Errorf("from who is gone: %d %s", a.status, a.body)
	}
	var list []struct {
		ID, Reason string
		Sender     struct{ DisplayName string }
		Entry      struct{ TotalScore int }
	}
	s.call("GET", "/api/scouting/quarantine?scoutingTeamId="+team, s.owner, "").into(t, &list)
	var sent struct{ ID string }
	must(t, json.Unmarshal([]byte(wrong), &sent))
	if len(list) != 4 || list[3].ID != sent.ID || list[3].Entry.TotalScore != 52 || list[3].Sender.DisplayName != "Scout 7" {
		t.Errorf("waiting: %+v", list)
	}
	if a := s.call("POST", "/api/scouting/quarantine/"+sent.ID+"/accept", s.owner, `{"scoutedTeamNumber":8569}`); a.status != 200 || !strings.Contains(a.body, `"scoutedTeamNumber":8569`) {
		t.Errorf("mended: %d %s", a.status, a.body)
	}
	if a := s.call("GET", "/api/scouting/entries/"+sent.ID, scout, ""); a.status != 200 {
		t.Errorf("the entry: %d", a.status)
	}
	if a := s.call("GET", "/api/scouting/quarantine?limit=1&scoutingTeamId="+team, s.owner, ""); !strings.Contains(a.body, "nextCursor") {
		t.Errorf("a page: %s", a.body)
	}
	if a := s.call("GET", "/api/scouting/quarantine?cursor=x&scoutingTeamId="+team, s.owner, ""); a.status != 400 {
		t.Errorf("a bad cursor: %d", a.status)
	}
}
