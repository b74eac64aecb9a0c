package pusher_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
	"github.com/ftcmetrics/ftcmetrics/realtime/pusher"
)

// external starts a hub with its HTTP API, as another server is, and a client that is
// subscribed to the channels.
func external(t *testing.T, channels ...string) *pusher.Publisher {
	t.Helper()
	h, err := hub.New(hub.Options{Apps: []hub.App{{ID: "a1", Key: "k1", Secret: "s1"}}})
	must(t, err)
	api := httpapi.New(h)
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/app/") {
			h.ServeSocket(w, r)
			return
		}
		api.ServeHTTP(w, r)
	}))
	t.Cleanup(func() {
		_ = h.Shutdown(context.Background())
		server.Close()
	})
	host := strings.TrimPrefix(server.URL, "http://")
	ws, _, err := websocket.Dial(t.Context(), "ws://"+host+"/app/k1", nil)
	must(t, err)
	t.Cleanup(func() { _ = ws.CloseNow() })
	_, first, err := ws.Read(t.Context())
	must(t, err)
	_, id, _ := strings.Cut(string(first), `socket_id\":\"`)
	id, _, _ = strings.Cut(id, `\`)
	for i, name := range channels {
		data := fmt.Sprintf(`{"user_id":"user-%d"}`, i)
		auth, err := realtime.Signer{Key: "k1", Secret: "s1"}.Channel(id, realtime.Channel(name), data)
		must(t, err)
		must(t, ws.Write(t.Context(), websocket.MessageText, fmt.Appendf(nil, `{"event":"pusher:subscribe","data":{"channel":%q,"auth":%q,"channel_data":%q}}`, name, auth, data)))
		_, answer, err := ws.Read(t.Context())
		must(t, err)
		if !strings.Contains(string(answer), "subscription_succeeded") {
			t.Fatalf("%s: %s", name, answer)
		}
	}
	return pusher.New(pusher.Options{AppID: "a1", Key: "k1", Secret: "s1", Host: host, Timeout: 5 * time.Second})
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

// TestSocketsElsewhere asks a server elsewhere for what it tells, and is told what it does not.
func TestSocketsElsewhere(t *testing.T) {
	s := pusher.NewSockets("soketi", external(t, "event-1", "presence-team-1", "private-team-1"))
	page, err := s.Channels(t.Context(), inspect.ChannelQuery{Limit: 2})
	must(t, err)
	if !page.More || len(page.Channels) != 2 || page.Channels[0].Name != "event-1" || *page.Channels[0].Subscriptions != 1 || page.Channels[0].Members != nil ||
		*page.Channels[1].Subscriptions != 1 || *page.Channels[1].Members != 1 || page.Channels[1].Published != nil {
		t.Errorf("first page %+v", page)
	}
	page, err = s.Channels(t.Context(), inspect.ChannelQuery{After: page.Channels[1].Place(), Prefix: "pri", Limit: 2})
	must(t, err)
	if page.More || len(page.Channels) != 1 || page.Channels[0].Name != "private-team-1" {
		t.Errorf("last page %+v", page)
	}
	members, err := s.Members(t.Context(), inspect.MemberQuery{Channel: "presence-team-1", Limit: 10})
	must(t, err)
	if !slices.EqualFunc(members.Members, []string{"user-1"}, func(m inspect.Member, id string) bool { return m.UserID == id }) {
		t.Errorf("members %+v", members)
	}
	o, err := s.Overview(t.Context())
	if err != nil || o.Driver != "soketi" || o.Totals != nil || len(o.Nodes) != 0 {
		t.Errorf("overview %+v %v", o, err)
	}
	_, err1 := s.Connections(t.Context(), inspect.ConnectionQuery{})
	_, err2 := s.Log(t.Context(), inspect.LogQuery{})
	for _, err := range []error{err1, err2, s.Close(t.Context(), "1.1"), s.Send(t.Context(), "1.1", "n", "{}")} {
		if !errors.Is(err, inspect.ErrDriver) || !strings.Contains(err.Error(), "REALTIME_DRIVER=soketi") {
			t.Errorf("told %v", err)
		}
	}
}

// TestSocketsOfNobody is told why there are none, by a server that is away and by none at all.
func TestSocketsOfNobody(t *testing.T) {
	away := pusher.NewSockets("pusher", pusher.New(pusher.Options{AppID: "a1", Key: "k1", Secret: "s1", Host: "127.0.0.1:1", Timeout: time.Second}))
	if _, err := away.Channels(t.Context(), inspect.ChannelQuery{Limit: 1}); !errors.Is(err, pusher.ErrServer) {
		t.Errorf("of a server that is away: %v", err)
	}
	none := pusher.NewSockets("disabled", nil)
	if _, err := none.Channels(t.Context(), inspect.ChannelQuery{Limit: 1}); !errors.Is(err, inspect.ErrDriver) {
		t.Errorf("without a server: %v", err)
	}
}
