package eventday

import (
	"bytes"
	"flag"
	"fmt"
	"image"
	"image/png"
	"log/slog"
	"math/rand/v2"
	"net/http"
	"strconv"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/live"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

var seed = flag.Uint64("seed", 0, "of the event day; 0 takes another one each time")

const (
	season  = 2025
	code    = "USDAY"
	matches = 40

	// What goes wrong, by match.
	replayed  = 8  // is played once more
	again     = 20 // after this one
	corrected = 5  // its result is corrected later
	removal   = 17 // a scout is removed who has been away
	revoking  = 24 // a tablet is taken away that has been away
	picking   = 32 // two leads edit a pick list from here on
)

// day is one FTC event.
type day struct {
	t        *testing.T
	hall     *hall
	rec      *recorder
	random   *rand.Rand
	schedule []ftc.Match
	truths   map[robot]answers
	squads   []*squad
	begins   time.Time
}

func newDay(t *testing.T) *day {
	t.Helper()
	n := *seed
	if n == 0 {
		n = rand.Uint64N(1_000_000) + 1
	}
	t.Logf("this day again: go test ./internal/eventday -run %s -seed %d", t.Name(), n)
	d := &day{
		t: t, hall: open(t, slog.LevelDebug), rec: new(recorder), random: rand.New(rand.NewPCG(n, 1)),
		truths: make(map[robot]answers), begins: time.Now().Add(-8 * time.Hour).UTC(),
	}
	d.plan()
	for i, number := range []int{1001, 1002} {
		d.rec.canaries = append(d.rec.canaries, fmt.Sprintf("kanari%d%06x", i, d.random.Uint32N(1<<24)))
		d.squads = append(d.squads, &squad{day: d, index: i, number: number, canary: d.rec.canaries[i], ledger: ledger{records: make(map[uuid.UUID]*record)}})
	}
	for _, q := range d.squads {
		q.found()
	}
	return d
}

// plan draws a schedule and what each robot will do.
func (d *day) plan() {
	c := ftc.Competition{Event: ftc.Event{EventKey: ftc.EventKey{Season: season, Code: code}, Name: "A day", StartsOn: &d.begins, EndsOn: &d.begins}}
	for n := range 24 {
		c.Teams = append(c.Teams, ftc.Team{Number: 1001 + n, Name: fmt.Sprint("Robot ", n)})
	}
	for m := 1; m <= matches; m++ {
		at := d.began(m)
		match := ftc.Match{MatchKey: d.key(m), Description: fmt.Sprint("Qualification ", m), ScheduledAt: &at}
		for i, n := range d.random.Perm(24)[:4] {
			alliance := ftc.Red
			if i > 1 {
				alliance = ftc.Blue
			}
			match.Robots = append(match.Robots, ftc.Robot{Alliance: alliance, Station: 1 + i%2, TeamNumber: 1001 + n})
			truth := answers{"autoLeave": strconv.FormatBool(d.random.IntN(2) == 0), "endgameBaseStatus": bases[d.random.IntN(3)]}
			for _, key := range counts {
				truth[key] = strconv.Itoa(d.random.IntN(10))
			}
			d.truths[robot{m, 1001 + n}] = truth
		}
		c.Matches = append(c.Matches, match)
	}
	d.schedule = c.Matches
	must(d.t, d.hall.ftc.Put(d.t.Context(), c))
}

func (d *day) key(m int) ftc.MatchKey {
	return ftc.MatchKey{EventKey: ftc.EventKey{Season: season, Code: code}, Level: ftc.Qual, Number: m}
}

// began is when a match began by the schedule.
func (d *day) began(m int) time.Time { return d.begins.Add(time.Duration(m) * 8 * time.Minute) }

func (d *day) robots(m int) []int {
	var numbers []int
	for _, r := range d.schedule[m-1].Robots {
		numbers = append(numbers, r.TeamNumber)
	}
	return numbers
}

func (d *day) alliance(at robot) string {
	for _, r := range d.schedule[at.match-1].Robots {
		if r.TeamNumber == at.number {
			return string(r.Alliance)
		}
	}
	return ""
}

func (d *day) truth(at robot) answers { return d.truths[at] }

// as returns a caller of the team.
func (q *squad) as(token string, id uuid.UUID, name string) *caller {
	return &caller{t: q.day.t, hall: q.day.hall, rec: q.day.rec, audience: q.index, token: token, id: id, name: name}
}

// found makes the team with its people: a mentor, a leader, five students and a tablet.
func (q *squad) found() {
	t := q.day.t
	owner := q.as(q.day.hall.owner, uuid.Nil, "the operator")
	var team struct{ ID uuid.UUID }
	owner.want("POST", "/api/user-teams", fields{"teamNumber": q.number, "name": "Team " + q.canary}, http.StatusCreated).into(t, &team)
	q.id = team.ID
	q.mentor, q.leader = q.join(owner, "MENTOR", "Mentor"), q.join(owner, "LEADER", "Leader")
	q.scouts = append(q.scouts, q.scout(q.leader))
	for n := range 4 {
		q.scouts = append(q.scouts, q.scout(q.join(owner, "STUDENT", fmt.Sprint("Student ", n))))
	}
	var tablet struct {
		Token string
		ID    uuid.UUID
	}
	q.leader.want("POST", "/api/user-teams/"+q.id.String()+"/devices", fields{"label": "Tablet " + q.canary}, http.StatusCreated).into(t, &tablet)
	s := q.scout(q.as(tablet.Token, tablet.ID, "tablet"))
	s.tablet = true
	q.scouts = append(q.scouts, s)
	q.assign(1)
	q.decorate()
}

func (q *squad) scout(c *caller) *scout {
	return &scout{caller: c, squad: q, random: rand.New(rand.NewPCG(q.day.random.Uint64(), 2))}
}

func (q *squad) join(owner *caller, role, name string) *caller {
	var invite struct{ Code string }
	owner.want("POST", "/api/user-teams/"+q.id.String()+"/invites", fields{"role": role, "maxUses": 1}, http.StatusCreated).into(q.day.t, &invite)
	var joined struct {
		Token string
		User  struct{ ID uuid.UUID }
	}
	nobody := q.as("", uuid.Nil, "somebody with a code")
	nobody.want("POST", "/api/join", fields{"code": invite.Code, "displayName": name + " " + q.canary, "device": "phone " + q.canary}, http.StatusCreated).into(q.day.t, &joined)
	return q.as(joined.Token, joined.User.ID, fmt.Sprintf("%s of team %d", name, q.index))
}

// assign lets the leader plan who scouts which robot from a match on; scouts read their own.
func (q *squad) assign(from int) {
	t := q.day.t
	var sheet struct{ Rev int }
	where := fmt.Sprintf("?scoutingTeamId=%s&season=%d&eventCode=%s", q.id, season, code)
	q.leader.want("GET", "/api/scouting/assignments"+where, nil, http.StatusOK).into(t, &sheet)
	var ids []uuid.UUID
	for _, s := range q.scouts {
		if !s.gone {
			ids = append(ids, s.id)
		}
	}
	q.leader.want("POST", "/api/scouting/assignments/generate", fields{
		"scoutingTeamId": q.id, "season": season, "eventCode": code, "rev": sheet.Rev, "fromMatch": from, "scouts": ids, "seed": from,
	}, http.StatusOK)
	for _, s := range q.scouts {
		if s.gone {
			continue
		}
		var mine struct {
			Assignments []struct {
				MatchNumber       int
				ScoutedTeamNumber int
			}
		}
		s.want("GET", "/api/scouting/assignments"+where+"&scoutId=me", nil, http.StatusOK).into(t, &mine)
		s.seats = make(map[int][]int)
		for _, a := range mine.Assignments {
			s.seats[a.MatchNumber] = append(s.seats[a.MatchNumber], a.ScoutedTeamNumber)
		}
	}
}

// decorate adds a link and a picture with private labels.
func (q *squad) decorate() {
	q.leader.want("POST", "/api/scouting/media", fields{
		"scoutingTeamId": q.id, "season": season, "scoutedTeamNumber": 1003, "kind": "VIDEO", "label": "film " + q.canary, "url": "https://example.org/" + q.canary,
	}, http.StatusCreated)
	var file bytes.Buffer
	must(q.day.t, png.Encode(&file, image.NewGray(image.Rect(0, 0, 8, 8))))
	q.leader.want("POST", fmt.Sprintf("/api/scouting/media/pictures?scoutingTeamId=%s&season=%d&scoutedTeamNumber=1003&label=%s.png", q.id, season, q.canary),
		file.Bytes(), http.StatusCreated)
}

// match plays one match: it starts, all scouts watch it, its result comes.
func (d *day) match(m int) {
	if _, err := d.hall.live.Start(d.t.Context(), live.Report{MatchKey: d.key(m), Source: live.Operator}); err != nil {
		d.t.Error(err)
	}
	d.scouted(func(s *scout) { s.play(m) })
	d.result(m, d.began(m), 0)
}

// scouted lets all scouts do something at once.
func (d *day) scouted(do func(*scout)) {
	for _, q := range d.squads {
		q.online = nil
		for _, s := range q.scouts {
			if !s.gone && s.away == 0 {
				q.online = append(q.online, s.caller)
			}
		}
	}
	var all sync.WaitGroup
	for _, q := range d.squads {
		for _, s := range q.scouts {
			all.Go(func() { do(s) })
		}
	}
	all.Wait()
}

// result posts the official result of a play, with so many points more for red.
func (d *day) result(m int, started time.Time, more int) {
	r := ftc.Result{MatchKey: d.key(m), StartedAt: &started, PostedAt: time.Now(), Official: true}
	for _, alliance := range []ftc.Alliance{ftc.Red, ftc.Blue} {
		side := ftc.AllianceResult{Alliance: alliance, Total: 100 + more, NoFoul: 100 + more, Phases: &ftc.Phases{Auto: 30, Teleop: 60 + more, Endgame: 10}}
		more = 0
		r.Alliances = append(r.Alliances, side)
	}
	err := d.hall.log.Write(d.t.Context(), func(tx pgx.Tx, batch *eventlog.Batch) error {
		_, changed, err := d.hall.live.Record(d.t.Context(), tx, batch, r)
		if err == nil && !changed {
			err = fmt.Errorf("the result of match %d changes nothing", m)
		}
		return err
	})
	if err != nil {
		d.t.Error(err)
	}
}

// replay plays a match once more: what scouts said of it does not count any more.
func (d *day) replay(m int) {
	started := time.Now()
	if _, err := d.hall.live.Start(d.t.Context(), live.Report{MatchKey: d.key(m), At: started, Source: live.Operator}); err != nil {
		d.t.Error(err)
	}
	for _, q := range d.squads {
		q.ledger.replay(m)
	}
	d.scouted(func(s *scout) {
		if s.gone || s.away > again {
			return
		}
		for _, number := range s.seats[m] {
			s.watchRobot(robot{m, number})
		}
	})
	d.result(m, started, 0)
}
