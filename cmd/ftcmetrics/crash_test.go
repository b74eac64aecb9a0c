package main

import (
	"fmt"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

const (
	crashEntries = 1000
	crashWriters = 16
	crashKills   = 10
)

// crash is the run of TestNothingAcknowledgedIsLost.
type crash struct {
	t              *testing.T
	token, team    string
	url            atomic.Value  // of the server that runs now
	acknowledged   sync.Map      // ids of entries
	count, repeats atomic.Int64  // acknowledged, and of these on a repeat
	progress       chan struct{} // one for each that is acknowledged
}

// TestNothingAcknowledgedIsLost posts entries while the server is killed again and again.
// Each writer repeats an entry until it is acknowledged, as a tablet does.
func TestNothingAcknowledgedIsLost(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	p := serve(t, dir)
	c := &crash{t: t, token: owner(t, dir), progress: make(chan struct{}, crashEntries)}
	c.url.Store(p.url)
	var team struct{ ID string }
	_, err := ask("POST", p.url+"/api/user-teams", c.token, `{"teamNumber":8569}`, &team)
	must(t, err)
	c.team = team.ID

	var writers sync.WaitGroup
	t.Cleanup(writers.Wait)
	for w := range crashWriters {
		writers.Go(func() {
			for n := w; n < crashEntries; n += crashWriters {
				c.write(n)
			}
		})
	}
	for range crashKills {
		for range crashEntries / (crashKills + 1) {
			<-c.progress
		}
		p.kill()
		p = serve(t, dir)
		c.url.Store(p.url)
	}
	writers.Wait()
	t.Logf("%d acknowledged, %d of them on a repeat, %d kills", c.count.Load(), c.repeats.Load(), crashKills)
	c.compare(p.url)
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.text())
	}
}

// write repeats one entry until the server acknowledges it.
func (c *crash) write(n int) {
	id := uuid.NewString()
	body := fmt.Sprintf(`{"id":"%s","scoutingTeamId":"%s","season":2025,"eventCode":"USNCRA","matchNumber":%d,"alliance":"RED","scoutedTeamNumber":8569,"data":{}}`, id, c.team, n%99+1)
	defer func() { c.progress <- struct{}{} }()
	for range 5000 {
		if c.t.Context().Err() != nil {
			return // the test has failed elsewhere
		}
		status, err := ask("POST", c.url.Load().(string)+"/api/scouting/entries", c.token, body, nil)
		switch {
		case err == nil && status < 300:
			if status == 200 {
				c.repeats.Add(1)
			}
			c.acknowledged.Store(id, true)
			c.count.Add(1)
			return
		case err == nil && status != 503:
			c.t.Errorf("entry %d: %d", n, status)
			return
		}
		<-time.After(5 * time.Millisecond)
	}
	c.t.Errorf("entry %d is never acknowledged", n)
}

// compare holds what was acknowledged against what the channels tell.
func (c *crash) compare(url string) {
	entries := make(map[string]int)
	for _, e := range catchUp(c.t, url, c.token, "private-team-"+c.team) {
		if e.Name == "scouting:entry-created" {
			entries[e.Data.Entry.ID]++
		}
	}
	c.acknowledged.Range(func(id, _ any) bool {
		if entries[id.(string)] != 1 {
			c.t.Errorf("entry %s was acknowledged and told of %d times", id, entries[id.(string)])
		}
		return true
	})
	for _, channel := range []string{"event-USNCRA", "event-2025-USNCRA"} {
		if n := len(catchUp(c.t, url, "", channel)); n != crashEntries || len(entries) != n {
			c.t.Errorf("%s tells of %d entries, the team's channel of %d", channel, n, len(entries))
		}
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
	t.Parallel()
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
