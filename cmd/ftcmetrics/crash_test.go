package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"
)

const (
	crashEntries = 1000
	crashWriters = 16
	crashKills   = 10
)

// TestNothingAcknowledgedIsLost posts entries while the server is killed again and again.
// Each writer repeats an entry until it is acknowledged, as a tablet does.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	dir := t.TempDir()
	p := serve(t, dir)
	token := owner(t, dir)
	var team struct{ ID string }
	_, err := ask("POST", p.url+"/api/user-teams", token, `{"teamNumber":8569}`, &team)
	must(t, err)

	var url atomic.Value // of the server that runs now
	url.Store(p.url)
	var acknowledged sync.Map
	var count, repeats atomic.Int64
	progress := make(chan struct{}, crashEntries)
	var writers sync.WaitGroup
	for w := range crashWriters {
		writers.Go(func() {
			for n := w; n < crashEntries; n += crashWriters {
				id := uuid.NewString()
				body := fmt.Sprintf(`{"id":"%s","scoutingTeamId":"%s","season":2025,"eventCode":"USNCRA","matchNumber":%d,"alliance":"RED","scoutedTeamNumber":8569,"data":{}}`, id, team.ID, n%99+1)
				for attempt := 0; ; attempt++ {
					status, err := ask("POST", url.Load().(string)+"/api/scouting/entries", token, body, nil)
					if err == nil && (status == 201 || status == 200) {
						if status == 200 {
							repeats.Add(1)
						}
						break
					}
					if err == nil && status != 503 {
						t.Errorf("entry %d: %d", n, status)
						return
					}
					if attempt > 5000 {
						t.Errorf("entry %d is never acknowledged: %d, %v", n, status, err)
						return
					}
					<-time.After(5 * time.Millisecond)
				}
				acknowledged.Store(id, true)
				count.Add(1)
				progress <- struct{}{}
			}
		})
	}
	for kill := 1; kill <= crashKills; kill++ {
		for range crashEntries / (crashKills + 1) {
			<-progress
		}
		p.kill()
		p = serve(t, dir)
		url.Store(p.url)
	}
	writers.Wait()
	t.Logf("%d acknowledged, %d of them on a repeat, %d kills", count.Load(), repeats.Load(), crashKills)

	told := catchUp(t, p.url, token, "private-team-"+team.ID)
	entries := make(map[string]int)
	for _, e := range told {
		if e.Name == "scouting:entry-created" {
			entries[e.Data.Entry.ID]++
		}
	}
	acknowledged.Range(func(id, _ any) bool {
		if entries[id.(string)] != 1 {
			t.Errorf("entry %s was acknowledged and told of %d times", id, entries[id.(string)])
		}
		return true
	})
	for _, channel := range []string{"event-USNCRA", "event-2025-USNCRA"} {
		if n := len(catchUp(t, p.url, "", channel)); n != crashEntries {
			t.Errorf("%s tells of %d entries", channel, n)
		}
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.text())
	}
}

type loggedEvent struct {
	Seq  int64
	ID   string
	Name string
	Data struct {
		Entry struct{ ID string }
	}
}

// catchUp reads the whole of a channel and checks that it has no gap.
func catchUp(t *testing.T, url, token, channel string) []loggedEvent {
	t.Helper()
	var all []loggedEvent
	for {
		var page struct {
			Events []loggedEvent
			Head   int64
			Reset  bool
		}
		status, err := ask("GET", fmt.Sprintf("%s/api/channels/%s/events?after=%d&limit=500", url, channel, len(all)), token, "", &page)
		if err != nil || status != 200 || page.Reset {
			t.Fatalf("%s after %d: %d, %v, reset %v", channel, len(all), status, err, page.Reset)
		}
		for _, e := range page.Events {
			if e.Seq != int64(len(all))+1 {
				t.Fatalf("%s: seq %d follows %d", channel, e.Seq, len(all))
			}
			all = append(all, e)
		}
		if int64(len(all)) == page.Head {
			return all
		}
	}
}

// TestTwoServersOnOneFolder has the second refused at once and the first go on.
func TestTwoServersOnOneFolder(t *testing.T) {
	dir := t.TempDir()
	p := serve(t, dir)
	cmd := program(dir)
	out, err := cmd.CombinedOutput()
	if err == nil || cmd.ProcessState.ExitCode() != 1 {
		t.Errorf("a second server on the folder: %v\n%s", err, out)
	}
	if status, err := ask("GET", p.url+"/ready", "", "", nil); err != nil || status != 200 {
		t.Errorf("the first one after that: %d, %v", status, err)
	}
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.text())
	}
}
