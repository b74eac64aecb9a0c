package httpapi

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"net/url"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

const (
	fuzzSecret = "secret"
	fuzzAuth   = "auth_key=k&auth_timestamp=1700000000&auth_version=1.0"
)

// fuzzed returns the API of one app, the time of which stands still.
func fuzzed(f *testing.F) http.Handler {
	h, err := hub.New(hub.Options{Apps: []hub.App{{ID: "1", Key: "k", Secret: fuzzSecret}}})
	if err != nil {
		f.Fatal(err)
	}
	f.Cleanup(func() {
		if err := h.Shutdown(context.Background()); err != nil {
			f.Error(err)
		}
	})
	return New(h, WithClock(func() time.Time { return time.Unix(1_700_000_000, 0) }))
}

// ask sends a request with exactly this query and returns the answer, which must be JSON.
func ask(t *testing.T, api http.Handler, method, path, query string, body []byte) (int, string) {
	t.Helper()
	answer := httptest.NewRecorder()
	api.ServeHTTP(answer, &http.Request{
		Method: method, URL: &url.URL{Path: path, RawQuery: query}, Header: http.Header{},
		ContentLength: int64(len(body)), Body: io.NopCloser(bytes.NewReader(body)),
	})
	if !json.Valid(answer.Body.Bytes()) || answer.Header().Get("Content-Type") != "application/json" {
		t.Fatalf("answer %q", answer.Body)
	}
	return answer.Code, answer.Body.String()
}

// reference reads a query and signs it as the documentation says, one step after the
// other. It reports false for a query that cannot be read or has a name twice.
func reference(method, path, raw, secret string) (map[string]string, string, bool) {
	values := map[string]string{}
	for pair := range strings.SplitSeq(raw, "&") {
		if pair == "" {
			continue
		}
		name, value, _ := strings.Cut(pair, "=")
		name, err := url.QueryUnescape(name)
		if err != nil {
			return nil, "", false
		}
		if value, err = url.QueryUnescape(value); err != nil {
			return nil, "", false
		}
		name = strings.ToLower(name)
		if _, twice := values[name]; twice {
			return nil, "", false
		}
		values[name] = value
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(values)) {
		if name != authSignature {
			parts = append(parts, name+"="+values[name])
		}
	}
	text := method + "\n" + path
	if len(parts) > 0 {
		text += "\n" + strings.Join(parts, "&")
	}
	mac := hmac.New(sha256.New, []byte(secret))
	mac.Write([]byte(text))
	return values, hex.EncodeToString(mac.Sum(nil)), true
}

func md5Of(body []byte) string {
	sum := md5.Sum(body)
	return hex.EncodeToString(sum[:])
}

// FuzzSignature looks for a request that is taken though nobody signed it, and for one that
// is signed and not taken.
func FuzzSignature(f *testing.F) {
	api := fuzzed(f)
	event := []byte(`{"name":"n","channel":"c","data":"d"}`)
	f.Add(fuzzAuth, event)
	f.Add(fuzzAuth+"&body_md5="+md5Of(event)+"&auth_signature="+strings.Repeat("0", 64), event)
	f.Add("AUTH_KEY=k&auth%5ftimestamp=1700000000&auth_version=1.0&&=&a=%41&b=+", []byte(nil))
	f.Add("a=1&A=2&"+fuzzAuth, []byte("null"))
	f.Add(fuzzAuth+"&auth_keys=%00&\xff=%ff", []byte(`{"batch":[]}`))
	f.Fuzz(func(t *testing.T, query string, body []byte) {
		const path = "/apps/1/events"
		if status, answer := ask(t, api, "POST", path, query, body); status < 400 {
			t.Fatalf("taken without the secret: %d %s", status, answer)
		}
		query += "&body_md5=" + md5Of(body)
		values, signature, readable := reference("POST", path, query, fuzzSecret)
		_, forged, _ := reference("POST", path, query, fuzzSecret+"x")
		if status, answer := ask(t, api, "POST", path, query+"&auth_signature="+forged, body); status < 400 {
			t.Fatalf("taken with another secret: %d %s", status, answer)
		}
		status, answer := ask(t, api, "POST", path, query+"&auth_signature="+signature, body)
		_, already := values[authSignature]
		right := readable && !already && values[authKey] == "k" && values[authVersion] == "1.0" && values[authTimestamp] == "1700000000"
		if right && (status == http.StatusUnauthorized || strings.Contains(answer, errQuery.Code)) {
			t.Fatalf("signed and refused: %d %s", status, answer)
		}
		if !readable && status < 400 {
			t.Fatalf("a query that cannot be read was taken: %d %s", status, answer)
		}
		if status, answer := ask(t, api, "POST", path, query+"&auth_signature="+signature, append(body[:len(body):len(body)], ' ')); status < 400 {
			t.Fatalf("another body was taken: %d %s", status, answer)
		}
		if status, answer := ask(t, api, "GET", "/apps/1/channels", query+"&auth_signature="+signature, body); status < 400 {
			t.Fatalf("another call was taken: %d %s", status, answer)
		}
	})
}

