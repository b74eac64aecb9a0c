package loadgen

import (
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"slices"
	"strconv"
	"time"
)

// guest is somebody who comes to one room and leaves it, again and again. Some are a user
// alone; others share one with another guest, who is a member while either is there.
type guest struct {
	user   string
	room   *room
	socket *subscriber // nil while it is away
	coming bool        // or leaving
	hangUp bool        // it leaves by closing its socket
	since  time.Duration
}

// crowd is all guests. Some are in, some are out: half of these keep a silent socket and
// half have none, so that the number of sockets stays the same.
type crowd struct {
	fleet  *fleet
	random *rand.Rand
	rooms  []*room
	guests []*guest

	in, silent, away []*guest
	moving           []*guest // they wait for a confirmation, or leave

	events, joins, leaves int
	late                  int // how often a message was due while the one before it was not answered
}

// newCrowd connects the guests and lets most of them in. Every second room is a presence
// channel.
func newCrowd(ctx context.Context, f *fleet, p Plan) (*crowd, error) {
	c := &crowd{fleet: f, random: rand.New(rand.NewPCG(1, 2))} //nolint:gosec // the same every time
	if err := f.hire(p.Rooms); err != nil {
		return nil, err
	}
	for i, publisher := range f.publishers {
		name := []string{"churn-", "presence-churn-"}[i%2] + strconv.Itoa(i)
		c.rooms = append(c.rooms, &room{name: name, publisher: publisher})
	}
	if err := f.connect(ctx, p.Guests, handshakes, false); err != nil {
		return nil, err
	}
	out := max(p.Guests/10/2, 1) // of each kind
	f.welcome = c.greeted
	f.look()
	for i, s := range f.subscribers {
		user := i
		if i/4%2 == 0 {
			user = i / 2 * 2
		}
		g := &guest{user: "u" + strconv.Itoa(user), room: c.rooms[i/2%len(c.rooms)], socket: s, since: f.now}
		c.guests = append(c.guests, g)
		switch {
		case i%2 == 0 && i/2 < out:
			c.silent = append(c.silent, g)
		case i%2 == 0 && i/2 < 2*out:
			f.loop.close(s.wire)
			g.socket = nil
			c.away = append(c.away, g)
		default:
			s.enter(g.room, g.user)
			g.coming = true
			c.moving = append(c.moving, g)
		}
	}
	return c, c.settle(ctx)
}

// greeted lets a guest in whose new socket is open.
func (c *crowd) greeted(s *subscriber) { s.enter(c.guests[s.id].room, c.guests[s.id].user) }

// live publishes, and lets one guest leave and another come at each swap, for as long as d.
func (c *crowd) live(ctx context.Context, d time.Duration, rate, swaps int) error {
	f := c.fleet
	eventGap, swapGap := time.Second/time.Duration(rate), time.Second/time.Duration(swaps)
	f.look()
	event, swap, end := f.now, f.now+swapGap, f.now+d
	for f.now < end && f.loop.failure == nil && ctx.Err() == nil {
		next := min(event, swap)
		if f.now >= event {
			if c.publish(event) {
				event += eventGap
			} else {
				c.late++
				next = f.now + time.Millisecond
			}
		}
		if f.now >= swap {
			c.swap()
			swap += swapGap
		}
		if err := c.advance(); err != nil {
			return err
		}
		f.look()
		f.loop.poll(min(max(next-f.now, 0), pollLimit))
		f.look()
	}
	return c.settle(ctx)
}

// publish sends a message to the next room. It reports false while that room's publisher
// is busy.
func (c *crowd) publish(due time.Duration) bool {
	r := c.rooms[c.events%len(c.rooms)]
	if r.publisher.busy {
		return false
	}
	c.events++
	r.posted++
	c.fleet.loop.fail(r.publisher.post(r.name, r.posted, due))
	return true
}

// swap lets one guest leave, and one that is out come in the way that the first one went:
// by a subscription, or with a new socket.
func (c *crowd) swap() {
	hangUp := c.joins%2 == 1
	from := &c.silent
	if hangUp {
		from = &c.away
	}
	if len(c.in) == 0 || len(*from) == 0 {
		return // all of them are on their way, and advance fails if they stay there
	}
	i := c.random.IntN(len(c.in))
	leaver := c.in[i]
	c.in = slices.Delete(c.in, i, i+1)
	leaver.coming, leaver.hangUp = false, hangUp
	c.leaves++
	comer := (*from)[0]
	*from = slices.Delete(*from, 0, 1)
	comer.coming = true
	c.joins++
	for _, g := range []*guest{leaver, comer} {
		g.since = c.fleet.now
		c.moving = append(c.moving, g)
	}
	if comer.socket != nil {
		comer.socket.enter(comer.room, comer.user)
		return
	}
	comer.socket = &subscriber{fleet: c.fleet, id: slices.Index(c.guests, comer)}
	c.fleet.loop.fail(comer.socket.open(false))
}

// advance moves on who is moving, and fails if somebody does not get on.
func (c *crowd) advance() error {
	c.fleet.look()
	still := c.moving[:0]
	for _, g := range c.moving {
		if c.arrived(g) {
			continue
		}
		if c.fleet.now-g.since > c.fleet.patience {
			return g.overdue()
		}
		still = append(still, g)
	}
	clear(c.moving[len(still):])
	c.moving = still
	return nil
}

// arrived takes a guest's next step and reports whether it was the last. Who leaves does
// so when everything has come that was published until then.
func (c *crowd) arrived(g *guest) bool {
	v := g.socket.visit
	switch {
	case g.coming && v != nil && v.stage == present:
		c.in = append(c.in, g)
	case g.coming || v.stage == leaving || v.stage == present && !v.caughtUp():
		return false
	case v.stage == over:
		c.silent = append(c.silent, g)
	case g.hangUp:
		c.fleet.loop.close(g.socket.wire)
		g.socket = nil
		c.away = append(c.away, g)
	default:
		g.socket.leave()
		return false
	}
	return true
}

// overdue says what a guest waits for in vain.
func (g *guest) overdue() error {
	v := g.socket.visit
	switch {
	case g.coming:
		return fmt.Errorf("%s: user %s is not let in: %w", g.room.name, g.user, errTimeout)
	case v.stage == present:
		return fmt.Errorf("%s: user %s has message %d of %d: %w", g.room.name, g.user, v.last, g.room.posted, errMissing)
	default:
		return fmt.Errorf("%s: user %s has left, and its ping is not answered: %w", g.room.name, g.user, errTimeout)
	}
}

// settle waits until nobody is on their way and everything that was published is with
// everybody.
func (c *crowd) settle(ctx context.Context) error {
	f := c.fleet
	var behind *guest
	err := f.wait(ctx, "settle", f.patience, func() bool {
		if err := c.advance(); err != nil {
			f.loop.fail(err)
			return false
		}
		at := slices.IndexFunc(c.in, func(g *guest) bool { return !g.socket.visit.caughtUp() })
		if behind = nil; at >= 0 {
			behind = c.in[at]
		}
		return len(c.moving) == 0 && f.answered == f.sent && behind == nil
	})
	if len(c.moving) > 0 {
		behind = c.moving[0]
	}
	if errors.Is(err, errTimeout) && behind != nil {
		return fmt.Errorf("%w: %w", err, behind.overdue())
	}
	return err
}
