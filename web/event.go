package web

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	_ "embed" // event.html
	"encoding/hex"
	"encoding/json"
	"html/template"
	"net/http"
	"net/url"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"time"
)

// The pages that anybody may open go out with their content in them: it is there before any
// script has loaded, and without one. The app takes them over with the same answers of the
// API, see web/src/public/first.ts.

//go:embed event.html
var eventTemplates string

// What stands in the app's HTML around that which differs from page to page.
const (
	headFrom, headTo = "<!--head-->", "<!--/head-->"
	mainFrom, mainTo = "<!--main-->", "<!--/main-->"
	headEnd          = "</head>"
	bodyEnd          = "</body>"
)

const mostRendered = 64 // pages that are kept in their compressed form

// public makes the pages that anybody may open. It is safe for concurrent use.
type public struct {
	answers   *answers
	templates *template.Template
	pages     *pages

	mu   sync.Mutex
	kept map[string]file // by address, as they last went out; guarded by mu
}

// view is one page: what the template shows and what the app is given.
type view struct {
	Title  string
	Embed  bool // in a frame of another site: the page stands alone, and its links leave the frame
	Hall   bool // for a projector
	Open   string
	Event  *eventFacts
	Tabs   []tab
	Now    *matchFacts // that runs, or comes next
	Runs   bool
	Newest []matchFacts
	Next   []matchFacts
	Plan   []matchFacts
	Places []placeFacts
	Match  *matchFacts
	Team   *teamFacts
	Teams  []teamFacts
	Query  string
	Lists  []eventList

	template string // which part of event.html
	status   int
}

type tab struct {
	Word, Path string
	Here       bool
}

// show fills in a view; false means that there is no such thing.
type show func(g *given, v *view) bool

func newPublic(p *pages, api http.Handler) *public {
	return &public{
		answers: newAnswers(api), pages: p, kept: make(map[string]file),
		templates: template.Must(template.New("event.html").Funcs(template.FuncMap{"w": texts.say}).Parse(eventTemplates)),
	}
}

var (
	eventForm = regexp.MustCompile(`\A/e/(\d{4})/([A-Za-z0-9][A-Za-z0-9_-]{0,39})(?:/(schedule|rankings|playoffs|ratings|hall))?/?\z`)
	matchForm = regexp.MustCompile(`\A/e/(\d{4})/([A-Za-z0-9][A-Za-z0-9_-]{0,39})/m/(qual|playoff|practice)/(\d{1,2})-(\d{1,3})\z`)
	teamForm  = regexp.MustCompile(`\A/t(?:/(\d{1,6}))?/?\z`)
)

// find returns what shows an address, nil where no public page has it. The front page of
// somebody who is signed in is their own.
func (u *public) find(r *http.Request) show {
	at := r.URL.Path
	switch {
	case at == "/" && !signedIn(r):
		return showEvents
	case teamForm.MatchString(at):
		found := teamForm.FindStringSubmatch(at)
		if found[1] == "" {
			query := r.URL.Query().Get("q")
			return func(g *given, v *view) bool { return showSearch(g, v, query) }
		}
		return func(g *given, v *view) bool { return showTeam(g, v, found[1]) }
	case eventForm.MatchString(at):
		found := eventForm.FindStringSubmatch(at)
		return func(g *given, v *view) bool { return showEvent(g, v, found[1], strings.ToUpper(found[2]), found[3]) }
	case matchForm.MatchString(at):
		found := matchForm.FindStringSubmatch(at)
		number, _ := strconv.Atoi(found[5]) // it is digits
		series, _ := strconv.Atoi(found[4])
		return func(g *given, v *view) bool {
			return showMatch(g, v, found[1], strings.ToUpper(found[2]), matchFacts{Level: found[3], Series: series, Number: number})
		}
	}
	return nil
}