// askSigned sends a body that is signed as it should be.
func askSigned(t *testing.T, api http.Handler, path string, body []byte) (int, string) {
	t.Helper()
	query := fuzzAuth + "&body_md5=" + md5Of(body)
	_, signature, _ := reference("POST", path, query, fuzzSecret)
	status, answer := ask(t, api, "POST", path, query+"&auth_signature="+signature, body)
	if status != 200 && status != 400 && status != 413 {
		t.Fatalf("%d %s", status, answer)
	}
	return status, answer
}

// FuzzEvent looks for an event that plain reads otherwise than encoding/json, or that
// encoding/json does not read at all.
func FuzzEvent(f *testing.F) {
	api := fuzzed(f)
	for _, body := range []string{
		`{"name":"n","channel":"c","data":"{\"a\":\"\\u00e9\"}"}`,
		` { "name" : "n" , "channels" : [ "c" , "d" ] , "data" : "é\n\t\/\\\b\f\r" , "socket_id" : "1.2" , "info" : "subscription_count" } `,
		`{"name":"a","name":"b","channels":["c","d"],"channels":["e"],"channels":[],"data":"x","channel":"c"}`,
		`{"Name":"n","data":null,"x":{"y":[1]}}`, `{"name":"\u006e","data":"\ud83d\ude00","channel":"\ud800"}`,
		`{"name":"` + "\xff" + `"}`, `{"data":"` + "\x01" + `"}`, `{"data":"a`, `{"data":"a\`, `{"a":"b"}{`, `{"data":"a",}`, `{"channels":["a",]}`, `{}`, `null`, "", "[]",
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		var got event
		want := &event{}
		if p := (plain{text: body}); p.event(&got) {
			if err := json.Unmarshal(body, &want); err != nil {
				t.Fatalf("encoding/json does not read it: %v", err)
			}
			want.text = got.text // which is only the room for Data
			if !reflect.DeepEqual(&got, want) {
				t.Fatalf("got %+v, want %+v", got, want)
			}
		}
		status, answer := askSigned(t, api, "/apps/1/events", body)
		if status == 200 && (json.Unmarshal(body, &want) != nil || (answer == "{}") != (want.Info == "")) {
			t.Fatalf("%d %s", status, answer)
		}
	})
}

// FuzzBatch looks for a batch that is taken and is none, and for panics.
func FuzzBatch(f *testing.F) {
	api := fuzzed(f)
	one := `{"name":"n","channel":"c","data":"d"}`
	for _, body := range []string{
		`{"batch":[` + one + `]}`, `{"batch":[` + one + `,null]}`, `{"batch":[` + one + strings.Repeat(","+one, 10) + `]}`,
		`{"batch":[{"name":"n","channel":"cache-c","data":"d","info":"cache"},` + one + `]}`, `{"batch":[` + one + `],"batch":[{}]}`,
		`{"batch":[{"name":"n","channels":["c"],"data":"d"}]}`, `{"batch":{}}`, `{"batch":[5]}`, `{"BATCH":[` + one + `]}`, `null`, ``,
	} {
		f.Add([]byte(body))
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		status, answer := askSigned(t, api, "/apps/1/batch_events", body)
		if status != 200 {
			return
		}
		var sent struct{ Batch []event }
		var told struct{ Batch []any }
		if err := json.Unmarshal(body, &sent); err != nil || len(sent.Batch) == 0 || len(sent.Batch) > 10 {
			t.Fatalf("%d events, %v", len(sent.Batch), err)
		}
		asked := slices.ContainsFunc(sent.Batch, func(e event) bool { return e.Info != "" })
		if err := json.Unmarshal([]byte(answer), &told); err != nil || asked && len(told.Batch) != len(sent.Batch) || !asked && answer != "{}" {
			t.Fatalf("%s, %v", answer, err)
		}
	})
}
