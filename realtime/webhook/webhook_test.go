package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"

	pusher "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// TestPusherHTTPGoReads has the real Go library check the signature and read every type.
func TestPusherHTTPGoReads(t *testing.T) {
	e, url := serveEndpoints(t, nil)
	s, err := New(Options{AnyAddress: true, Apps: []App{testApp(Endpoint{URL: url + "/hook", Headers: map[string]string{"X-Team": "8569"}})}})
	must(t, err)
	for _, n := range []hub.Notice{
		{Event: hub.NoticeOccupied, Channel: "presence-team-1"},
		{Event: hub.NoticeMemberAdded, Channel: "presence-team-1", UserID: "u1"},
		{Event: hub.NoticeClientEvent, Channel: "presence-team-1", Name: "client-typing", Data: `{"a":"<ü>"}`, SocketID: "1.2", UserID: "u1"},
		{Event: hub.NoticeCacheMiss, Channel: "cache-board"},
		{Event: hub.NoticeSubscriptionCount, Channel: "event-X", Count: 0},
		{Event: hub.NoticeMemberRemoved, Channel: "presence-team-1", UserID: "u1"},
		{Event: hub.NoticeVacated, Channel: "presence-team-1"},
	} {
		s.Notify("app1", n)
	}
	stop(t, s)
	client := pusher.Client{Key: testKey, Secret: testSecret}
	var got []pusher.WebhookEvent
	for _, r := range e.requests() {
		if r.path != "/hook" || r.header.Get("X-Team") != "8569" || r.header.Get("Content-Type") != "application/json" || r.body.TimeMS == 0 {
			t.Errorf("request %s %v %s", r.path, r.header, r.raw)
		}
		hook, err := client.Webhook(r.header, r.raw)
		must(t, err)
		got = append(got, hook.Events...)
		if _, err := (&pusher.Client{Key: testKey, Secret: "another"}).Webhook(r.header, r.raw); err == nil {
			t.Error("another secret checks too")
		}
	}
	want := []pusher.WebhookEvent{
		{Name: "channel_occupied", Channel: "presence-team-1"},
		{Name: "member_added", Channel: "presence-team-1", UserID: "u1"},
		{Name: "client_event", Channel: "presence-team-1", Event: "client-typing", Data: `{"a":"<ü>"}`, SocketID: "1.2", UserID: "u1"},
		{Name: "cache_miss", Channel: "cache-board"},
		{Name: "subscription_count", Channel: "event-X"},
		{Name: "member_removed", Channel: "presence-team-1", UserID: "u1"},
		{Name: "channel_vacated", Channel: "presence-team-1"},
	}
	if fmt.Sprint(got) != fmt.Sprint(want) {
		t.Errorf("got  %+v\nwant %+v", got, want)
	}
	if stats := s.Stats("app1"); stats != (Stats{Delivered: 7}) {
		t.Errorf("stats %+v", stats)
	}
}

// TestBodies holds every type of event to its documented fields, byte for byte.
func TestBodies(t *testing.T) {
	for _, c := range []struct {
		notice hub.Notice
		want   string
	}{
		{hub.Notice{Event: hub.NoticeOccupied, Channel: "c", UserID: "u", Count: 3}, `{"name":"channel_occupied","channel":"c"}`},
		{hub.Notice{Event: hub.NoticeVacated, Channel: "c"}, `{"name":"channel_vacated","channel":"c"}`},
		{hub.Notice{Event: hub.NoticeMemberAdded, Channel: "presence-c", UserID: "u"}, `{"name":"member_added","channel":"presence-c","user_id":"u"}`},
		{hub.Notice{Event: hub.NoticeMemberRemoved, Channel: "presence-c", UserID: "u"}, `{"name":"member_removed","channel":"presence-c","user_id":"u"}`},
		{
			hub.Notice{Event: hub.NoticeClientEvent, Channel: "private-c", Name: "client-x", Data: `{"a":"<b>"}`, SocketID: "1.2"},
			`{"name":"client_event","channel":"private-c","event":"client-x","data":"{\"a\":\"<b>\"}","socket_id":"1.2"}`,
		},
		{hub.Notice{Event: hub.NoticeCacheMiss, Channel: "cache-c"}, `{"name":"cache_miss","channel":"cache-c"}`},
		{hub.Notice{Event: hub.NoticeSubscriptionCount, Channel: "c", Count: 0}, `{"name":"subscription_count","channel":"c","subscription_count":0}`},
	} {
		got := string(encode([]queued{{Notice: c.notice}}, c.notice.At))
		if _, events, _ := strings.Cut(got, `"events":[`); events != c.want+"]}" {
			t.Errorf("got  %s\nwant %s", events, c.want)
		}
	}
}

