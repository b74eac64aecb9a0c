package httpapi_test

import (
	"context"
	"encoding/json"
	"net/http"
	"net/http/httptrace"
	"regexp"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// occupied is a rig with two members of presence-a, one of them twice, one subscriber of
// public and of cache-full, and an event that cache-full and cache-alone keep.
func occupied(t *testing.T) *rig {
	r := newRig(t)
	r.subscriber("presence-a", `{"user_id":"1"}`)
	r.subscriber("presence-a", `{"user_id":"1"}`)
	r.subscriber("presence-a", `{"user_id":2,"user_info":{"name":"b"}}`)
	r.subscriber("public", "")
	r.subscriber("cache-full", "")
	if err := r.hub.Publish("1", []realtime.Channel{"cache-full", "cache-alone"}, "n", `{"a":1}`, ""); err != nil {
		t.Fatal(err)
	}
	return r
}

// infoRows are what each kind of channel tells for each attribute; "" is a refusal.
var infoRows = []struct{ channel, info, answer string }{
	{"presence-a", "user_count", `{"user_count":2}`},
	{"presence-a", "subscription_count", `{"subscription_count":3}`},
	{"presence-a", "user_count,subscription_count", `{"user_count":2,"subscription_count":3}`},
	{"presence-a", "subscription_count,user_count", `{"user_count":2,"subscription_count":3}`},
	{"presence-a", "user_count,user_count", `{"user_count":2}`},
	{"presence-a", "cache", ""},
	{"presence-a", "user_count,nothing", ""},
	{"presence-a", "user_count,", ""},
	{"presence-a", ",", ""},
	{"presence-a", "user_count, subscription_count", ""},
	{"presence-a", "USER_COUNT", ""},
	{"presence-nobody", "user_count,subscription_count", `{"user_count":0,"subscription_count":0}`},
	{"public", "subscription_count", `{"subscription_count":1}`},
	{"public", "user_count", ""},
	{"public", "user_count,subscription_count", ""},
	{"public", "cache", ""},
	{"private-nobody", "subscription_count", `{"subscription_count":0}`},
	{"private-encrypted-nobody", "user_count", ""},
	{"cache-full", "cache", `{"cache":{"data":"{\"a\":1}","ttl":1800}}`},
	{"cache-full", "subscription_count,cache", `{"subscription_count":1,"cache":{"data":"{\"a\":1}","ttl":1800}}`},
	{"cache-full", "user_count", ""},
	{"cache-alone", "cache", `{"cache":{"data":"{\"a\":1}","ttl":1800}}`},
	{"cache-empty", "cache", `{"cache":null}`},
	{"private-cache-empty", "cache", `{"cache":null}`},
	{"private-encrypted-cache-empty", "cache", `{"cache":null}`},
	{"presence-cache-empty", "user_count,subscription_count,cache", `{"user_count":0,"subscription_count":0,"cache":null}`},
}

func TestInfoOfAChannel(t *testing.T) {
	r := occupied(t)
	for _, row := range infoRows {
		code, body := r.do(raw{method: "GET", path: "/apps/1/channels/" + row.channel, query: map[string]string{"info": row.info}})
		there := row.channel == "presence-a" || row.channel == "public" || row.channel == "cache-full"
		want := strings.Replace(row.answer, "{", map[bool]string{true: `{"occupied":true,`, false: `{"occupied":false,`}[there], 1)
		expect(t, row.channel+" "+row.info, code, body, want)
	}
}

// The answer to an event knows the event: it is what a cache channel keeps from then on.
func TestInfoOfAnEvent(t *testing.T) {
	r := occupied(t)
	for _, row := range infoRows {
		body, _ := json.Marshal(map[string]any{"name": "n", "data": `{"b":2}`, "channels": []string{row.channel}, "info": row.info})
		code, answer := r.do(raw{method: "POST", path: "/apps/1/events", body: string(body)})
		want := strings.NewReplacer(`null`, cachedEvent, `{"data":"{\"a\":1}","ttl":1800}`, cachedEvent).Replace(row.answer)
		if want != "" {
			want = `{"channels":{"` + row.channel + `":` + want + `}}`
		}
		expect(t, row.channel+" "+row.info, code, answer, want)
	}
	code, answer := r.do(raw{method: "POST", path: "/apps/1/events",
		body: `{"name":"n","data":"x","channels":["public","presence-a","public","private-b"],"info":"subscription_count"}`})
	expect(t, "three channels", code, answer, `{"channels":{"presence-a":{"subscription_count":3},"private-b":{"subscription_count":0},"public":{"subscription_count":1}}}`)
	code, answer = r.do(raw{method: "POST", path: "/apps/1/events", body: `{"name":"n","data":"x","channels":["cache-full","public"],"info":"cache"}`})
	expect(t, "one of two cannot", code, answer, "")
	code, answer = r.do(raw{method: "POST", path: "/apps/1/events", body: `{"name":"n","data":"x","channel":"public","info":""}`})
	expect(t, "nothing asked", code, answer, `{}`)
}

const cachedEvent = `{"data":"{\"b\":2}","ttl":1800}`

func TestInfoOfABatch(t *testing.T) {
	r := occupied(t)
	for _, row := range infoRows {
		event, _ := json.Marshal(map[string]string{"name": "n", "data": `{"b":2}`, "channel": row.channel, "info": row.info})
		code, answer := r.do(raw{method: "POST", path: "/apps/1/batch_events", body: `{"batch":[{"name":"n","data":"x","channel":"other"},` + string(event) + `]}`})
		want := strings.NewReplacer(`null`, cachedEvent, `{"data":"{\"a\":1}","ttl":1800}`, cachedEvent).Replace(row.answer)
		if want != "" {
			want = `{"batch":[{},` + want + `]}`
		}
		expect(t, row.channel+" "+row.info, code, answer, want)
	}
}

func TestInfoOfAllChannels(t *testing.T) {
	r := occupied(t)
	for _, row := range []struct{ prefix, info, answer string }{
		{"", "", `{"channels":{"cache-full":{},"presence-a":{},"public":{}}}`},
		{"", "subscription_count", `{"channels":{"cache-full":{"subscription_count":1},"presence-a":{"subscription_count":3},"public":{"subscription_count":1}}}`},
		{"presence-", "user_count", `{"channels":{"presence-a":{"user_count":2}}}`},
		{"presence-", "user_count,subscription_count", `{"channels":{"presence-a":{"user_count":2,"subscription_count":3}}}`},
		{"presence-b", "user_count", `{"channels":{}}`},
		{"pub", "", `{"channels":{"public":{}}}`},
		{"", "user_count", ""},
		{"presence", "user_count", ""},
		{"private-", "user_count", ""},
		{"presence-", "cache", ""},
		{"cache-", "cache", ""},
		{"presence-", "user_count,", ""},
		{"presence-", ",user_count", ""},
		{"", ",", ""},
	} {
		query := map[string]string{"filter_by_prefix": row.prefix, "info": row.info}
		code, body := r.do(raw{method: "GET", path: "/apps/1/channels", query: query})
		expect(t, row.prefix+" "+row.info, code, body, row.answer)
	}
}

// aging is the rest of an event's 30 minutes in the cache of a slow machine.
var aging = regexp.MustCompile(`"ttl":17\d\d`)

// expect compares an answer; want is "" for a refusal.
func expect(t *testing.T, what string, code int, body, want string) {
	t.Helper()
	body = aging.ReplaceAllString(body, `"ttl":1800`)
	var problem struct{ Code string }
	switch {
	case want != "" && (code != 200 || body != want):
		t.Errorf("%s: %d %s, want %s", what, code, body, want)
	case want == "" && (code != 400 || json.Unmarshal([]byte(body), &problem) != nil || !strings.Contains(problem.Code, "info")):
		t.Errorf("%s: %d %s, want a refusal", what, code, body)
	}
}

func TestRepeatedParameters(t *testing.T) {
	r := newRig(t)
	for _, repeated := range []string{"auth_key=" + appKey, "auth_version=1.0", "info=user_count", "INFO=user_count", "filter_by_prefix=", "%69nfo=user_count", "auth_signature=x"} {
		code, body := r.do(raw{method: "GET", path: "/apps/1/channels", query: map[string]string{"filter_by_prefix": "presence-", "info": "user_count"},
			spoil: func(r *http.Request) { r.URL.RawQuery += "&" + repeated }})
		if code != 401 || !strings.Contains(body, "repeated-parameter") {
			t.Errorf("%s: %d %s", repeated, code, body)
		}
	}
}

// A connection is kept over 50 requests of all kinds, also those that are refused.
func TestKeepAlive(t *testing.T) {
	r := newRig(t)
	fresh := 0
	trace := &httptrace.ClientTrace{GotConn: func(info httptrace.GotConnInfo) {
		if !info.Reused {
			fresh++
		}
	}}
	kinds := []struct {
		raw
		status int
	}{
		{raw{method: "POST", path: "/apps/1/events", body: `{"name":"n","channel":"c","data":"d"}`}, 200},
		{raw{method: "POST", path: "/apps/1/events", body: `{"name":"n","channel":"c","data":"d"}`, secret: "wrong"}, 401},
		{raw{method: "POST", path: "/apps/1/events", body: `null`}, 400},
		{raw{method: "POST", path: "/apps/1/batch_events", body: `{"batch":[{"name":"n","channel":"c","data":"d","info":"subscription_count"}]}`}, 200},
		{raw{method: "GET", path: "/apps/1/channels"}, 200},
		{raw{method: "GET", path: "/apps/1/channels/c/users"}, 400},
		{raw{method: "HEAD", path: "/apps/1/channels/c"}, 200},
		{raw{method: "DELETE", path: "/apps/1/channels/c"}, 405},
		{raw{method: "GET", path: "/apps/9/channels/c"}, 404},
		{raw{method: "POST", path: "/apps/1/users/7/terminate_connections"}, 200},
	}
	for i := range 50 {
		kind := kinds[i%len(kinds)]
		kind.spoil = func(r *http.Request) {
			*r = *r.WithContext(httptrace.WithClientTrace(context.WithoutCancel(r.Context()), trace))
		}
		if status, body := r.do(kind.raw); status != kind.status {
			t.Errorf("%s %s: %d %s", kind.method, kind.path, status, body)
		}
	}
	if fresh != 1 {
		t.Errorf("%d connections for 50 requests", fresh)
	}
}
