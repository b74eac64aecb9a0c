package faults

import (
	"bytes"
	"context"
	"fmt"
	"math/rand/v2"
	"net/http"
	"slices"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"
)

// Load is scouts who save entries without end. Each repeats an entry until it is
// acknowledged, as a tablet does.
type Load struct {
	Acknowledged map[string]bool // entries by id; read it after Stop

	t      testing.TB
	team   string
	client *Client
	where  func() string // where the next request goes
	pause  time.Duration
	stop   context.CancelFunc
	work   sync.WaitGroup

	mu        sync.Mutex // guards Acknowledged and the fields below
	took      []time.Duration
	slowest   time.Duration // of all answers, refusals included
	repeats   int           // acknowledged with 200: the entry was there
	refused   int           // answers 503 with all that belongs to one
	broken    int           // no answer
	wrong     []string      // answers that no scout should see
	unhelpful int           // 503 without Retry-After or problem
	last      time.Time     // of the last acknowledgement
}

// StartLoad starts writers that each wait for pause between entries. where says, for each
// request, which node gets it.
func (s *Site) StartLoad(writers int, pause time.Duration, where func() string) *Load {
	ctx, stop := context.WithCancel(context.Background())
	l := &Load{Acknowledged: make(map[string]bool), t: s.t, team: s.Team, client: NewClient(s.Token, 12*time.Second), where: where, pause: pause, stop: stop}
	s.t.Cleanup(l.Stop)
	for w := range writers {
		l.work.Go(func() {
			random := rand.New(rand.NewPCG(uint64(w), 7)) //nolint:gosec // chance, not secrecy
			for ctx.Err() == nil {
				l.write(ctx, random)
			}
		})
	}
	return l
}

// Stop lets every writer finish its entry and returns.
func (l *Load) Stop() {
	l.stop()
	l.work.Wait()
}

// Count is how many entries have been acknowledged.
func (l *Load) Count() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.Acknowledged)
}

// Await waits for n more acknowledgements. However slow the machine is, there has to be one
// within every patience.
func (l *Load) Await(n int) {
	l.t.Helper()
	for want := l.Count() + n; l.Count() < want; {
		had := l.Count()
		Until(l.t, fmt.Sprintf("another entry of %d is acknowledged", n), func() bool { return l.Count() > had })
	}
}

// Last is when an entry was last acknowledged.
func (l *Load) Last() time.Time {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.last
}

// EntryBody is a new entry of the team.
func EntryBody(id, team string, match int) string {
	return fmt.Sprintf(`{"id":"%s","scoutingTeamId":"%s","season":2025,"eventCode":"USNCRA","matchNumber":%d,"alliance":"RED","scoutedTeamNumber":8569,"data":{}}`, id, team, match)
}

// write repeats one entry until it is acknowledged. An entry that was begun is not given up
// when the load stops, but for a minute without success.
func (l *Load) write(ctx context.Context, random *rand.Rand) {
	id := uuid.NewString()
	body := EntryBody(id, l.team, 1+random.IntN(99))
	for deadline := time.Now().Add(time.Minute); time.Now().Before(deadline); {
		began := time.Now()
		a, err := l.client.Ask(context.WithoutCancel(ctx), "POST", l.where()+"/api/scouting/entries", body)
		if l.note(id, a, err, time.Since(began)) {
			<-time.After(l.pause)
			return
		}
		<-time.After(20*time.Millisecond + time.Duration(random.IntN(30))*time.Millisecond)
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.wrong = append(l.wrong, "never acknowledged: "+id)
}

// note remembers an answer and reports whether it was an acknowledgement.
func (l *Load) note(id string, a Answer, err error, took time.Duration) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.slowest = max(l.slowest, took)
	switch {
	case err != nil, a.Status == http.StatusBadGateway && len(a.Body) == 0: // the second is the Balancer's
		l.broken++
	case a.Status == http.StatusCreated || a.Status == http.StatusOK:
		if a.Status == http.StatusOK {
			l.repeats++
		}
		l.Acknowledged[id] = true
		l.took = append(l.took, took)
		l.last = time.Now()
		return true
	case a.Status == http.StatusServiceUnavailable:
		l.refused++
		if a.Header.Get("Retry-After") == "" || a.Header.Get("Content-Type") != "application/problem+json" || !bytes.Contains(a.Body, []byte(`"status":503`)) {
			l.unhelpful++
		}
	default:
		if len(l.wrong) < 10 {
			l.wrong = append(l.wrong, fmt.Sprintf("%d %.200s", a.Status, a.Body))
		}
	}
	return false
}

// Check says what the scouts saw and fails the test for what none should see.
func (l *Load) Check(name string) {
	l.t.Helper()
	l.mu.Lock()
	l.t.Logf("%s: %d acknowledged, %d of them on a repeat, %d refused with 503, %d without an answer, the slowest answer after %s",
		name, len(l.Acknowledged), l.repeats, l.refused, l.broken, l.slowest.Round(time.Millisecond))
	wrong, unhelpful := l.wrong, l.unhelpful
	l.mu.Unlock()
	Figure(l.t, name+".answers_other_than_2xx_and_503", float64(len(wrong)), 0)
	for _, w := range wrong {
		l.t.Log(w)
	}
	Figure(l.t, name+".503_without_problem_and_retry_after", float64(unhelpful), 0)
}

// Failed is how many requests got anything but an acknowledgement.
func (l *Load) Failed() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.refused + l.broken + len(l.wrong)
}

// between is the time that so many of the acknowledgements took at most, from one count of
// them to another.
func (l *Load) between(from, to int, p float64) time.Duration {
	l.mu.Lock()
	defer l.mu.Unlock()
	sorted := slices.Sorted(slices.Values(l.took[from:to]))
	if len(sorted) == 0 {
		return 0
	}
	return sorted[int(p*float64(len(sorted)-1))]
}
