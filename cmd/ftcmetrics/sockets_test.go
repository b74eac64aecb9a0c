package main

import (
	"context"
	"encoding/json"
	"io"
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// curls returns the requests of a document's shell blocks, with the variables filled in.
func curls(t *testing.T, name string, variables *strings.Replacer) []*http.Request {
	t.Helper()
	text, err := os.ReadFile(name)
	must(t, err)
	method, address := regexp.MustCompile(`-X (\w+)`), regexp.MustCompile(`"(\$SERVER[^"]*)"`)
	header, body := regexp.MustCompile(`-H "(\w+): ([^"]*)"`), regexp.MustCompile(`-d '(.*)'$`)
	var requests []*http.Request
	for block := range strings.SplitSeq(string(text), "```sh\n") {
		block, _, _ = strings.Cut(block, "```")
		for line := range strings.Lines(block) {
			if !strings.HasPrefix(line, "curl ") {
				continue
			}
			line = strings.TrimSpace(line)
			verb, data := "GET", ""
			if m := method.FindStringSubmatch(line); m != nil {
				verb = m[1]
			}
			if m := body.FindStringSubmatch(line); m != nil {
				data = strings.NewReplacer("'$USER_ID'", "$USER_ID", "'$SOCKET_ID'", "$SOCKET_ID").Replace(m[1])
			}
			m := address.FindStringSubmatch(line)
			if m == nil {
				t.Fatalf("no address: %s", line)
			}
			request, err := http.NewRequestWithContext(t.Context(), verb, variables.Replace(m[1]), strings.NewReader(variables.Replace(data)))
			must(t, err)
			if m := header.FindStringSubmatch(line); m != nil {
				request.Header.Set(m[1], variables.Replace(m[2]))
			}
			requests = append(requests, request)
		}
	}
	return requests
}

// hears reads up to a frame that has the text.
func hears(t *testing.T, socket *websocket.Conn, text string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, raw, err := socket.Read(ctx)
		must(t, err)
		if strings.Contains(string(raw), text) {
			return string(raw)
		}
	}
}

// TestSocketServicePage does what docs/socket-service.md shows, to the program, and looks at
// what two clients get.
func TestSocketServicePage(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	p := serve(t, dir)
	token := owner(t, dir)
	var me struct{ ID string }
	_, err := ask("GET", p.url+"/api/me", token, "", &me)
	must(t, err)
	var config struct{ Key string }
	_, err = ask("GET", p.url+"/api/realtime/config", "", "", &config)
	must(t, err)
	stays, _ := p.dialID(config.Key)
	goes, id := p.dialID(config.Key)
	for _, socket := range []*websocket.Conn{stays, goes} {
		say(t, socket, `{"event":"pusher:subscribe","data":{"channel":"event-USNCRA"}}`)
		expect(t, socket, "subscription_succeeded")
	}

	body := `{"channel":"event-USNCRA","name":"hall:first","data":{"a":1},"socketId":"` + id + `"}`
	if status, err := ask("POST", p.url+"/api/socket/broadcast", token, body, nil); err != nil || status != 200 {
		t.Fatalf("broadcast: %d %v", status, err)
	}
	expect(t, stays, "hall:first")
	requests := curls(t, "../../docs/socket-service.md", strings.NewReplacer("$SERVER", p.url, "$TOKEN", token, "$USER_ID", me.ID, "$SOCKET_ID", id))
	if len(requests) < 12 {
		t.Fatalf("%d requests", len(requests))
	}
	for _, request := range requests {
		response, err := http.DefaultClient.Do(request)
		must(t, err)
		raw, err := io.ReadAll(response.Body)
		must(t, err)
		must(t, response.Body.Close())
		var answer struct{ Success bool }
		if json.Unmarshal(raw, &answer) != nil || !answer.Success {
			t.Errorf("%s %s: %d %s", request.Method, request.URL, response.StatusCode, raw)
		}
		if strings.HasSuffix(request.URL.Path, "/broadcast") {
			expect(t, stays, "hall:lunch") // it goes by the log, and what comes next goes at once
		}
	}
	if first := hears(t, goes, "hall:"); strings.Contains(first, "hall:first") {
		t.Errorf("the connection that was left out got %s", first)
	}
	expect(t, goes, "hall:called")
	expect(t, goes, "4009")
	deadline := time.Now().Add(time.Minute)
	for connections := 2; connections != 1; {
		var page struct{ Count int }
		_, err := ask("GET", p.url+"/api/socket/connections", token, "", &page)
		must(t, err)
		if connections = page.Count; time.Now().After(deadline) {
			t.Fatalf("%d connections", connections)
		}
	}
}

// TestSocketServiceElsewhere asks a server whose sockets are on a hub of its own, and
// broadcasts by it.
func TestSocketServiceElsewhere(t *testing.T) {
	t.Parallel()
	app := []string{"REALTIME_APP_ID=shared", "REALTIME_APP_KEY=shared-key", "REALTIME_APP_SECRET=" + sharedSecret}
	away := program(t.TempDir(), "hub")
	away.Env = append(away.Env, app...)
	hub := launch(t, away)
	dir := pgtest.Folder(t)
	here := program(dir)
	here.Env = append(append(here.Env, app...), "REALTIME_DRIVER=soketi", "SOKETI_HOST=127.0.0.1", "SOKETI_PORT="+hub.hub[strings.LastIndex(hub.hub, ":")+1:])
	p := launch(t, here)
	token := owner(t, dir)
	socket, id := hub.dialID("shared-key")
	say(t, socket, `{"event":"pusher:subscribe","data":{"channel":"event-USNCRA"}}`)
	expect(t, socket, "subscription_succeeded")
	var page struct {
		Channels []struct {
			Name          string
			Subscriptions int
		}
	}
	status, err := ask("GET", p.url+"/api/socket/channels", token, "", &page)
	if must(t, err); status != 200 || len(page.Channels) != 1 || page.Channels[0].Name != "event-USNCRA" || page.Channels[0].Subscriptions != 1 {
		t.Errorf("channels: %d %+v", status, page)
	}
	status, err = ask("POST", p.url+"/api/socket/broadcast", token, `{"channel":"event-USNCRA","name":"hall:lunch","data":{"until":"13:00"}}`, nil)
	if must(t, err); status != 200 {
		t.Errorf("broadcast: %d", status)
	}
	expect(t, socket, "13:00")
	for _, question := range [][3]string{
		{"GET", "/api/socket/connections"}, {"GET", "/api/socket/log"}, {"DELETE", "/api/socket/connections/" + id},
		{"POST", "/api/socket/direct", `{"socketId":"` + id + `","name":"n","data":{}}`},
	} {
		if status, err := ask(question[0], p.url+question[1], token, question[2], nil); err != nil || status != 409 {
			t.Errorf("%s %s: %d %v", question[0], question[1], status, err)
		}
	}
}
