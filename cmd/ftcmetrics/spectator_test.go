package main

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// spectatorCommand names the variable with a command that watches the FTC event as well,
// such as the one with the real pusher-js in e2e: a JSON list of words. It is called with the
// server's address and the channel besides, and prints a line {"name", "data"} for every event.
const spectatorCommand = "SPECTATOR"

// spectator is somebody in the hall who has heard these events of the FTC event's channel.
type spectator struct {
	t    *testing.T
	name string

	mu    sync.Mutex // guards lines and last
	lines []string   // what was heard of matches, in order
	last  int64      // the seq of the last event
}

// heard returns what the spectator has heard, in order: "completed qual-0-1 2" is the second
// result of qualification match 1.
func (s *spectator) heard() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return slices.Clone(s.lines)
}

// hear notes an event, of which none may be missing before it.
func (s *spectator) hear(name string, data []byte) {
	var p struct {
		Level                    string
		Seq                      int64
		Series, MatchNumber, Rev int
	}
	if err := json.Unmarshal(data, &p); err != nil {
		s.t.Errorf("%s: %s: %v", s.name, data, err)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if p.Seq <= s.last {
		return // again after coming back
	}
	if p.Seq != s.last+1 {
		s.t.Errorf("%s: seq %d follows %d", s.name, p.Seq, s.last)
	}
	s.last = p.Seq
	_, what, _ := strings.Cut(name, ":")
	s.lines = append(s.lines, fmt.Sprintf("%s %s-%d-%d %d", what, p.Level, p.Series, p.MatchNumber, p.Rev))
}

// watch is a client of our own: nobody is signed in. Whenever the socket breaks it comes
// back and reads what it has missed.
func (s *spectator) watch(ctx context.Context, server func() string) {
	for ctx.Err() == nil {
		_ = s.sit(ctx, server()) // how it ended does not matter
		<-time.After(10 * time.Millisecond)
	}
}

func (s *spectator) sit(ctx context.Context, server string) error {
	var config struct{ Key string }
	if _, err := ask("GET", server+"/api/realtime/config", "", "", &config); err != nil {
		return err
	}
	socket, _, err := websocket.Dial(ctx, strings.Replace(server, "http", "ws", 1)+"/app/"+config.Key+"?protocol=7", nil)
	if err != nil {
		return err
	}
	defer socket.CloseNow() //nolint:errcheck // it is over
	if err := socket.Write(ctx, websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"`+eventChannel+`"}}`)); err != nil {
		return err
	}
	for {
		_, raw, err := socket.Read(ctx)
		if err != nil {
			return err
		}
		var frame struct{ Event, Data string }
		if err := json.Unmarshal(raw, &frame); err != nil {
			return err
		}
		switch {
		case frame.Event == "pusher_internal:subscription_succeeded":
			err = s.catchUp(server)
		case !strings.HasPrefix(frame.Event, "pusher"):
			s.hear(frame.Event, []byte(frame.Data))
		}
		if err != nil {
			return err
		}
	}
}

// catchUp reads the channel after what was heard last.
func (s *spectator) catchUp(server string) error {
	for {
		s.mu.Lock()
		after := s.last
		s.mu.Unlock()
		var page struct {
			Events []struct {
				Name string
				Data json.RawMessage
			}
			Reset bool
		}
		if _, err := ask("GET", fmt.Sprintf("%s/api/channels/%s/events?after=%d&limit=500", server, eventChannel, after), "", "", &page); err != nil {
			return err
		}
		if page.Reset {
			s.t.Error("the channel has started over")
		}
		for _, e := range page.Events {
			s.hear(e.Name, e.Data)
		}
		if len(page.Events) == 0 {
			return nil
		}
	}
}

// run lets another program watch. It knows one address, behind which the server may end and
// begin again elsewhere, as behind a proxy in front of it.
func (s *spectator) run(ctx context.Context, command string, server func() string) {
	s.t.Helper()
	front := httptest.NewServer(&httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			to, _ := url.Parse(server())
			r.SetURL(to)
		},
		ErrorHandler: func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	})
	var words []string
	must(s.t, json.Unmarshal([]byte(command), &words))
	words = append(words, front.URL, eventChannel)
	cmd := exec.CommandContext(ctx, words[0], words[1:]...) //nolint:gosec // whoever starts the tests names it
	cmd.Stderr = os.Stderr
	out, err := cmd.StdoutPipe()
	must(s.t, err)
	must(s.t, cmd.Start())
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewScanner(out)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			var e struct {
				Name string
				Data json.RawMessage
			}
			if err := json.Unmarshal(lines.Bytes(), &e); err != nil {
				s.t.Errorf("%s says %q: %v", s.name, lines.Text(), err)
			}
			s.hear(e.Name, e.Data)
		}
	}()
	s.t.Cleanup(func() {
		<-read         // its context has ended
		_ = cmd.Wait() // it was told to go
		front.CloseClientConnections()
		front.Close()
	})
}
