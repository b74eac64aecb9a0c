package loadgen

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"time"
)

// Watch is how somebody looks at the server during watched. The zero Watch looks at nothing.
type Watch struct {
	Path  string // asked for once a second
	End   string // asked for when it is not to be looked at any more, if not empty
	Token string // for both; "" is none
}

// glance is how often somebody looks.
const glance = time.Second

// talkers is how many subscribers publish, too.
const talkers = 8

// watched publishes at a rate, by the HTTP API and by client events in turn, to subscribers who
// are users, and compares what a delivery costs the server while somebody looks at it with
// what it costs else. Windows of a second or two alternate, so that whatever else the machine
// does happens to both: one alone, two watched, one alone, and so on.
func watched(ctx context.Context, f *fleet, p Plan) (Metrics, error) {
	l, err := newTalk(ctx, f, p)
	if err != nil {
		return nil, err
	}
	w := watch{Watch: p.Watch, base: "http://" + f.target.Address}
	defer w.client.CloseIdleConnections()
	if err := l.pace(ctx, p.Turn, p.Rate); err != nil {
		return nil, err
	}
	var extra, added, apart, alone, seen []float64
	for range p.Turns {
		var c [4]cost
		for i := range c {
			if c[i], err = l.window(ctx, p, &w, i == 1 || i == 2); err != nil {
				return nil, err
			}
		}
		without, with := c[0].each()+c[3].each(), c[1].each()+c[2].each()
		extra = append(extra, (with/without-1)*100)
		added = append(added, (c[1].cpu+c[2].cpu-c[0].cpu-c[3].cpu)/(2*p.Turn.Seconds())*1e6)
		apart = append(apart, max(c[0].each()/c[3].each()-1, c[3].each()/c[0].each()-1)*100)
		alone, seen = append(alone, without/2*1e6), append(seen, with/2*1e6)
	}
	m := Metrics{"windows": float64(4 * p.Turns), "looks": float64(w.looks)}
	for name, values := range map[string][]float64{
		"cpu_us_per_delivery": alone, "watched_cpu_us_per_delivery": seen, "extra_pct": extra, "extra_cpu_us_per_s": added, "alone_apart_pct": apart,
	} {
		m[name], _ = median(values)
	}
	m["extra_pct_low"], m["extra_pct_high"] = interval(extra)
	m["extra_cpu_us_per_s_low"], m["extra_cpu_us_per_s_high"] = interval(added)
	return m, f.settle(ctx, l.expect)
}

// newTalk connects users on a private channel, of whom some publish, and publishers.
func newTalk(ctx context.Context, f *fleet, p Plan) (*line, error) {
	l := &line{fleet: f, channel: "private-line", readers: p.Subscribers, talkers: min(talkers, p.Subscribers, maxPublishers-p.Publishers)}
	if err := f.connect(ctx, p.Subscribers, handshakes, false); err != nil {
		return nil, err
	}
	for _, s := range f.subscribers {
		s.subscribe(l.channel, fmt.Sprintf("user-%d", s.id))
	}
	if err := f.waitSubscribed(ctx, p.Subscribers); err != nil {
		return nil, err
	}
	return l, f.hire(p.Publishers)
}

// talk has one of the readers send a client event, which all the others get.
func (l *line) talk(who int) {
	f, id := l.fleet, len(l.fleet.publishers)+who
	l.numbers[id]++
	l.expect += l.readers - 1
	text := []byte(`{"event":"client-load","channel":"` + l.channel + `","data":"`)
	text = append(appendPayload(text, stamp{publisher: id, number: l.numbers[id], due: f.now}, f.size), `"}`...)
	f.subscribers[who].send(text)
}

// cost is what a window took of the server.
type cost struct {
	cpu        float64 // seconds
	deliveries int
}

// each is the CPU time of a delivery.
func (c cost) each() float64 { return c.cpu / float64(c.deliveries) }

// window publishes for a turn, and measures until everybody has everything.
func (l *line) window(ctx context.Context, p Plan, w *watch, looks bool) (cost, error) {
	if !looks {
		if err := w.end(ctx); err != nil {
			return cost{}, err
		}
	}
	before := l.fleet.delivered
	m, err := l.fleet.measure()
	if err != nil {
		return cost{}, err
	}
	looking, stop := context.WithTimeout(ctx, p.Turn)
	defer stop()
	looked := make(chan error, 1)
	go func() {
		if looks {
			looked <- w.follow(ctx, looking)
		} else {
			looked <- nil
		}
	}()
	if err := l.pace(ctx, p.Turn, p.Rate); err != nil {
		return cost{}, err
	}
	if err := <-looked; err != nil {
		return cost{}, err
	}
	e, err := m.stop()
	return cost{cpu: e.server, deliveries: l.fleet.delivered - before}, err
}

// watch is somebody who looks at the server.
type watch struct {
	Watch
	base   string
	client http.Client
	after  string // the cursor that the last answer gave
	looks  int
}

var errLook = errors.New("what somebody looked at was refused")

// follow looks at once and once a second until looking ends. No question is cut short.
func (w *watch) follow(ctx, looking context.Context) error {
	again := time.NewTicker(glance)
	defer again.Stop()
	if w.Path == "" {
		return nil
	}
	for {
		if err := w.look(ctx); err != nil {
			return err
		}
		select {
		case <-looking.Done():
		case <-again.C:
		}
		if looking.Err() != nil {
			return nil // also where both have come, which is late
		}
	}
}

// look asks as a page does that shows what is new.
func (w *watch) look(ctx context.Context) error {
	path := w.Path
	if w.after != "" {
		path += map[bool]string{true: "&", false: "?"}[strings.Contains(path, "?")] + "after=" + url.QueryEscape(w.after)
	}
	body, err := w.ask(ctx, path)
	if err != nil {
		return err
	}
	var answer struct{ Data struct{ Next string } }
	if json.Unmarshal(body, &answer) == nil {
		w.after = answer.Data.Next
	}
	w.looks++
	return nil
}

// end says that nobody looks any more.
func (w *watch) end(ctx context.Context) error {
	if w.End == "" {
		return nil
	}
	w.after = ""
	_, err := w.ask(ctx, w.End)
	return err
}

func (w *watch) ask(ctx context.Context, path string) ([]byte, error) {
	r, err := http.NewRequestWithContext(ctx, http.MethodGet, w.base+path, nil)
	if err != nil {
		return nil, err
	}
	if w.Token != "" {
		r.Header.Set("Authorization", "Bearer "+w.Token)
	}
	answer, err := w.client.Do(r)
	if err != nil {
		return nil, err
	}
	body, err := io.ReadAll(answer.Body)
	if err := errors.Join(err, answer.Body.Close()); err != nil {
		return nil, err
	}
	if answer.StatusCode/100 != 2 {
		return nil, fmt.Errorf("%w: %s: %d %.200q", errLook, path, answer.StatusCode, body)
	}
	return body, nil
}
