package faults

import (
	"flag"
	"fmt"
	"maps"
	"net/http"
	"slices"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
)

// stock is a command that watches a channel with the stock pusher-js, such as "node
// ../../e2e/spectator.mjs"; the address and the channel come behind it.
var stock = flag.String("stock", "", "let three spectators be this command")

// size is how large a form of the grand test is. tabs is how many sockets each user has.
type size struct {
	teams, users, tabs, hall int
	cycle                    time.Duration // one of each fault in so long
	cycles                   int
	perSecond                float64       // entries a second, faults included, on a machine that does nothing else
	p99                      time.Duration // from append to socket outside of faults, on such a machine
}

func grandSize() size {
	if *long > 0 {
		return size{teams: 6, users: 12, tabs: 3, hall: 100, cycle: time.Minute, cycles: rounds(1), perSecond: 40, p99: 250 * time.Millisecond}
	}
	return size{teams: 3, users: 5, tabs: 2, hall: 12, cycle: 12 * time.Second, cycles: 1, perSecond: 15, p99: 500 * time.Millisecond}
}

// grand is an FTC event on three nodes over PostgreSQL and Redis, behind a balancer.
type grand struct {
	*Site
	t        *testing.T
	size     size
	redis    *redistest.Server
	balancer func() string
	crews    []*crew
	hall     []*Guest
	careless []*Guest // on the node that is killed
	faults   []fault
}

// crew is one team: users with several sockets each, and writers.
type crew struct {
	*Site
	people  []*person
	load    *Load
	present map[string]bool // user ids that ought to be on the presence channel
	left    map[string]bool
}

type person struct {
	id   string
	tabs []*Guest
}

// fault is a time in which something was away, until all of it was back.
type fault struct {
	name     string
	from, to time.Time
}

func newGrand(t *testing.T) *grand {
	g := &grand{t: t, size: grandSize(), redis: redistest.New(t)}
	g.Site = NewSite(t, NewPostgres(t, false), 3, "REDIS_URL="+g.redis.URL())
	g.balancer = inTurn(NewBalancer(t, 200*time.Millisecond, g.URLs()...).URL())
	for n := range g.size.teams {
		g.crews = append(g.crews, g.newCrew(n))
	}
	for range g.size.hall {
		g.hall = append(g.hall, NewGuest(t, "", g.balancer, HallChannel))
	}
	for range 3 {
		guest := NewGuest(t, "", inTurn(g.Nodes[0].URL()), HallChannel)
		guest.Careless = true
		g.careless = append(g.careless, guest)
	}
	for _, guest := range slices.Concat(g.hall, g.careless, g.scouts()) {
		guest.Visit()
	}
	g.await(slices.Concat(g.hall, g.careless, g.scouts()))
	return g
}

// newCrew makes a team of its own with users who join by an invite.
func (g *grand) newCrew(n int) *crew {
	var team struct{ ID string }
	var invite struct{ Code string }
	url := g.Nodes[n%len(g.Nodes)].URL()
	g.Coach.Want(g.t, http.StatusCreated, "POST", url+"/api/user-teams", fmt.Sprintf(`{"teamNumber":%d}`, 9000+n), &team)
	site := *g.Site
	site.Team = team.ID
	c := &crew{Site: &site, present: make(map[string]bool), left: make(map[string]bool)}
	g.Coach.Want(g.t, http.StatusCreated, "POST", url+"/api/user-teams/"+team.ID+"/invites", fmt.Sprintf(`{"role":"STUDENT","maxUses":%d}`, g.size.users), &invite)
	for u := range g.size.users {
		var joined struct {
			Token string
			User  struct{ ID string }
		}
		NewClient("", patience).Want(g.t, http.StatusCreated, "POST", url+"/api/join", fmt.Sprintf(`{"code":"%s","displayName":"Scout %d"}`, invite.Code, u), &joined)
		p := &person{id: joined.User.ID}
		for range g.size.tabs {
			p.tabs = append(p.tabs, NewGuest(g.t, joined.Token, g.balancer, c.TeamChannel(), "presence-team-"+team.ID))
		}
		c.people = append(c.people, p)
		c.present[p.id] = true
	}
	late := c.people[g.size.users-1] // who comes while Redis is away
	delete(c.present, late.id)
	return c
}

// scouts are the sockets of everybody who is there from the beginning.
func (g *grand) scouts() (list []*Guest) {
	for _, c := range g.crews {
		for _, p := range c.people {
			if c.present[p.id] {
				list = append(list, p.tabs...)
			}
		}
	}
	return list
}

func (g *grand) await(guests []*Guest) {
	g.t.Helper()
	Until(g.t, "everybody is on their channels", func() bool {
		return !slices.ContainsFunc(guests, func(guest *Guest) bool { return guest.Sessions() == 0 })
	})
}

