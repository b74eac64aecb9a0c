package webhook

import (
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

const (
	grace   = 3 * time.Second // how long a leave is held back
	maxHeld = 20_000          // leaves held back for one app; more go out early
)

// app is an App at work. It holds leaves back and hands everything else to the endpoints.
type app struct {
	App
	counts    counts
	endpoints []*endpoint
	wake      chan struct{} // has a token when line is no longer empty

	mu     sync.Mutex // guards the fields below; locks of queues are taken inside it
	held   map[presence]*leave
	line   []*leave // by due, also those that were taken back
	closed bool
}

// presence is what can be left: a channel, by everybody, or by one member.
type presence struct {
	channel realtime.Channel
	member  bool
	userID  string
}

// leave is a notice that is held back.
type leave struct {
	notice    hub.Notice
	key       presence
	due       time.Time
	takenBack bool
}

func newApp(s *Sender, settings App) *app {
	a := &app{App: settings, wake: make(chan struct{}, 1), held: map[presence]*leave{}}
	for _, e := range settings.Endpoints {
		a.endpoints = append(a.endpoints, newEndpoint(s, a, e))
	}
	return a
}

func (a *app) notify(n hub.Notice) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if a.closed {
		return
	}
	key := presence{channel: n.Channel, member: n.Event == hub.NoticeMemberAdded || n.Event == hub.NoticeMemberRemoved, userID: n.UserID}
	switch n.Event {
	case hub.NoticeVacated, hub.NoticeMemberRemoved:
		a.hold(key, n)
		return
	case hub.NoticeOccupied, hub.NoticeMemberAdded:
		if l := a.held[key]; l != nil {
			l.takenBack = true
			delete(a.held, key)
			if n.At.Sub(l.notice.At) < grace {
				return
			}
			a.push(l.notice) // of which this node has heard late; where it happened it is told
		}
	}
	a.push(n)
}

// hold puts a leave at the end of the line. It must be called with mu held.
func (a *app) hold(key presence, n hub.Notice) {
	if a.held[key] != nil {
		return // it is known to be left
	}
	if len(a.line) >= maxHeld {
		a.release()
	}
	l := &leave{notice: n, key: key, due: time.Now().Add(grace)}
	a.held[key] = l
	a.line = append(a.line, l)
	select {
	case a.wake <- struct{}{}:
	default:
	}
}

// release hands the first of the line to the endpoints, unless it was taken back. It must
// be called with mu held.
func (a *app) release() {
	first := a.line[0]
	a.line[0] = nil
	if a.line = a.line[1:]; len(a.line) == 0 {
		a.line = nil
	}
	if !first.takenBack {
		delete(a.held, first.key)
		a.push(first.notice)
	}
}

// push offers a notice to the endpoints, unless another node does. It must be called with mu held, so that all
// endpoints see one order.
func (a *app) push(n hub.Notice) {
	if n.Elsewhere {
		return
	}
	for _, e := range a.endpoints {
		if e.wants(n) {
			e.queue.push(n)
		}
	}
}

// keep releases what is due until stopping is closed, and then everything.
func (a *app) keep(stopping <-chan struct{}) {
	timer := time.NewTimer(grace)
	defer timer.Stop()
	for {
		if pause, some := a.releaseDue(time.Now()); some {
			timer.Reset(pause)
		} else {
			timer.Stop()
		}
		select {
		case <-timer.C:
		case <-a.wake:
		case <-stopping:
			return
		}
	}
}

// releaseDue releases what is due and returns how long the next one has to wait.
func (a *app) releaseDue(now time.Time) (pause time.Duration, some bool) {
	a.mu.Lock()
	defer a.mu.Unlock()
	for len(a.line) > 0 {
		if pause = a.line[0].due.Sub(now); pause > 0 {
			return pause, true
		}
		a.release()
	}
	return 0, false
}

// close releases everything and ends the queues.
func (a *app) close() {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.closed = true
	for len(a.line) > 0 {
		a.release()
	}
	for _, e := range a.endpoints {
		e.queue.close()
	}
}
