package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// banker has sockets that are nobody's yet, and signatures for them that nobody has used.
type banker struct {
	*process
	key   string
	token string
}

// banked is a socket with a frame that it has not sent.
type banked struct {
	what   string
	socket *websocket.Conn
	frame  string
}

// bank opens a socket and has a frame for it signed: a subscription, or a sign-in where there
// is no channel.
func (b banker) bank(channel string) banked {
	b.t.Helper()
	socket, id := b.dialID(b.key)
	path, event, data := "/api/pusher/auth", "pusher:subscribe", map[string]string{"socket_id": id, "channel_name": channel}
	if channel == "" {
		path, event, data = "/api/pusher/user-auth", "pusher:signin", map[string]string{"socket_id": id}
	}
	body, err := json.Marshal(data)
	must(b.t, err)
	request, err := http.NewRequestWithContext(b.t.Context(), http.MethodPost, b.url+path, strings.NewReader(string(body)))
	must(b.t, err)
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Authorization", "Bearer "+b.token)
	response, err := http.DefaultClient.Do(request)
	must(b.t, err)
	signed := make(map[string]string)
	must(b.t, errors.Join(json.NewDecoder(response.Body).Decode(&signed), response.Body.Close()))
	if signed["auth"] == "" {
		b.t.Fatalf("%s: %d, no signature", channel, response.StatusCode)
	}
	if channel != "" {
		signed["channel"] = channel
	}
	frame, err := json.Marshal(map[string]any{"event": event, "data": signed})
	must(b.t, err)
	return banked{fmt.Sprintf("%s %s", event, channel), socket, string(frame)}
}

// ends reads to the socket's end, and returns its code and what came before. A socket that
// stays open has -1.
func (b banked) ends(t *testing.T, within time.Duration) (code websocket.StatusCode, before string) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), within)
	defer cancel()
	for {
		_, raw, err := b.socket.Read(ctx)
		if err != nil {
			return websocket.CloseStatus(err), before
		}
		before += string(raw)
	}
}

// TestASignatureFromBeforeOpensNothing: somebody has signatures for sockets that are open and
// not in their name, is disabled or removed, and then uses them. None opens anything, and what
// they had open, also under another name, is closed.
func TestASignatureFromBeforeOpensNothing(t *testing.T) {
	t.Run("on the server's own hub", func(t *testing.T) {
		t.Parallel()
		dir := t.TempDir()
		p := serve(t, dir)
		signaturesFromBefore(t, p, owner(t, dir))
	})
	t.Run("on a hub elsewhere", func(t *testing.T) {
		t.Parallel()
		database := aside(t)
		cmd := program(t.TempDir(), "hub")
		cmd.Env = append(cmd.Env, "REALTIME_APP_ID=shared", "REALTIME_APP_KEY=shared-key", "REALTIME_APP_SECRET="+sharedSecret)
		hub := launch(t, cmd)
		p := shared(t, database, "REALTIME_DRIVER=soketi", "SOKETI_HOST=127.0.0.1", "SOKETI_PORT="+hub.hub[strings.LastIndex(hub.hub, ":")+1:])
		token := command(t, database, "owner", "create", "--name", "Coach")
		signaturesFromBefore(t, &process{t: t, url: p.url, hub: hub.hub}, token)
	})
}

func signaturesFromBefore(t *testing.T, p *process, operator string) {
	t.Helper()
	call := func(method, path, token, body string, out any) {
		t.Helper()
		if status, err := ask(method, p.url+path, token, body, out); err != nil || status >= 300 {
			t.Fatalf("%s %s: %d, %v", method, path, status, err)
		}
	}
	var config struct{ Key string }
	var team struct{ ID string }
	call("GET", "/api/realtime/config", "", "", &config)
	call("POST", "/api/user-teams", operator, `{"teamNumber":8569}`, &team)
	ours := []string{"private-team-" + team.ID, "presence-team-" + team.ID}
	strangers := []string{"private-event-USNCRA", "presence-event-USNCRA"}
	for _, c := range []struct {
		how, method, path, body string
		everything              bool // not the team's channels alone
	}{
		{"disabled", "PATCH", "/api/operator/users/USER", `{"disabled":true}`, true},
		{"removed", "DELETE", "/api/user-teams/" + team.ID + "/members/USER", "", false},
	} {
		var invite struct{ Code string }
		var scout struct {
			Token string
			User  struct{ ID string }
		}
		call("POST", "/api/user-teams/"+team.ID+"/invites", operator, `{"role":"STUDENT"}`, &invite)
		call("POST", "/api/join", "", `{"code":"`+invite.Code+`","displayName":"Scout"}`, &scout)
		b := banker{p, config.Key, scout.Token}
		channels := ours
		if c.everything {
			channels = append(append([]string{""}, ours...), append(strangers, "private-user-"+scout.User.ID)...)
		}
		var unused, used []banked
		for _, channel := range channels {
			unused = append(unused, b.bank(channel))
			open := b.bank(channel)
			say(t, open.socket, open.frame)
			expect(t, open.socket, "succe") // signin_success or subscription_succeeded
			used = append(used, open)
		}
		watcher, _ := p.dialID(config.Key)

		call(c.method, strings.ReplaceAll(c.path, "USER", scout.User.ID), operator, c.body, nil)
		for _, one := range used {
			if code, before := one.ends(t, 5*time.Second); code != 4009 {
				t.Errorf("%s, an open %s: ends with %d, want 4009 (%s)", c.how, one.what, code, before)
			}
		}
		for _, one := range unused {
			say(t, one.socket, one.frame)
			if code, before := one.ends(t, 5*time.Second); code != 4200 || strings.Contains(before, "succe") {
				t.Errorf("%s, a %s from before: ends with %d, want 4200 (%s)", c.how, one.what, code, before)
			}
		}
		say(t, watcher, `{"event":"pusher:subscribe","data":{"channel":"event-USNCRA"}}`)
		expect(t, watcher, "subscription_succeeded") // a socket that is nobody's is left alone
	}
}
