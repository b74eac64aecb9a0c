package demo

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
)

// readTime is how long the program may take to have read what officials posted last.
const readTime = 30 * time.Second

// onField lets the hall's clock run through a qualification match, and tells what is odd.
func (p *player) onField(number int) (news []string) {
	if p.o.Hall == nil {
		return nil
	}
	if told := p.o.Hall.before(number); told != "" {
		news = append(news, told)
	}
	if m, ok := p.o.Hall.moment(ftc.Qual, 0, number); ok {
		p.through(m)
	}
	return news
}

// lookTime is how long after something is posted the program has looked once more: it does so
// every ten seconds of the hall's clock, which stands still between matches.
const lookTime = 15 * time.Second

// through lets the clock run until the match's result is posted and can have been read.
func (p *player) through(m firstapitest.Moment) { p.o.Hall.let(m.Posted.Add(lookTime), p.slot) }

// review is what officials do after a match; one that is played again takes its time.
func (p *player) review(ctx context.Context, number int) error {
	if p.o.Hall == nil {
		return nil
	}
	news, err := p.o.Hall.after(number)
	if err != nil || news == "" {
		return err
	}
	p.say("       %s\n", news)
	if number != replayAfter {
		return nil
	}
	m, _ := p.o.Hall.moment(ftc.Qual, 0, replayed)
	p.through(m)
	return pause(ctx, p.slot)
}

// playoffs are played without scouts.
func (p *player) playoffs(ctx context.Context) error {
	if p.o.Hall == nil {
		return nil
	}
	for _, m := range p.o.Hall.official().Moments() {
		if m.Level != ftc.Playoff {
			continue
		}
		p.through(m)
		if err := pause(ctx, p.slot); err != nil {
			return err
		}
		p.say("       Playoff match %d is played\n", m.Series)
	}
	return p.awaitResults(ctx)
}

// awaitResults waits until the program has every result, and says so.
func (p *player) awaitResults(ctx context.Context) error {
	key, posted := p.script.key(p.world.Round), len(p.o.Hall.official().Moments())
	path := fmt.Sprintf("/api/events/%s/results?season=%d", key.Code, key.Season)
	for end := time.Now().Add(readTime); ; {
		var results []struct{ Rev, Plays int }
		if err := p.world.api.call(ctx, "", http.MethodGet, path, nil, &results); err != nil {
			return err
		}
		if len(results) == posted {
			p.say("All %d results of the officials are read.\n", posted)
			return nil
		}
		if time.Now().After(end) {
			return fmt.Errorf("%d of %d results of the officials are read", len(results), posted)
		}
		if err := pause(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
}
