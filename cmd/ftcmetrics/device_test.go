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

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// join subscribes a socket to a channel with the authority of the token.
func (p *process) join(socket *websocket.Conn, socketID, token, channel string) {
	p.t.Helper()
	body := fmt.Sprintf(`{"socket_id":%q,"channel_name":%q}`, socketID, channel)
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodPost, p.url+"/api/pusher/auth", strings.NewReader(body))
	must(p.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+token)
	response, err := http.DefaultClient.Do(request)
	must(p.t, err)
	var signed struct {
		Auth string `json:"auth"`
		Data string `json:"channel_data"`
	}
	must(p.t, json.NewDecoder(response.Body).Decode(&signed))
	must(p.t, response.Body.Close())
	frame, err := json.Marshal(map[string]any{"event": "pusher:subscribe", "data": map[string]string{"channel": channel, "auth": signed.Auth, "channel_data": signed.Data}})
	must(p.t, err)
	say(p.t, socket, string(frame))
	expect(p.t, socket, "subscription_succeeded")
}

// TestATabletThatIsTakenAwayHearsNothingMore has a shared tablet and its scouts online, and
// the mentor take it away: its socket is closed within two seconds, the others' stay.
func TestATabletThatIsTakenAwayHearsNothingMore(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	p := serve(t, dir)
	mentor := owner(t, dir)
	var team, tablet struct{ ID, Token string }
	var config struct{ Key string }
	for _, c := range []struct {
		method, path, body string
		out                any
	}{
		{"GET", "/api/realtime/config", "", &config},
		{"POST", "/api/user-teams", `{"teamNumber":8569}`, &team},
	} {
		if status, err := ask(c.method, p.url+c.path, mentor, c.body, c.out); err != nil || status >= 300 {
			t.Fatalf("%s: %d, %v", c.path, status, err)
		}
	}
	devices := p.url + "/api/user-teams/" + team.ID + "/devices"
	if status, err := ask("POST", devices, mentor, `{"label":"Tablet 3"}`, &tablet); err != nil || status != http.StatusCreated {
		t.Fatalf("devices: %d, %v", status, err)
	}
	presence := "presence-team-" + team.ID
	coach, coachID := p.dialID(config.Key)
	p.join(coach, coachID, mentor, presence)
	socket, socketID := p.dialID(config.Key)
	p.join(socket, socketID, tablet.Token, presence)
	expect(t, coach, `\"displayName\":\"Tablet 3\"`) // as a member who has come

	if status, err := ask("DELETE", devices+"/"+tablet.ID, mentor, "", nil); err != nil || status != http.StatusOK {
		t.Fatalf("take away: %d, %v", status, err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Second)
	defer cancel()
	for {
		_, raw, err := socket.Read(ctx)
		if err == nil && strings.Contains(string(raw), "pusher:error") {
			continue // says why, before the close
		}
		if websocket.CloseStatus(err) != 4009 {
			t.Errorf("the tablet's socket: %s, %v; want it closed with 4009 within 2 s", raw, err)
		}
		break
	}
	expect(t, coach, "member_removed")
	if status, err := ask("GET", p.url+"/api/me", tablet.Token, "", nil); err != nil || status != http.StatusUnauthorized {
		t.Errorf("its token: %d, %v", status, err)
	}
}
