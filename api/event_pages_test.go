package api_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/web"
)

// pages is a server with the public pages before it, filled from its own API.
func pages(t *testing.T) *server {
	t.Helper()
	var s *server
	ask := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) { s.handler.ServeHTTP(w, r) })
	s = newServer(t, func(o *api.Options) { o.Pages = web.Pages(web.Options{API: ask}) })
	return s
}

// page asks as a browser without login.
func (s *server) page(path string, headers ...string) answer {
	return s.call("GET", path, "", "", append([]string{"Accept", "text/html"}, headers...)...)
}

const hostile = `</script><script>alert(1)</script><img src=x onerror=alert(2)>`

// hold stores an FTC event whose names are hostile.
func hold(t *testing.T, s *server) {
	t.Helper()
	name, _ := json.Marshal("Raleigh " + hostile)
	a := s.call("POST", "/api/events", s.owner, fmt.Sprintf(`{"season":2025,"eventCode":"USNCRA","name":%s,"city":"Raleigh","timezone":"America/New_York","startsOn":"2026-01-17",
		"teams":[{"teamNumber":8569,"name":%s}],"matches":[
		{"matchNumber":1,"scheduledAt":"2026-01-17T15:00:00Z","red":[8569,9021],"blue":[731,4444],"result":{"red":{"total":101},"blue":{"total":62}}},
		{"matchNumber":2,"scheduledAt":"2126-01-17T15:08:00Z","red":[731,9021],"blue":[8569,4444]}]}`, name, name))
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
}

var (
	block = regexp.MustCompile(`(?s)<script type="application/json" id="answers">(.*?)</script>`)
	texts = regexp.MustCompile(`"[^"]*"`)
	tags  = regexp.MustCompile(`<script>|<img|<style|<[^>]*\s(on\w+|style)=`)
)

// TestPagesGoOutWithTheirContent: what a reader without scripts sees, and what the app is
// given is what the API says to anybody.
func TestPagesGoOutWithTheirContent(t *testing.T) {
	s := pages(t)
	hold(t, s)
	for path, parts := range map[string][]string{
		"/": {"<h1>FTC events</h1>", `href="/e/2025/USNCRA"`, "Raleigh &lt;/script&gt;"},
		"/e/2025/USNCRA": {"<h1>Raleigh &lt;/script&gt;", "USNCRA · Jan 17, 2026 · Raleigh", "Next match", "Qualification 2", "10:08 AM", `>101<`, `>62<`, ">Q1<",
			"<td>1</td>", `href="/t/8569"`, `href="/e/2025/USNCRA/rankings"`},
		"/e/2025/usncra":               {"Qualification 2"},
		"/e/2025/USNCRA/schedule":      {">Q1<", ">Q2<"},
		"/e/2025/USNCRA/rankings":      {`href="/t/731"`, "1–0–0"},
		"/e/2025/USNCRA/hall":          {"Qualification 2"},
		"/e/2025/USNCRA/m/qual/0-1":    {"<h1>Qualification 1</h1>", ">101<", "/t/4444"},
		"/t/8569":                      {"<h1>8569 Raleigh &lt;/script&gt;", "1–0–0"},
		"/t?q=8569":                    {`href="/t/8569"`, `value="8569"`},
		"/t?q=%22%3E%3Cscript%3E":      {`value="&#34;&gt;&lt;script&gt;"`, "No team is called so."},
		"/e/2025/USNCRA?embed=1":       {`href="/e/2025/USNCRA/rankings?embed=1"`},
		"/e/2025/USNCRA/playoffs":      {"This part needs JavaScript"},
		"/e/2025/USNCRA/m/playoff/1-1": nil,
	} {
		a := s.page(path)
		if parts == nil {
			if a.status != http.StatusNotFound || !strings.Contains(a.body, "All FTC events") {
				t.Errorf("%s: %d", path, a.status)
			}
			continue
		}
		if a.status != http.StatusOK || a.header.Get("Cache-Control") != "no-cache" || a.header.Get("ETag") == "" {
			t.Errorf("%s: %d %v", path, a.status, a.header)
		}
		for _, part := range parts {
			if !strings.Contains(a.body, part) {
				t.Errorf("%s lacks %q:\n%s", path, part, a.body)
			}
		}
		if tag := tags.FindString(texts.ReplaceAllString(block.ReplaceAllString(a.body, ""), `""`)); tag != "" {
			t.Errorf("%s has %s", path, tag)
		}
		s.sameAsAPI(path, a.body)
	}
}

// sameAsAPI holds the answers in a page to what the API says to nobody.
func (s *server) sameAsAPI(path, page string) {
	s.t.Helper()
	found := block.FindAllStringSubmatch(page, -1)
	if len(found) == 0 {
		if !strings.HasPrefix(path, "/t?q=") {
			s.t.Errorf("%s brings no answers", path)
		}
		return
	}
	var list []struct {
		Path string
		Data json.RawMessage
	}
	must(s.t, json.Unmarshal([]byte(found[0][1]), &list))
	for _, one := range list {
		var said json.RawMessage
		s.call("GET", one.Path, "", "").into(s.t, &said)
		var a, b any
		must(s.t, json.Unmarshal(one.Data, &a))
		must(s.t, json.Unmarshal(said, &b))
		if fmt.Sprint(a) != fmt.Sprint(b) {
			s.t.Errorf("%s: %s is\n%s\nthe API says\n%s", path, one.Path, one.Data, said)
		}
	}
}

