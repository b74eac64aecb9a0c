package faults

import (
	"context"
	"net/http"
	"sync"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// rolling restarts one node after the other, as a deployment does: the next one when the
// one before is ready again and the balancer knows it. It returns the longest stop.
func (s *Site) rolling(balancer *Balancer) (longest time.Duration) {
	s.t.Helper()
	for _, n := range s.Nodes {
		began := time.Now()
		n.Signal(syscall.SIGTERM)
		if code := n.Wait(); code != 0 {
			s.t.Errorf("exit code %d", code)
		}
		longest = max(longest, time.Since(began))
		n.Start()
		Until(s.t, "the balancer finds the node", balancer.knowsAll)
	}
	return longest
}

// TestRollingRestart is R18: two nodes behind a balancer are restarted under load. No POST
// fails, no event is lost, and spectators are back at once.
func TestRollingRestart(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 2)
	balancer := NewBalancer(t, 300*time.Millisecond, s.URLs()...)
	where := inTurn(balancer.URL())
	var followers []*Follower
	for range 20 {
		followers = append(followers, s.Follow(HallChannel, where))
	}
	load := s.StartLoad(8, 2*time.Millisecond, where)
	load.Await(100)
	longest := s.rolling(balancer)
	load.Await(100)
	load.Stop()
	load.Check("R18")
	Figure(t, "R18.failed_posts", float64(load.Failed()), 0)
	Timed(t, "R18.stop_s", longest, 10*time.Second)
	s.Compare(s.Nodes[0].URL(), load.Acknowledged, followers...).Check(t, "R18")
	var away time.Duration
	for _, f := range followers {
		away = max(away, f.away)
	}
	Timed(t, "R18.spectator_away_s", away, 3*time.Second)
}

// TestRollingRestartUnheard is TestRollingRestart without sockets, whose goodbye takes time:
// a node that stops waits all the same until the balancer has heard of it.
func TestRollingRestartUnheard(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 2)
	balancer := NewBalancer(t, 100*time.Millisecond, s.URLs()...)
	load := s.StartLoad(8, 2*time.Millisecond, inTurn(balancer.URL()))
	load.Await(100)
	longest := s.rolling(balancer)
	load.Await(100)
	load.Stop()
	load.Check("R18.unheard")
	Figure(t, "R18.unheard_failed_posts", float64(load.Failed()), 0)
	Timed(t, "R18.unheard_stop_s", longest, 10*time.Second)
}

// TestKilledUnderBalancer is the control of TestRollingRestart: without a graceful stop the
// same balancer and the same load see failures.
func TestKilledUnderBalancer(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 2)
	balancer := NewBalancer(t, 300*time.Millisecond, s.URLs()...)
	load := s.StartLoad(8, 0, inTurn(balancer.URL()))
	for n := 0; n < 10 && load.Failed() == 0; n++ {
		load.Await(50)
		s.Nodes[0].Kill()
		s.Nodes[0].Start()
	}
	load.Stop()
	AtLeast(t, "R18.control_failed_posts_after_kills", float64(load.Failed()), 1)
}

// tab is a browser tab with pusher-js: it comes back at once after 4200-4299, a second
// after any other end of a socket, and not for 15 s when its connection is refused.
type tab struct {
	refused []time.Time
	away    time.Duration
	ends    map[websocket.StatusCode]int
}

// live connects, says so, and comes back until ctx ends.
func (b *tab) live(ctx context.Context, url string, connected func()) {
	left := time.Now()
	for ctx.Err() == nil {
		socket, response, err := websocket.Dial(ctx, "ws"+url[len("http"):]+"/app/"+Key+"?protocol=7", nil)
		if response != nil && response.Body != nil {
			_ = response.Body.Close()
		}
		if err != nil {
			b.refused = append(b.refused, time.Now())
			<-time.After(100 * time.Millisecond) // the test would not end
			continue
		}
		for in := false; err == nil; {
			var raw []byte
			if _, raw, err = socket.Read(ctx); err == nil && !in && len(raw) > 0 && string(raw[:33]) == `{"event":"pusher:connection_estab` {
				in = true
				b.away = max(b.away, time.Since(left))
				connected()
			}
			if err != nil && in {
				left = time.Now()
			}
		}
		code := websocket.CloseStatus(err)
		b.ends[code]++
		if code < 4200 || code >= 4300 {
			select {
			case <-time.After(time.Second):
			case <-ctx.Done():
			}
		}
	}
}

// TestLoneRestart restarts the only node there is, as a laptop's is. No tab finds a closed
// door, after which pusher-js would stay away for 15 s and longer, if the next program is there
// within a second. Where the machine takes longer for it, none finds one before and after.
func TestLoneRestart(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 1)
	node := s.Nodes[0]
	ctx, cancel := context.WithCancel(t.Context())
	tabs := make([]tab, 50)
	var open, again sync.WaitGroup
	var done sync.WaitGroup
	open.Add(len(tabs))
	again.Add(len(tabs))
	for i := range tabs {
		tabs[i].ends = make(map[websocket.StatusCode]int)
		done.Go(func() {
			times := 0
			tabs[i].live(ctx, node.URL(), func() {
				switch times++; times {
				case 1:
					open.Done()
				case 2:
					again.Done()
				}
			})
		})
	}
	open.Wait()
	node.Signal(syscall.SIGTERM)
	if code := node.Wait(); code != 0 {
		t.Errorf("exit code %d", code)
	}
	gone := time.Now()
	node.Start()
	down := time.Since(gone)
	becomes(t, node.URL()+"/ready", http.StatusOK)
	again.Wait()
	cancel()
	done.Wait()
	refused, meanwhile, away := 0, 0, time.Duration(0)
	ends := make(map[websocket.StatusCode]int)
	for _, b := range tabs {
		for _, at := range b.refused {
			if d := at.Sub(gone); down > time.Second && d > -100*time.Millisecond && d < down+100*time.Millisecond {
				meanwhile++
				continue
			}
			refused++
		}
		away = max(away, b.away)
		for code, n := range b.ends {
			ends[code] += n
		}
	}
	t.Logf("ends: %v; no program for %s, and then %d refused", ends, down, meanwhile)
	Figure(t, "R18.alone_refused", float64(refused), 0)
	Timed(t, "R18.alone_away_s", away-down, 5*time.Second)
}
