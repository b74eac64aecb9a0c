// Package pusher publishes to an external server that speaks Pusher's HTTP API: Pusher
// Channels, soketi, or our own hub as a program of its own.
package pusher

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"time"

	pusherhttp "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

const (
	batchSize = 10       // events in one request
	maxData   = 10 << 10 // bytes of one event's data
	timeout   = 10 * time.Second
)

// Options says where the server is and which app of it is ours.
type Options struct {
	AppID, Key, Secret string
	Host               string // host:port; "" is Pusher's own of the cluster
	Cluster            string
	TLS                bool
	BaseURL            string        // where clients reach our API, for events that are too large; "" leaves a path
	Timeout            time.Duration // of one request; 0 is 10 s
}

// Publisher publishes to one app of an external server.
type Publisher struct {
	o         Options
	transport http.RoundTripper
}

var _ realtime.Publisher = (*Publisher)(nil)

// New returns a publisher. It asks nothing of the server yet.
func New(o Options) *Publisher {
	if o.Timeout == 0 {
		o.Timeout = timeout
	}
	if o.Host == "" {
		o.TLS = true
	}
	return &Publisher{o: o, transport: newTransport(o.Timeout)}
}

// client returns a client of the library whose requests end with ctx.
func (p *Publisher) client(ctx context.Context) *pusherhttp.Client {
	return &pusherhttp.Client{
		AppID: p.o.AppID, Key: p.o.Key, Secret: p.o.Secret, Host: p.o.Host, Cluster: p.o.Cluster, Secure: p.o.TLS,
		HTTPClient: &http.Client{Timeout: p.o.Timeout, Transport: judge{ctx, p.transport}},
	}
}

// Publish implements realtime.Publisher. The events go out in their order, ten in a request.
func (p *Publisher) Publish(ctx context.Context, events []realtime.Event) error {
	client := p.client(ctx)
	var batch []pusherhttp.Event
	flush := func() error {
		if len(batch) == 0 {
			return nil
		}
		_, err := client.TriggerBatch(batch)
		batch = nil
		return verdict(err)
	}
	for _, event := range events {
		data, err := p.fit(event)
		if err != nil {
			return &realtime.RefusedError{Reason: err.Error()}
		}
		if user := event.Channel.User(); user != "" { // the library takes such channels in no batch
			if err := flush(); err != nil {
				return err
			}
			if err := verdict(client.SendToUser(user, event.Name, data)); err != nil {
				return err
			}
			continue
		}
		next := pusherhttp.Event{Channel: string(event.Channel), Name: event.Name, Data: data}
		if event.Except != "" {
			next.SocketID = &event.Except
		}
		if batch = append(batch, next); len(batch) == batchSize {
			if err := flush(); err != nil {
				return err
			}
		}
	}
	return flush()
}

// reference stands for data that is too large.
type reference struct {
	ID  string          `json:"id"`
	Seq json.RawMessage `json:"seq"`
	At  json.RawMessage `json:"at"`
	Ref bool            `json:"ref"` // always true
	URL string          `json:"url"` // where the event is, for who may read the channel
}

// fit returns the event's data, or a reference to it if the server would not take so much.
func (p *Publisher) fit(event realtime.Event) (string, error) {
	if len(event.Data) <= maxData {
		return event.Data, nil
	}
	ref := reference{Ref: true}
	if err := json.Unmarshal([]byte(event.Data), &ref); err != nil || ref.ID == "" {
		return "", errors.New("the data is over 10 KiB and is no event of the log")
	}
	ref.Ref = true
	ref.URL = p.o.BaseURL + "/api/channels/" + url.PathEscape(string(event.Channel)) + "/events/" + ref.ID
	raw, err := json.Marshal(ref)
	return string(raw), err
}

// Revoke implements realtime.Publisher. An external server knows its users by their sign-in
// only and can end all their sockets or none, so that is what a revocation does there.
func (p *Publisher) Revoke(ctx context.Context, revocation realtime.Revocation) error {
	_, err := p.Ask(ctx, http.MethodPost, "/users/"+revocation.UserID+"/terminate_connections", nil, []byte("{}")) // which the library has not
	var unable *StatusError
	if errors.As(err, &unable) && unable.Status == http.StatusNotFound { // the server has no such call
		return &realtime.RefusedError{Reason: unable.Error()}
	}
	return verdict(err)
}

// Ask sends a signed request about the app, such as GET of /channels, and returns the answer.
// One that is no success is a StatusError.
func (p *Publisher) Ask(ctx context.Context, method, path string, query url.Values, body []byte) ([]byte, error) {
	request, err := http.NewRequestWithContext(ctx, method, p.Signed(method, "/apps/"+p.o.AppID+path, query, body), bytes.NewReader(body))
	if err != nil {
		return nil, &realtime.RefusedError{Reason: err.Error()}
	}
	request.Header.Set("Content-Type", "application/json")
	response, err := (&http.Client{Timeout: p.o.Timeout, Transport: judge{ctx, p.transport}}).Do(request)
	if err != nil {
		return nil, err
	}
	raw, err := io.ReadAll(response.Body)
	return raw, errors.Join(err, response.Body.Close())
}

// Signed returns the address of a request with its signature, for a while.
func (p *Publisher) Signed(method, path string, query url.Values, body []byte) string {
	return p.base() + path + "?" + Sign(p.o.Key, p.o.Secret, method, path, query, body, time.Now())
}

func (p *Publisher) base() string {
	scheme, host := "http://", p.o.Host
	if p.o.TLS {
		scheme = "https://"
	}
	switch {
	case host == "" && p.o.Cluster != "":
		host = "api-" + p.o.Cluster + ".pusher.com"
	case host == "":
		host = "api.pusherapp.com"
	}
	return scheme + host
}
