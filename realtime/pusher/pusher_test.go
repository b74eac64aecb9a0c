package pusher_test

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
)

const secret = "a-secret-of-the-tests"

// server is our own hub behind its HTTP API. It tells of each body it took.
func server(t *testing.T) (options pusher.Options, bodies chan string) {
	t.Helper()
	h, err := hub.New(hub.Options{Apps: []hub.App{{ID: "app", Key: "key", Secret: secret}}})
	if err != nil {
		t.Fatal(err)
	}
	bodies = make(chan string, 100)
	inner := httpapi.New(h)
	s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		raw, _ := io.ReadAll(r.Body)
		r.Body = io.NopCloser(strings.NewReader(string(raw)))
		answer := httptest.NewRecorder()
		inner.ServeHTTP(answer, r)
		if answer.Code == http.StatusOK {
			bodies <- r.URL.Path + " " + string(raw)
		}
		w.WriteHeader(answer.Code)
		_, _ = w.Write(answer.Body.Bytes())
	}))
	t.Cleanup(func() {
		s.Close()
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		_ = h.Shutdown(ctx)
	})
	return pusher.Options{AppID: "app", Key: "key", Secret: secret, Host: strings.TrimPrefix(s.URL, "http://"), BaseURL: "https://scout.example.org"}, bodies
}

func TestBatchesOfTen(t *testing.T) {
	o, bodies := server(t)
	var events []realtime.Event
	for n := range 23 {
		events = append(events, realtime.Event{Channel: "event-A", Name: "e", Data: fmt.Sprint(n)})
	}
	events[12].Channel = realtime.ToUser("u1") // stands between the batches
	if err := pusher.New(o).Publish(t.Context(), events); err != nil {
		t.Fatal(err)
	}
	var got []string
	for range 4 {
		var body struct {
			Batch []struct{ Data string }
			Data  string
		}
		_, raw, _ := strings.Cut(<-bodies, " ")
		if err := json.Unmarshal([]byte(raw), &body); err != nil {
			t.Fatal(err)
		}
		got = append(got, body.Data)
		for _, e := range body.Batch {
			got = append(got, e.Data)
		}
		got = append(got, "|")
	}
	if text := strings.Join(got, " "); strings.Join(strings.Fields(strings.ReplaceAll(text, "|", "")), " ") != "0 1 2 3 4 5 6 7 8 9 10 11 12 13 14 15 16 17 18 19 20 21 22" {
		t.Errorf("sent %s", text)
	}
}

// TestTooLargeIsAReference has an event over 10 KiB go out as a reference to the log.
func TestTooLargeIsAReference(t *testing.T) {
	o, bodies := server(t)
	p := pusher.New(o)
	const head = `{"id":"0198f3a0-0000-7000-8000-000000000000","seq":7,"at":"2026-01-01T00:00:00Z","text":"`
	exact := head + strings.Repeat("x", 10<<10-len(head)-2) + `"}`
	over := head + strings.Repeat("x", 10<<10-len(head)-1) + `"}`
	for data, want := range map[string]string{
		exact: exact,
		over:  `{"id":"0198f3a0-0000-7000-8000-000000000000","seq":7,"at":"2026-01-01T00:00:00Z","ref":true,"url":"https://scout.example.org/api/channels/event-A/events/0198f3a0-0000-7000-8000-000000000000"}`,
	} {
		if err := p.Publish(t.Context(), []realtime.Event{{Channel: "event-A", Name: "e", Data: data}}); err != nil {
			t.Fatal(err)
		}
		quoted, err := json.Marshal(want)
		if err != nil {
			t.Fatal(err)
		}
		if body := <-bodies; !strings.Contains(body, string(quoted)) {
			t.Errorf("%d bytes are sent as %.300s", len(data), body)
		}
	}
	var refused *realtime.RefusedError
	if err := p.Publish(t.Context(), []realtime.Event{{Channel: "event-A", Name: "e", Data: strings.Repeat("x", 11<<10)}}); !errors.As(err, &refused) {
		t.Errorf("what is large and not of the log: %v", err)
	}
}

