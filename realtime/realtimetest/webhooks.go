package realtimetest

import (
	"encoding/json"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"

	pusher "github.com/pusher/pusher-http-go/v5"
)

// grace is how long a leave is held back.
const grace = 3 * time.Second

func webhookRows() []row {
	hooked := []Feature{Webhooks}
	return []row{
		{name: "webhook_channel_occupied_and_vacated", needs: hooked, app: AppHooked, check: func(r *rig) {
			channel := r.name("")
			a, b := r.pair(channel)
			r.told(channel, `{"name":"channel_occupied","channel":"`+channel+`"}`)
			a.leave(channel)
			b.leave(channel)
			r.told(channel, `{"name":"channel_occupied","channel":"`+channel+`"}`, `{"name":"channel_vacated","channel":"`+channel+`"}`)
		}},
		{name: "webhook_member_added_and_removed", needs: hooked, app: AppHooked, check: checkMemberHooks},
		{name: "webhook_client_event", needs: hooked, app: AppHooked, check: func(r *rig) {
			channel := r.name("presence-")
			a, b := r.pair(channel, member("ann"), member("bob"))
			a.say(channel, "client-move", map[string]int{"x": 1})
			b.expect("client-move")
			r.toldOf(channel, "client_event", text(map[string]string{
				"name": "client_event", "channel": channel, "event": "client-move", "data": `{"x":1}`, "socket_id": a.id, "user_id": "ann",
			}))
		}},
		{name: "webhook_cache_miss", needs: hooked, app: AppHooked, check: func(r *rig) {
			channel := r.name("cache-")
			r.connect().join(channel, "")
			r.toldOf(channel, "cache_miss", `{"name":"cache_miss","channel":"`+channel+`"}`)
		}},
		{name: "webhook_subscription_count", needs: []Feature{Webhooks, WebhookCounts, SubscriptionCount}, app: AppCounting, check: func(r *rig) {
			channel := r.name("")
			r.connect().join(channel, "")
			r.connect().join(channel, "")
			r.toldOf(channel, "subscription_count", `{"name":"subscription_count","channel":"`+channel+`","subscription_count":1}`,
				`{"name":"subscription_count","channel":"`+channel+`","subscription_count":2}`)
		}},
		{name: "webhook_signature", needs: hooked, app: AppHooked, check: checkHookSignature},
		{name: "webhook_retry", needs: []Feature{Webhooks, WebhookRetry}, app: AppFlaky, check: checkRetry},
		{name: "webhook_grace_3_s", needs: []Feature{Webhooks, WebhookGrace}, app: AppHooked, check: checkGrace},
		{name: "webhook_batches", needs: []Feature{Webhooks, WebhookBatches}, app: AppSlow, check: checkHookBatches},
	}
}

// hookBody is what a request carries.
type hookBody struct {
	TimeMS int64             `json:"time_ms"`
	Events []json.RawMessage `json:"events"`
}

// toldBy returns the events of the channel in requests that were taken.
func toldBy(requests []delivery, channel, event string) []string {
	var list []string
	for _, d := range requests {
		var body hookBody
		if d.status != http.StatusOK || json.Unmarshal(d.body, &body) != nil {
			continue
		}
		for _, raw := range body.Events {
			var about struct{ Name, Channel string }
			if json.Unmarshal(raw, &about) == nil && about.Channel == channel && (event == "" || about.Name == event) {
				list = append(list, string(raw))
			}
		}
	}
	return list
}

// told waits until the receiver has been told of the channel as often as wanted, and wants
// it to be just that.
func (r *rig) told(channel string, want ...string) {
	r.Helper()
	r.toldOf(channel, "", want...)
}

// toldOf is told for the events of one name.
func (r *rig) toldOf(channel, event string, want ...string) {
	r.Helper()
	late := time.NewTimer(r.waiting)
	defer late.Stop()
	for {
		requests, more := r.server.Hooks.look(r.app.ID)
		got := toldBy(requests, channel, event)
		if len(got) >= len(want) {
			if !slices.EqualFunc(got, want, same) {
				r.Errorf("told %v, want %v", got, want)
			}
			return
		}
		select {
		case <-more:
		case <-late.C:
			r.Fatalf("told %v in %v, want %v", got, r.waiting, want)
		}
	}
}

