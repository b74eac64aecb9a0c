package firstapi

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"net/url"
	"strconv"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
)

const (
	tries     = 4                // of one call
	longPause = 30 * time.Second // what the pause between them grows to
	longHold  = time.Hour        // the longest time a server is left alone
	maxBody   = 32 << 20         // the list of all events of a season has some 3 MB
)

// request is one call. Equal requests have equal keys.
type request struct {
	path  string // below the base, escaped
	query url.Values
	since Since
}

func (r request) address() string {
	if len(r.query) == 0 {
		return r.path
	}
	return r.path + "?" + r.query.Encode()
}

func (r request) key() string {
	return fmt.Sprint(r.address(), " ", r.since.OnlyChanged, " ", r.since.Modified.Unix())
}

// answer is what the server said. It is shared by equal calls.
type answer struct {
	body      []byte
	modified  time.Time
	unchanged bool
}

// failure is why a try failed, and whether another one is worth it.
type failure struct {
	*fault.Error
	again bool
	after time.Duration // what the server asked for, 0 for nothing
}

// get makes the call or joins an equal one.
func (c *Client) get(ctx context.Context, r request) (answer, error) {
	return c.flights.do(ctx, r.key(), func(ctx context.Context) (answer, error) { return c.insist(ctx, r) })
}

// insist tries until there is an answer, or no hope for one.
func (c *Client) insist(ctx context.Context, r request) (answer, error) {
	last := failure{Error: ErrUnavailable.Because(errors.New("the server asked to be left alone"))}
	for n := range tries {
		ready, err := c.pace.wait(ctx, c.patience)
		if err != nil {
			return answer{}, err
		}
		if !ready {
			return answer{}, last.Because(&AskedError{After: c.pace.rest(), cause: last.Unwrap()})
		}
		got, failed := c.try(ctx, r)
		if failed == nil {
			return got, nil
		}
		if err := ctx.Err(); err != nil {
			return answer{}, err
		}
		last = *failed
		if last.Error == errNotFound {
			break // an answer like others
		}
		c.log.Warn("a call to FIRST's server failed", slog.String("address", r.address()), slog.Int("try", n+1), slog.Any("error", last.Error))
		if !last.again {
			break
		}
		if last.after > 0 {
			c.pace.hold(last.after + jitter(c.pause))
		} else if n < tries-1 {
			if err := sleep(ctx, backOff(c.pause, n)); err != nil {
				return answer{}, err
			}
		}
	}
	return answer{}, last.Error
}

// try sends the request once.
func (c *Client) try(ctx context.Context, r request) (answer, *failure) {
	ctx, cancel := context.WithTimeout(ctx, c.timeout)
	defer cancel()
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, c.base+r.address(), nil)
	if err != nil {
		return answer{}, &failure{Error: ErrRefused.Because(err)}
	}
	c.authorize(req)
	req.Header.Set("Accept", "application/json")
	if since := r.since.Modified; !since.IsZero() {
		name := "If-Modified-Since"
		if r.since.OnlyChanged {
			name = "FMS-OnlyModifiedSince" // the server refuses both at once
		}
		req.Header.Set(name, since.UTC().Format(http.TimeFormat))
	}
	response, err := c.http.Do(req)
	if err != nil {
		var outer *url.Error
		if errors.As(err, &outer) {
			err = outer.Err // the address is in the log already
		}
		return answer{}, &failure{Error: ErrUnavailable.Because(err), again: true}
	}
	defer response.Body.Close()
	body, err := io.ReadAll(io.LimitReader(response.Body, maxBody+1))
	if err != nil {
		return answer{}, &failure{Error: ErrUnavailable.Because(err), again: true}
	}
	return judge(r, response, body)
}

// judge turns a response into an answer or says why it is none.
func judge(r request, response *http.Response, body []byte) (answer, *failure) {
	status := fmt.Errorf("status %d", response.StatusCode)
	switch code := response.StatusCode; {
	case code == http.StatusNotModified && !r.since.Modified.IsZero():
		return answer{modified: r.since.Modified, unchanged: true}, nil
	case code == http.StatusUnauthorized || code == http.StatusForbidden:
		return answer{}, &failure{Error: ErrCredentials.Because(status)}
	case code == http.StatusNotFound:
		return answer{}, &failure{Error: errNotFound}
	case code == http.StatusTooManyRequests || code >= 500 && code != http.StatusNotImplemented:
		return answer{}, &failure{Error: ErrUnavailable.Because(status), again: true, after: retryAfter(response.Header)}
	case code != http.StatusOK:
		return answer{}, &failure{Error: ErrRefused.Because(status)}
	case len(body) > maxBody:
		return answer{}, &failure{Error: ErrUnreadable.Because(fmt.Errorf("more than %d bytes", maxBody))}
	}
	body = bytes.TrimPrefix(bytes.TrimSpace(body), []byte("\ufeff"))
	if !bytes.HasPrefix(bytes.TrimSpace(body), []byte("{")) {
		return answer{}, &failure{Error: ErrUnreadable.Because(errors.New("no JSON object, such as a page for people")), again: true}
	}
	return answer{body: body, modified: lastModified(response.Header)}, nil
}

// lastModified returns the time to ask with next. A change in the same second as the
// answer would have the same time (RFC 9110, 8.8.2.2), so that second is asked for again.
func lastModified(h http.Header) time.Time {
	modified, err := http.ParseTime(h.Get("Last-Modified"))
	if err != nil {
		return time.Time{}
	}
	if now, err := http.ParseTime(h.Get("Date")); err == nil && !modified.Before(now) {
		return modified.Add(-time.Second)
	}
	return modified
}

// retryAfter reads both forms of the header. A date is compared with the server's own.
func retryAfter(h http.Header) time.Duration {
	text := h.Get("Retry-After")
	pause := time.Duration(0)
	if seconds, err := strconv.ParseUint(text, 10, 31); err == nil {
		pause = time.Duration(seconds) * time.Second
	} else if until, err := http.ParseTime(text); err == nil {
		now, err := http.ParseTime(h.Get("Date"))
		if err != nil {
			now = time.Now()
		}
		pause = until.Sub(now)
	}
	return min(max(pause, 0), longHold)
}

// backOff is how long to wait after a try, counted from 0: twice as long each time, and by
// chance up to half less, so that servers which failed together return apart.
func backOff(first time.Duration, n int) time.Duration {
	pause := min(longPause, first<<n)
	return pause - jitter(pause/2)
}

func jitter(most time.Duration) time.Duration {
	return rand.N(most + 1) //nolint:gosec // nobody gains from guessing it
}