func TestEachAppHearsOfItselfOnly(t *testing.T) {
	e, url := serveEndpoints(t, nil)
	other := App{ID: "app2", Key: "key2", Secret: "another", Endpoints: []Endpoint{{URL: url + "/two"}}}
	s, err := New(Options{AnyAddress: true, Apps: []App{testApp(Endpoint{URL: url + "/one"}), other, {ID: "mute"}}})
	must(t, err)
	for _, id := range []string{"app1", "app2", "mute", "nobody"} {
		s.Notify(id, occupiedNotice("of-"+id))
	}
	stop(t, s)
	for _, r := range e.requests() {
		key, names := r.header.Get("X-Pusher-Key"), fmt.Sprint(r.names())
		switch {
		case r.path == "/one" && key == testKey && names == "[channel_occupied of-app1]":
		case r.path == "/two" && key == "key2" && names == "[channel_occupied of-app2]" && r.header.Get("X-Pusher-Signature") == sign("another", r.raw):
		default:
			t.Errorf("%s got %s with key %s", r.path, names, key)
		}
	}
	if len(e.requests()) != 2 || s.Stats("mute") != (Stats{}) {
		t.Errorf("%d requests", len(e.requests()))
	}
}

func TestFilters(t *testing.T) {
	notices := []hub.Notice{
		occupiedNotice("private-team-1"), occupiedNotice("private-team-2-eu"), occupiedNotice("event-eu"),
		{Event: hub.NoticeCacheMiss, Channel: "private-team-1"},
	}
	for _, c := range []struct {
		endpoint Endpoint
		want     string
	}{
		{Endpoint{}, "channel_occupied private-team-1, channel_occupied private-team-2-eu, channel_occupied event-eu, cache_miss private-team-1"},
		{Endpoint{StartsWith: "private-"}, "channel_occupied private-team-1, channel_occupied private-team-2-eu, cache_miss private-team-1"},
		{Endpoint{EndsWith: "-eu"}, "channel_occupied private-team-2-eu, channel_occupied event-eu"},
		{Endpoint{StartsWith: "private-", EndsWith: "-eu"}, "channel_occupied private-team-2-eu"},
		{Endpoint{EventTypes: []string{hub.NoticeCacheMiss, hub.NoticeMemberAdded}}, "cache_miss private-team-1"},
	} {
		e, url := serveEndpoints(t, nil)
		c.endpoint.URL = url
		s, err := New(Options{AnyAddress: true, Apps: []App{testApp(c.endpoint)}})
		must(t, err)
		for _, n := range notices {
			s.Notify("app1", n)
		}
		stop(t, s)
		if got := e.events(); got != c.want {
			t.Errorf("%+v got %s, want %s", c.endpoint, got, c.want)
		}
	}
}

// TestManyAtOnce sends from many goroutines and expects every notice once, in the order of
// each, in few requests.
func TestManyAtOnce(t *testing.T) {
	const writers, each = 8, 500
	e, url := serveEndpoints(t, nil)
	s, err := New(Options{AnyAddress: true, Apps: []App{testApp(Endpoint{URL: url})}})
	must(t, err)
	var group sync.WaitGroup
	for w := range writers {
		group.Go(func() {
			for i := range each {
				s.Notify("app1", hub.Notice{Event: hub.NoticeSubscriptionCount, Channel: realtime.Channel(fmt.Sprint("c", w)), Count: i})
			}
		})
	}
	group.Wait()
	stop(t, s)
	next := map[string]int{}
	for _, r := range e.requests() {
		if len(r.body.Events) > maxBatch {
			t.Errorf("a batch of %d", len(r.body.Events))
		}
		for _, event := range r.body.Events {
			if *event.SubscriptionCount != next[event.Channel] {
				t.Fatalf("%s: got %d, want %d", event.Channel, *event.SubscriptionCount, next[event.Channel])
			}
			next[event.Channel]++
		}
	}
	if stats := s.Stats("app1"); stats.Delivered != writers*each || len(e.requests()) > writers*each/10 {
		t.Errorf("%+v in %d requests", stats, len(e.requests()))
	}
}

func TestShutdownEndsAHangingRequest(t *testing.T) {
	arrived := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
		_, _ = io.Copy(io.Discard, r.Body) // from then on the server sees that the client is gone
		close(arrived)
		<-r.Context().Done()
	}))
	defer server.Close()
	s, err := New(Options{AnyAddress: true, Apps: []App{testApp(Endpoint{URL: server.URL})}})
	must(t, err)
	s.Notify("app1", occupiedNotice("a"))
	<-arrived
	s.Notify("app1", occupiedNotice("b"))
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if err := s.Shutdown(ctx); !errors.Is(err, context.Canceled) {
		t.Errorf("shutdown: %v", err)
	}
	s.Notify("app1", occupiedNotice("c"))
	if stats := s.Stats("app1"); stats != (Stats{Dropped: 2, Failed: 1}) {
		t.Errorf("stats %+v", stats)
	}
	must(t, s.Shutdown(t.Context()))
}

// TestBigAnswer proves that an endpoint which answers without end does not hold a worker.
func TestBigAnswer(t *testing.T) {
	var written int
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		block := []byte(strings.Repeat("x", 1<<20))
		for range 64 {
			n, err := w.Write(block)
			written += n
			if err != nil {
				return
			}
		}
	}))
	s, err := New(Options{AnyAddress: true, Apps: []App{testApp(Endpoint{URL: server.URL})}})
	must(t, err)
	s.Notify("app1", occupiedNotice("a"))
	stop(t, s)
	server.Close()
	if stats := s.Stats("app1"); stats.Delivered != 1 || written == 64<<20 {
		t.Errorf("stats %+v, %d bytes written", stats, written)
	}
}
