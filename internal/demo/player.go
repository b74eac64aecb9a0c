package demo

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"strings"
	"sync"
	"time"
)

const (
	drainTries = 20 // at the end, once a second
	screenTime = 5 * time.Second
)

// player plays the event with everybody in it. One goroutine does it all; only the sockets
// have goroutines of their own.
type player struct {
	o       Options
	world   *world
	script  *script
	matches []scriptMatch
	venue   venue
	tablets []*tablet
	screens []*screen
	created int      // entries that were new to the server, in this run
	refused []string // reasons
	slot    time.Duration
}

// settings is what the server tells front ends of its realtime side.
type settings struct {
	Driver string `json:"driver"`
	Key    string `json:"key"`
}

func newPlayer(o Options, script *script, w *world) *player {
	p := &player{o: o, world: w, script: script, matches: script.quals()}
	if o.Speed > 0 {
		p.slot = time.Duration(float64(slot) / o.Speed)
	}
	people, crews := w.scouts()
	for i := range people {
		p.tablets = append(p.tablets, newTablet(w.api, people[i], crews[i]))
	}
	for _, c := range w.Teams {
		p.screens = append(p.screens, newScreen(c))
	}
	return p
}

// start opens the event, brings everybody online and welcomes the newcomer.
func (p *player) start(ctx context.Context) error {
	var live settings
	if err := p.world.api.call(ctx, "", http.MethodGet, "/api/realtime/config", nil, &live); err != nil {
		return err
	}
	if live.Driver == "embedded" && p.o.HubURL != "" {
		p.venue = venue{api: p.world.api, hub: strings.TrimRight(p.o.HubURL, "/"), key: live.Key}
	}
	if err := p.open(ctx); err != nil {
		return err
	}
	if err := p.sitAll(ctx); err != nil {
		return err
	}
	return p.welcome(ctx, live)
}

// open puts the event of the round where everybody finds it.
func (p *player) open(ctx context.Context) error {
	if p.world.Next > len(p.matches) {
		p.world.Round, p.world.Next = p.world.Round+1, 1
	}
	c, err := p.script.competition(p.world.Round)
	if err != nil {
		return err
	}
	if err := p.o.FTC.Put(ctx, c); err != nil {
		return fmt.Errorf("store the demo's event: %w", err)
	}
	if p.o.Hall != nil {
		if err := p.o.Hall.enter(c.Event.EventKey, p.world.Round, p.world.Next); err != nil {
			return err
		}
	}
	return p.world.save()
}

// sitAll brings everybody online.
func (p *player) sitAll(ctx context.Context) error {
	for _, s := range p.screens {
		if err := p.venue.sit(ctx, &s.seat); err != nil {
			return err
		}
	}
	for _, t := range p.tablets {
		if err := p.venue.sit(ctx, &t.seat); err != nil {
			return err
		}
	}
	return nil
}

// leave closes all sockets at once.
func (p *player) leave() {
	var all sync.WaitGroup
	for _, s := range p.screens {
		all.Go(s.leave)
	}
	for _, t := range p.tablets {
		all.Go(t.leave)
	}
	all.Wait()
}

func (p *player) run(ctx context.Context) error {
	for {
		for p.world.Next <= len(p.matches) {
			if err := p.play(ctx, p.matches[p.world.Next-1]); err != nil {
				return errors.Join(err, p.world.save())
			}
		}
		if err := p.playoffs(ctx); err != nil {
			return errors.Join(err, p.world.save())
		}
		if err := p.finish(ctx); err != nil {
			return errors.Join(err, p.world.save())
		}
		if p.o.Once {
			return p.world.save()
		}
		if err := p.open(ctx); err != nil {
			return err
		}
		p.say("\nThe teams meet again: %s.\n", p.script.key(p.world.Round).Code)
	}
}

func (p *player) stage() stage {
	return stage{script: p.script, seed: p.world.Seed, world: p.world.World, round: p.world.Round}
}

