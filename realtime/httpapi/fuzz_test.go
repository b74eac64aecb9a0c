package httpapi

import (
	"encoding/hex"
	"net/url"
	"strings"
	"testing"
	"time"
)

// FuzzSignature looks for a query that is taken though nobody signed it, and for panics.
func FuzzSignature(f *testing.F) {
	now := time.Unix(1_700_000_000, 0)
	base := "auth_key=k&auth_timestamp=1700000000&auth_version=1.0"
	f.Add("POST", "/apps/1/events", base+"&body_md5=00")
	f.Add("GET", "/apps/1/channels", base+"&auth_signature=00")
	f.Add("GET", "/a%2fb", "AUTH_KEY=k&&=&a=%41&b=+")
	f.Add("GET", "/", "a=1&A=2")
	f.Fuzz(func(t *testing.T, method, path, raw string) {
		query, err := parseQuery(raw)
		if err != nil {
			return
		}
		for name := range query {
			if name != strings.ToLower(name) {
				t.Fatalf("name %q", name)
			}
		}
		if checkAuth(method, []string{path}, clone(query), "k", "secret", now) == nil {
			t.Fatalf("taken without the secret: %q", raw)
		}
		delete(query, authSignature)
		signature := hex.EncodeToString(sign(method, path, query, "secret"))
		again, err := parseQuery(encode(query) + "&auth_signature=" + signature)
		if err != nil {
			t.Fatalf("%q: %v", encode(query), err)
		}
		signed := query[authKey] == "k" && query[authVersion] == "1.0" && query[authTimestamp] == "1700000000"
		if err := checkAuth(method, []string{path}, again, "k", "secret", now); signed && err != nil {
			t.Fatalf("refused: %v", err)
		}
	})
}

func clone(query map[string]string) map[string]string {
	out := make(map[string]string, len(query))
	for name, value := range query {
		out[name] = value
	}
	return out
}

func encode(query map[string]string) string {
	values := url.Values{}
	for name, value := range query {
		values.Set(name, value)
	}
	return values.Encode()
}
