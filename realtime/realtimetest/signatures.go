package realtimetest

import (
	"io"
	"net/http"
	"strconv"
	"strings"
	"time"
)

func signatureRows() []row {
	return []row{
		{name: "http_statuses", check: func(r *rig) {
			body := trigger(r.name(""), "n", "1")
			r.post("/events", body).is(200)
			r.post("/events", `{"name":`).is(400)
			r.call(call{method: "POST", path: "/events", body: body, secret: "wrong"}).is(401)
			r.post("/events", trigger(r.name(""), "n", strings.Repeat("x", 11<<10))).is(413)
			r.app = r.other(AppOff)
			r.post("/events", body).is(403)
		}},
		{name: "auth_signature", check: checkSignature},
		{name: "auth_key", check: func(r *rig) {
			body := trigger(r.name(""), "n", "1")
			for _, key := range []string{"another", r.other(AppMute).Key, strings.ToUpper(r.app.Key), ""} {
				r.call(call{method: "POST", path: "/events", body: body, query: map[string]string{"auth_key": key}}).is(401)
			}
			r.call(call{method: "POST", path: "/events", body: body, without: "auth_key"}).is(401)
		}},
		{name: "auth_timestamp_600_s", check: func(r *rig) {
			at := func(age time.Duration) answer {
				stamp := strconv.FormatInt(time.Now().Add(-age).Unix(), 10)
				return r.call(call{method: "POST", path: "/events", body: trigger(r.prefix, "n", "1"), query: map[string]string{"auth_timestamp": stamp}})
			}
			at(570 * time.Second).is(200)
			at(610 * time.Second).is(401)
			at(-610 * time.Second).is(401)
			r.call(call{method: "POST", path: "/events", body: trigger(r.prefix, "n", "1"), query: map[string]string{"auth_timestamp": "now"}}).is(401)
		}},
		{name: "body_md5", check: func(r *rig) {
			body := trigger(r.name(""), "n", "1")
			r.call(call{method: "POST", path: "/events", body: body, without: "body_md5"}).is(401)
			r.call(call{method: "POST", path: "/events", body: body, query: map[string]string{"body_md5": strings.Repeat("0", 32)}}).is(401)
			r.call(call{method: "POST", path: "/events", body: body, spoil: func(request *http.Request) {
				request.Body = io.NopCloser(strings.NewReader(strings.Replace(body, `"1"`, `"2"`, 1)))
			}}).is(401)
		}},
		{name: "signed_query", check: func(r *rig) {
			presence := r.name("presence-@=,.;_")
			r.connect().join(presence, member("ann"))
			r.get("/channels", map[string]string{"filter_by_prefix": presence}).lists(presence)
			r.get("/channels", map[string]string{"Filter_By_Prefix": presence}).lists(presence)
			r.get("/channels", map[string]string{"filter_by_prefix": presence, "zzz": "a b&c=d/é", "AAA": ""}).lists(presence)
		}},
	}
}

// checkSignature changes what was signed.
func checkSignature(r *rig) {
	body := trigger(r.name(""), "n", "1")
	for name, spoil := range map[string]func(request *http.Request){
		"path": func(request *http.Request) {
			request.URL.Path = strings.Replace(request.URL.Path, "/events", "/batch_events", 1)
		},
		"parameter": func(request *http.Request) { request.URL.RawQuery += "&info=subscription_count" },
		"value": func(request *http.Request) {
			request.URL.RawQuery = strings.Replace(request.URL.RawQuery, "auth_timestamp=1", "auth_timestamp=01", 1)
		},
		"signature": func(request *http.Request) {
			before, _, _ := strings.Cut(request.URL.RawQuery, "auth_signature=")
			request.URL.RawQuery = before + "auth_signature=" + strings.Repeat("0", 64)
		},
		"no signature": func(request *http.Request) {
			before, _, _ := strings.Cut(request.URL.RawQuery, "&auth_signature=")
			request.URL.RawQuery = before
		},
	} {
		if got := r.call(call{method: "POST", path: "/events", body: body, spoil: spoil}); got.status != 401 {
			r.Errorf("%s: %d %s", name, got.status, got.body)
		}
	}
	r.call(call{method: "POST", path: "/events", body: body, query: map[string]string{"auth_version": "1.1"}}).is(401)
	r.call(call{method: "POST", path: "/events", body: body, secret: r.other(AppMute).Secret}).is(401)
	r.call(call{method: "GET", path: "/channels", secret: "wrong"}).is(401)
	r.call(call{method: "GET", path: "/channels/" + r.prefix, secret: "wrong"}).is(401)
	r.call(call{method: "GET", path: "/channels/presence-" + r.prefix + "/users", secret: "wrong"}).is(401)
	r.call(call{method: "POST", path: "/users/" + r.prefix + "/terminate_connections", secret: "wrong"}).is(401)
	r.post("/events", body).is(200)
}