// leave takes a user of each team away, with all tabs.
func (g *grand) leave(n int) {
	for _, c := range g.crews {
		p := c.people[n]
		if !c.present[p.id] {
			continue // gone in a cycle before
		}
		delete(c.present, p.id)
		c.left[p.id] = true
		for _, tab := range p.tabs {
			tab.Leave()
		}
	}
}

// come brings the user of each team who was not there.
func (g *grand) come() {
	for _, c := range g.crews {
		p := c.people[g.size.users-1]
		if c.present[p.id] {
			continue
		}
		c.present[p.id] = true
		for _, tab := range p.tabs {
			tab.Visit()
		}
	}
}

// during breaks something and notes how long it took until every node was ready again and
// every team saved entries again.
func (g *grand) during(name string, broken func()) {
	g.t.Helper()
	f := fault{name: name, from: time.Now()}
	broken()
	for _, url := range g.URLs() {
		becomes(g.t, url+"/ready", http.StatusOK)
	}
	for _, c := range g.crews {
		c.load.Await(1)
	}
	f.to = time.Now()
	g.faults = append(g.faults, f)
	g.t.Logf("%s: away for %s", name, f.to.Sub(f.from).Round(time.Millisecond))
}

// play runs one cycle with one of each fault.
func (g *grand) play() {
	began := time.Now()
	at := func(share float64) { <-time.After(time.Until(began.Add(time.Duration(share * float64(g.size.cycle))))) }
	at(0.15)
	g.during("Redis is restarted empty", func() {
		g.redis.Kill()
		g.leave(0)
		g.come()
		<-time.After(time.Second)
		g.redis.Restart()
	})
	at(0.40)
	g.during("PostgreSQL is stopped at once", func() {
		g.Postgres.Crash()
		<-time.After(500 * time.Millisecond)
		g.Postgres.Start()
	})
	at(0.70)
	g.during("a node is killed", func() { // the last: an empty Redis would forget whom it had
		g.Nodes[0].Kill()
		g.leave(1)
		<-time.After(500 * time.Millisecond)
		g.Nodes[0].Start()
	})
	at(1)
}

// TestGrand is everything together: three nodes share PostgreSQL and Redis, scouts write 50
// entries a second, sockets of teams and of the hall are spread over the nodes by a balancer,
// and a node is killed, Redis restarted empty and PostgreSQL stopped at once meanwhile.
func TestGrand(t *testing.T) {
	g := newGrand(t)
	spectators := g.startStock()
	const writers, each = 12, 235 * time.Millisecond // 50 entries a second
	began := time.Now()
	for _, c := range g.crews {
		c.load = c.StartLoad(writers/g.size.teams, each, g.balancer)
	}
	for range g.size.cycles {
		g.play()
	}
	for _, c := range g.crews {
		c.load.Stop()
	}
	took := time.Since(began)
	doubled := g.forgetful()
	sockets := len(slices.Concat(g.hall, g.careless, g.scouts()))
	t.Logf("%d sockets at the end", sockets)
	g.check(took)
	g.checkPresence()
	g.checkLatency()
	g.checkCareless()
	g.checkStock(spectators)
	AtLeast(t, "grand.control_entries_of_a_writer_with_a_new_id_for_each_try", float64(doubled), 21)
}

// forgetful is a tablet that makes a new id for each try, on a line that loses answers. It
// returns how many entries became of 20.
func (g *grand) forgetful() int64 {
	way := NewProxy(g.t, "tcp", g.Nodes[0].Address)
	way.Set(Trouble{CutAnswers: 0.5})
	for range 20 {
		g.sendUntil(way, fmt.Sprintf(`{"scoutingTeamId":"%s","season":2025,"eventCode":"USNCRA","matchNumber":2,"alliance":"RED","scoutedTeamNumber":8569,"data":{}}`, g.Team))
	}
	return g.Postgres.Number(g.Database, "SELECT count(*) FROM scouting_entries WHERE team_id = $1", g.Team)
}

