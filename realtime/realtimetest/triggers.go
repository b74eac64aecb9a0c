package realtimetest

import (
	"fmt"
	"net/http"
	"net/http/httptrace"
	"strings"
	"time"

	pusher "github.com/pusher/pusher-http-go/v5"
)

func triggerRows() []row {
	return []row{
		{name: "events", check: func(r *rig) {
			channel := r.name("")
			s := r.connect()
			s.join(channel, "")
			r.post("/events", trigger(channel, "n", `{"a":1}`)).has(`{}`)
			if f := s.expect("n"); f.text() != `{"a":1}` || f.Channel != channel {
				r.Errorf("%s on %s", f.text(), f.Channel)
			}
		}},
		{name: "events_on_many_channels", check: func(r *rig) {
			one, two := r.name(""), r.name("private-")
			s := r.connect()
			s.join(one, "")
			s.join(two, "")
			r.must(r.backend().TriggerMulti([]string{one, two}, "n", "1"))
			if a, b := s.expect("n").Channel, s.expect("n").Channel; a == b {
				r.Errorf("twice on %s", a)
			}
		}},
		{name: "events_but_for_a_socket", check: func(r *rig) {
			channel := r.name("")
			a, b := r.pair(channel)
			_, err := r.backend().TriggerWithParams(channel, "n", "1", pusher.TriggerParams{SocketID: &a.id})
			r.must(err)
			b.expect("n")
			r.fence(channel, a, b)
		}},
		{name: "events_info", needs: []Feature{Info}, check: checkTriggerInfo},
		{name: "batch_events", check: checkBatch},
		{name: "batch_events_info", needs: []Feature{Info}, check: func(r *rig) {
			channel := r.name("presence-")
			r.connect().join(channel, member("ann"))
			info := "user_count,subscription_count"
			list, err := r.backend().TriggerBatch([]pusher.Event{{Channel: channel, Name: "n", Data: "1", Info: &info}, {Channel: r.name(""), Name: "n", Data: "2"}})
			r.must(err)
			if len(list.Batch) != 2 || list.Batch[0].UserCount == nil || *list.Batch[0].UserCount != 1 || list.Batch[1].UserCount != nil {
				r.Errorf("%+v", list)
			}
		}},
		{name: "data_over_10_kb_413", check: checkPayload},
		{name: "event_limits_400", check: checkEventLimits},
		{name: "channel_names_400", check: func(r *rig) {
			for _, name := range []string{"a b", "a/b", "é", "", "#x", strings.Repeat("x", 201)} {
				r.post("/events", trigger(name, "n", "1")).is(400)
			}
			r.post("/events", trigger(r.name(""), "n", "1")).is(200)
		}},
		{name: "keep_alive", check: checkKeepAlive},
		{name: "rate_limits_429", needs: []Feature{RateLimits}, app: AppLimited, check: checkRates},
	}
}

// trigger is the body of an event.
func trigger(channel, name, data string) string {
	return text(map[string]string{"name": name, "channel": channel, "data": data})
}

// batch is the body of a batch.
func batch(events ...string) string { return `{"batch":[` + strings.Join(events, ",") + `]}` }

func checkTriggerInfo(r *rig) {
	presence, public, empty := r.name("presence-"), r.name(""), r.name("")
	a, b := r.connect(), r.connect()
	a.join(presence, member("ann"))
	b.join(presence, member("ann"))
	b.join(public, "")
	info := "subscription_count"
	list, err := r.backend().TriggerMultiWithParams([]string{public, empty}, "n", "1", pusher.TriggerParams{Info: &info})
	r.must(err)
	if len(list.Channels) != 2 || *list.Channels[public].SubscriptionCount != 1 || *list.Channels[empty].SubscriptionCount != 0 {
		r.Errorf("%+v", list)
	}
	r.post("/events", text(map[string]string{"name": "n", "channel": presence, "data": "1", "info": "user_count,subscription_count"})).
		has(`{"channels":{"` + presence + `":{"user_count":1,"subscription_count":2}}}`)
	for _, wrong := range []string{"user_count", "nothing"} {
		r.post("/events", text(map[string]string{"name": "n", "channel": public, "data": "1", "info": wrong})).is(400)
	}
}

