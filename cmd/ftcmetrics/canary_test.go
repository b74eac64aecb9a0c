package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/uuid"
)

// TestLogAndMetricsTellNothing puts a canary into private fields and looks for it where
// operators look: in the log of the whole program at its most talkative, and in /metrics.
// Tokens and codes are looked for, too. internal/eventday does the same with a whole day.
func TestLogAndMetricsTellNothing(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := program(dir, "serve")
	cmd.Env = append(cmd.Env, "LOG_LEVEL=debug")
	p := launch(t, cmd)
	token := owner(t, dir)
	canary := "kanari" + uuid.NewString()[:8]
	call := func(method, path, token string, want int, body string) map[string]any {
		t.Helper()
		var out map[string]any
		status, err := ask(method, p.url+path, token, body, &out)
		must(t, err)
		if status != want {
			t.Fatalf("%s %s: %d", method, path, status)
		}
		return out
	}
	team := call("POST", "/api/user-teams", token, http.StatusCreated, fmt.Sprintf(`{"teamNumber":8569,"name":"Team %s"}`, canary))["id"]
	code := call("POST", fmt.Sprintf("/api/user-teams/%s/invites", team), token, http.StatusCreated, `{"role":"STUDENT"}`)["code"]
	joined := call("POST", "/api/join", "", http.StatusCreated, fmt.Sprintf(`{"code":"%s","displayName":"Scout %s","device":"Phone %s"}`, code, canary, canary))
	entry := fmt.Sprintf(`{"scoutingTeamId":"%s","season":2025,"eventCode":"CANARY","matchNumber":1,"alliance":"RED","scoutedTeamNumber":731,"data":{},"notes":"%s"}`, team, canary)
	scout := fmt.Sprint(joined["token"])
	call("POST", "/api/scouting/entries", scout, http.StatusCreated, entry)
	call("POST", "/api/scouting/entries", scout, http.StatusUnprocessableEntity, strings.Replace(entry, `"data":{}`, `"data":{"`+canary+`":1}`, 1))
	call("POST", "/api/scouting/notes", scout, http.StatusCreated, fmt.Sprintf(`{"scoutingTeamId":"%s","scoutedTeamNumber":731,"text":"%s"}`, team, canary))
	call("POST", "/api/join", "", http.StatusNotFound, fmt.Sprintf(`{"code":"%s","displayName":"x"}`, canary))
	metrics := scrape(t, p)
	for where, text := range map[string]string{"the log": p.text(), "/metrics": metrics} {
		for what, secret := range map[string]string{"the canary": canary, "a token": token, "a scout's token": scout, "a code": fmt.Sprint(code)} {
			if strings.Contains(text, secret) {
				t.Errorf("%s shows %s", where, what)
			}
		}
	}
	if !strings.Contains(p.text(), "/api/scouting/entries") {
		t.Error("the log was not talkative")
	}
}

// scrape returns what the program's /metrics says.
func scrape(t *testing.T, p *process) string {
	t.Helper()
	for line := range strings.SplitSeq(p.text(), "\n") {
		var serving struct{ Msg, Metrics string }
		if json.Unmarshal([]byte(line), &serving) != nil || serving.Msg != "serving" {
			continue
		}
		response, err := http.Get("http://" + serving.Metrics + "/metrics") //nolint:noctx // the process under test is killed, not cancelled
		must(t, err)
		raw, err := io.ReadAll(response.Body)
		must(t, err)
		must(t, response.Body.Close())
		if !strings.Contains(string(raw), "new_connections_total") {
			t.Fatalf("these are no metrics: %s", raw)
		}
		return string(raw)
	}
	t.Fatal("the program did not say where its metrics are")
	return ""
}