// play is one match: the scouts take their seats, and what they see arrives entry by entry.
func (p *player) play(ctx context.Context, m scriptMatch) error {
	start := time.Now()
	stage := p.stage()
	away := stage.away(m.Number)
	news := append(p.onField(m.Number), p.gather(ctx, away)...)
	saved := 0
	for _, task := range stage.tasks(m) {
		if err := pause(ctx, time.Until(start.Add(time.Duration(task.at*float64(p.slot))))); err != nil {
			return err
		}
		t := p.tablets[task.scout]
		if t.out {
			continue
		}
		t.record(task.entry)
		if task.scout != away {
			saved += p.send(ctx, t)
		}
	}
	if err := ctx.Err(); err != nil {
		return err
	}
	if away >= 0 && !p.tablets[away].out {
		news = append(news, fmt.Sprintf("%s is offline with %d waiting", p.tablets[away].Name, len(p.tablets[away].Outbox)))
	}
	p.progress(m, saved, news)
	p.world.Next++
	if err := p.world.save(); err != nil {
		return err
	}
	if err := pause(ctx, time.Until(start.Add(p.slot))); err != nil {
		return err
	}
	return p.review(ctx, m.Number)
}

// gather brings back who was away, and takes leave of who goes. It returns what is worth
// telling.
func (p *player) gather(ctx context.Context, away int) []string {
	var news []string
	for i, t := range p.tablets {
		if i == away || t.out {
			t.vanish()
			continue
		}
		p.warn(ctx, "a scout is without socket", p.venue.sit(ctx, &t.seat))
		if len(t.Outbox) > 0 {
			if n := p.send(ctx, t); n > 0 {
				news = append(news, fmt.Sprintf("%s is back and sent %d at once", t.Name, n))
			}
		}
	}
	for _, s := range p.screens {
		p.warn(ctx, "a coach is without socket", p.venue.sit(ctx, &s.seat))
	}
	return news
}

// send drains a tablet and returns how many entries were new to the server.
func (p *player) send(ctx context.Context, t *tablet) int {
	if t.out {
		return 0
	}
	r := t.drain(ctx)
	p.created += r.created
	p.refused = append(p.refused, r.refused...)
	for _, reason := range r.refused {
		p.o.Logger.WarnContext(ctx, "an entry is refused", slog.String("reason", reason))
	}
	p.warn(ctx, "entries wait", r.err)
	if t.out {
		p.say("       %s may not scout any more: %v\n", t.Name, r.err)
	}
	return r.created
}

// warn tells of a failure that the demo goes on after; at the end everything fails.
func (p *player) warn(ctx context.Context, what string, err error) {
	if err != nil && ctx.Err() == nil {
		p.o.Logger.WarnContext(ctx, what, slog.String("error", err.Error()))
	}
}

// finish waits until everything that was recorded is acknowledged.
func (p *player) finish(ctx context.Context) error {
	for try := 1; ; try++ {
		waiting := 0
		for _, t := range p.tablets {
			p.send(ctx, t)
			waiting += len(t.Outbox)
		}
		if waiting == 0 {
			break
		}
		if try == drainTries {
			return fmt.Errorf("%d entries could not be saved", waiting)
		}
		if err := pause(ctx, time.Second); err != nil {
			return err
		}
	}
	if err := p.awaitScreens(ctx); err != nil {
		return err
	}
	p.say("All matches are scouted: %d new entries saved%s.\n", p.created, p.live())
	if p.o.Once && len(p.refused) > 0 {
		return fmt.Errorf("%d entries were refused, the first: %s", len(p.refused), p.refused[0])
	}
	return nil
}

// awaitScreens gives the last events the time to arrive.
func (p *player) awaitScreens(ctx context.Context) error {
	if p.venue.hub == "" {
		return nil
	}
	for end := time.Now().Add(screenTime); p.seen() < p.created && time.Now().Before(end); {
		if err := pause(ctx, 20*time.Millisecond); err != nil {
			return err
		}
	}
	return nil
}

// seen is how many entries have reached the coaches' screens by themselves.
func (p *player) seen() int {
	n := 0
	for _, s := range p.screens {
		n += s.count()
	}
	return n
}
