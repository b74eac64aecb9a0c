package main

import (
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/alecthomas/kong"
	pusher "github.com/pusher/pusher-http-go/v5"
)

// soketiApp is the environment of a soketi with a default app.
var soketiApp = []string{"SOKETI_DEFAULT_APP_ID=some-id", "SOKETI_DEFAULT_APP_KEY=some-key", "SOKETI_DEFAULT_APP_SECRET=some-secret"}

// TestSoketiEnvironment starts the hub with the variables of a soketi and uses it as one.
func TestSoketiEnvironment(t *testing.T) {
	t.Parallel()
	url, hooks := hookServer(t, "some-key", "some-secret")
	cmd := program(t.TempDir(), "hub")
	cmd.Env = append(append(cmd.Env, soketiApp...), "HUB_ADDR=", "METRICS_ADDR=",
		"SOKETI_HOST=localhost", "SOKETI_PORT=0", "SOKETI_METRICS_SERVER_PORT=0", "SOKETI_METRICS_ENABLED=1", "SOKETI_METRICS_PROMETHEUS_PREFIX=chat_",
		"SOKETI_DEFAULT_APP_ENABLE_CLIENT_MESSAGES=false", "SOKETI_DEFAULT_APP_MAX_CONNS=1", "SOKETI_PRESENCE_MAX_MEMBERS=7",
		"SOKETI_DEFAULT_APP_WEBHOOKS=[{\"url\":\""+url+"\",\"event_types\":[\"channel_occupied\"]}]",
		"SOKETI_ADAPTER_DRIVER=local", "SOKETI_QUEUE_DRIVER=redis", "SOKETI_SSL_CA=/ca.pem", "SOKETI_SHUTDOWN_GRACE_PERIOD=4000", "SOKETI_PATH_PREFIX=")
	p := launch(t, cmd)
	socket := p.dial("some-key")
	say(t, socket, `{"event":"pusher:subscribe","data":{"channel":"chat"}}`)
	expect(t, socket, "subscription_succeeded")
	nextHook(t, hooks, "channel_occupied", "chat")
	client := pusher.Client{AppID: "some-id", Key: "some-key", Secret: "some-secret", Host: p.hub, HTTPClient: &http.Client{Timeout: 10 * time.Second}}
	must(t, client.Trigger("chat", "message", "hello world"))
	expect(t, socket, `"data":"hello world"`)
	say(t, socket, `{"event":"client-x","channel":"chat","data":{}}`)
	expect(t, socket, "Client events are not enabled")
	if text := get(t, "http://"+p.metrics()+"/metrics"); !strings.Contains(text, "chat_connected{") {
		t.Error("the metrics do not have soketi's prefix")
	}
	if second := p.refusal("some-key"); !strings.Contains(second, "4004") {
		t.Errorf("the second socket: %s", second)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	for _, name := range []string{"SOKETI_QUEUE_DRIVER", "SOKETI_SSL_CA"} {
		if !strings.Contains(p.text(), `"name":"`+name+`"`) {
			t.Errorf("no warning about %s", name)
		}
	}
	if n := strings.Count(p.text(), "means nothing"); n != 2 {
		t.Errorf("%d warnings:\n%s", n, p.text())
	}
}

// refusal is the first frame of a socket that is refused.
func (p *process) refusal(key string) string {
	p.t.Helper()
	request, err := http.NewRequestWithContext(p.t.Context(), http.MethodGet, "http://"+p.hub+"/app/"+key+"?protocol=7", nil)
	must(p.t, err)
	for name, value := range map[string]string{
		"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "13", "Sec-WebSocket-Key": "dGhlIHNhbXBsZSBub25jZQ==",
	} {
		request.Header.Set(name, value)
	}
	response, err := http.DefaultClient.Do(request)
	must(p.t, err)
	defer response.Body.Close()
	var frame [512]byte
	n, err := io.ReadAtLeast(response.Body, frame[:], 20)
	must(p.t, err)
	return string(frame[:n])
}

// parse is what the program makes of an environment.
func parse(environ []string, args ...string) (*commands, error) {
	var cli commands
	parser, err := kong.New(&cli, kong.Resolvers(secretFiles(environ, sources{}), soketiVariables(environ, sources{})))
	if err != nil {
		return nil, err
	}
	_, err = parser.Parse(args)
	return &cli, err
}

func TestSoketiVariables(t *testing.T) {
	for _, c := range []struct {
		environ []string
		want    func(c *config) any
		value   any
	}{
		{soketiApp, func(c *config) any { return c.AppID + c.AppKey + c.AppSecret }, "some-idsome-keysome-secret"},
		{[]string{"SOKETI_DEFAULT_APP_ID=b", "SOKETI_APP_ID=a"}, func(c *config) any { return c.AppID }, "a"},
		{nil, func(c *config) any {
			return fmt.Sprint(c.HubAppEnabled, c.HubClientMessages, c.HubUserAuthentication, c.HubAuthorizationTimeout, c.HubMaxConnections)
		}, "true true true 0s -1"},
		{[]string{"SOKETI_DEFAULT_APP_ENABLED=0"}, func(c *config) any { return c.HubAppEnabled }, false},
		{[]string{"SOKETI_DEFAULT_APP_USER_AUTHENTICATION=false"}, func(c *config) any { return c.HubUserAuthentication }, false},
		{[]string{"SOKETI_USER_AUTHENTICATION_TIMEOUT=5000"}, func(c *config) any { return c.HubAuthorizationTimeout }, time.Duration(0)},
		{[]string{"SOKETI_USER_AUTHENTICATION_TIMEOUT=5000", "SOKETI_DEFAULT_APP_USER_AUTHENTICATION=true"}, func(c *config) any { return c.HubAuthorizationTimeout }, 5 * time.Second},
		{[]string{"SOKETI_DEFAULT_APP_MAX_BACKEND_EVENTS_PER_SEC=5"}, func(c *config) any { return c.HubMaxEvents }, 5},
		{[]string{"SOKETI_DEFAULT_APP_MAX_CLIENT_EVENTS_PER_SEC=-1"}, func(c *config) any { return c.ownApp(nil).MaxClientEventsPerSecond }, -1},
		{[]string{"SOKETI_DEFAULT_APP_MAX_READ_REQ_PER_SEC=6"}, func(c *config) any { return c.HubMaxReads }, 6},
		{[]string{"SOKETI_DEFAULT_APP_MAX_CONNECTIONS=9"}, func(c *config) any { return c.HubMaxConnections }, 9},
		{[]string{"SOKETI_EVENT_MAX_SIZE_IN_KB=100"}, func(c *config) any { return c.ownApp(nil).MaxEventPayloadBytes }, 100 << 10},
		{[]string{"SOKETI_EVENT_MAX_CHANNELS_AT_ONCE=3", "SOKETI_EVENT_MAX_BATCH_SIZE=4"}, func(c *config) any { return c.HubMaxEventChannels + c.HubMaxEventBatch }, 7},
		{[]string{"SOKETI_PRESENCE_MAX_MEMBERS=3", "SOKETI_PRESENCE_MAX_MEMBER_SIZE=1.5"}, func(c *config) any {
			app := c.ownApp(nil)
			return app.MaxPresenceMembers + app.MaxPresenceMemberBytes
		}, 3 + 1536},
		{[]string{"SOKETI_SHUTDOWN_GRACE_PERIOD=3000"}, func(c *config) any { return c.HubShutdownGrace }, 3 * time.Second},
		{[]string{"SOKETI_DEBUG=1"}, func(c *config) any { return c.LogLevel.String() }, "DEBUG"},
		{[]string{"SOKETI_DEBUG=0"}, func(c *config) any { return c.LogLevel.String() }, "INFO"},
		{[]string{"SOKETI_PORT=7001"}, func(c *config) any { return c.HubAddr }, "127.0.0.1:7001"},
		{[]string{"SOKETI_HOST=0.0.0.0"}, func(c *config) any { return c.HubAddr }, "0.0.0.0:6001"},
		{[]string{"SOKETI_HOST=::1", "SOKETI_PORT=7001"}, func(c *config) any { return c.HubAddr }, "[::1]:7001"},
		{[]string{"SOKETI_METRICS_HOST=10.0.0.1"}, func(c *config) any { return c.MetricsAddr }, "10.0.0.1:9601"},
		{[]string{"SOKETI_PORT=", "SOKETI_DEFAULT_APP_MAX_CONNS="}, func(c *config) any { return fmt.Sprint(c.HubAddr, c.HubMaxConnections) }, "127.0.0.1:6001-1"},
	} {
		cli, err := parse(c.environ, "hub")
		if err != nil {
			t.Errorf("%v: %v", c.environ, err)
			continue
		}
		if got := c.want(&cli.Hub.config); got != c.value {
			t.Errorf("%v: %v, want %v", c.environ, got, c.value)
		}
	}
	for name, value := range map[string]string{
		"SOKETI_DEFAULT_APP_ENABLED": "maybe", "SOKETI_DEFAULT_APP_MAX_CONNS": "many", "SOKETI_PORT": "http",
		"SOKETI_SHUTDOWN_GRACE_PERIOD": "3s", "SOKETI_DEFAULT_APP_WEBHOOKS": "[5]", "SOKETI_DEBUG": "perhaps",
	} {
		if _, err := parse([]string{name + "=" + value}, "hub"); err == nil || !strings.Contains(err.Error(), name) {
			t.Errorf("%s=%s: %v", name, value, err)
		}
	}
}

// TestOurNamesComeFirst has our own variable win, from wherever it comes.
func TestOurNamesComeFirst(t *testing.T) {
	t.Setenv("REALTIME_APP_KEY", "ours")
	t.Setenv("PUSHER_APP_ID", "pushers")
	environ := append([]string{"REALTIME_APP_KEY=ours", "PUSHER_APP_ID=pushers", "SOKETI_PORT=1"}, soketiApp...)
	cli, err := parse(environ, "hub", "--hub-addr=127.0.0.1:2")
	must(t, err)
	if c := cli.Hub; c.AppKey != "ours" || c.AppID != "some-id" || c.HubAddr != "127.0.0.1:2" {
		t.Errorf("%s, %s, %s", c.AppKey, c.AppID, c.HubAddr)
	}
	// To a backend, and serve is one, SOKETI_PORT says where soketi is.
	if cli, err = parse(environ); err != nil || cli.Serve.HubAddr != "127.0.0.1:6001" || cli.Serve.AppSecret != "some-secret" {
		t.Errorf("serve: %v, %+v", err, cli.Serve.config)
	}
}

func TestSoketiUnheeded(t *testing.T) {
	environ := []string{
		"SOKETI_PORT=1", "SOKETI_DEFAULT_APP_SECRET_FILE=/x", "SOKETI_ADAPTER_DRIVER=redis", "SOKETI_CACHE_DRIVER=memory",
		"SOKETI_DB_REDIS_HOST=x", "SOKETI_SSL_KEY=", "PATH=x",
	}
	if got := fmt.Sprint(soketiUnheeded(environ, true)); got != "[]" {
		t.Errorf("hub: %s", got)
	}
	if got := fmt.Sprint(soketiUnheeded(environ, false)); got != "[SOKETI_ADAPTER_DRIVER SOKETI_DB_REDIS_HOST]" {
		t.Errorf("serve: %s", got)
	}
}

func TestSoketiRedis(t *testing.T) {
	const driver = "SOKETI_ADAPTER_DRIVER="
	for _, c := range []struct {
		environ []string
		want    string
	}{
		{[]string{"SOKETI_DB_REDIS_HOST=cache"}, ""},
		{[]string{driver + "local", "SOKETI_DB_REDIS_HOST=cache"}, ""},
		{[]string{driver + "redis"}, "redis://127.0.0.1:6379/"},
		{[]string{driver + "redis", "SOKETI_DB_REDIS_HOST=cache", "SOKETI_DB_REDIS_PORT=6380", "SOKETI_DB_REDIS_DB=2", "SOKETI_DB_REDIS_PASSWORD=p:@ss"},
			"redis://:p%3A%40ss@cache:6380/2"},
	} {
		cli, err := parse(c.environ, "hub")
		must(t, err)
		if got := cli.Hub.RedisURL; got != c.want {
			t.Errorf("%v: %q, want %q", c.environ, got, c.want)
		}
	}
	for _, environ := range [][]string{{driver + "nats"}, {driver + "redis", "SOKETI_DB_REDIS_PORT=x"}} {
		if _, err := parse(environ, "hub"); err == nil || !strings.Contains(err.Error(), "SOKETI_") {
			t.Errorf("%v: %v", environ, err)
		}
	}
}
