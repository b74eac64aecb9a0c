package faults

import (
	"context"
	"crypto/hmac"
	"crypto/md5" //nolint:gosec // the protocol's
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"math"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
)

// offClock is time.Now of the program of clockless: the right time and as many seconds as
// CLOCK_OFF says. The monotonic clock stays right, as it is on a machine with a wrong clock.
const offClock = `package time

import "syscall"

var clockOff = func() (off int64) {
	text, _ := syscall.Getenv("CLOCK_OFF")
	ahead := int64(1)
	for _, c := range []byte(text) {
		if c == '-' {
			ahead = -1
		} else {
			off = off*10 + int64(c-'0')
		}
	}
	return ahead * off
}()

func Now() Time {
	t := rightNow()
	t.addSec(clockOff)
	return t
}
`

// clockless builds the program with a standard library in which time.Now is another one: all
// of the program sees it, and timers do not. The programs of C libraries that do this see
// nothing of a program in Go. Of the library's text it needs the head of Now, which Go has
// promised to keep; that the clock is really off is looked at in the program's log.
func clockless(t testing.TB) string {
	t.Helper()
	library := folder(t, "time")
	path := filepath.Join(library, "time.go")
	text, err := os.ReadFile(path) //nolint:gosec // Go's library
	must(t, err)
	const head = "\nfunc Now() Time {\n"
	if n := strings.Count(string(text), head); n != 1 {
		t.Fatalf("the time.go of this Go has %d functions Now, so that no program with a wrong clock can be made: change clockless", n)
	}
	return altered(t, map[string]string{
		path:                                   strings.Replace(string(text), head, "\nfunc rightNow() Time {\n", 1),
		filepath.Join(library, "clock_off.go"): offClock,
	})
}

// checkClock wants the node's log to be of a time that is so far from the right one.
func (n *Node) checkClock(t testing.TB, off time.Duration) {
	t.Helper()
	first, _, _ := strings.Cut(n.Log(), "\n")
	var line struct{ Time time.Time }
	must(t, json.Unmarshal([]byte(first), &line))
	if wrong := time.Until(line.Time) - off; wrong.Abs() > time.Minute {
		t.Fatalf("the node's clock is off by %s and not by %s, so that nothing here proves anything: change clockless", time.Until(line.Time), off)
	}
}

// TestWrongClocks is R19: of three nodes that share a database and Redis, one is an hour
// behind and one an hour ahead. Nobody who uses them can tell, but for backends who sign: a
// node holds their time against its own clock.
func TestWrongClocks(t *testing.T) {
	t.Parallel()
	program, postgres, redis := clockless(t), NewPostgres(t, false), redistest.New(t)
	s := &Site{t: t, Postgres: postgres, Database: postgres.NewDatabase()}
	for _, off := range []time.Duration{0, time.Hour, -time.Hour} { // the last one's set-up code is good
		n := NewNode(t, program, "DATABASE_URL="+postgres.URL(s.Database), "REDIS_URL="+redis.URL(), fmt.Sprintf("CLOCK_OFF=%.0f", off.Seconds()))
		n.Start()
		n.checkClock(t, off)
		s.Nodes = append(s.Nodes, n)
	}
	right, ahead, behind := s.Nodes[0], s.Nodes[1], s.Nodes[2]
	s.found(behind)
	where := inTurn(s.URLs()...)
	var guests []*Guest
	users := make(map[string]bool)
	for _, n := range s.Nodes { // each joins by the node before theirs
		user, token := s.join(where(), n)
		users[user] = true
		guests = append(guests, NewGuest(t, token, inTurn(n.URL()), HallChannel, s.TeamChannel(), "presence-team-"+s.Team))
	}
	for _, g := range guests {
		g.Visit()
	}
	everybody := func() bool {
		for _, g := range guests {
			if len(g.Members()) != len(users) {
				return false
			}
		}
		return true
	}
	Until(t, "everybody sees everybody", everybody)
	began := time.Now()
	load := s.StartLoad(6, 10*time.Millisecond, where)
	load.Await(300)
	Until(t, "leases would be over", func() bool { return time.Since(began) > 9*time.Second })
	load.Stop()
	load.Check("R19")
	Figure(t, "R19.refused", float64(load.Failed()), 0)
	var followers []*Follower
	flaps := 0
	for _, g := range guests {
		followers = append(followers, g.channels[HallChannel], g.channels[s.TeamChannel()])
		flaps += len(g.removed)
	}
	s.Compare(right.URL(), load.Acknowledged, followers...).Check(t, "R19")
	Figure(t, "R19.members_removed", float64(flaps), 0)
	s.lateOnes(t)
	for _, n := range s.Nodes {
		s.checkEnds(t, n)
	}
	for n, off := range map[*Node]time.Duration{behind: -time.Hour, ahead: time.Hour, right: 0} {
		n.signed(t, off, http.StatusOK)
		n.signed(t, off+time.Hour, http.StatusUnauthorized)
	}
	ahead.Kill()
	Until(t, "who was on the killed node has gone", func() bool { return len(guests[0].Members()) == 2 && len(guests[2].Members()) == 2 })
}

// found makes the first owner and the team with the set-up code of the node, by another one.
func (s *Site) found(by *Node) {
	s.t.Helper()
	var code string
	Until(s.t, "a set-up code is told", func() (told bool) { _, code, told = strings.Cut(by.Log(), `{"code":"`); return told })
	code, _, _ = strings.Cut(code, `"`)
	var owner struct{ Token string }
	NewClient("", patience).Want(s.t, http.StatusCreated, "POST", s.Nodes[0].URL()+"/api/setup", fmt.Sprintf(`{"code":%q,"displayName":"Coach"}`, code), &owner)
	s.Token = owner.Token
	s.Coach = NewClient(s.Token, patience)
	var team struct{ ID string }
	s.Coach.Want(s.t, http.StatusCreated, "POST", by.URL()+"/api/user-teams", `{"teamNumber":8569}`, &team)
	s.Team = team.ID
}

