package httpapi_test

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

func TestSignatureRules(t *testing.T) {
	r := newRig(t)
	body := `{"name":"n","channel":"c","data":"d"}`
	good := raw{method: "POST", path: "/apps/1/events", body: body}
	with := func(change func(q *raw)) raw {
		q := good
		change(&q)
		return q
	}
	setQuery := func(name, value string) raw {
		return with(func(q *raw) { q.query = map[string]string{name: value} })
	}
	spoil := func(f func(r *http.Request)) raw { return with(func(q *raw) { q.spoil = f }) }
	at := func(age time.Duration) raw {
		return setQuery("auth_timestamp", fmt.Sprint(time.Now().Add(-age).Unix()))
	}
	for name, test := range map[string]struct {
		request raw
		status  int
	}{
		"good":            {good, 200},
		"old enough":      {at(590 * time.Second), 200},
		"too old":         {at(602 * time.Second), 401},
		"too new":         {at(-602 * time.Second), 401},
		"no time":         {setQuery("auth_timestamp", "x"), 401},
		"huge time":       {setQuery("auth_timestamp", "9223372036854775807"), 401},
		"smallest time":   {setQuery("auth_timestamp", "-9223372036854775808"), 401},
		"missing time":    {setQuery("auth_timestamp", "-"), 401},
		"other key":       {setQuery("auth_key", "key2"), 401},
		"missing key":     {setQuery("auth_key", "-"), 401},
		"other version":   {setQuery("auth_version", "1.1"), 401},
		"missing md5":     {setQuery("body_md5", "-"), 401},
		"other md5":       {setQuery("body_md5", "00000000000000000000000000000000"), 401},
		"upper-case md5":  {setQuery("body_md5", "AB"), 401},
		"wrong secret":    {with(func(q *raw) { q.secret = "other" }), 401},
		"unknown app":     {with(func(q *raw) { q.path = "/apps/9/events" }), 404},
		"disabled app":    {raw{method: "POST", path: "/apps/2/events", body: body, query: map[string]string{"auth_key": "off"}}, 403},
		"changed path":    {spoil(func(r *http.Request) { r.URL.Path = "/apps/1/batch_events" }), 401},
		"twice":           {spoil(func(r *http.Request) { r.URL.RawQuery += "&auth_key=" + appKey }), 401},
		"twice by case":   {spoil(func(r *http.Request) { r.URL.RawQuery += "&Auth_Key=" + appKey }), 401},
		"added parameter": {spoil(func(r *http.Request) { r.URL.RawQuery += "&info=user_count" }), 401},
		"bad escape":      {spoil(func(r *http.Request) { r.URL.RawQuery += "&a=%zz" }), 400},
		"upper-case hex": {spoil(func(r *http.Request) {
			before, signature, _ := strings.Cut(r.URL.RawQuery, "auth_signature=")
			r.URL.RawQuery = before + "auth_signature=A" + strings.ToUpper(signature[1:])
		}), 401},
		"upper-case names": {spoil(func(r *http.Request) { r.URL.RawQuery = strings.Replace(r.URL.RawQuery, "auth_key", "AUTH_KEY", 1) }), 200},
		"encoded body":     {spoil(func(r *http.Request) { r.Header.Set("Content-Encoding", "gzip") }), 415},
		"changed body": {spoil(func(r *http.Request) {
			r.Body = io.NopCloser(strings.NewReader(strings.Replace(body, "d", "e", 1)))
		}), 401},
		"method": {with(func(q *raw) { q.method = "GET" }), 405},
		"path":   {with(func(q *raw) { q.path = "/apps/1/nothing" }), 404},
	} {
		code, answer := r.do(test.request)
		if code != test.status {
			t.Errorf("%s: %d %s, want %d", name, code, answer, test.status)
		}
		var problem struct {
			Error, Code string
			Status      int
		}
		if code != 200 && (json.Unmarshal([]byte(answer), &problem) != nil || problem.Error == "" || problem.Status != code) {
			t.Errorf("%s: %s", name, answer)
		}
	}
}

