package webhook

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

const (
	patience   = 5 * time.Minute // how long a notice is tried
	firstPause = time.Second     // before a request is sent again
	longPause  = time.Minute     // what the pause grows to
)

// endpoint is an Endpoint at work.
type endpoint struct {
	Endpoint
	app    *app
	client *http.Client
	log    *slog.Logger
	queue  queue
}

func newEndpoint(s *Sender, a *app, settings Endpoint) *endpoint {
	return &endpoint{
		Endpoint: settings, app: a, client: s.client, queue: queue{more: make(chan struct{}, 1)},
		log: s.log.With(slog.String("app", a.ID), slog.String("endpoint", shown(settings.URL))),
	}
}

// shown is the address without the parts that may be secret.
func shown(address string) string {
	u, err := url.Parse(address)
	if err != nil {
		return ""
	}
	return u.Scheme + "://" + u.Host + u.EscapedPath()
}

func (e *endpoint) wantsType(event string) bool {
	return len(e.EventTypes) == 0 || slices.Contains(e.EventTypes, event)
}

func (e *endpoint) wants(n hub.Notice) bool {
	return e.wantsType(n.Event) && strings.HasPrefix(string(n.Channel), e.StartsWith) && strings.HasSuffix(string(n.Channel), e.EndsWith)
}

// run delivers batch after batch until the queue is closed and empty, or ctx ends.
func (e *endpoint) run(ctx context.Context, stopping <-chan struct{}) {
	failures := 0 // in a row
	for {
		batch, lost := e.queue.take(time.Now().Add(-patience))
		e.dropped(lost, errors.New("the queue is full, or the endpoint failed for too long"))
		if batch == nil {
			if _, open := <-e.queue.more; !open && e.queue.size() == 0 {
				return
			}
			continue
		}
		failures = e.deliver(ctx, stopping, batch, failures)
		if failures > 0 && closed(stopping) {
			e.dropped(e.queue.clear(), errors.New("the server stopped while the endpoint failed"))
		}
	}
}

// deliver sends a batch until it is taken or given up. It gets and returns how many
// requests to the endpoint have failed in a row.
func (e *endpoint) deliver(ctx context.Context, stopping <-chan struct{}, batch []queued, failures int) int {
	body := encode(batch, time.Now())
	deadline := batch[0].since.Add(patience)
	pause := backOff(failures)
	for {
		wait(ctx, stopping, pause)
		err := e.post(ctx, body)
		if err == nil {
			e.app.counts.delivered.Add(int64(len(batch)))
			return 0
		}
		failures++
		e.app.counts.failed.Add(1)
		pause = backOff(failures)
		if ctx.Err() != nil || closed(stopping) || time.Now().Add(pause).After(deadline) {
			e.dropped(int64(len(batch)), err)
			return failures
		}
		if failures == 1 {
			e.log.Warn("a webhook failed and is sent again", slog.Any("error", err))
		}
	}
}

func (e *endpoint) dropped(notices int64, cause error) {
	if notices > 0 {
		e.app.counts.dropped.Add(notices)
		e.log.Error("webhook notices dropped", slog.Int64("notices", notices), slog.Any("error", cause))
	}
}

// post sends one request. Any answer but 2xx is an error.
func (e *endpoint) post(ctx context.Context, body []byte) error {
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.URL, strings.NewReader(string(body)))
	if err != nil {
		return err
	}
	for name, value := range e.Headers {
		request.Header.Set(name, value)
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("X-Pusher-Key", e.app.Key)
	request.Header.Set("X-Pusher-Signature", sign(e.app.Secret, body))
	response, err := e.client.Do(request)
	if err != nil {
		var outer *url.Error
		if errors.As(err, &outer) {
			return outer.Err // without the address, which may hold a secret
		}
		return err
	}
	defer response.Body.Close()
	_, _ = io.CopyN(io.Discard, response.Body, maxAnswer) // so that the connection can be used again
	if response.StatusCode < 200 || response.StatusCode > 299 {
		return fmt.Errorf("answered with status %d", response.StatusCode)
	}
	return nil
}

// backOff is how long to wait after so many failures in a row: twice as long each time,
// and by chance up to half less, so that servers which failed together return apart.
func backOff(failures int) time.Duration {
	if failures == 0 {
		return 0
	}
	pause := min(longPause, firstPause<<min(failures-1, 10))
	return pause - rand.N(pause/2) //nolint:gosec // nobody gains from guessing it
}

// wait returns after the pause, or when nothing more is worth waiting for.
func wait(ctx context.Context, stopping <-chan struct{}, pause time.Duration) {
	if pause <= 0 {
		return
	}
	timer := time.NewTimer(pause)
	defer timer.Stop()
	select {
	case <-timer.C:
	case <-stopping:
	case <-ctx.Done():
	}
}

func closed(c <-chan struct{}) bool {
	select {
	case <-c:
		return true
	default:
		return false
	}
}
