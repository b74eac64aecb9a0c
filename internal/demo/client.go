package demo

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"
)

// The patience of the client.
const (
	requestTime  = 30 * time.Second
	readyTime    = time.Minute // for the server to start
	attempts     = 5           // while the server asks to come back later
	largestReply = 4 << 20
)

// client calls the REST API as a tablet does.
type client struct {
	base string
	http *http.Client
}

func newClient(base string) *client {
	return &client{base: base, http: &http.Client{Timeout: requestTime, Transport: &http.Transport{MaxIdleConnsPerHost: scoutCount}}}
}

// close ends the idle connections and their goroutines.
func (c *client) close() { c.http.CloseIdleConnections() }

// refusal is the API's answer when it is no success.
type refusal struct {
	what   string // method and path
	status int
	code   string // such as bad-token
	detail string
	wait   time.Duration // what Retry-After says
}

// Error says what was asked and why not.
func (r *refusal) Error() string { return fmt.Sprintf("%s: %d %s", r.what, r.status, r.detail) }

// later reports whether the same request may succeed later.
func (r *refusal) later() bool {
	return r.status == http.StatusTooManyRequests || r.status >= http.StatusInternalServerError
}

// refused reports whether the API answered with one of the statuses.
func refused(err error, statuses ...int) bool {
	var r *refusal
	if !errors.As(err, &r) {
		return false
	}
	for _, status := range statuses {
		if r.status == status {
			return true
		}
	}
	return false
}

// call sends in as JSON, unless it is nil, and reads the data of the answer into out,
// unless that is nil.
func (c *client) call(ctx context.Context, token, method, path string, in, out any) error {
	_, err := c.callStatus(ctx, token, method, path, in, out)
	return err
}

// callStatus is call that tells one success from another.
func (c *client) callStatus(ctx context.Context, token, method, path string, in, out any) (int, error) {
	r := request{token: token, method: method, path: path, media: "application/json"}
	if in != nil {
		var err error
		if r.body, err = json.Marshal(in); err != nil {
			return 0, err
		}
	}
	status, raw, err := c.insist(ctx, r)
	if err != nil || out == nil {
		return status, err
	}
	envelope := struct {
		Data any `json:"data"`
	}{out}
	if err := json.Unmarshal(raw, &envelope); err != nil {
		return status, fmt.Errorf("%s %s: %w", method, path, err)
	}
	return status, nil
}

// authorize asks for the signature of a subscription, with a form as pusher-js sends it.
func (c *client) authorize(ctx context.Context, token, socketID, channel string) (auth, data string, err error) {
	form := url.Values{"socket_id": {socketID}, "channel_name": {channel}}
	_, raw, err := c.insist(ctx, request{
		token: token, method: http.MethodPost, path: "/api/pusher/auth",
		media: "application/x-www-form-urlencoded", body: []byte(form.Encode()),
	})
	if err != nil {
		return "", "", err
	}
	var out struct {
		Auth        string `json:"auth"`
		ChannelData string `json:"channel_data"`
	}
	err = json.Unmarshal(raw, &out)
	return out.Auth, out.ChannelData, err
}

// awaitReady waits until the server can serve.
func (c *client) awaitReady(ctx context.Context) error {
	ctx, cancel := context.WithTimeout(ctx, readyTime)
	defer cancel()
	for {
		_, _, err := c.send(ctx, request{method: http.MethodGet, path: "/ready"})
		if err == nil {
			return nil
		}
		if pause(ctx, 100*time.Millisecond) != nil {
			return err
		}
	}
}

// request is one request.
type request struct {
	token, method, path string
	media               string // of the body
	body                []byte
}

// insist sends again, as long as the server asks to come back later. A request that may
// have been done is not repeated: only refusals are.
func (c *client) insist(ctx context.Context, r request) (int, []byte, error) {
	for attempt := 1; ; attempt++ {
		status, raw, err := c.send(ctx, r)
		var no *refusal
		if attempt == attempts || !errors.As(err, &no) || no.wait == 0 {
			return status, raw, err
		}
		if err := pause(ctx, no.wait); err != nil {
			return 0, nil, err
		}
	}
}

func (c *client) send(ctx context.Context, r request) (int, []byte, error) {
	req, err := http.NewRequestWithContext(ctx, r.method, c.base+r.path, bytes.NewReader(r.body))
	if err != nil {
		return 0, nil, err
	}
	if r.body != nil {
		req.Header.Set("Content-Type", r.media)
	}
	if r.token != "" {
		req.Header.Set("Authorization", "Bearer "+r.token)
	}
	resp, err := c.http.Do(req)
	if err != nil {
		return 0, nil, err
	}
	raw, err := io.ReadAll(io.LimitReader(resp.Body, largestReply))
	if err := errors.Join(err, resp.Body.Close()); err != nil {
		return 0, nil, err
	}
	if resp.StatusCode >= http.StatusMultipleChoices {
		return resp.StatusCode, nil, newRefusal(r.method+" "+strings.SplitN(r.path, "?", 2)[0], resp, raw)
	}
	return resp.StatusCode, raw, nil
}

func newRefusal(what string, resp *http.Response, raw []byte) *refusal {
	var p struct {
		Type   string `json:"type"`
		Detail string `json:"detail"`
	}
	if err := json.Unmarshal(raw, &p); err != nil || p.Detail == "" {
		p.Detail = http.StatusText(resp.StatusCode)
	}
	r := &refusal{what: what, status: resp.StatusCode, detail: p.Detail}
	_, r.code, _ = strings.Cut(p.Type, "#")
	if seconds, err := strconv.Atoi(resp.Header.Get("Retry-After")); err == nil && r.later() {
		r.wait = max(time.Duration(seconds), 1) * time.Second
	}
	return r
}
