package faults

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
	"time"
)

// Answer is what a request got.
type Answer struct {
	Status int
	Header http.Header
	Body   []byte
	Took   time.Duration
}

// Into decodes the data of a success.
func (a Answer) Into(out any) error {
	return json.Unmarshal(a.Body, &struct {
		Data any `json:"data"`
	}{out})
}

// Client calls the API of a node or of what stands before it. It never repeats a request
// by itself.
type Client struct {
	Token string
	http  *http.Client
}

// NewClient returns a client with the token. A request that takes longer than limit fails.
func NewClient(token string, limit time.Duration) *Client {
	transport := &http.Transport{MaxIdleConnsPerHost: 256, DisableCompression: true}
	return &Client{Token: token, http: &http.Client{Transport: transport, Timeout: limit}}
}

// Ask sends one request.
func (c *Client) Ask(ctx context.Context, method, url, body string) (Answer, error) {
	request, err := http.NewRequestWithContext(ctx, method, url, strings.NewReader(body))
	if err != nil {
		return Answer{}, err
	}
	request.Header.Set("Content-Type", "application/json")
	if c.Token != "" {
		request.Header.Set("Authorization", "Bearer "+c.Token)
	}
	began := time.Now()
	response, err := c.http.Do(request)
	if err != nil {
		return Answer{}, err
	}
	defer response.Body.Close()
	a := Answer{Status: response.StatusCode, Header: response.Header}
	a.Body, err = io.ReadAll(response.Body)
	a.Took = time.Since(began)
	return a, err
}

// Want asks and fails the test unless the answer has the status.
func (c *Client) Want(t testing.TB, status int, method, url, body string, out any) Answer {
	t.Helper()
	a, err := c.Ask(context.Background(), method, url, body)
	if err != nil || a.Status != status {
		t.Fatalf("%s %s: %d %v, want %d: %.300s", method, url, a.Status, err, status, a.Body)
	}
	if out != nil {
		must(t, a.Into(out))
	}
	return a
}

// Until asks again and again until holds is true, for as long as patience lasts.
func Until(t testing.TB, what string, holds func() bool) {
	t.Helper()
	UntilWithin(t, patience, what, holds)
}

// UntilWithin is Until with another patience.
func UntilWithin(t testing.TB, limit time.Duration, what string, holds func() bool) {
	t.Helper()
	for deadline := time.Now().Add(limit); !holds(); <-time.After(5 * time.Millisecond) {
		if time.Now().After(deadline) {
			t.Fatalf("never: %s", what)
		}
	}
}

// Figure prints one measured value beside its limit, one line for each, for the table in
// docs/reliability.md, and fails the test where the limit is broken.
func Figure(t testing.TB, name string, value, limit float64) {
	t.Helper()
	line := fmt.Sprintf("%s %.6g %.6g", name, value, limit)
	if value > limit {
		t.Errorf("%s: over the limit", line)
		return
	}
	t.Log(line)
}

// Timed prints a time beside the limit that a machine keeps which does nothing else. How long
// something takes says as much of what else a machine does, so that the test fails only at
// ten seconds and three times the limit: that is not slow, but hangs until somebody gives up.
// What holds on any machine is asserted by order or by ratio where Timed is called.
func Timed(t testing.TB, name string, took, limit time.Duration) {
	t.Helper()
	unit := time.Second
	if strings.HasSuffix(name, "_ms") {
		unit = time.Millisecond
	}
	line := fmt.Sprintf("%s %.4g %.4g", name, float64(took)/float64(unit), float64(limit)/float64(unit))
	if most := max(10*time.Second, 3*limit); took > most {
		t.Errorf("%s: hangs", line)
		return
	}
	t.Log(line)
}

// AtLeast is Figure where the limit is a lower one.
func AtLeast(t testing.TB, name string, value, limit float64) {
	t.Helper()
	line := fmt.Sprintf("%s %.6g %.6g", name, value, limit)
	if value < limit {
		t.Errorf("%s: under the limit", line)
		return
	}
	t.Log(line)
}
