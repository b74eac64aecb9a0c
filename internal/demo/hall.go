package demo

import (
	"context"
	"fmt"
	"net"
	"net/http"
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi/firstapitest"
)

// What officials do besides scoring, by the qualification match after which they do it.
const (
	correctionAfter, corrected = 4, 2   // ten points more for red of Q2
	outageFrom, outageTo       = 18, 19 // the official server fails while these are played
	replayAfter, replayed      = 12, 7
)

// betweenRounds is how many days later the teams meet again.
const betweenRounds = 7

// Hall is the official side of the demo: a server like FIRST's on this machine, with a
// clock that runs through the event as fast as the player lets it. The program follows it
// as it follows the real one.
type Hall struct {
	server *http.Server
	url    string

	mu       sync.Mutex // guards what follows
	fake     *firstapitest.Server
	from, to time.Time     // the clock's way
	began    time.Time     // on it, in real time
	takes    time.Duration // in real time; 0 is at once
}

// OpenHall opens the doors where the demo in the data folder stopped. Close it.
func OpenHall(dir string) (*Hall, error) {
	s, err := load(stateFile(dir))
	if err != nil || s == nil {
		s = newState(0) // Run tells what is wrong with the old one
	}
	script, err := readScript(eventFile)
	if err != nil {
		return nil, err
	}
	h := &Hall{}
	if err := h.enter(script.key(s.Round), s.Round, s.Next); err != nil {
		return nil, err
	}
	listener, err := new(net.ListenConfig).Listen(context.Background(), "tcp", "127.0.0.1:0")
	if err != nil {
		return nil, fmt.Errorf("the demo's official server: %w", err)
	}
	h.url = "http://" + listener.Addr().String()
	h.server = &http.Server{ReadHeaderTimeout: 5 * time.Second, Handler: http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h.official().ServeHTTP(w, r)
	})}
	go func() { _ = h.server.Serve(listener) }() // until Close
	return h, nil
}

// Close ends the server.
func (h *Hall) Close() { _ = h.server.Close() } // nobody waits for its answers

// URL is where the official server is.
func (h *Hall) URL() string { return h.url }

// Credentials are those of the official server.
func (h *Hall) Credentials() (username, token string) {
	return firstapitest.Username, firstapitest.Token
}

// Now is the time in the hall.
func (h *Hall) Now() time.Time {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.now()
}

// now must be called with mu held.
func (h *Hall) now() time.Time {
	gone := time.Since(h.began)
	if gone >= h.takes {
		return h.to
	}
	return h.from.Add(time.Duration(float64(h.to.Sub(h.from)) * (float64(gone) / float64(h.takes))))
}

// let lets the clock run to a time within so much real time. It never runs back.
func (h *Hall) let(to time.Time, takes time.Duration) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.from = h.now()
	h.to, h.began, h.takes = to, time.Now(), takes
	if to.Before(h.from) {
		h.to = h.from
	}
}

func (h *Hall) official() *firstapitest.Server {
	h.mu.Lock()
	defer h.mu.Unlock()
	return h.fake
}

// enter begins a round with so many matches played already, and what officials did in them.
func (h *Hall) enter(key ftc.EventKey, round, next int) error {
	fake, err := firstapitest.NewAs(h.Now, key.Code, betweenRounds*(round-1))
	if err != nil {
		return err
	}
	at := fake.Moments()[0].Loaded.Add(-20 * time.Minute)
	for _, m := range fake.Moments() {
		if m.Level == ftc.Qual && m.Number < next {
			at = m.Posted
		}
	}
	h.mu.Lock()
	h.fake, h.from, h.to, h.takes = fake, at, at, 0
	h.mu.Unlock()
	for n := 1; n < next; n++ {
		if _, err := h.after(n); err != nil {
			return err
		}
	}
	return nil
}

// moment says when a match is played.
func (h *Hall) moment(level ftc.Level, series, number int) (firstapitest.Moment, bool) {
	for _, m := range h.official().Moments() {
		if m.Level == level && m.Series == series && m.Number == number {
			return m, true
		}
	}
	return firstapitest.Moment{}, false
}

// before does what happens while a qualification match is played, and tells of it.
func (h *Hall) before(number int) (news string) {
	switch number {
	case outageFrom:
		h.official().Fail(firstapitest.Trouble{Kind: firstapitest.Busy})
		return "the official server is out"
	case outageTo + 1:
		h.official().Mend()
		return "the official server is back"
	}
	return ""
}

// after does what officials do once a qualification match is over, and tells of it.
func (h *Hall) after(number int) (news string, err error) {
	fake := h.official()
	qual := func(n int) ftc.MatchKey { return ftc.MatchKey{EventKey: fake.Event(), Level: ftc.Qual, Number: n} }
	switch number {
	case correctionAfter:
		return fmt.Sprintf("officials correct match %d", corrected), fake.Correct(qual(corrected), 10, 0)
	case replayAfter:
		over, _ := h.moment(ftc.Qual, 0, replayAfter)
		_, err := fake.Replay(qual(replayed), over.Posted.Add(5*time.Minute), over.Posted.Add(10*time.Minute), 6, 3)
		return fmt.Sprintf("match %d is played again", replayed), err
	}
	return "", nil
}