// TestPagesShowNothingPrivate: whoever asks, and whatever a team has written.
func TestPagesShowNothingPrivate(t *testing.T) {
	s := pages(t)
	hold(t, s)
	var team struct{ ID string }
	s.call("POST", "/api/user-teams", s.owner, `{"teamNumber":8569,"name":"CANARY-TEAM"}`).into(t, &team)
	a := s.call("POST", "/api/scouting/entries", s.owner, `{"id":"5f0f2b3e-95ad-4c39-9c10-3a5c0b0f5b11","scoutingTeamId":"`+team.ID+`","season":2025,"eventCode":"USNCRA","matchNumber":1,
		"alliance":"RED","scoutedTeamNumber":8569,"data":{"autoLeave":true},"notes":"CANARY-NOTES"}`)
	if a.status != http.StatusCreated {
		t.Fatalf("%d %s", a.status, a.body)
	}
	for _, path := range []string{"/", "/e/2025/USNCRA", "/e/2025/USNCRA/schedule", "/e/2025/USNCRA/rankings", "/e/2025/USNCRA/ratings", "/e/2025/USNCRA/m/qual/0-1", "/t/8569", "/t?q=8569"} {
		for _, headers := range [][]string{nil, {"Authorization", "Bearer " + s.owner}, {"Cookie", "other=1; ftc_session=" + s.owner}} {
			page := s.page(path, headers...)
			if strings.Contains(page.body, "CANARY") || strings.Contains(page.body, team.ID) || strings.Contains(page.body, s.owner) || strings.Contains(page.body, "scouter") {
				t.Errorf("%s with %v shows what is private:\n%s", path, headers, page.body)
			}
		}
	}
	if own := s.page("/", "Cookie", "ftc_session="+s.owner); strings.Contains(own.body, "USNCRA") {
		t.Error("the front page of somebody who is signed in is the strangers' one")
	}
}

// TestPagesAreAskedForAgain: a page that has not changed is a 304, and one that has is not.
func TestPagesAreAskedForAgain(t *testing.T) {
	s := pages(t)
	hold(t, s)
	first := s.page("/e/2025/USNCRA/m/qual/0-2")
	tag := first.header.Get("ETag")
	if again := s.page("/e/2025/USNCRA/m/qual/0-2", "If-None-Match", tag); again.status != http.StatusNotModified || again.body != "" {
		t.Errorf("asked again: %d", again.status)
	}
	a := s.call("POST", "/api/events/USNCRA/matches/2/result?season=2025", s.owner, `{"red":{"total":7},"blue":{"total":9}}`)
	if a.status != http.StatusOK {
		t.Fatalf("%d %s", a.status, a.body)
	}
	// What was read is used for a second; the page's own address is no part of what is kept.
	changed := s.within(func() bool {
		page := s.page("/e/2025/USNCRA/m/qual/0-2", "If-None-Match", tag)
		return page.status == http.StatusOK && strings.Contains(page.body, ">9<")
	})
	if !changed {
		t.Error("the score never came")
	}
}

// within asks until it is so, for a few seconds.
func (s *server) within(so func() bool) bool {
	for end := time.Now().Add(time.Minute); time.Now().Before(end); {
		if so() {
			return true
		}
	}
	return false
}

// TestUnknownPagesHelp: what is not here is a 404 that leads on.
func TestUnknownPagesHelp(t *testing.T) {
	s := pages(t)
	if empty := s.page("/"); !strings.Contains(empty.body, "ftcmetrics event import FILE") {
		t.Errorf("a server without events says\n%s", empty.body)
	}
	for _, path := range []string{"/e/2025/NOWHERE", "/e/1999/USNCRA", "/e/2025/USNCRA/m/qual/0-1", "/t/99998", "/t/0"} {
		a := s.page(path)
		if a.status != http.StatusNotFound || !strings.Contains(a.body, `<a href="/">All FTC events</a>`) || a.header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	if program := s.call("GET", "/e/2025/NOWHERE", "", ""); program.status != http.StatusNotFound || strings.Contains(program.body, "<html") {
		t.Errorf("a program is told %d %s", program.status, program.body)
	}
}

// TestOnlyEventPagesMayBeFramed: and those only where the address says so.
func TestOnlyEventPagesMayBeFramed(t *testing.T) {
	s := pages(t)
	hold(t, s)
	for path, framed := range map[string]bool{
		"/e/2025/USNCRA?embed=1": true, "/e/2025/USNCRA/rankings?embed=1": true, "/e/2025/USNCRA/m/qual/0-1?embed=1": true,
		"/e/2025/USNCRA": false, "/?embed=1": false, "/t/8569?embed=1": false, "/setup?embed=1": false, "/e/2025/USNCRA?embed=0": false,
	} {
		a := s.page(path)
		policy := a.header.Get("Content-Security-Policy")
		open := strings.Contains(policy, "frame-ancestors *") && a.header.Get("X-Frame-Options") == ""
		shut := strings.Contains(policy, "frame-ancestors 'none'") && a.header.Get("X-Frame-Options") == "DENY"
		if open != framed || shut == framed || strings.Contains(policy, "unsafe") {
			t.Errorf("%s: %s %s", path, policy, a.header.Get("X-Frame-Options"))
		}
	}
}