// check holds acknowledgements, log and deliveries of all teams and of the hall against each
// other.
func (g *grand) check(took time.Duration) {
	t, base := g.t, g.Nodes[1].URL()
	var all Ledger
	for _, c := range g.crews {
		c.load.Check("grand")
		ledger := c.Compare(base, c.load.Acknowledged)
		all.Acknowledged += ledger.Acknowledged
		all.Logged += ledger.Logged
		all.Lost += ledger.Lost
		all.Gaps += ledger.Gaps
		log, _ := ReadLog(t, c.Coach, base, c.TeamChannel())
		for _, p := range c.people {
			for _, tab := range p.tabs {
				if c.present[p.id] {
					g.hold(&all, tab.channels[c.TeamChannel()], log)
				}
			}
		}
	}
	log, gaps := ReadLog(t, g.Coach, base, HallChannel)
	all.Gaps += gaps
	for _, guest := range g.hall {
		g.hold(&all, guest.channels[HallChannel], log)
	}
	all.Check(t, "grand")
	Figure(t, "grand.missing_before_an_event_on_one_socket", float64(all.Jumps), 0)
	Figure(t, "grand.logged_and_not_acknowledged", float64(all.Logged-all.Acknowledged), 0)
	t.Logf("grand.acknowledged_per_s %.1f %.0f", float64(all.Acknowledged)/took.Seconds(), g.size.perSecond)
	AtLeast(t, "grand.heard_live", float64(all.Live), float64(all.Acknowledged))
}

// hold waits for a follower to have the log, and compares.
func (g *grand) hold(ledger *Ledger, f *Follower, log []Delivery) {
	g.t.Helper()
	f.settle(len(log))
	f.compare(ledger, log)
}

// checkPresence wants every socket of a team to see exactly who is there, and nobody to
// have been taken for gone who was there.
func (g *grand) checkPresence() {
	wrong, flaps := 0, 0
	deadline := time.Now().Add(patience) // of all together
	for _, c := range g.crews {
		for _, p := range c.people {
			if !c.present[p.id] {
				continue
			}
			for _, tab := range p.tabs {
				for !maps.Equal(tab.Members(), c.present) && time.Now().Before(deadline) {
					<-time.After(10 * time.Millisecond)
				}
				if !maps.Equal(tab.Members(), c.present) {
					wrong++
				}
				tab.mu.Lock()
				for _, id := range tab.removed {
					if !c.left[id] {
						flaps++
					}
				}
				tab.mu.Unlock()
			}
		}
	}
	Figure(g.t, "grand.sockets_with_a_wrong_roster", float64(wrong), 0)
	Figure(g.t, "grand.members_removed_who_were_there", float64(flaps), 0)
}

// checkLatency compares when the database says that events were appended, which is before
// their commit, with when sockets told of them. Events within a fault, and for 2 s after
// it, do not count: clients may be elsewhere.
func (g *grand) checkLatency() {
	appended := make(map[string]map[int64]time.Time)
	rows, err := g.Postgres.Connect("ftcmetrics", g.Database).Query(g.t.Context(), "SELECT channel, seq, at FROM channel_events")
	must(g.t, err)
	for rows.Next() {
		var channel string
		var seq int64
		var at time.Time
		must(g.t, rows.Scan(&channel, &seq, &at))
		if appended[channel] == nil {
			appended[channel] = make(map[int64]time.Time)
		}
		appended[channel][seq] = at
	}
	must(g.t, rows.Err())
	quiet := func(at time.Time) bool {
		return !slices.ContainsFunc(g.faults, func(f fault) bool { return at.After(f.from.Add(-time.Second)) && at.Before(f.to.Add(2*time.Second)) })
	}
	var took []time.Duration
	var longest time.Duration
	var slowest time.Time // of the longest
	for _, guest := range slices.Concat(g.hall, g.scouts()) {
		guest.mu.Lock()
		for channel, list := range guest.heard {
			for _, h := range list {
				at := appended[channel][h.seq]
				if !quiet(at) {
					continue
				}
				if took = append(took, h.at.Sub(at)); h.at.Sub(at) > longest {
					longest, slowest = h.at.Sub(at), at
				}
			}
		}
		guest.mu.Unlock()
	}
	slices.Sort(took)
	if len(took) == 0 {
		g.t.Fatal("nobody heard anything outside of the faults")
	}
	at := func(p float64) time.Duration { return took[int(p*float64(len(took)-1))] }
	g.t.Logf("%d deliveries outside of the faults, the slowest %s after the first of them", len(took), slowest.Sub(g.faults[0].from).Round(time.Millisecond))
	Timed(g.t, "grand.append_to_socket_p50_ms", at(0.5), g.size.p99/5)
	Timed(g.t, "grand.append_to_socket_p99_ms", at(0.99), g.size.p99)
}

// checkCareless is a control: who reads nothing after a reconnect has lost what was told
// meanwhile.
func (g *grand) checkCareless() {
	head := g.Postgres.Number(g.Database, "SELECT seq FROM channel_heads WHERE channel = $1", HallChannel)
	missed := 0
	for _, guest := range g.careless {
		guest.mu.Lock()
		heard := make(map[int64]bool)
		for _, h := range guest.heard[HallChannel] {
			heard[h.seq] = true
		}
		guest.mu.Unlock()
		missed += int(head) - len(heard)
	}
	AtLeast(g.t, "grand.control_missed_without_catching_up", float64(missed), 1)
}
