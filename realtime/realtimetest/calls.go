package realtimetest

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"time"
)

// call is a call of the HTTP API, which can be spoiled before it is signed and after.
type call struct {
	method, path string // of an app, such as /events
	query        map[string]string
	without      string // a parameter that is left out
	body         string
	secret       string                // the app's if it is ""
	spoil        func(r *http.Request) // after it is signed
}

// answer is what a call was answered with.
type answer struct {
	rig    *rig
	what   string
	status int
	body   string
	header http.Header
}

// signed returns the path and the query of the call. The text that is signed has its
// values unescaped, the query has them escaped.
func (r *rig) signed(c call) string {
	query := map[string]string{"auth_key": r.app.Key, "auth_version": "1.0", "auth_timestamp": strconv.FormatInt(time.Now().Unix(), 10)}
	if c.body != "" {
		sum := md5.Sum([]byte(c.body))
		query["body_md5"] = hex.EncodeToString(sum[:])
	}
	for name, value := range c.query {
		query[name] = value
	}
	delete(query, c.without)
	var pairs, escaped []string
	for name, value := range query {
		pairs = append(pairs, strings.ToLower(name)+"="+value)
		escaped = append(escaped, url.QueryEscape(name)+"="+url.QueryEscape(value))
	}
	slices.Sort(pairs)
	if c.secret == "" {
		c.secret = r.app.Secret
	}
	path := "/apps/" + r.app.ID + c.path
	mac := hmac.New(sha256.New, []byte(c.secret))
	mac.Write([]byte(c.method + "\n" + path + "\n" + strings.Join(pairs, "&")))
	return path + "?" + strings.Join(escaped, "&") + "&auth_signature=" + hex.EncodeToString(mac.Sum(nil))
}

// call makes the call at the node whose turn it is.
func (r *rig) call(c call) answer {
	r.Helper()
	return r.callAt(r.node(), c)
}

func (r *rig) callAt(node string, c call) answer {
	r.Helper()
	request, err := http.NewRequestWithContext(r.Context(), c.method, "http://"+node+r.signed(c), strings.NewReader(c.body))
	r.must(err)
	if c.body != "" {
		request.Header.Set("Content-Type", "application/json")
	}
	if c.spoil != nil {
		c.spoil(request)
	}
	got, err := r.http.Do(request)
	if err != nil {
		r.Fatalf("%s %s: %v", c.method, c.path, err)
	}
	defer got.Body.Close()
	body, err := io.ReadAll(got.Body)
	r.must(err)
	what := c.method + " " + c.path
	if len(c.query) > 0 {
		what += " " + text(c.query)
	}
	if c.body != "" {
		what += " " + c.body[:min(len(c.body), 120)]
	}
	return answer{rig: r, what: what, status: got.StatusCode, body: string(body), header: got.Header}
}

// get asks a question.
func (r *rig) get(path string, query map[string]string) answer {
	r.Helper()
	return r.call(call{method: http.MethodGet, path: path, query: query})
}

// post triggers.
func (r *rig) post(path, body string) answer {
	r.Helper()
	return r.call(call{method: http.MethodPost, path: path, body: body})
}

// is wants the status.
func (a answer) is(status int) answer {
	a.rig.Helper()
	if a.status != status {
		a.rig.Errorf("%d %s, want %d for %s", a.status, a.body, status, a.what)
	}
	return a
}

// has wants the status 200 and the body.
func (a answer) has(body string) {
	a.rig.Helper()
	if a.is(http.StatusOK); a.status == http.StatusOK && !same(a.body, body) {
		a.rig.Errorf("%s, want %s for %s", a.body, body, a.what)
	}
}
