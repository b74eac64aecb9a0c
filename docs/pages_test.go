package docs_test

import (
	"html"
	"io"
	"io/fs"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/docs"
)

// site is the documents as a browser gets them.
type site struct {
	t   *testing.T
	url string
}

func newSite(t *testing.T) site {
	t.Helper()
	server := httptest.NewServer(docs.Handler())
	t.Cleanup(server.Close)
	return site{t, server.URL}
}

func (s site) get(path string) (int, string, http.Header) {
	s.t.Helper()
	response, err := http.Get(s.url + path) //nolint:noctx // the test's own server
	if err != nil {
		s.t.Fatal(err)
	}
	defer response.Body.Close()
	raw, err := io.ReadAll(response.Body)
	if err != nil {
		s.t.Fatal(err)
	}
	return response.StatusCode, string(raw), response.Header
}

var (
	reference = regexp.MustCompile(`(?:href|src)="([^"]*)"`)
	loaded    = regexp.MustCompile(`<(?:img|link|script|iframe)[^>]*(?:href|src)="([^"]*)"`)
	named     = regexp.MustCompile(`id="([^"]*)"`)
)

// TestEveryPageAndLink walks from the start through everything that the server shows: each
// address answers, each fragment is there, nothing is loaded from elsewhere, and no
// document is left out.
func TestEveryPageAndLink(t *testing.T) {
	s := newSite(t)
	bodies := map[string]string{}
	fragments := map[string][]string{} // of each address, the pages that lead there
	waiting := []string{"/docs"}
	for len(waiting) > 0 {
		at := waiting[0]
		waiting = waiting[1:]
		if _, seen := bodies[at]; seen {
			continue
		}
		status, body, header := s.get(at)
		bodies[at] = body
		if status != http.StatusOK {
			t.Errorf("%s: %d", at, status)
		}
		if !strings.HasPrefix(header.Get("Content-Type"), "text/html") {
			continue
		}
		if strings.Contains(body, "<script") || strings.Contains(body, " style=") {
			t.Errorf("%s has a script or a style that its policy forbids", at)
		}
		for _, m := range loaded.FindAllStringSubmatch(body, -1) {
			if !strings.HasPrefix(m[1], "/") {
				t.Errorf("%s loads %s", at, m[1])
			}
		}
		for _, m := range reference.FindAllStringSubmatch(body, -1) {
			to := html.UnescapeString(m[1])
			if strings.Contains(to, "://") || to == "/" || to == "/favicon.ico" {
				continue
			}
			target, fragment, _ := strings.Cut(to, "#")
			if target == "" {
				target = at
			}
			if !strings.HasPrefix(target, "/docs") {
				t.Errorf("%s leads to %s", at, to)
				continue
			}
			if fragment != "" {
				fragments[target+"#"+fragment] = append(fragments[target+"#"+fragment], at)
			}
			waiting = append(waiting, target)
		}
	}
	for to, from := range fragments {
		target, fragment, _ := strings.Cut(to, "#")
		if !slices.ContainsFunc(named.FindAllStringSubmatch(bodies[target], -1), func(m []string) bool { return m[1] == fragment }) {
			t.Errorf("%s leads to %s, which is not there", from[0], to)
		}
	}
	for _, pattern := range []string{"*.md", "decisions/*.md"} {
		names, err := fs.Glob(os.DirFS("."), pattern)
		if err != nil || len(names) == 0 {
			t.Fatal(names, err)
		}
		for _, name := range names {
			if bodies["/docs/"+strings.TrimSuffix(name, ".md")] == "" {
				t.Errorf("no way leads to %s", name)
			}
		}
	}
	for _, at := range []string{"/docs/readme", "/docs/contributing", "/docs/changelog", "/docs/react", "/docs/seasons"} {
		if bodies[at] == "" {
			t.Errorf("no way leads to %s", at)
		}
	}
}

// TestAddressesThatWereGivenAway: the type of each error that any server has ever answered
// with leads to its row, and so do addresses that stand in messages of the program.
func TestAddressesThatWereGivenAway(t *testing.T) {
	s := newSite(t)
	_, page, header := s.get("/docs/errors")
	if policy := header.Get("Content-Security-Policy"); !strings.Contains(policy, "default-src 'none'") {
		t.Errorf("policy %q", policy)
	}
	var codes [][]string
	for line := range strings.Lines(document(t, "errors.md")) {
		if m := heading.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
			codes = append(codes, m)
		}
	}
	if len(codes) < 50 {
		t.Fatalf("%d codes", len(codes))
	}
	for _, m := range codes {
		if !strings.Contains(page, `id="`+m[1]+`"`) {
			t.Errorf("/docs/errors#%s is not there", m[1])
		}
	}
	for _, at := range []string{"close-4009", "close-4100", "close-codes"} {
		if !strings.Contains(page, `id="`+at+`"`) {
			t.Errorf("/docs/errors#%s is not there", at)
		}
	}
	status, raw, header := s.get("/docs/errors.md")
	if status != http.StatusOK || raw != document(t, "errors.md") || !strings.HasPrefix(header.Get("Content-Type"), "text/markdown") {
		t.Errorf("the document itself: %d, %s", status, header.Get("Content-Type"))
	}
	if status, text, _ := s.get("/docs/deploy/prometheus/alerts.yml"); status != http.StatusOK || !strings.Contains(text, "FTCMetricsDown") {
		t.Errorf("a ready-made file: %d", status)
	}
}