func TestRevocationEndsConnections(t *testing.T) {
	o, bodies := server(t)
	if err := pusher.New(o).Revoke(t.Context(), realtime.Revocation{UserID: "u1"}); err != nil {
		t.Fatal(err)
	}
	if body := <-bodies; !strings.HasPrefix(body, "/apps/app/users/u1/terminate_connections ") {
		t.Errorf("asked %s", body)
	}
	o.Secret = "wrong"
	if err := pusher.New(o).Revoke(t.Context(), realtime.Revocation{UserID: "u1"}); err == nil {
		t.Error("a wrong signature is taken")
	}
}

// TestVerdicts has every kind of answer.
func TestVerdicts(t *testing.T) {
	var refused *realtime.RefusedError
	var later *realtime.LaterError
	for name, c := range map[string]struct {
		status int
		body   string
		after  string
		final  bool
		pause  time.Duration
		ok     bool
	}{
		"taken":                      {status: 200, body: `{}`, ok: true},
		"taken with infos":           {status: 202, body: `{"batch":[{}]}`, ok: true},
		"too large":                  {status: 413, body: `{"error":"too big"}`, final: true},
		"a wrong name":               {status: 400, body: `bad`, final: true},
		"soketi's refusal":           {status: 200, body: `{"error":"The event data is too large","code":413}`, final: true},
		"soketi's wrong key":         {status: 200, body: `{"error":"The secret authentication failed","code":401}`},
		"a wrong key":                {status: 401},
		"over the quota":             {status: 403},
		"an unknown app":             {status: 404},
		"a timeout":                  {status: 408},
		"too often":                  {status: 429, after: "7", pause: 7 * time.Second},
		"a nonsense pause":           {status: 429, after: "-1"},
		"broken":                     {status: 500},
		"stopping":                   {status: 503, after: "1", pause: time.Second},
		"a proxy's page":             {status: 200, body: `<html>`},
		"something that is no batch": {status: 200, body: `{"batch":5}`},
	} {
		s := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
			if c.after != "" {
				w.Header().Set("Retry-After", c.after)
			}
			w.WriteHeader(c.status)
			_, _ = w.Write([]byte(c.body))
		}))
		err := pusher.New(pusher.Options{AppID: "app", Key: "key", Secret: secret, Host: strings.TrimPrefix(s.URL, "http://")}).
			Publish(t.Context(), []realtime.Event{{Channel: "event-A", Name: "e", Data: "{}"}})
		s.Close()
		if c.ok != (err == nil) || c.final != errors.As(err, &refused) {
			t.Errorf("%s: %v", name, err)
		}
		if c.pause > 0 && (!errors.As(err, &later) || later.After != c.pause) {
			t.Errorf("%s: %v", name, err)
		}
	}
}

// TestNothingOfTheSecretIsTold has a server that is away: errors go to the log.
func TestNothingOfTheSecretIsTold(t *testing.T) {
	err := pusher.New(pusher.Options{AppID: "app", Key: "key", Secret: secret, Host: "127.0.0.1:1"}).
		Publish(t.Context(), []realtime.Event{{Channel: "event-A", Name: "e", Data: "{}"}})
	if err == nil || strings.Contains(err.Error(), "auth_signature") {
		t.Errorf("%v", err)
	}
}

// TestTimeout has a server that takes a call and never answers.
func TestTimeout(t *testing.T) {
	var calls atomic.Int64
	release := make(chan struct{})
	s := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) {
		calls.Add(1)
		<-release
	}))
	defer s.Close()
	defer close(release)
	o := pusher.Options{AppID: "app", Key: "key", Secret: secret, Host: strings.TrimPrefix(s.URL, "http://"), Timeout: 100 * time.Millisecond}
	var refused *realtime.RefusedError
	err := pusher.New(o).Publish(t.Context(), []realtime.Event{{Channel: "event-A", Name: "e", Data: "{}"}})
	if err == nil || errors.As(err, &refused) || calls.Load() > 1 { // it may be over before the server has it
		t.Errorf("%v after %d calls", err, calls.Load())
	}
	o.Timeout = time.Hour
	ctx, cancel := context.WithTimeout(t.Context(), 100*time.Millisecond)
	defer cancel()
	if err := pusher.New(o).Publish(ctx, []realtime.Event{{Channel: "event-A", Name: "e", Data: "{}"}}); err == nil {
		t.Error("the context did not end it")
	}
}
