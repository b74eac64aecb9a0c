package demo

import (
	"bytes"
	"context"
	"errors"
	"net/http"
	"os/exec"
	"regexp"
	"strings"
	"testing"
)

const perRound = 27 * scoutCount

// listener is a newcomer who does something once a text has been said.
type listener struct {
	bytes.Buffer
	text string
	then func()
}

func (l *listener) Write(raw []byte) (int, error) {
	n, err := l.Buffer.Write(raw)
	if l.then != nil && strings.Contains(l.String(), l.text) {
		then := l.then
		l.then = nil
		then()
	}
	return n, err
}

func TestPlaysRoundAfterRound(t *testing.T) {
	s := startServer(t)
	var out bytes.Buffer
	s.o.Out = &out
	if err := Run(t.Context(), s.o); err != nil {
		t.Fatalf("%v\n%s", err, &out)
	}
	if n := s.entries(t, "ZZDEV1"); n != perRound {
		t.Errorf("%d entries", n)
	}
	for _, text := range []string{"27/27  Qualification 27", "offline with 3 waiting", "is back and sent 3 at once", "162 new entries saved, 162 of them seen live"} {
		if !strings.Contains(out.String(), text) {
			t.Errorf("nothing says %q:\n%s", text, &out)
		}
	}
	out.Reset()
	if err := Run(t.Context(), s.o); err != nil {
		t.Fatal(err)
	}
	if first, second := s.entries(t, "ZZDEV1"), s.entries(t, "ZZDEV2"); first != perRound || second != perRound {
		t.Errorf("%d entries of the first round, %d of the second", first, second)
	}
	if !strings.Contains(out.String(), "subscribe('event-ZZDEV2')") {
		t.Errorf("the second welcome:\n%s", &out)
	}
}

// TestGoesOnWhereItStopped stops the demo while a scout is offline: what waited on the
// tablet must not be lost, and nothing may be doubled.
func TestGoesOnWhereItStopped(t *testing.T) {
	s := startServer(t)
	s.o.Once = false
	ctx, cancel := context.WithCancel(t.Context())
	defer cancel()
	out := &listener{text: "waiting", then: cancel}
	s.o.Out = out
	if err := Run(ctx, s.o); !errors.Is(err, context.Canceled) {
		t.Fatalf("%v\n%s", err, out)
	}
	stopped := s.entries(t, "ZZDEV1")
	if stopped == 0 || stopped >= perRound {
		t.Errorf("stopped after %d entries", stopped)
	}
	again := new(bytes.Buffer)
	s.o.Once, s.o.Out = true, again
	if err := Run(t.Context(), s.o); err != nil {
		t.Fatal(err)
	}
	if n := s.entries(t, "ZZDEV1"); n != perRound {
		t.Errorf("%d entries in the end", n)
	}
	if strings.Contains(again.String(), " 1/27") {
		t.Errorf("it began again:\n%s", again)
	}
}

// TestNewcomerMeddles removes people and a team while the demo plays, and sends the curl
// lines that it prints.
func TestNewcomerMeddles(t *testing.T) {
	s := startServer(t)
	api := newClient(s.url)
	defer api.close()
	out := &listener{text: "1/27"}
	out.then = func() {
		w := theWorld(t, s)
		ada := w.Teams[0].Scouts[0]
		if err := api.call(t.Context(), ada.Token, http.MethodDelete, "/api/sessions/current", nil, nil); err != nil {
			t.Error(err)
		}
		if err := api.call(t.Context(), w.Owner.Token, http.MethodDelete, "/api/user-teams/"+w.Teams[1].ID.String(), nil, nil); err != nil {
			t.Error(err)
		}
		if err := api.call(t.Context(), w.Owner.Token, http.MethodDelete, "/api/sessions/current", nil, nil); err != nil {
			t.Error(err)
		}
	}
	s.o.Out = out
	if err := Run(t.Context(), s.o); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	for _, name := range []string{"Ada", "Eli", "Fay"} {
		if strings.Count(out.String(), name+" may not scout any more") != 1 {
			t.Errorf("nothing says that %s is out:\n%s", name, out)
		}
	}
	s.o.Out = new(bytes.Buffer)
	if err := Run(t.Context(), s.o); err != nil {
		t.Fatal(err)
	}
	if n := s.entries(t, "ZZDEV2"); n != perRound {
		t.Errorf("with everybody back: %d entries", n)
	}
}

func theWorld(t *testing.T, s *server) *state {
	t.Helper()
	w, err := load(stateFile(s.o.DataDir))
	if err != nil || w == nil {
		t.Fatal("no state", err)
	}
	return w
}

// TestPrintedCurl runs the lines that a newcomer copies.
func TestPrintedCurl(t *testing.T) {
	s := startServer(t)
	out := new(bytes.Buffer)
	s.o.Out, s.o.HubURL = out, ""
	if err := Run(t.Context(), s.o); err != nil {
		t.Fatal(err)
	}
	lines := regexp.MustCompile(`(?m)^  (curl .*)$`).FindAllStringSubmatch(out.String(), -1)
	if len(lines) != 3 {
		t.Fatalf("%d curl lines:\n%s", len(lines), out)
	}
	for _, line := range lines {
		for range 2 {
			answer, err := exec.CommandContext(t.Context(), "sh", "-c", line[1]).Output()
			if err != nil || !bytes.HasPrefix(answer, []byte(`{"success":true`)) {
				t.Errorf("%s\n%s %v", line[1], answer, err)
			}
		}
	}
	if n := s.entries(t, "ZZDEV1"); n != perRound+1 {
		t.Errorf("%d entries: the same line twice must add one", n)
	}
}

func TestAnotherDatabaseIsForeign(t *testing.T) {
	first, second := startServer(t), anotherServer(t)
	first.o.Out, second.o.Out = new(bytes.Buffer), new(bytes.Buffer)
	for _, s := range []*server{first, second} {
		if err := Run(t.Context(), s.o); err != nil {
			t.Fatal(err)
		}
	}
	second.o.DataDir = first.o.DataDir
	if err := Run(t.Context(), second.o); !errors.Is(err, ErrForeign) {
		t.Errorf("the demo.json of one database opens another: %v", err)
	}
	empty := anotherServer(t)
	empty.o.Out, empty.o.DataDir = new(bytes.Buffer), first.o.DataDir
	if err := Run(t.Context(), empty.o); err != nil {
		t.Errorf("an old demo.json on an empty database: %v", err)
	}
}