func checkMemberHooks(r *rig) {
	channel := r.name("presence-")
	tell := func(name, user string) string {
		return fmt.Sprintf(`{"name":%q,"channel":%q,"user_id":%q}`, name, channel, user)
	}
	watcher, tab1, tab2 := r.connect(), r.connect(), r.connect()
	watcher.join(channel, member("watcher"))
	tab1.join(channel, `{"user_id":7}`)
	tab2.join(channel, `{"user_id":"7"}`)
	want := []string{tell("member_added", "watcher"), tell("member_added", "7")}
	r.toldOf(channel, "member_added", want...)
	tab1.leave(channel)
	tab2.leave(channel)
	r.toldOf(channel, "member_removed", tell("member_removed", "7"))
	r.toldOf(channel, "member_added", want...)
}

// checkHookSignature has the real library check the requests of two apps.
func checkHookSignature(r *rig) {
	for _, app := range []App{r.app, r.other(AppCounting)} {
		r.app = app
		channel := r.name("")
		r.connect().join(channel, "")
		r.toldOf(channel, "channel_occupied", `{"name":"channel_occupied","channel":"`+channel+`"}`)
		requests, _ := r.server.Hooks.look(app.ID)
		for _, d := range requests {
			if !strings.Contains(string(d.body), channel) {
				continue // another row's
			}
			if key := d.header.Get("X-Pusher-Key"); key != app.Key {
				r.Errorf("X-Pusher-Key %q", key)
			}
			hook, err := (&pusher.Client{Key: app.Key, Secret: app.Secret}).Webhook(d.header, d.body)
			if err != nil || len(hook.Events) == 0 {
				r.Errorf("%s: %v", d.body, err)
				continue
			}
			if age := d.at.Sub(time.UnixMilli(int64(hook.TimeMs))); age < -time.Minute || age > time.Minute {
				r.Errorf("time_ms is %v old", age)
			}
			if _, err := (&pusher.Client{Key: app.Key, Secret: app.Secret + "x"}).Webhook(d.header, d.body); err == nil {
				r.Errorf("another secret checks too")
			}
		}
	}
}

// checkRetry lets the first requests fail.
func checkRetry(r *rig) {
	channel := r.name("")
	r.server.Hooks.answer(r.app.ID, func(n int) int {
		if n < 2 {
			return http.StatusServiceUnavailable
		}
		return http.StatusOK
	})
	r.connect().join(channel, "")
	r.told(channel, `{"name":"channel_occupied","channel":"`+channel+`"}`)
	if requests, _ := r.server.Hooks.look(r.app.ID); len(requests) != 3 || string(requests[0].body[strings.Index(string(requests[0].body), "events"):]) !=
		string(requests[2].body[strings.Index(string(requests[2].body), "events"):]) {
		r.Errorf("%d requests", len(requests))
	}
}

// checkGrace has a channel that is left and joined again within the grace, which is no
// news, and left for good.
func checkGrace(r *rig) {
	channel := r.name("presence-")
	tab := r.connect()
	tab.join(channel, member("ann"))
	_ = tab.conn.CloseNow()
	tab = r.connect()
	tab.join(channel, member("ann"))
	timer := time.NewTimer(grace + grace/2)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-r.Context().Done():
	}
	tab.leave(channel)
	left := time.Now()
	want := []string{
		fmt.Sprintf(`{"name":"channel_occupied","channel":%q}`, channel), fmt.Sprintf(`{"name":"member_added","channel":%q,"user_id":"ann"}`, channel),
		fmt.Sprintf(`{"name":"member_removed","channel":%q,"user_id":"ann"}`, channel), fmt.Sprintf(`{"name":"channel_vacated","channel":%q}`, channel),
	}
	r.told(channel, want...)
	if waited := time.Since(left); waited < grace-grace/10 {
		r.Errorf("told after %v", waited)
	}
}

// checkHookBatches holds the answer to one request back until several more events have
// happened.
func checkHookBatches(r *rig) {
	first, line := r.name(""), []string{r.name(""), r.name(""), r.name("")}
	hold := make(chan struct{})
	release := sync.OnceFunc(func() { close(hold) })
	r.Cleanup(release)
	r.server.Hooks.answer(r.app.ID, func(n int) int {
		if n == 0 {
			<-hold
		}
		return http.StatusOK
	})
	s := r.connect()
	s.join(first, "")
	for {
		requests, more := r.server.Hooks.look(r.app.ID)
		if len(requests) > 0 {
			break
		}
		select {
		case <-more:
		case <-time.After(r.waiting):
			r.Fatalf("no request in %v", r.waiting)
		}
	}
	for _, channel := range line {
		s.join(channel, "")
	}
	release()
	for _, channel := range line {
		r.told(channel, `{"name":"channel_occupied","channel":"`+channel+`"}`)
	}
	if requests, _ := r.server.Hooks.look(r.app.ID); len(requests) > len(line) {
		r.Errorf("%d requests for %d events", len(requests), 1+len(line))
	}
}
