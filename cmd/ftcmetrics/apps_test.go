package main

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	pusher "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// appsFile writes HUB_APPS_FILE.
func appsFile(t *testing.T, text string) string {
	path := filepath.Join(t.TempDir(), "apps.json")
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

const oneApp = `"id":"a2","key":"k2","secret":"0123456789abcdef0123456789abcdef"`

func TestFurtherApps(t *testing.T) {
	c := config{AppEnv: "production", AppID: "a1", AppKey: "k1", HubAppsFile: appsFile(t, `[{`+oneApp+`,"enabled":false,"tlsOnly":true,"enableClientMessages":true,
		"maxConnections":-1,"maxClientEventsPerSecond":-1,"maxPresenceMembersPerChannel":50,"maxPresenceMemberSizeInKb":0.5,"maxEventPayloadInKb":100,
		"maxEventChannelsAtOnce":20,"maxEventBatchSize":-1,"maxBackendEventsPerSecond":500,"maxReadRequestsPerSecond":-1,"authorizationTimeoutInSeconds":45,
		"allowedOrigins":["https://a.example"],"enableUserAuthentication":true,"enableWatchlist":true,"enableSubscriptionCount":true,
		"webhooks":[{"url":"https://a.example/hook","event_types":["channel_occupied"],"filter":{"channel_name_starts_with":"a","channel_name_ends_with":"z"},"headers":{"X-A":"b"}}]},
		{"id":"a3","key":"k3","secret":"0123456789abcdef0123456789abcdef","maxConnections":7,"maxClientEventsPerSecond":3,"maxPresenceMembersPerChannel":-1,
		"maxEventChannelsAtOnce":-1,"maxEventBatchSize":200,"maxBackendEventsPerSecond":-1,"maxReadRequestsPerSecond":9,"authorizationTimeoutInSeconds":-1}]`)}
	entries, err := c.furtherApps()
	must(t, err)
	want := []hub.App{
		{
			ID: "a2", Key: "k2", Secret: "0123456789abcdef0123456789abcdef", Disabled: true, TLSOnly: true, ClientMessages: true, AllowedOrigins: []string{"https://a.example"},
			UserAuthentication: true, Watchlist: true, SubscriptionCount: true,
			MaxPresenceMembers: 50, MaxPresenceMemberBytes: 512, MaxEventPayloadBytes: 100 << 10, MaxClientEventsPerSecond: math.MaxInt32,
			MaxEventChannels: 20, MaxEventBatch: math.MaxInt32, MaxBackendEventsPerSecond: 500, AuthorizationTimeout: 45 * time.Second,
		},
		{
			ID: "a3", Key: "k3", Secret: "0123456789abcdef0123456789abcdef", MaxConnections: 7,
			MaxPresenceMembers: math.MaxInt32, MaxClientEventsPerSecond: 3,
			MaxEventChannels: math.MaxInt32, MaxEventBatch: 200, MaxReadRequestsPerSecond: 9,
		},
	}
	for i, entry := range entries {
		if got := entry.hubApp(); fmt.Sprintf("%+v", got) != fmt.Sprintf("%+v", want[i]) {
			t.Errorf("got  %+v\nwant %+v", got, want[i])
		}
	}
	if got := fmt.Sprintf("%+v", entries[0].hooks().Endpoints); got != "[{URL:https://a.example/hook EventTypes:[channel_occupied] StartsWith:a EndsWith:z Headers:map[X-A:b]}]" {
		t.Errorf("webhooks %s", got)
	}
	if none, err := (config{}).furtherApps(); none != nil || err != nil {
		t.Errorf("without a file: %v, %v", none, err)
	}
}

func TestFurtherAppsRefused(t *testing.T) {
	for _, c := range []struct{ text, say string }{
		{`{}`, "no JSON array"},
		{`[`, "no JSON array"},
		{`[5]`, "app number 1: an app is an object, not a JSON number"},
		{`[{` + oneApp + `},{"id":"a3","colour":"red"}]`, `app number 2 (a3): there is no field "colour"`},
		{`[{"id":"a3","maxConnections":"10"}]`, "app number 1 (a3): the field maxConnections is a whole number, not a JSON string"},
		{`[{"id":"a3","enabled":1}]`, "the field enabled is a true or false, not a JSON number"},
		{`[{"id":7}]`, "the field id is a string, not a JSON number"},
		{`[{"id":"a3","secret":"x"}]`, "app number 1 (a3): the field key is missing"},
		{`[{` + oneApp + `},{` + oneApp + `}]`, "app number 2 (a2): the id is another app's"},
		{`[{` + oneApp + `},{"id":"a3","key":"k2","secret":"x"}]`, "app number 2 (a3): the key is another app's"},
		{`[{"id":"a1","key":"k2","secret":"x"}]`, "the id is another app's"},
		{`[{"id":"a3","key":"k1","secret":"x"}]`, "the key is another app's"},
		{`[{"id":"a/3","key":"k3","secret":"x"}]`, "cannot have any of"},
		{`[{` + oneApp + `,"maxConnections":0}]`, "the field maxConnections is a number above 0, or -1 for no limit"},
		{`[{` + oneApp + `,"maxEventPayloadInKb":-2}]`, "the field maxEventPayloadInKb is a number above 0"},
		{`[{` + oneApp + `,"authorizationTimeoutInSeconds":1.5}]`, "the field authorizationTimeoutInSeconds is a whole number"},
		{`[{` + oneApp + `,"maxBackendEventsPerSecond":0}]`, "the field maxBackendEventsPerSecond is a number above 0, or -1"},
		{`[{` + oneApp + `,"webhooks":[{"url":"ftp://a"}]}]`, "app number 1 (a2): webhook number 1: url: must begin with https://"},
		{`[{` + oneApp + `,"webhooks":[{"url":"http://a.example","event_types":["x"]}]}]`, `there is no event "x"`},
		{`[{` + oneApp + `,"webhooks":[{"lambda_function":"x"}]}]`, `there is no field "lambda_function"`},
	} {
		_, err := config{AppEnv: "dev", AppID: "a1", AppKey: "k1", HubAppsFile: appsFile(t, c.text)}.furtherApps()
		if err == nil || !strings.Contains(err.Error(), c.say) || !strings.Contains(err.Error(), "HUB_APPS_FILE") {
			t.Errorf("%s: %v, want %q", c.text, err, c.say)
		}
	}
	for _, c := range []struct{ text, say string }{
		{`[{"id":"a3","key":"k3","secret":"0123456789"}]`, "secret has fewer than 32"},
		{`[{"id":"a3","key":"app-key","secret":"0123456789abcdef0123456789abcdef"}]`, "key has a value that everybody knows"},
		{`[{"id":"a3","key":"k3","secret":"changeme"}]`, "secret has a value that everybody knows"},
		{`[{` + oneApp + `,"webhooks":[{"url":"http://a.example"}]}]`, "APP_ENV=dev"},
		{`[{` + oneApp + `,"webhooks":[{"url":"https://10.0.0.1"}]}]`, "no public address"},
	} {
		_, err := config{AppEnv: "production", HubAppsFile: appsFile(t, c.text)}.furtherApps()
		if err == nil || !strings.Contains(err.Error(), c.say) {
			t.Errorf("%s: %v, want %q", c.text, err, c.say)
		}
	}
	if _, err := (config{HubAppsFile: "/nonexistent"}).furtherApps(); err == nil || !strings.Contains(err.Error(), "HUB_APPS_FILE") {
		t.Errorf("a missing file: %v", err)
	}
}

// TestAnAppOfTheFile uses a further app through the program: a socket joins, a webhook says
// so, the metrics count it, and the app's own limit on connections holds.
func TestAnAppOfTheFile(t *testing.T) {
	for _, command := range []string{"serve", "hub"} {
		t.Run(command, func(t *testing.T) {
			t.Parallel()
			hooks := make(chan *pusher.Webhook, 10)
			receiver := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
				raw, err := io.ReadAll(r.Body)
				if err != nil {
					t.Error(err)
				}
				hook, err := (&pusher.Client{Key: "k2", Secret: "0123456789abcdef0123456789abcdef"}).Webhook(r.Header, raw)
				if err != nil {
					t.Error(err)
				}
				hooks <- hook
			}))
			defer receiver.Close()
			apps := appsFile(t, `[{`+oneApp+`,"maxConnections":1,"maxReadRequestsPerSecond":1,"maxEventChannelsAtOnce":2,"webhooks":[{"url":"`+receiver.URL+`"}]}]`)
			p := serve(t, pgtest.Folder(t), command, "--hub-apps-file="+apps, "--metrics-prefix=soketi_")
			join := func() *websocket.Conn {
				socket, _, err := websocket.Dial(t.Context(), "ws://"+p.hub+"/app/k2?protocol=7", nil)
				must(t, err)
				return socket
			}
			socket := join()
			defer socket.CloseNow() //nolint:errcheck // the test is over
			must(t, socket.Write(t.Context(), websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"chat"}}`)))
			for _, want := range []string{"connection_established", "subscription_succeeded"} {
				if _, raw, err := socket.Read(t.Context()); err != nil || !strings.Contains(string(raw), want) {
					t.Fatalf("%s, %v", raw, err)
				}
			}
			if hook := <-hooks; len(hook.Events) != 1 || hook.Events[0].Name != "channel_occupied" || hook.Events[0].Channel != "chat" {
				t.Errorf("webhook %+v", hook)
			}
			second := join()
			defer second.CloseNow() //nolint:errcheck // the test is over
			if _, raw, err := second.Read(t.Context()); err != nil || !strings.Contains(string(raw), "4004") {
				t.Errorf("the second socket: %s, %v", raw, err)
			}
			client := pusher.Client{AppID: "a2", Key: "k2", Secret: "0123456789abcdef0123456789abcdef", Host: p.hub, HTTPClient: &http.Client{Timeout: 10 * time.Second}}
			must(t, client.Trigger("chat", "e", "hello"))
			_, port, _ := strings.Cut(p.hub, ":")
			text, counted := "", `webhook_notices_delivered_total{app_id="a2",port="`+port+`"} 1`
			until(t, counted, func() bool { text = get(t, "http://"+p.metrics()+"/metrics"); return strings.Contains(text, counted) })
			for _, want := range []string{"connected", "new_connections_total", "http_calls_received_total", "webhook_notices_delivered_total"} {
				if line := `soketi_` + want + `{app_id="a2",port="` + port + `"} 1`; !strings.Contains(text, line) {
					t.Errorf("no %s in:\n%s", line, text)
				}
			}
			var usage struct{ Memory memory }
			must(t, json.Unmarshal([]byte(get(t, "http://"+p.metrics()+"/usage")), &usage))
			if m := usage.Memory; m.Used <= 0 || m.Total < m.Used || m.Percent <= 0 || m.Percent > 100 {
				t.Errorf("usage %+v", m)
			}
			if err := client.TriggerMulti([]string{"a", "b", "c"}, "e", "x"); err == nil || !strings.Contains(err.Error(), "at most 2 channels") {
				t.Errorf("three channels: %v", err)
			}
			if !refused(&client) {
				t.Error("the limit on questions holds nobody back")
			}
			if code := p.stop(); code != 0 {
				t.Errorf("exit code %d:\n%s", code, p.text())
			}
			if hook := <-hooks; hook.Events[0].Name != "channel_vacated" {
				t.Errorf("at the end %+v", hook)
			}
		})
	}
}

// refused asks until the server finds it too often. It has one question a second.
func refused(client *pusher.Client) bool {
	for range 100 {
		if _, err := client.Channels(pusher.ChannelsParams{}); err != nil {
			return strings.Contains(err.Error(), "429")
		}
	}
	return false
}

// metrics is the address of the process's metrics.
func (p *process) metrics() string {
	for line := range strings.Lines(p.text()) {
		var entry struct{ Metrics string }
		if json.Unmarshal([]byte(line), &entry) == nil && entry.Metrics != "" {
			return entry.Metrics
		}
	}
	p.t.Fatal("the log does not say where the metrics are")
	return ""
}

func get(t *testing.T, url string) string {
	t.Helper()
	response, err := http.Get(url) //nolint:gosec,noctx // the test's own server
	must(t, err)
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	must(t, err)
	return string(raw)
}
