package demo

import (
	"context"
	"encoding/json"
	"fmt"
	"net/url"
	"strings"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/teams"
)

// say writes to the newcomer; nobody is helped by an error when they do not listen.
func (p *player) say(format string, args ...any) { _, _ = fmt.Fprintf(p.o.Out, format, args...) }

// welcome tells the newcomer what there is to see and to try.
func (p *player) welcome(ctx context.Context, live settings) error {
	first := p.world.Teams[0]
	code, err := p.world.invite(ctx, first.Coach.Token, first.ID, teams.Student, 0)
	if err != nil {
		return err
	}
	key := p.script.key(p.world.Round)
	p.say("\nFTC Metrics demo: %s (%s, season %d)\n\n", p.script.Event.Name, key.Code, key.Season)
	p.say("  Open            %s/\n", p.o.BaseURL)
	p.say("  Public schedule %s/api/events/%s/schedule?season=%d\n", p.o.BaseURL, key.Code, key.Season)
	p.say("  Join as scout   code %s of team %d %s\n", code, first.Number, first.Name)
	for _, c := range p.world.Teams {
		p.say("\nTeam %d %s, as %s:\n", c.Number, c.Name, c.Coach.Name)
		p.say("  curl -s -H 'Authorization: Bearer %s' '%s/api/scouting/entries?scoutingTeamId=%s&limit=5'\n", c.Coach.Token, p.o.BaseURL, c.ID)
	}
	sample, err := p.sample(first)
	if err != nil {
		return err
	}
	p.say("\nPost an entry; posted again it changes nothing:\n")
	p.say("  curl -s -H 'Authorization: Bearer %s' -H 'Content-Type: application/json' '%s/api/scouting/entries' -d '%s'\n", first.Coach.Token, p.o.BaseURL, sample)
	p.channels(live)
	return nil
}

// sample is an entry with a fresh id, of a robot that plays in the first match.
func (p *player) sample(c *crew) (string, error) {
	e := p.stage().entry(p.matches[0], p.matches[0].Robots[0], 0)
	e.ID, e.ScoutingTeamID, e.Notes = uuid.New(), c.ID, "Hello from curl"
	e.Data = sighting{AutoLeave: true, AutoClassified: 3, TeleopClassified: 7, TeleopPattern: 2, Base: "FULL"}
	raw, err := json.Marshal(e)
	return string(raw), err
}

func (p *player) channels(live settings) {
	key := p.script.key(p.world.Round)
	if p.venue.hub == "" {
		p.say("\nThe realtime driver is %q, so nobody here has a socket; entries are posted all the same.\n\n", live.Driver)
		return
	}
	p.say("\nChannels for pusher-js (the key is in %s/api/realtime/config too):\n", p.o.BaseURL)
	if hub, err := url.Parse(p.venue.hub); err == nil {
		p.say("  new Pusher('%s', {wsHost: '%s', wsPort: %s, forceTLS: false, enabledTransports: ['ws'], cluster: ''}).subscribe('event-%s')\n", live.Key, hub.Hostname(), hub.Port(), key.Code)
	}
	p.say("  event-%s, event-%d-%s   for everybody\n", key.Code, key.Season, key.Code)
	for _, c := range p.world.Teams {
		p.say("  private-team-%s, presence-team-%s   for members of %d\n", c.ID, c.ID, c.Number)
	}
	p.say("\nPlaying %s. Stop with Ctrl+C; the next run goes on from there.\n\n", p.pace())
}

func (p *player) pace() string {
	if p.slot == 0 {
		return "as fast as possible"
	}
	return "a match each " + p.slot.String()
}

// progress is the line of a match.
func (p *player) progress(m scriptMatch, saved int, news []string) {
	score := p.script.official[m.Number]
	extra := ""
	if len(news) > 0 {
		extra = "; " + strings.Join(news, "; ")
	}
	p.say("%2d/%d  %-17s red %3d : %3d blue  %d entries saved%s\n", p.world.Next, len(p.matches), m.Description, score[0].Total, score[1].Total, saved, extra)
}

// live says how much of what was saved the coaches saw without asking.
func (p *player) live() string {
	if p.venue.hub == "" {
		return ""
	}
	return fmt.Sprintf(", %d of them seen live by the coaches", min(p.seen(), p.created))
}