func TestEventRules(t *testing.T) {
	r := newRig(t)
	many := `"` + strings.Repeat(`a","`, 100) + `a"`
	hundred := `"` + strings.Repeat(`a","`, 99) + `a"`
	escaped := strings.Repeat(`\u0000`, 10<<10)
	for _, test := range []struct {
		body   string
		status int
	}{
		{`{"name":"n","channels":["c"],"data":"d"}`, 200},
		{`{"name":"n","channel":"#server-to-user-7","data":""}`, 200},
		{`{"name":"n","channels":[` + hundred + `],"data":"d"}`, 200},
		{`{"name":"n","channel":"c","data":"` + escaped + `"}`, 200},
		{`{"name":"n","channel":"c","data":"` + escaped + `a"}`, 413},
		{`{"name":"n","channel":"c","data":"` + strings.Repeat("é", 5<<10) + `é"}`, 413},
		{`{"name":"n","channel":"c","data":"` + strings.Repeat("x", 1<<20) + `"}`, 413},
		{`{"name":"n","channels":[` + many + `],"data":"d"}`, 400},
		{`{"name":"` + strings.Repeat("n", 200) + `","channel":"c","data":"d"}`, 200},
		{`{"name":"` + strings.Repeat("n", 201) + `","channel":"c","data":"d"}`, 400},
		{`{"name":"pusher_internal:member_added","channel":"c","data":"d"}`, 400},
		{`null`, 400}, {`[]`, 400}, {`5`, 400}, {`"x"`, 400}, {`{}`, 400}, {`{"name":`, 400}, {``, 400},
		{`{"name":"n","channel":"c","data":"d"} {}`, 400},
		{`{"name":"n","channel":"c"}`, 400},
		{`{"name":"n","data":"d"}`, 400},
		{`{"name":"n","channels":[],"data":"d"}`, 400},
		{`{"name":"n","channels":5,"data":"d"}`, 400},
		{`{"name":"n","channels":[null],"data":"d"}`, 400},
		{`{"name":"n","channels":["a"],"channel":"b","data":"d"}`, 400},
		{`{"name":5,"channel":"c","data":"d"}`, 400},
		{`{"name":"n","channel":"c","data":{"a":1}}`, 400},
		{`{"name":"n","channel":"c d","data":"d"}`, 400},
		{`{"name":"n","channel":"c\n","data":"d"}`, 400},
		{`{"name":"n","channel":"c","data":"d","socket_id":"1.1:private-x"}`, 400},
		{`{"name":"n","channel":"c","data":"d","info":"user_count"}`, 400},
		{`{"name":"n","channel":"c","data":"d","x":` + strings.Repeat("[", 20000) + `}`, 400},
	} {
		code, answer := r.do(raw{method: "POST", path: "/apps/1/events", body: test.body})
		if code != test.status || code == 200 && answer != "{}" {
			t.Errorf("%.80s: %d %s, want %d", test.body, code, answer, test.status)
		}
	}
}

func TestBatchIsAllOrNothing(t *testing.T) {
	r := newRig(t)
	conn, _ := r.subscriber("c", "")
	event := `{"name":"bad","channel":"c","data":"d"}`
	for _, batch := range []string{
		event + `,{"name":"bad","channel":"","data":"d"}`,
		event + `,null`,
		event + `,{"name":"bad","channels":["c"],"data":"d"}`,
		event + strings.Repeat(","+event, 10),
		``,
	} {
		if code, answer := r.do(raw{method: "POST", path: "/apps/1/batch_events", body: `{"batch":[` + batch + `]}`}); code != 400 {
			t.Errorf("%s: %d %s", batch, code, answer)
		}
	}
	good := strings.Replace(event, "bad", "good", 1)
	if code, answer := r.do(raw{method: "POST", path: "/apps/1/batch_events", body: `{"batch":[` + good + `]}`}); code != 200 || answer != "{}" {
		t.Errorf("%d %s", code, answer)
	}
	r.read(conn, "good")
}