// serve answers a public page's address and reports whether it did.
func (u *public) serve(w http.ResponseWriter, r *http.Request) bool {
	show := u.find(r)
	if show == nil {
		return false
	}
	v := view{status: http.StatusOK, Embed: r.URL.Query().Get("embed") == "1" && strings.HasPrefix(r.URL.Path, "/e/")}
	g := &given{from: u.answers, r: r}
	if !show(g, &v) {
		if g.lost != http.StatusNotFound && g.lost != http.StatusUnprocessableEntity {
			return false // the API cannot say at present: the app goes out without, and asks itself
		}
		v.status, v.template, v.Title = http.StatusNotFound, "missing", texts.say("missing.title")
		g.list = nil
	}
	h := w.Header()
	if v.Embed {
		h.Set("Content-Security-Policy", strings.Replace(policy, "frame-ancestors 'none'", "frame-ancestors *", 1))
		h.Del("X-Frame-Options")
	}
	if r.URL.Path == "/" {
		h.Add("Vary", "Cookie")
	}
	f, err := u.render(r, v, g.list)
	if err != nil {
		return false
	}
	if v.status != http.StatusOK {
		h.Set("Cache-Control", "no-store")
		h.Set("Content-Type", f.kind)
		w.WriteHeader(v.status)
		_, _ = w.Write(f.plain()) // the caller may have gone
		return true
	}
	h.Set("Cache-Control", askAgain)
	serve(w, r, f)
	return true
}

// render puts the view and the answers into the app's HTML. A page that has not changed is
// not compressed again.
func (u *public) render(r *http.Request, v view, list []givenAnswer) (file, error) {
	var head, main bytes.Buffer
	if err := u.templates.ExecuteTemplate(&main, "page", v); err != nil {
		return file{}, err
	}
	if err := u.templates.ExecuteTemplate(&head, "head", v); err != nil {
		return file{}, err
	}
	page := u.pages.shell
	if row := u.pages.routes.shown(r); row != nil {
		page = row.html
	}
	page = between(page, headFrom, headTo, head.String())
	page = between(page, mainFrom, mainTo, main.String())
	if len(list) > 0 {
		block, err := json.Marshal(list) // < and > are escaped: nothing in it can end the block
		if err != nil {
			return file{}, err
		}
		before, after, _ := strings.Cut(page, bodyEnd)
		page = before + `<script type="application/json" id="answers">` + string(block) + "</script>\n" + bodyEnd + after
	}
	sum := sha256.Sum256([]byte(page))
	tag := `"` + hex.EncodeToString(sum[:])[:16] + `"`
	address := r.URL.Path + "?" + strconv.FormatBool(v.Embed) + v.Query
	u.mu.Lock()
	f, ok := u.kept[address]
	u.mu.Unlock()
	if ok && f.forms[len(f.forms)-1].tag == tag {
		return f, nil
	}
	f, err := ready("index.html", []byte(page), nil)
	if err != nil {
		return file{}, err
	}
	u.mu.Lock()
	defer u.mu.Unlock()
	if len(u.kept) >= mostRendered {
		clear(u.kept)
	}
	u.kept[address] = f
	return f, nil
}

// between replaces what stands between two marks, and the marks.
func between(page, from, to, with string) string {
	before, rest, ok := strings.Cut(page, from)
	_, after, ends := strings.Cut(rest, to)
	if !ok || !ends {
		return page
	}
	return before + with + after
}

// shown is how many matches and teams the overview names.
const (
	shownMatches = 6
	shownPlaces  = 8
)