// join lets a scout in with an invite that another node made.
func (s *Site) join(inviting string, n *Node) (user, token string) {
	s.t.Helper()
	var invite struct{ Code string }
	s.Coach.Want(s.t, http.StatusCreated, "POST", inviting+"/api/user-teams/"+s.Team+"/invites", `{"role":"STUDENT","maxUses":1}`, &invite)
	var joined struct {
		Token string
		User  struct{ ID string }
	}
	NewClient("", patience).Want(s.t, http.StatusCreated, "POST", n.URL()+"/api/join", fmt.Sprintf(`{"code":"%s","displayName":"Scout"}`, invite.Code), &joined)
	return joined.User.ID, joined.Token
}

// checkEnds wants what the node gives out to end when it ought to, and to be refused by every
// node from then on and by none before.
func (s *Site) checkEnds(t *testing.T, n *Node) {
	t.Helper()
	now := time.Now()
	var day struct{ ExpiresAt time.Time }
	invites := n.URL() + "/api/user-teams/" + s.Team + "/invites"
	s.Coach.Want(t, http.StatusCreated, "POST", invites, `{"role":"STUDENT"}`, &day)
	Figure(t, "R19.invite_ends_minutes_off", math.Floor(day.ExpiresAt.Sub(now.Add(24*time.Hour)).Abs().Minutes()), 1)
	until := func(d time.Duration) string {
		return fmt.Sprintf(`{"role":"STUDENT","expiresAt":"%s"}`, now.Add(d).UTC().Format(time.RFC3339))
	}
	s.Coach.Want(t, http.StatusCreated, "POST", invites, until(30*time.Minute), nil)
	s.Coach.Want(t, http.StatusUnprocessableEntity, "POST", invites, until(-30*time.Minute), nil)
	user, token := s.join(n.URL(), n)
	var devices []struct{ ExpiresAt time.Time }
	scout := NewClient(token, patience)
	scout.Want(t, http.StatusOK, "GET", n.URL()+"/api/me/devices", "", &devices)
	minutes := s.Postgres.Number(s.Database, "SELECT extract(epoch FROM expires_at - created_at)::bigint / 60 FROM tokens WHERE user_id = $1", user)
	if lives := time.Duration(minutes) * time.Minute; len(devices) != 1 || lives%(24*time.Hour) != 0 {
		t.Errorf("a token of %s lives for %s, %+v", n.Address, lives, devices)
	}
	idle := func(set string, status int) {
		for _, at := range s.Nodes {
			s.Postgres.Exec(s.Database, "UPDATE tokens SET "+set+" WHERE user_id = $1", user)
			scout.Want(t, status, "GET", at.URL()+"/api/me", "", nil)
		}
	}
	idle("last_used_at = now() - interval '14 days' + interval '30 minutes'", http.StatusOK)
	idle("last_used_at = now() - interval '14 days' - interval '30 minutes'", http.StatusUnauthorized)
	idle("last_used_at = now(), expires_at = now() + interval '30 minutes'", http.StatusOK)
	idle("last_used_at = now(), expires_at = now() - interval '30 minutes'", http.StatusUnauthorized)
}

// lateOnes come to channels that nobody was on and whose events no node was hinted at, one to
// each node: they hear what comes then and nothing of the hour before.
func (s *Site) lateOnes(t *testing.T) {
	t.Helper()
	channel := func(i int) string { return fmt.Sprintf("event-LATE%d", i) }
	for i := range s.Nodes {
		for range 5 {
			s.slip(channel(i))
		}
	}
	Until(t, "nothing is new", func() bool {
		return s.Postgres.Number(s.Database, "SELECT count(*) FROM channel_events WHERE at > clock_timestamp() - interval '3 seconds'") == 0
	})
	for i, n := range s.Nodes {
		f := s.Follow(channel(i), inTurn(n.URL()))
		Timed(t, "R19.feed_ms", s.told(f, 5), 1500*time.Millisecond)
		f.Stop()
		Figure(t, "R19.told_again", float64(f.live-1), 0)
	}
}

// publish sends a body to the hub's HTTP API, signed as of a time.
func (n *Node) publish(t *testing.T, client *Client, at time.Time, body string) Answer {
	t.Helper()
	sum := md5.Sum([]byte(body)) //nolint:gosec // the protocol's
	query := "auth_key=" + Key + "&auth_timestamp=" + strconv.FormatInt(at.Unix(), 10) + "&auth_version=1.0&body_md5=" + hex.EncodeToString(sum[:])
	mac := hmac.New(sha256.New, []byte("app-secret-of-tests-0123456789abcdef"))
	mac.Write([]byte("POST\n/apps/app/events\n" + query))
	a, err := client.Ask(context.Background(), "POST", n.URL()+"/apps/app/events?"+query+"&auth_signature="+hex.EncodeToString(mac.Sum(nil)), body)
	must(t, err)
	return a
}

// signed publishes with a signature of a time that is so far from the right one.
func (n *Node) signed(t *testing.T, off time.Duration, want int) {
	t.Helper()
	a := n.publish(t, NewClient("", patience), time.Now().Add(off), `{"name":"n","channel":"c","data":"d"}`)
	if says := strings.Contains(string(a.Body), "from the time of this server"); a.Status != want || says != (want == http.StatusUnauthorized) {
		t.Errorf("signed %s from the right time: %d %s", off, a.Status, a.Body)
	}
}
