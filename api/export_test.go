package api_test

import (
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestAnExportIsImportedAgain takes a team's entries to another team of another server.
func TestAnExportIsImportedAgain(t *testing.T) {
	s, other := newServer(t), newServer(t)
	team, there := s.team(s.owner), other.team(other.owner)
	for n, notes := range []string{"=HYPERLINK(1)", "two\nlines", ""} {
		raw, err := json.Marshal(notes)
		must(t, err)
		s.call("POST", "/api/scouting/entries", s.owner, entryBody(team, fmt.Sprintf(`{"matchNumber":%d,"notes":%s}`, n+1, raw)))
	}
	query := "?season=2025&eventCode=USNCRA&scoutingTeamId=" + team
	whole := s.call("GET", "/api/scouting/export.json"+query, s.owner, "")
	sheet := s.call("GET", "/api/scouting/export.csv"+query+"&bom=true", s.owner, "")
	if whole.status != 200 || sheet.status != 200 || !strings.Contains(whole.header.Get("Content-Disposition"), `filename="entries-2025.json"`) {
		t.Fatalf("exported %d %d %v", whole.status, sheet.status, whole.header)
	}
	if !strings.HasPrefix(sheet.body, "\ufeffid,season,") || !strings.Contains(sheet.body, "'=HYPERLINK(1)") {
		t.Errorf("the sheet is %q", sheet.body)
	}
	if bare := s.call("GET", "/api/scouting/export.csv"+query+"&header=false", s.owner, ""); strings.Contains(bare.body, "eventCode") || strings.Contains(bare.body, "\ufeff") {
		t.Errorf("without headings: %q", bare.body)
	}
	var out struct {
		Created, Known, Refused int
		Rows                    []struct {
			Row, Line, Status int
			ID                string
		}
	}
	into := "?scoutingTeamId=" + there
	for round, want := range [][3]int{{3, 0, 0}, {0, 3, 0}} {
		a := other.call("POST", "/api/scouting/import"+into, other.owner, whole.body)
		a.into(t, &out)
		if got := [3]int{out.Created, out.Known, out.Refused}; got != want {
			t.Errorf("round %d: %v of %s", round, got, a.body)
		}
	}
	a := other.call("POST", "/api/scouting/import.csv"+into, other.owner, sheet.body, "Content-Type", "text/csv; charset=utf-8")
	if a.into(t, &out); out.Known != 3 || out.Rows[1].Line != 3 || out.Rows[2].Line != 5 {
		t.Errorf("the sheet: %s", a.body)
	}
	if a := other.call("POST", "/api/scouting/import.csv"+into, other.owner, sheet.body); a.status != http.StatusUnsupportedMediaType {
		t.Errorf("a sheet as JSON: %d", a.status)
	}
	if a := other.call("POST", "/api/scouting/import"+into, other.owner, `{"format":"others/1","entries":[]}`); a.status != 422 {
		t.Errorf("another format: %d", a.status)
	}
	bad := fmt.Sprintf(`{"format":"ftcmetrics-entries/1","entries":[{"id":"x"},7,{"id":%q,"season":2025,"eventCode":"USNCRA","matchNumber":9,"alliance":"RED","scoutedTeamNumber":8569,"data":{"x":1}}]}`, uuid.NewString())
	if a := other.call("POST", "/api/scouting/import"+into, other.owner, bad); a.status != 200 || !strings.Contains(a.body, `"refused":3`) || !strings.Contains(a.body, "/data/x") {
		t.Errorf("bad rows: %d %s", a.status, a.body)
	}
}

// TestAnExportThatBreaksOffIsNoFile removes the reader from the team in the middle of an export.
func TestAnExportThatBreaksOffIsNoFile(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	s.call("POST", "/api/scouting/entries", s.owner, entryBody(team, ""))
	leader, leaderID := s.join(team, "LEADER")
	broken := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.handler.ServeHTTP(&shutting{ResponseWriter: w, close: func() { s.call("DELETE", "/api/user-teams/"+team+"/members/"+leaderID, s.owner, "") }}, r)
	}))
	defer broken.Close()
	request, err := http.NewRequestWithContext(t.Context(), http.MethodGet, broken.URL+"/api/scouting/export.csv?season=2025&scoutingTeamId="+team, http.NoBody)
	must(t, err)
	request.Header.Set("Authorization", "Bearer "+leader)
	response, err := http.DefaultClient.Do(request)
	must(t, err)
	defer func() { _ = response.Body.Close() }()
	raw, err := io.ReadAll(response.Body)
	if response.StatusCode != 200 || !errors.Is(err, io.ErrUnexpectedEOF) {
		t.Errorf("%d, %v after %q", response.StatusCode, err, raw)
	}
	if records, err := csv.NewReader(strings.NewReader(string(raw))).ReadAll(); err != nil || len(records) != 2 {
		t.Errorf("%d rows came before, %v", len(records), err)
	}
}

// shutting runs close once the first part of the answer is written.
type shutting struct {
	http.ResponseWriter
	close func()
	done  bool
}

func (w *shutting) Write(p []byte) (int, error) {
	n, err := w.ResponseWriter.Write(p)
	if flusher, ok := w.ResponseWriter.(http.Flusher); ok {
		flusher.Flush()
	}
	if !w.done {
		w.done = true
		w.close()
	}
	return n, err
}
