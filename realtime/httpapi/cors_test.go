package httpapi_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/realtime/httpapi"
)

// ask sends a request as a page of the origin would, unsigned.
func (r *rig) ask(method, path string, header http.Header) *http.Response {
	r.t.Helper()
	request, err := http.NewRequestWithContext(r.t.Context(), method, r.server.URL+path, nil)
	if err != nil {
		r.t.Fatal(err)
	}
	request.Header = header
	answer, err := r.server.Client().Do(request)
	if err != nil {
		r.t.Fatal(err)
	}
	_ = answer.Body.Close()
	return answer
}

func TestCORS(t *testing.T) {
	r := newRig(t, httpapi.WithOrigins("https://good.example", "https://other.example"))
	for _, test := range []struct {
		method, path, origin string
		preflight            bool
		status               int
		allowed              string
	}{
		{"OPTIONS", "/apps/1/events", "https://good.example", true, 204, "https://good.example"},
		{"OPTIONS", "/apps/1/channels/c/users", "https://other.example", true, 204, "https://other.example"},
		{"OPTIONS", "/apps/1/events", "https://evil.example", true, 204, ""},
		{"OPTIONS", "/apps/1/events", "https://good.example", false, 405, "https://good.example"},
		{"GET", "/apps/1/channels", "https://good.example", false, 401, "https://good.example"},
		{"GET", "/apps/1/channels", "https://good.example.evil", false, 401, ""},
		{"GET", "/apps/1/channels", "", false, 401, ""},
		{"GET", "/", "https://good.example", false, 200, ""},
	} {
		header := http.Header{}
		if test.origin != "" {
			header.Set("Origin", test.origin)
		}
		if test.preflight {
			header.Set("Access-Control-Request-Method", "POST")
		}
		answer := r.ask(test.method, test.path, header)
		got := answer.Header.Get("Access-Control-Allow-Origin")
		methods := answer.Header.Get("Access-Control-Allow-Methods")
		if answer.StatusCode != test.status || got != test.allowed || (methods != "") != (test.preflight && got != "") {
			t.Errorf("%+v: %d %q %q", test, answer.StatusCode, got, methods)
		}
		if varies := answer.Header.Get("Vary") == "Origin"; varies != strings.HasPrefix(test.path, "/apps/") {
			t.Errorf("%+v: Vary %q", test, answer.Header.Get("Vary"))
		}
	}
	if any := newRig(t, httpapi.WithOrigins("*")).ask("GET", "/apps/1/channels", http.Header{"Origin": {"https://x.example"}}); any.Header.Get("Access-Control-Allow-Origin") != "https://x.example" {
		t.Error("any origin")
	}
	none := newRig(t).ask("OPTIONS", "/apps/1/events", http.Header{"Origin": {"https://x.example"}, "Access-Control-Request-Method": {"POST"}})
	if none.StatusCode != 405 || none.Header.Get("Access-Control-Allow-Origin") != "" {
		t.Errorf("no origins: %d", none.StatusCode)
	}
}

func TestMethods(t *testing.T) {
	r := newRig(t)
	for path, allow := range map[string]string{
		"/apps/1/events": "POST", "/apps/1/batch_events": "POST", "/apps/1/users/7/terminate_connections": "POST",
		"/apps/1/channels": "GET, HEAD", "/apps/1/channels/c": "GET, HEAD", "/apps/1/channels/c/users": "GET, HEAD",
	} {
		for _, method := range []string{"PUT", "DELETE", "PATCH", "OPTIONS"} {
			if answer := r.ask(method, path, nil); answer.StatusCode != 405 || answer.Header.Get("Allow") != allow {
				t.Errorf("%s %s: %d, Allow %q", method, path, answer.StatusCode, answer.Header.Get("Allow"))
			}
		}
	}
}
