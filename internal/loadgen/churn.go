package loadgen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net/http"
	"slices"
	"strconv"
	"strings"
	"time"
)

var (
	errRoster = errors.New("not who is there")
	errGrown  = errors.New("the server has grown")
)

// settling is the part of churn's time after which memory and goroutines must stay as
// they are, 30 s of 3 minutes.
const settling = 6

// What the server may grow by after that.
const (
	moreShare      = 0.1
	moreRSS        = 4 // MiB
	moreGoroutines = 10
)

// churn lets guests come and go while messages are published. Every one of them gets what
// is published while it is subscribed; in the end the server and each socket know exactly
// who is there; and the server has not grown.
func churn(ctx context.Context, f *fleet, p Plan) (Metrics, error) {
	c, err := newCrowd(ctx, f, p)
	if err != nil {
		return nil, err
	}
	if err := c.live(ctx, p.Churn/settling, p.Rate, p.Swaps); err != nil {
		return nil, err
	}
	goroutines, err := readGoroutines(ctx, f.target.Metrics)
	if err != nil {
		return nil, err
	}
	m, err := f.measure()
	if err != nil {
		return nil, err
	}
	f.timing = true
	if err := c.live(ctx, p.Churn-p.Churn/settling, p.Rate, p.Swaps); err != nil {
		return nil, err
	}
	f.timing = false
	e, err := m.stop()
	if err != nil {
		return nil, err
	}
	goroutinesNow, err := readGoroutines(ctx, f.target.Metrics)
	if err != nil {
		return nil, err
	}
	if err := c.checkRosters(ctx); err != nil {
		return nil, err
	}
	if now, before := e.usage.rss, m.usage.rss; now > before*(1+moreShare)+moreRSS {
		return nil, fmt.Errorf("%w: %.1f MiB of memory, %.1f before", errGrown, now, before)
	}
	if goroutinesNow > goroutines*(1+moreShare)+moreGoroutines {
		return nil, fmt.Errorf("%w: %.0f goroutines, %.0f before", errGrown, goroutinesNow, goroutines)
	}
	return Metrics{
		"joins": float64(c.joins), "leaves": float64(c.leaves), "events": float64(c.events), "deliveries": float64(f.delivered),
		"late_events": float64(c.late), "p50_ms": percentile(f.delays, 50), "p99_ms": percentile(f.delays, 99),
		"rss_mib": e.usage.rss, "rss_before_mib": m.usage.rss, "goroutines": goroutinesNow, "goroutines_before": goroutines,
		"cpu_pct": e.server / e.wall * 100, "gen_cpu_pct": e.own / e.wall * 100,
	}, nil
}

// checkRosters compares who is in each room with what the server's HTTP API says and with
// what each socket was told. The server may take a while to notice a socket that is gone.
func (c *crowd) checkRosters(ctx context.Context) error {
	f := c.fleet
	for end := time.Now().Add(f.patience); ; {
		err := c.compareRosters(ctx)
		if err == nil {
			break
		}
		if !errors.Is(err, errRoster) || time.Now().After(end) {
			return err
		}
		if err := f.rest(ctx, 50*time.Millisecond); err != nil {
			return err
		}
	}
	if err := f.rest(ctx, lateDouble); err != nil {
		return err
	}
	return c.compareRosters(ctx)
}

func (c *crowd) compareRosters(ctx context.Context) error {
	for _, r := range c.rooms {
		users, sockets := map[string]bool{}, 0
		for _, g := range c.in {
			if g.room == r {
				users[g.user] = true
				sockets++
			}
		}
		var counted struct {
			Subscriptions int `json:"subscription_count"`
		}
		if err := c.fleet.ask(ctx, "/channels/"+r.name, "info=subscription_count", &counted); err != nil {
			return err
		}
		if counted.Subscriptions != sockets {
			return fmt.Errorf("%s: %d subscriptions of %d: %w", r.name, counted.Subscriptions, sockets, errRoster)
		}
		if !r.presence() {
			continue
		}
		var list struct{ Users []struct{ ID string } }
		if err := c.fleet.ask(ctx, "/channels/"+r.name+"/users", "", &list); err != nil {
			return err
		}
		told := map[string]bool{}
		for _, user := range list.Users {
			told[user.ID] = true
		}
		if !maps.Equal(told, users) || len(list.Users) != len(told) {
			return fmt.Errorf("%s: the HTTP API says %s: %w", r.name, difference(told, users), errRoster)
		}
		for _, g := range c.in {
			if v := g.socket.visit; g.room == r && !v.sees(users) {
				return fmt.Errorf("%s: user %s was told %s: %w", r.name, g.user, difference(v.members, users), errRoster)
			}
		}
	}
	return nil
}

// difference names who is on one list only.
func difference(told, truth map[string]bool) string {
	var text []string
	for _, user := range slices.Sorted(maps.Keys(told)) {
		if !truth[user] {
			text = append(text, "+"+user)
		}
	}
	for _, user := range slices.Sorted(maps.Keys(truth)) {
		if !told[user] {
			text = append(text, "-"+user)
		}
	}
	return fmt.Sprintf("%d users of %d (%s)", len(told), len(truth), strings.Join(text, " "))
}

// askLimit is how long one question to the server may take.
const askLimit = 10 * time.Second

// ask puts a signed question to the server's HTTP API. The fleet stands still meanwhile.
func (f *fleet) ask(ctx context.Context, path, query string, out any) error {
	body, err := fetch(ctx, "http://"+f.target.Address+f.signer.question(path, query))
	if err != nil {
		return err
	}
	if err := json.Unmarshal(body, out); err != nil {
		return fmt.Errorf("%s: %w: %.200q", path, errNotJSON, body)
	}
	return nil
}

// readGoroutines reads go_goroutines from the server's metrics. Without an address it is 0.
func readGoroutines(ctx context.Context, address string) (float64, error) {
	if address == "" {
		return 0, nil
	}
	body, err := fetch(ctx, "http://"+address+"/metrics")
	if err != nil {
		return 0, err
	}
	for line := range strings.Lines(string(body)) {
		if value, found := strings.CutPrefix(line, "go_goroutines "); found {
			return strconv.ParseFloat(strings.TrimSpace(value), 64)
		}
	}
	return 0, fmt.Errorf("%s tells no go_goroutines", address)
}

func fetch(ctx context.Context, url string) ([]byte, error) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, url, http.NoBody)
	if err != nil {
		return nil, err
	}
	answer, err := http.DefaultClient.Do(request) //nolint:gosec // the server that is measured
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	if answer.StatusCode != http.StatusOK {
		return nil, fmt.Errorf("%s: %d %.200q", request.URL.Path, answer.StatusCode, body)
	}
	return body, nil
}
