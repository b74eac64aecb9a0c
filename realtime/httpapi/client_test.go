package httpapi_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/coder/websocket"
	pusher "github.com/pusher/pusher-http-go/v5"
)

// What follows is what the real library does with our answers.

func TestClientTriggers(t *testing.T) {
	r := newRig(t)
	conn, id := r.subscriber("scores", "")
	if err := r.client.Trigger("scores", "new", map[string]int{"a": 1}); err != nil {
		t.Fatal(err)
	}
	if data := r.read(conn, "new"); data != `{"a":1}` {
		t.Errorf("data %s", data)
	}
	if _, err := r.client.TriggerWithParams("scores", "mine", "x", pusher.TriggerParams{SocketID: &id}); err != nil {
		t.Fatal(err)
	}
	if err := r.client.TriggerMulti([]string{"other", "scores"}, "both", "y"); err != nil {
		t.Fatal(err)
	}
	r.read(conn, "both")
	info := "subscription_count"
	list, err := r.client.TriggerMultiWithParams([]string{"scores", "nobody"}, "z", "z", pusher.TriggerParams{Info: &info})
	if err != nil || len(list.Channels) != 2 || *list.Channels["scores"].SubscriptionCount != 1 {
		t.Errorf("info: %+v %v", list, err)
	}
	r.read(conn, "z")
	answer, err := r.client.TriggerBatch([]pusher.Event{
		{Channel: "scores", Name: "one", Data: "1"}, {Channel: "scores", Name: "two", Data: "2", Info: &info},
	})
	if err != nil || len(answer.Batch) != 2 || *answer.Batch[1].SubscriptionCount != 1 {
		t.Errorf("batch: %+v %v", answer, err)
	}
	r.read(conn, "one")
	r.read(conn, "two")
	if err := r.client.SendToUser("7", "hello", "x"); err != nil {
		t.Error(err)
	}
}

func TestClientAsks(t *testing.T) {
	r := newRig(t)
	conn, _ := r.subscriber("presence-pit", `{"user_id":7,"user_info":{"name":"a"}}`)
	r.subscriber("scores", "")
	prefix, attributes := "presence-", "user_count,subscription_count"
	list, err := r.client.Channels(pusher.ChannelsParams{FilterByPrefix: &prefix, Info: &attributes})
	if err != nil || len(list.Channels) != 1 || list.Channels["presence-pit"].UserCount != 1 {
		t.Errorf("channels: %+v %v", list, err)
	}
	one, err := r.client.Channel("presence-pit", pusher.ChannelParams{Info: &attributes})
	if err != nil || !one.Occupied || one.UserCount != 1 || one.SubscriptionCount != 1 {
		t.Errorf("channel: %+v %v", one, err)
	}
	if one, err := r.client.Channel("empty", pusher.ChannelParams{}); err != nil || one.Occupied {
		t.Errorf("empty: %+v %v", one, err)
	}
	users, err := r.client.GetChannelUsers("presence-pit")
	if err != nil || len(users.List) != 1 || users.List[0].ID != "7" {
		t.Errorf("users: %+v %v", users, err)
	}
	if code, body := r.do(raw{method: "POST", path: "/apps/1/users/7/terminate_connections"}); code != 200 || body != "{}" {
		t.Errorf("terminate: %d %s", code, body)
	}
	r.read1(conn)
	_, _, err = conn.Read(t.Context())
	if closed := (websocket.CloseError{}); !errors.As(err, &closed) || closed.Code != 4009 {
		t.Errorf("terminated: %v", err)
	}
}

// read1 reads the error frame that goes before a close.
func (r *rig) read1(conn *websocket.Conn) {
	r.t.Helper()
	if _, text, err := conn.Read(r.t.Context()); err != nil || !strings.Contains(string(text), "pusher:error") {
		r.t.Fatalf("%s %v", text, err)
	}
}

func TestClientRefused(t *testing.T) {
	r := newRig(t)
	r.client.OverrideMaxMessagePayloadKB = 100
	if err := r.client.Trigger("scores", "big", strings.Repeat("x", 20<<10)); err == nil || !strings.Contains(err.Error(), "413") {
		t.Errorf("big: %v", err)
	}
	r.client.Secret = "wrong"
	if err := r.client.Trigger("scores", "new", "x"); err == nil || !strings.Contains(err.Error(), "401") {
		t.Errorf("wrong secret: %v", err)
	}
}