// TestUnknownDocument is answered with 404 and what may have been meant.
func TestUnknownDocument(t *testing.T) {
	s := newSite(t)
	status, body, _ := s.get("/docs/event-days.html")
	if status != http.StatusNotFound || !strings.Contains(body, "There is no such document") {
		t.Errorf("%d", status)
	}
	status, body, _ = s.get("/docs/guides/quarantine")
	if status != http.StatusNotFound || !strings.Contains(body, `href="/docs/quarantine`) {
		t.Errorf("%d: nothing is offered", status)
	}
	for _, odd := range []string{"/docs/..%2f..%2fgo.mod", "/docs/docs.go", "/docs/%00", "/docs/" + strings.Repeat("x", 4000)} {
		if status, _, _ := s.get(odd); status != http.StatusNotFound {
			t.Errorf("%.40s: %d", odd, status)
		}
	}
	request, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.url+"/docs/errors", http.NoBody)
	if err != nil {
		t.Fatal(err)
	}
	response, err := http.DefaultClient.Do(request)
	if err != nil || response.StatusCode != http.StatusMethodNotAllowed || response.Body.Close() != nil {
		t.Errorf("POST: %v", err)
	}
}

// TestSearch: questions that people have, and the page that must be among the first.
func TestSearch(t *testing.T) {
	s := newSite(t)
	for question, want := range map[string]string{
		"nginx":           "/docs/operations#behind-a-proxy",
		"EVENT_RETENTION": "/docs/operations#how-long-clients-can-catch-up",
		"backup":          "/docs/operations#backups",
		"bad-token":       "/docs/errors#bad-token",
		"median":          "/docs/analysis#consensus",
		"quaran":          "/docs/quarantine",
		"redis nodes":     "/docs/cluster",
		"usePusher":       "/docs/react",
	} {
		_, body, _ := s.get("/docs/search?q=" + url.QueryEscape(question))
		found := regexp.MustCompile(`<li><a href="([^"]*)">[^<]*</a> <span>`).FindAllStringSubmatch(body, 8)
		if !slices.ContainsFunc(found, func(m []string) bool { return strings.HasPrefix(m[1], want) }) {
			t.Errorf("%s: %v, want %s", question, found, want)
		}
	}
	for _, question := range []string{"", "xyzzy-plugh", `"><script>alert(1)</script>`, strings.Repeat("a ", 1000)} {
		status, body, _ := s.get("/docs/search?q=" + url.QueryEscape(question))
		if status != http.StatusOK || strings.Contains(body, "<script") {
			t.Errorf("%.20q: %d", question, status)
		}
	}
}

// TestLinksElsewhere does for the documents outside this folder what TestLinks does here.
func TestLinksElsewhere(t *testing.T) {
	root := os.DirFS("..")
	for _, name := range []string{"README.md", "CONTRIBUTING.md", "CHANGELOG.md", "clients/react/README.md", "scouting/seasons/README.md"} {
		for _, m := range link.FindAllStringSubmatch(document(t, path.Join("..", name)), -1) {
			if strings.Contains(m[1], "://") {
				continue
			}
			target, fragment, _ := strings.Cut(m[1], "#")
			file := name
			if target != "" {
				file = path.Join(path.Dir(name), target)
			}
			if _, err := fs.Stat(root, file); err != nil {
				t.Errorf("%s: the link to %s leads nowhere", name, m[1])
				continue
			}
			if fragment != "" && !slices.Contains(anchors(document(t, path.Join("..", file))), fragment) {
				t.Errorf("%s: %s has no such heading", name, m[1])
			}
		}
	}
}

var bold = regexp.MustCompile(`\*\*([^*]+)\*\*`)

// TestGuidesSayWhatTheScreensSay: each word in bold of the guides for people in the hall
// is a text of the app, letter by letter.
func TestGuidesSayWhatTheScreensSay(t *testing.T) {
	var words strings.Builder
	names, err := fs.Glob(os.DirFS(".."), "web/src/words/*.ts")
	if err != nil || len(names) < 5 {
		t.Fatal(names, err)
	}
	for _, name := range names {
		words.WriteString(document(t, path.Join("..", name)))
	}
	for _, name := range []string{"guide-scouts.md", "guide-coaches.md"} {
		found := bold.FindAllStringSubmatch(document(t, name), -1)
		if len(found) < 20 {
			t.Errorf("%s names %d texts", name, len(found))
		}
		for _, m := range found {
			if m[1] != "bold" && !strings.Contains(words.String(), `"`+m[1]+`"`) {
				t.Errorf("%s: no screen says %q", name, m[1])
			}
		}
	}
}
