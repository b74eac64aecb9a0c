package eventday

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/http/httptrace"
	"testing"

	"github.com/google/uuid"
)

// caller calls the API as somebody, or as nobody.
type caller struct {
	t        *testing.T
	hall     *hall
	rec      *recorder
	audience int // the team, or public
	token    string
	id       uuid.UUID
	name     string
}

// answer is what the API said.
type answer struct {
	status int
	raw    []byte
}

// into reads the data of the answer.
func (a answer) into(t *testing.T, out any) {
	t.Helper()
	if err := json.Unmarshal(a.raw, &struct {
		Data any `json:"data"`
	}{out}); err != nil {
		t.Errorf("%.300s: %v", a.raw, err)
	}
}

// next returns the cursor of the next page.
func (a answer) next() string {
	var page struct{ NextCursor string }
	_ = json.Unmarshal(a.raw, &page) // into has read it
	return page.NextCursor
}

// trouble is what the network does to a request.
type trouble int

const (
	none       trouble = iota
	answerLost         // the server's answer does not reach the caller
	cutOff             // the caller is gone as soon as the request is out
)

var errLost = errors.New("lost")

// call sends a request and takes its answer. Texts and bytes go as they are, anything else
// as JSON.
func (c *caller) call(method, path string, body any) answer {
	c.t.Helper()
	a, err := c.try(none, method, path, body)
	if err != nil {
		c.t.Errorf("%s %s: %v", method, path, err)
	}
	return a
}

// want is call for an answer that must have one of the statuses.
func (c *caller) want(method, path string, body any, statuses ...int) answer {
	c.t.Helper()
	a := c.call(method, path, body)
	for _, status := range statuses {
		if a.status == status {
			return a
		}
	}
	c.t.Errorf("%s %s as %s: %d %.400s", method, path, c.name, a.status, a.raw)
	return a
}

func (c *caller) try(what trouble, method, path string, body any) (answer, error) {
	raw, media, err := encode(body)
	if err != nil {
		return answer{}, err
	}
	ctx, cancel := context.WithTimeout(c.t.Context(), patience)
	defer cancel()
	if what == cutOff {
		ctx = httptrace.WithClientTrace(ctx, &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { cancel() }})
	}
	request, err := http.NewRequestWithContext(ctx, method, c.hall.url+path, bytes.NewReader(raw))
	if err != nil {
		return answer{}, err
	}
	if body != nil {
		request.Header.Set("Content-Type", media)
	}
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil {
		return answer{}, errors.Join(errLost, err)
	}
	said, err := io.ReadAll(response.Body)
	if err := errors.Join(err, response.Body.Close()); err != nil {
		return answer{}, errors.Join(errLost, err)
	}
	c.rec.heard(c.audience, method+" "+path+" as "+c.name, fmt.Sprint(response.Header)+string(said))
	if what == answerLost {
		return answer{}, errLost
	}
	return answer{response.StatusCode, said}, nil
}

func encode(body any) (raw []byte, media string, err error) {
	switch b := body.(type) {
	case nil:
		return nil, "", nil
	case []byte:
		return b, "application/octet-stream", nil
	}
	raw, err = json.Marshal(body)
	return raw, "application/json", err
}

// fields is a JSON object.
type fields map[string]any
