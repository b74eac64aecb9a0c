package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"path/filepath"
	"testing"
	"time"
)

// demoRound is what the public channel of a round of the demo has told of matches.
type demoRound struct {
	starts, results, revised int
	seen                     map[string]bool   // a start, or a result, by its match
	last                     map[string]string // result of a match
}

// readRound reads the channel of the round's FTC event.
func readRound(t *testing.T, url, code string) demoRound {
	t.Helper()
	round := demoRound{seen: make(map[string]bool), last: make(map[string]string)}
	for after := int64(0); ; {
		var page struct {
			Events []struct {
				Name string
				Seq  int64
				Data json.RawMessage
			}
		}
		_, err := ask("GET", fmt.Sprintf("%s/api/channels/event-%s/events?after=%d&limit=500", url, code, after), "", "", &page)
		must(t, err)
		if len(page.Events) == 0 {
			return round
		}
		for _, e := range page.Events {
			after = e.Seq
			var p struct {
				Level                    string
				Series, MatchNumber, Rev int
			}
			must(t, json.Unmarshal(e.Data, &p))
			match := fmt.Sprintf("%s %d-%d", p.Level, p.Series, p.MatchNumber)
			switch e.Name {
			case "match:started":
				round.starts++
				round.seen["start of "+match] = true
			case "match:completed":
				round.results++
				if !round.seen["start of "+match] {
					t.Errorf("%s: %s ends without a start", code, match)
				}
				if told := telling(t, e.Data); told == round.last[match] {
					t.Errorf("%s: the result of %s comes twice: %s", code, match, told)
				} else {
					round.last[match] = told
				}
				if p.Rev > 1 {
					round.revised++
					round.seen["again "+match] = true
				}
			}
		}
	}
}

// telling is what an event tells, without what differs each time that it is told.
func telling(t *testing.T, data json.RawMessage) string {
	t.Helper()
	var object map[string]any
	must(t, json.Unmarshal(data, &object))
	for _, key := range []string{"id", "seq", "at", "rev"} {
		delete(object, key)
	}
	raw, err := json.Marshal(object)
	must(t, err)
	return string(raw)
}

// The demo's officials score its FTC event, with a correction, a replay and an outage, and
// everybody in the hall hears of every match.
func TestDemoHasOfficials(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	p := launch(t, program(dir, "demo", "--speed", "8")) // a match takes 2.5 s: of a shorter one, a busy server sees only the end
	deadline := time.After(5 * time.Minute)
	const code = "ZZDEV1"
	for {
		var list []struct{ Rev int }
		status, err := ask("GET", p.url+"/api/events/"+code+"/results?season=2025", "", "", &list)
		if err == nil && status == http.StatusOK && len(list) == 33 {
			break
		}
		select {
		case <-deadline:
			t.Fatalf("%s has %d results\n%s", code, len(list), p.text())
		case <-p.done:
			t.Fatalf("the demo has ended\n%s", p.text())
		case <-time.After(50 * time.Millisecond):
		}
	}
	round := readRound(t, p.url, code)
	// The server may look between the two steps in which one of these is posted.
	if round.starts != 34 || round.results != 33+round.revised || round.revised < 2 || round.revised > 4 || !round.seen["again qual 0-2"] || !round.seen["again qual 0-7"] {
		t.Errorf("%s: %d starts, %d results, %d of them again: %v\n%v", code, round.starts, round.results, round.revised, round.seen, round.last)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.text())
	}
}