// showEvent is the page of an FTC event, or one of its parts.
func showEvent(g *given, v *view, season, code, part string) bool {
	v.template, v.Open, v.Hall = "event", part, part == "hall"
	var event eventFacts
	if !g.read(&event, "/api/events/%s?season=%s", code, season) {
		return false
	}
	matches := readMatches(g, event)
	var standing struct {
		Teams []placeFacts `json:"teams"`
	}
	g.read(&standing, "/api/events/%s/rankings?season=%s", code, season)
	switch part {
	case "playoffs":
		g.read(&struct{}{}, "/api/events/%s/bracket?season=%s", code, season)
	case "ratings":
		g.read(&struct{}{}, "/api/analytics/epa/%s?season=%s", code, season)
		g.read(&struct{}{}, "/api/analytics/opr/%s?season=%s", code, season)
	}
	v.Event, v.Title, v.Plan, v.Places = &event, event.Title(), matches, standing.Teams
	v.Tabs = tabs(event, part, v.Embed)
	if part == "" || v.Hall {
		v.overview()
	}
	return true
}

func tabs(event eventFacts, part string, embed bool) (list []tab) {
	for _, name := range []string{"live", "schedule", "rankings", "playoffs", "ratings"} {
		t := tab{Word: texts["parts."+name], Path: event.Path() + "/" + name}
		if name == "live" {
			name, t.Path = "", event.Path()
		}
		if embed {
			t.Path += "?embed=1"
		}
		t.Here = name == part
		list = append(list, t)
	}
	return list
}

// readMatches reads an event's matches with what was expected of them, without those that
// the schedule has lost.
func readMatches(g *given, event eventFacts) []matchFacts {
	code := url.PathEscape(event.Code)
	var all []matchFacts
	g.read(&all, "/api/events/%s/matches?season=%d", code, event.Season)
	var said struct {
		Matches []expectedFacts `json:"matches"`
	}
	g.read(&said, "/api/events/%s/predictions?season=%d", code, event.Season)
	expected := make(map[string]*expectedFacts, len(said.Matches))
	for i, e := range said.Matches {
		expected[matchFacts{Level: e.Level, Series: e.Series, Number: e.Number}.Path()] = &said.Matches[i]
	}
	list := make([]matchFacts, 0, len(all))
	for _, m := range all {
		if m.RemovedAt == nil {
			m.said = expected[matchFacts{Level: m.Level, Series: m.Series, Number: m.Number}.Path()]
			m.event = event
			list = append(list, m)
		}
	}
	return list
}

// overview picks what runs, what comes next and what was posted last.
func (v *view) overview() {
	for _, m := range v.Plan {
		switch {
		case m.State == "started":
			found := m
			v.Now, v.Runs = &found, true
		case m.State == "completed":
			v.Newest = append(v.Newest, m)
		case m.State == "scheduled" && len(v.Next) < shownMatches:
			v.Next = append(v.Next, m)
		}
	}
	if v.Now == nil && len(v.Next) > 0 {
		v.Now = &v.Next[0]
	}
	newestFirst(v.Newest)
	v.Newest = v.Newest[:min(len(v.Newest), shownMatches)]
	v.Places = v.Places[:min(len(v.Places), shownPlaces)]
}

// eventList is a part of the list of events.
type eventList struct {
	Word   string
	Events []eventFacts
}

// showEvents is the list of FTC events: those that run, those to come, those that are over.
func showEvents(g *given, v *view) bool {
	v.template, v.Title = "events", texts.say("events.title")
	seasons := []struct {
		Season int `json:"season"`
	}{}
	if !g.read(&seasons, "/api/seasons") {
		return false
	}
	g.list = nil // the seasons' files are long, and the lists name the seasons
	lists := map[string][]eventFacts{}
	now := time.Now()
	for _, s := range seasons {
		var events []eventFacts
		if !g.read(&events, "/api/events?season=%d&limit=500", s.Season) {
			return false
		}
		for _, e := range events {
			lists[e.When(now)] = append(lists[e.When(now)], e)
		}
	}
	for _, when := range []string{"now", "next", "past"} {
		if events := lists[when]; len(events) > 0 {
			sortEvents(events, when == "past")
			v.Lists = append(v.Lists, eventList{texts["events."+when], events})
		}
	}
	return true
}

// page is the part of the template that shows the view.
func (v view) Page() string { return cmp.Or(v.template, "missing") }
