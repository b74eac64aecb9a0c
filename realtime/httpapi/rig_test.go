package httpapi_test

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"log"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	pusher "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

const (
	appKey = "key1"
	secret = "a-secret-of-the-tests"
)

// rig is a hub with its HTTP API behind a listener.
type rig struct {
	t      testing.TB
	hub    *hub.Hub
	server *httptest.Server
	client pusher.Client
}

func newRig(t testing.TB, options ...httpapi.Option) *rig {
	t.Helper()
	return newRigOf(t, []hub.App{
		{ID: "1", Key: appKey, Secret: secret},
		{ID: "2", Key: "off", Secret: secret, Disabled: true},
	}, options...)
}

func newRigOf(t testing.TB, apps []hub.App, options ...httpapi.Option) *rig {
	t.Helper()
	h, err := hub.New(hub.Options{Apps: apps})
	if err != nil {
		t.Fatal(err)
	}
	server := httptest.NewUnstartedServer(httpapi.New(h, options...))
	server.Config.ErrorLog = log.New(complaints{t}, "", 0)
	server.Config.MaxHeaderBytes = 16 << 10 // as the program has it
	server.Start()
	t.Cleanup(func() {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = h.Shutdown(ctx)
		server.Close()
	})
	return &rig{t: t, hub: h, server: server, client: pusher.Client{
		AppID: "1", Key: appKey, Secret: secret, Host: strings.TrimPrefix(server.URL, "http://"), HTTPClient: server.Client(),
	}}
}

// complaints fails the test that a handler panics in, or answers twice.
type complaints struct{ t testing.TB }

// Write implements io.Writer for the server's log.
func (c complaints) Write(line []byte) (int, error) {
	if bytes.Contains(line, []byte("panic")) || bytes.Contains(line, []byte("superfluous")) {
		c.t.Errorf("the server's log: %s", line)
	}
	return len(line), nil
}

// subscriber opens a socket that is subscribed to the channel.
func (r *rig) subscriber(channel, channelData string) (*websocket.Conn, string) {
	r.t.Helper()
	conn, _, err := websocket.Dial(r.t.Context(), r.server.URL+"/app/"+appKey+"?protocol=7", nil)
	if err != nil {
		r.t.Fatal(err)
	}
	r.t.Cleanup(func() { _ = conn.CloseNow() })
	var data struct {
		SocketID string `json:"socket_id"`
	}
	if err := json.Unmarshal([]byte(r.read(conn, "pusher:connection_established")), &data); err != nil {
		r.t.Fatal(err)
	}
	auth, err := realtime.Signer{Key: appKey, Secret: secret}.Channel(data.SocketID, realtime.Channel(channel), channelData)
	if err != nil {
		r.t.Fatal(err)
	}
	ask, _ := json.Marshal(map[string]any{"event": "pusher:subscribe",
		"data": map[string]string{"channel": channel, "auth": auth, "channel_data": channelData}})
	if err := conn.Write(r.t.Context(), websocket.MessageText, ask); err != nil {
		r.t.Fatal(err)
	}
	r.read(conn, "pusher_internal:subscription_succeeded")
	return conn, data.SocketID
}

// read reads one frame, which must be of the event, and returns its data.
func (r *rig) read(conn *websocket.Conn, event string) string {
	r.t.Helper()
	ctx, cancel := context.WithTimeout(r.t.Context(), 30*time.Second)
	defer cancel()
	_, text, err := conn.Read(ctx)
	if err != nil {
		r.t.Fatal(err)
	}
	var f struct{ Event, Data string }
	if err := json.Unmarshal(text, &f); err != nil || f.Event != event {
		r.t.Fatalf("got %s, want %s", text, event)
	}
	return f.Data
}

// raw is a request that can be spoiled before it is signed and after.
type raw struct {
	method, path, body string
	query              map[string]string
	secret             string
	spoil              func(r *http.Request)
}

// sign returns the path and query of the request.
func (r *rig) sign(q raw) string {
	query := map[string]string{"auth_key": appKey, "auth_version": "1.0", "auth_timestamp": fmt.Sprint(time.Now().Unix())}
	if q.body != "" {
		sum := md5.Sum([]byte(q.body))
		query["body_md5"] = hex.EncodeToString(sum[:])
	}
	for name, value := range q.query {
		query[name] = value
		if value == "-" {
			delete(query, name)
		}
	}
	if q.secret == "" {
		q.secret = secret
	}
	var meant, escaped []string
	for _, name := range slices.Sorted(maps.Keys(query)) {
		meant = append(meant, name+"="+query[name])
		escaped = append(escaped, name+"="+url.QueryEscape(query[name]))
	}
	mac := hmac.New(sha256.New, []byte(q.secret))
	mac.Write([]byte(q.method + "\n" + q.path + "\n" + strings.Join(meant, "&")))
	return q.path + "?" + strings.Join(escaped, "&") + "&auth_signature=" + hex.EncodeToString(mac.Sum(nil))
}

func (r *rig) do(q raw) (int, string) {
	r.t.Helper()
	status, _, body := r.send(q)
	return status, body
}

// send is do with the header of the answer.
func (r *rig) send(q raw) (int, http.Header, string) {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), q.method, r.server.URL+r.sign(q), strings.NewReader(q.body))
	if err != nil {
		r.t.Fatal(err)
	}
	if q.spoil != nil {
		q.spoil(request)
	}
	answer, err := r.server.Client().Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		r.t.Fatal(err)
	}
	return answer.StatusCode, answer.Header, string(body)
}