func TestQuestions(t *testing.T) {
	r := newRig(t)
	r.subscriber("presence-a", `{"user_id":"1"}`)
	if err := r.hub.Publish("1", []realtime.Channel{"cache-full"}, "n", `{"a":1}`, ""); err != nil {
		t.Fatal(err)
	}
	for _, test := range []struct {
		path, prefix, info string
		status             int
		body               string
	}{
		{"/apps/1/channels", "", "", 200, `{"channels":{"presence-a":{}}}`},
		{"/apps/1/channels", "private-", "", 200, `{"channels":{}}`},
		{"/apps/1/channels", "presence-", "user_count", 200, `{"channels":{"presence-a":{"user_count":1}}}`},
		{"/apps/1/channels", "", "user_count", 400, ``},
		{"/apps/1/channels", "presence-", "nothing", 400, ``},
		{"/apps/1/channels/presence-a", "", "user_count", 200, `{"occupied":true,"user_count":1}`},
		{"/apps/1/channels/public", "", "", 200, `{"occupied":false}`},
		{"/apps/1/channels", "cache-", "cache", 400, ``},
		{"/apps/1/channels", "presence-", "user_count,", 400, ``},
		{"/apps/1/channels", "presence", "user_count", 400, ``},
		{"/apps/1/channels/cache-full", "", "cache", 200, `{"occupied":false,"cache":{"data":"{\"a\":1}","ttl":1800}}`},
		{"/apps/1/channels/cache-full", "", "cache,subscription_count", 200, `{"occupied":false,"subscription_count":0,"cache":{"data":"{\"a\":1}","ttl":1800}}`},
		{"/apps/1/channels/cache-empty", "", "cache", 200, `{"occupied":false,"cache":null}`},
		{"/apps/1/channels/cache-full", "", "", 200, `{"occupied":false}`},
		{"/apps/1/channels/public", "", "cache", 400, ``},
		{"/apps/1/channels/presence-a", "", "cache", 400, ``},
		{"/apps/1/channels/presence-a", "", "user_count,nothing", 400, ``},
		{"/apps/1/channels/public", "", "user_count", 400, ``},
		{"/apps/1/channels/pub*lic", "", "", 400, ``},
		{"/apps/1/channels/presence-a/users", "", "", 200, `{"users":[{"id":"1"}]}`},
		{"/apps/1/channels/presence-b/users", "", "", 200, `{"users":[]}`},
		{"/apps/1/channels/public/users", "", "", 400, ``},
	} {
		query := map[string]string{}
		if test.prefix != "" {
			query["filter_by_prefix"] = test.prefix
		}
		if test.info != "" {
			query["info"] = test.info
		}
		code, body := r.do(raw{method: "GET", path: test.path, query: query})
		if code != test.status || code == 200 && body != test.body {
			t.Errorf("%s %s %s: %d %s", test.path, test.prefix, test.info, code, body)
		}
	}
}

func TestHealth(t *testing.T) {
	r := newRig(t)
	get := func(path string) int {
		answer, err := r.server.Client().Get(r.server.URL + path)
		if err != nil {
			t.Fatal(err)
		}
		_, _ = io.Copy(io.Discard, answer.Body)
		_ = answer.Body.Close()
		return answer.StatusCode
	}
	if get("/") != 200 || get("/ready") != 200 || get("/nothing") != 404 {
		t.Error("before the shutdown")
	}
	if err := r.hub.Shutdown(t.Context()); err != nil {
		t.Fatal(err)
	}
	if get("/") != 200 || get("/ready") != 503 {
		t.Error("after the shutdown")
	}
}