// checkBatch also wants a batch with one bad event to be refused as a whole.
func checkBatch(r *rig) {
	channel := r.name("")
	s := r.connect()
	s.join(channel, "")
	var ten []string
	for i := range 10 {
		ten = append(ten, trigger(channel, fmt.Sprint("n", i), "1"))
	}
	bad := trigger(channel, "bad", "1")
	r.post("/batch_events", batch(append([]string{bad}, ten...)...)).is(400)
	r.post("/batch_events", batch(bad, trigger("a b", "n", "1"))).is(400)
	r.post("/batch_events", batch(ten...)).has(`{}`)
	for i := range 10 {
		s.expect(fmt.Sprint("n", i))
	}
}

func checkPayload(r *rig) {
	channel := r.name("")
	s := r.connect()
	s.join(channel, "")
	for _, unit := range []string{"x", "é", `"`} {
		most := strings.Repeat(unit, 10<<10/len(unit))
		r.post("/events", trigger(channel, "n", most+unit)).is(413)
		r.post("/batch_events", batch(trigger(channel, "n", most+unit))).is(413)
		r.post("/events", trigger(channel, "n", most)).is(200)
		s.expectText("n", most)
	}
	r.post("/events", trigger(channel, "n", strings.Repeat("x", 1<<20))).is(413)
}

func checkEventLimits(r *rig) {
	names := func(n int) string {
		list := make([]string, n)
		for i := range list {
			list[i] = fmt.Sprint(r.prefix, i)
		}
		return text(map[string]any{"name": "n", "channels": list, "data": "1"})
	}
	channel := r.name("")
	r.post("/events", names(100)).is(200)
	r.post("/events", names(101)).is(400)
	r.post("/events", names(0)).is(400)
	r.post("/events", trigger(channel, strings.Repeat("n", 200), "1")).is(200)
	r.post("/events", trigger(channel, strings.Repeat("n", 201), "1")).is(400)
	r.post("/events", `{"channel":"`+channel+`","data":"1"}`).is(400)
	r.post("/events", `{"channel":"`+channel+`","name":"n"}`).is(400)
	r.post("/events", text(map[string]string{"name": "n", "channel": channel, "data": "1", "socket_id": "1.1:" + channel})).is(400)
}

// checkKeepAlive makes calls that succeed and calls that fail over one connection.
func checkKeepAlive(r *rig) {
	fresh, before := 0, r.http.Transport
	r.http.Transport = &http.Transport{}
	defer func() {
		r.http.CloseIdleConnections()
		r.http.Transport = before
	}()
	for i := range 10 * len(r.server.Nodes) {
		c := call{method: http.MethodPost, path: "/events", body: trigger(r.prefix, "n", "1")}
		if i%3 == 2 {
			c.secret = "wrong"
		}
		c.spoil = func(request *http.Request) {
			*request = *request.WithContext(httptrace.WithClientTrace(request.Context(), &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
				if !info.Reused {
					fresh++
				}
			}}))
		}
		r.call(c)
	}
	if fresh > len(r.server.Nodes) {
		r.Errorf("%d connections for %d calls", fresh, 10*len(r.server.Nodes))
	}
}

// checkRates calls until it is refused, and again until it is not.
func checkRates(r *rig) {
	publish := func() answer { return r.post("/events", trigger(r.prefix, "n", "1")) }
	ask := func() answer { return r.get("/channels", nil) }
	for name, do := range map[string]func() answer{"events": publish, "questions": ask} {
		start, passed := time.Now(), 0
		for ; passed <= 20*limitedRate; passed++ {
			if got := do(); got.status == http.StatusTooManyRequests {
				break
			} else if got.is(200); got.status != 200 {
				return
			}
		}
		most := limitedRate * (2 + int(time.Since(start)/time.Second)) * len(r.server.Nodes)
		if passed < limitedRate || passed > most {
			r.Errorf("%s: %d passed, want %d to %d", name, passed, limitedRate, most)
		}
		r.until(name+" are let in again", func() bool { return do().status == 200 })
	}
}
