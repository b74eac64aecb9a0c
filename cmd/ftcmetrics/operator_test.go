package main

import (
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// TestDeadLettersFromTheConsole has a hub elsewhere that takes no large events. What it
// refuses is a dead letter; once the hub takes such events the operator has it sent again,
// and who listens hears it.
func TestDeadLettersFromTheConsole(t *testing.T) {
	t.Parallel()
	database := aside(t)
	startHub := func(address, size string) *process {
		cmd := program(t.TempDir(), "hub")
		cmd.Env = append(cmd.Env, "REALTIME_APP_ID=shared", "REALTIME_APP_KEY=shared-key", "REALTIME_APP_SECRET="+sharedSecret, "HUB_ADDR="+address, "HUB_MAX_EVENT_KB="+size)
		return launch(t, cmd)
	}
	hub := startHub(porttest.Address(t), "1")
	address, port := hub.hub, hub.hub[strings.LastIndex(hub.hub, ":")+1:]
	p := shared(t, database, "REALTIME_DRIVER=soketi", "SOKETI_HOST=127.0.0.1", "SOKETI_PORT="+port)
	token := command(t, database, "owner", "create", "--name", "Operator")
	call := func(method, path, body string, out any) {
		t.Helper()
		if status, err := ask(method, p.url+path, token, body, out); err != nil || status >= 300 {
			t.Fatalf("%s %s: %d, %v", method, path, status, err)
		}
	}
	standing := func() eventlog.Carried {
		var told struct {
			Driver string
			Log    eventlog.Standing
		}
		call("GET", "/api/operator/relay", "", &told)
		if len(told.Log.Sinks) == 0 {
			return eventlog.Carried{}
		}
		if told.Driver != "soketi" || len(told.Log.Nodes) != 1 || told.Log.Nodes[0].Driver != "soketi" || told.Log.Nodes[0].Silent {
			t.Errorf("%+v", told)
		}
		return told.Log.Sinks[0]
	}
	until(t, "the server relays", func() bool { return standing().State == eventlog.SinkRelaying })
	call("POST", "/api/socket/broadcast", fmt.Sprintf(`{"channel":"hall","name":"lunch","data":{"text":%q}}`, strings.Repeat("long ", 300)), nil)
	var page struct{ Letters []eventlog.Letter }
	until(t, "the hub refuses it", func() bool {
		call("GET", "/api/operator/dead-letters?channel=hall", "", &page)
		return len(page.Letters) == 1
	})
	if l := page.Letters[0]; l.Name != "lunch" || l.Reason == "" || l.Wanted || strings.Contains(fmt.Sprint(page), "long long") {
		t.Errorf("%+v", page)
	}

	hub.kill()
	call("POST", "/api/socket/broadcast", `{"channel":"hall","name":"tea","data":{}}`, nil)
	var s eventlog.Carried
	until(t, "the hub is missed", func() bool {
		s = standing()
		return s.State == eventlog.SinkBacksOff && s.Behind == 1
	})
	if s.Trouble == "" || s.FailedAt == nil || s.RetryAt == nil || s.Leader == "" || len(s.Lagging) != 1 || s.Lagging[0] != (eventlog.Lagging{Channel: "hall", Head: 2, Position: 1}) {
		t.Errorf("%+v", s)
	}
	startHub(address, "10")
	until(t, "the hub is back", func() bool {
		s = standing()
		return s.State == eventlog.SinkRelaying && s.Behind == 0
	})
	socket, _ := (&process{t: t, hub: address}).dialID("shared-key")
	say(t, socket, `{"event":"pusher:subscribe","data":{"channel":"hall"}}`)
	expect(t, socket, "subscription_succeeded")
	call("POST", fmt.Sprintf("/api/operator/dead-letters/%d/replay", page.Letters[0].Number), "", nil)
	expect(t, socket, `"event":"lunch"`)
	until(t, "the letter is gone", func() bool {
		call("GET", "/api/operator/dead-letters", "", &page)
		return len(page.Letters) == 0
	})
}

// TestDisabledSocketsClose has somebody online whom an operator keeps out: their socket is
// closed within two seconds, others' stay, and the token opens nothing.
func TestDisabledSocketsClose(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	p := serve(t, dir)
	operator := owner(t, dir)
	call := func(method, path, token, body string, want int, out any) {
		t.Helper()
		if status, err := ask(method, p.url+path, token, body, out); err != nil || status != want {
			t.Fatalf("%s %s: %d, %v", method, path, status, err)
		}
	}
	var config struct{ Key string }
	var team struct{ ID string }
	var invite struct{ Code string }
	var scout struct {
		Token string
		User  struct{ ID string }
	}
	call("GET", "/api/realtime/config", "", "", 200, &config)
	call("POST", "/api/user-teams", operator, `{"teamNumber":8569}`, 201, &team)
	call("POST", "/api/user-teams/"+team.ID+"/invites", operator, `{"role":"STUDENT"}`, 201, &invite)
	call("POST", "/api/join", "", `{"code":"`+invite.Code+`","displayName":"Scout 7"}`, 201, &scout)
	presence := "presence-team-" + team.ID
	coach, coachID := p.dialID(config.Key)
	p.join(coach, coachID, operator, presence)
	socket, socketID := p.dialID(config.Key)
	p.join(socket, socketID, scout.Token, presence)
	expect(t, coach, `\"displayName\":\"Scout 7\"`)

	call("PATCH", "/api/operator/users/"+scout.User.ID, operator, `{"disabled":true}`, 200, nil)
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	for {
		_, raw, err := socket.Read(ctx)
		if err == nil && strings.Contains(string(raw), "pusher:error") {
			continue // says why, before the close
		}
		if websocket.CloseStatus(err) != 4009 {
			t.Errorf("the socket: %s, %v; want it closed with 4009 within 2 s", raw, err)
		}
		break
	}
	expect(t, coach, "member_removed")
	call("GET", "/api/me", scout.Token, "", http.StatusForbidden, nil)
	call("PATCH", "/api/operator/users/"+scout.User.ID, operator, `{"disabled":false}`, 200, nil)
	call("GET", "/api/me", scout.Token, "", 200, nil)
}

// TestServerFacts reads what a server tells its operator of itself: no secret is in it.
func TestServerFacts(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	cmd := program(dir, "serve", "--rate-limit=7000")
	cmd.Env = append(cmd.Env, "FTC_API_USERNAME=CANARY-scout", "FTC_API_TOKEN=CANARY-token", "FTC_API_URL=http://127.0.0.1:9", "EVENT_RETENTION=48h")
	p := launch(t, cmd)
	var facts api.ServerFacts
	if status, err := ask("GET", p.url+"/api/operator/server", owner(t, dir), "", &facts); err != nil || status != http.StatusOK {
		t.Fatalf("%d, %v", status, err)
	}
	raw, err := json.Marshal(facts)
	must(t, err)
	if strings.Contains(string(raw), "CANARY") {
		t.Errorf("a secret is shown: %s", raw)
	}
	db := facts.Database
	if facts.Driver != "embedded" || facts.EventRetention != "2 days" || facts.AuditRetention != "365 days" || facts.UptimeSeconds < 0 || !db.Embedded ||
		db.Bytes < 1<<20 || db.Version == "" || db.Migration != db.Known || db.Known < 14 || db.Pool.Max < 1 {
		t.Errorf("%s", raw)
	}
	found := map[string]api.Setting{}
	for _, s := range facts.Settings {
		found[s.Name] = s
	}
	for name, want := range map[string]string{"RATE_LIMIT": "7000 flag", "EVENT_RETENTION": "48h0m0s EVENT_RETENTION", "HUB_ACTIVITY_TIMEOUT": "30s default"} {
		if got := found[name].Value + " " + found[name].Source; got != want {
			t.Errorf("%s: %s, want %s", name, got, want)
		}
	}
	for _, name := range []string{"FTC_API_USERNAME", "FTC_API_TOKEN", "REALTIME_APP_SECRET"} {
		if s := found[name]; !s.Secret || s.Value == "" {
			t.Errorf("%s: %+v", name, s)
		}
	}
}
