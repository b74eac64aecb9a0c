package api_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"
)

// polled is an answer of /api/sync.
type polled struct {
	Channels []struct {
		Channel string
		Events  []struct {
			Seq  int64
			Name string
			Data json.RawMessage
		}
		Next, Head int64
		Reset      bool
		Denied     *struct {
			Status int
			Code   string
		}
	}
	Next string
	More bool
}

func (s *server) poll(token, since string, channels ...string) polled {
	s.t.Helper()
	a := s.call("GET", "/api/sync?since="+since+"&channels="+strings.Join(channels, ","), token, "")
	if a.status != 200 {
		s.t.Fatalf("poll: %d %s", a.status, a.body)
	}
	var p polled
	a.into(s.t, &p)
	return p
}

// seqs are the events of the answer: "event-A 1 2 reset; event-B denied 403".
func (p polled) seqs() string {
	var parts []string
	for _, c := range p.Channels {
		text := strings.SplitN(c.Channel, "-team-", 2)[0]
		for _, e := range c.Events {
			text += fmt.Sprintf(" %d", e.Seq)
		}
		if c.Reset {
			text += " reset"
		}
		if c.Denied != nil {
			text += fmt.Sprintf(" denied %d", c.Denied.Status)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, "; ")
}

func TestSync(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	scout, scoutID := s.join(team, "STUDENT")
	private := "private-team-" + team
	entries := 0
	enter := func(n int) {
		for range n {
			entries++
			s.call("POST", "/api/scouting/entries", s.owner, entryBody(team, fmt.Sprintf(`{"matchNumber":%d}`, entries)))
		}
	}
	enter(1)
	is := func(what string, p polled, want string) {
		t.Helper()
		if got := p.seqs(); got != want {
			t.Errorf("%s: %s, want %s", what, got, want)
		}
	}
	p := s.poll(scout, "", private, "event-USNCRA")
	is("the first poll", p, "private reset; event-USNCRA reset")
	base := p.Channels[0].Head // a member joined before
	enter(2)
	q := s.poll(scout, p.Next, private, "event-USNCRA")
	is("the second", q, fmt.Sprintf("private %d %d; event-USNCRA 2 3", base+1, base+2))
	is("the second again", s.poll(scout, p.Next, private, "event-USNCRA"), q.seqs())
	is("nothing new", s.poll(scout, q.Next, private, "event-USNCRA"), "private; event-USNCRA")
	is("another channel", s.poll(scout, q.Next, "event-USNCRA", "event-NEW", "event-USNCRA"), "event-USNCRA; event-NEW reset")
	is("nobody", s.poll("", q.Next, private, "event-USNCRA"), "private denied 401; event-USNCRA")

	path := "/api/sync?since=" + q.Next + "&channels=" + private + "&channels=event-USNCRA"
	a := s.call("GET", path, scout, "")
	if a = s.call("GET", path, scout, "", "If-None-Match", a.header.Get("ETag")); a.status != 304 || a.body != "" {
		t.Errorf("without news: %d %s", a.status, a.body)
	}
	enter(1)
	if a = s.call("GET", path, scout, "", "If-None-Match", a.header.Get("ETag")); a.status != 200 {
		t.Errorf("with news: %d", a.status)
	}
	s.call("DELETE", "/api/user-teams/"+team+"/members/"+scoutID, s.owner, "")
	q = s.poll(scout, q.Next, private, "event-USNCRA")
	is("after the membership", q, "private denied 403; event-USNCRA 4")

	last := q.Next[:len(q.Next)-1]
	for what, path := range map[string]struct {
		query  string
		status int
		code   string
	}{
		"garbage":             {"since=hello&channels=event-A", 400, "bad-sync-cursor"},
		"no base64":           {"since=%21&channels=event-A", 400, "bad-sync-cursor"},
		"cut off":             {"since=" + last + "&channels=event-A", 400, "bad-sync-cursor"},
		"changed":             {"since=" + "B" + q.Next[1:] + "&channels=event-A", 400, "bad-sync-cursor"},
		"no channels":         {"since=", 422, "bad-input"},
		"no channel":          {"channels=event-A,,event-B", 400, "bad-channel-name"},
		"the control channel": {"channels=" + url.QueryEscape("!control"), 400, "bad-channel-name"},
		"too many":            {"channels=" + many(101), 422, "bad-input"},
	} {
		if a := s.call("GET", "/api/sync?"+path.query, "", ""); a.status != path.status || !strings.HasSuffix(a.problem(t).Type, "#"+path.code) {
			t.Errorf("%s: %d %s", what, a.status, a.body)
		}
	}
	full := s.poll("", "", strings.Split(many(100), ",")...)
	if again := s.poll("", full.Next, strings.Split(many(100), ",")...); len(again.Channels) != 100 || len(full.Next) > 2500 || again.Channels[99].Reset {
		t.Errorf("a hundred channels: %d bytes, %+v", len(full.Next), again.Channels[99])
	}
}

func many(n int) string {
	names := make([]string, n)
	for i := range names {
		names[i] = fmt.Sprintf("match-USNCRA-%d", i)
	}
	return strings.Join(names, ",")
}

// TestOneEvent fetches what a reference stands for, and is told of another epoch.
func TestOneEvent(t *testing.T) {
	s := newServer(t)
	team := s.team(s.owner)
	s.call("POST", "/api/scouting/entries", s.owner, entryBody(team, `{}`))
	a := s.call("GET", "/api/channels/private-team-"+team+"/events", s.owner, "")
	var page struct {
		Events []json.RawMessage
		Epoch  string
	}
	a.into(t, &page)
	var first struct{ ID string }
	must(t, json.Unmarshal(page.Events[0], &first))
	one := s.call("GET", "/api/channels/private-team-"+team+"/events/"+first.ID, s.owner, "")
	var got json.RawMessage
	one.into(t, &got)
	if string(got) != string(page.Events[0]) {
		t.Errorf("%s, want %s", got, page.Events[0])
	}
	if a := s.call("GET", "/api/channels/event-USNCRA/events/"+first.ID, "", ""); a.status != 404 {
		t.Errorf("by a public channel: %d %s", a.status, a.body)
	}
	for epoch, want := range map[string]string{page.Epoch: `"reset":false`, first.ID: `"reset":true`} {
		if a := s.call("GET", "/api/channels/private-team-"+team+"/events?epoch="+epoch, s.owner, ""); !strings.Contains(a.body, want) {
			t.Errorf("epoch %s: %s", epoch, a.body)
		}
	}
	if a := s.call("GET", "/api/channels/event-USNCRA/events?epoch=x", "", ""); a.status != 422 {
		t.Errorf("a broken epoch: %d", a.status)
	}
}
