package web_test

import (
	"bytes"
	"compress/gzip"
	"encoding/json"
	"io"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/ftcmetrics/ftcmetrics/web"
)

// What programs say about themselves.
const (
	browser = "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,*/*;q=0.8"
	curl    = "*/*"
)

func ask(t *testing.T, h http.Handler, method, path string, header ...string) *http.Response {
	t.Helper()
	r := httptest.NewRequest(method, path, nil)
	for i := 0; i < len(header); i += 2 {
		r.Header.Set(header[i], header[i+1])
	}
	w := httptest.NewRecorder()
	h.ServeHTTP(w, r)
	return w.Result()
}

func text(t *testing.T, r *http.Response) string {
	t.Helper()
	raw, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return string(raw)
}

func TestAnswers(t *testing.T) {
	t.Parallel()
	h := web.Pages(web.Options{})
	const page, words = "text/html; charset=utf-8", "text/plain; charset=utf-8"
	for name, c := range map[string]struct {
		method, path, accept string
		status               int
		kind, body           string // body is a part of it
	}{
		"app for a browser":             {"GET", "/", browser, 200, page, "<html"},
		"app with a query":              {"GET", "/?season=2025&event=USNCRA", browser, 200, page, "<html"},
		"a page of the app":             {"GET", "/setup", browser, 200, page, "<html"},
		"a page with a part left out":   {"GET", "/join", browser, 200, page, "<html"},
		"a page with that part":         {"GET", "/join/ABCD2345", browser, 200, page, "<html"},
		"more than the page has":        {"GET", "/join/ABCD2345/x", browser, 404, page, "<html"},
		"health check by curl":          {"GET", "/", curl, 200, words, "OK\n"},
		"health check without Accept":   {"GET", "/", "", 200, words, "OK\n"},
		"HTML ruled out":                {"GET", "/", "text/html;q=0, */*", 200, words, "OK\n"},
		"a page, by curl":               {"GET", "/setup", curl, 404, words, "Not found\n"},
		"a script":                      {"GET", "/static/assets/app.js", curl, 200, "text/javascript; charset=utf-8", "import"},
		"a style":                       {"GET", "/static/assets/app.css", curl, 200, "text/css; charset=utf-8", ":root"},
		"an icon":                       {"GET", "/favicon.ico", curl, 200, "image/svg+xml", "<svg"},
		"the manifest":                  {"GET", "/static/manifest.webmanifest", curl, 200, "application/manifest+json", "start_url"},
		"no such page":                  {"GET", "/nothing", browser, 404, page, "<html"},
		"no such page, by curl":         {"GET", "/nothing", curl, 404, words, "Not found\n"},
		"no such asset":                 {"GET", "/static/nothing.js", curl, 404, words, "Not found\n"},
		"no such asset, in a browser":   {"GET", "/static/nothing.js", browser, 404, words, "Not found\n"},
		"no folders":                    {"GET", "/static/assets/", curl, 404, words, "Not found\n"},
		"no way out":                    {"GET", "/static/../pages.go", curl, 404, words, "Not found\n"},
		"pages are no assets":           {"GET", "/static/index.html", curl, 404, words, "Not found\n"},
		"but the app without a page is": {"GET", "/static/shell.html", curl, 200, page, "<html"},
		"which has one address":         {"GET", "/static/sw.js", curl, 404, words, "Not found\n"},
		"nor is the list of routes":     {"GET", "/static/routes.json", curl, 404, words, "Not found\n"},
		"nor what they load":            {"GET", "/static/files.json", curl, 404, words, "Not found\n"},
		"nor are packed forms":          {"GET", "/static/assets/app.js.br", curl, 404, words, "Not found\n"},
		"head":                          {"HEAD", "/", browser, 200, page, ""},
		"nothing to post":               {"POST", "/", browser, 405, words, "Method not allowed\n"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, h, c.method, c.path, "Accept", c.accept)
			if body := text(t, r); r.StatusCode != c.status || r.Header.Get("Content-Type") != c.kind || !strings.Contains(body, c.body) {
				t.Errorf("%d %s %.60q, want %d %s %q", r.StatusCode, r.Header.Get("Content-Type"), body, c.status, c.kind, c.body)
			}
		})
	}
}

func TestEveryAnswerIsLockedDown(t *testing.T) {
	t.Parallel()
	h := web.Pages(web.Options{})
	for _, path := range []string{"/", "/nothing", "/static/assets/app.js"} {
		for _, accept := range []string{browser, curl} {
			r := ask(t, h, "GET", path, "Accept", accept)
			policy := r.Header.Get("Content-Security-Policy")
			for _, part := range []string{"default-src 'self'", "connect-src 'self' ws: wss:", "frame-ancestors 'none'"} {
				if !strings.Contains(policy, part) {
					t.Errorf("%s for %s: policy %q lacks %s", path, accept, policy, part)
				}
			}
			if strings.Contains(policy, "unsafe") || r.Header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%s for %s: %v", path, accept, r.Header)
			}
		}
	}
}

// TestPagesObeyTheirOwnPolicy finds what the policy would block or what would leave the server.
func TestPagesObeyTheirOwnPolicy(t *testing.T) {
	t.Parallel()
	h := web.Pages(web.Options{})
	forbidden := regexp.MustCompile(`(?i)<script>|<style|\sstyle=|\son[a-z]+=|javascript:|(src|href)="(https?:)?//`)
	for _, path := range []string{"/", "/nothing"} {
		page := text(t, ask(t, h, "GET", path, "Accept", browser))
		if found := forbidden.FindString(page); found != "" {
			t.Errorf("%s has %q", path, found)
		}
	}
}

var address = regexp.MustCompile(`(?:src|href)="(/static/[^"]+)"`)

func TestWhatThePagesNameIsThereAndMayBeKept(t *testing.T) {
	t.Parallel()
	h := web.Pages(web.Options{})
	for _, path := range []string{"/", "/nothing"} {
		found := address.FindAllStringSubmatch(text(t, ask(t, h, "GET", path, "Accept", browser)), -1)
		if len(found) == 0 {
			t.Errorf("%s names no files", path)
		}
		for _, match := range found {
			r := ask(t, h, "GET", match[1])
			if keep := r.Header.Get("Cache-Control"); r.StatusCode != 200 || !strings.Contains(keep, "immutable") {
				t.Errorf("%s: %d, Cache-Control %q", match[1], r.StatusCode, keep)
			}
		}
	}
}

// TestAPageNamesItsFiles: a browser asks for the files of the page that it will show, and no other's.
func TestAPageNamesItsFiles(t *testing.T) {
	t.Parallel()
	h := web.Pages(web.Options{Files: fstest.MapFS{
		"index.html":  {Data: []byte(`<html><head><script src="./app.js"></script></head></html>`)},
		"routes.json": {Data: []byte(`["/", "/coach", "/coach/:id", "/sign-in"]`)},
		"files.json": {Data: []byte(`{"/": {"files": ["home.js"]}, "/sign-in": {"files": ["in.js"]},
			"/coach": {"files": ["feed.js", "kit.js"], "signedIn": true}, "/coach/:id": {"files": ["entry.js", "kit.js"], "signedIn": true}}`)},
		"icon.svg": {Data: []byte(`<svg></svg>`)},
		"app.js":   {Data: []byte("app()")},
	}})
	link := regexp.MustCompile(`<link rel="modulepreload" crossorigin href="/static/[0-9a-f]{12}/([^"]+)">`)
	const cookie = "theme=dark; ftc_session=abc"
	for name, c := range map[string]struct{ path, cookie, want string }{
		"home of anybody":        {"/", "", "home.js"},
		"a page":                 {"/coach", cookie, "feed.js kit.js"},
		"a page with parameters": {"/coach/12", cookie, "entry.js kit.js"},
		"who has to sign in":     {"/coach/12", "theme=dark", "in.js"},
		"no such page":           {"/nothing", cookie, ""},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := ask(t, h, "GET", c.path, "Accept", browser, "Cookie", c.cookie)
			head, _, _ := strings.Cut(text(t, r), "</head>")
			var named []string
			for _, found := range link.FindAllStringSubmatch(head, -1) {
				named = append(named, found[1])
			}
			if got := strings.Join(named, " "); got != c.want {
				t.Errorf("%s names %q, want %q", c.path, got, c.want)
			}
			if vary := strings.Join(r.Header.Values("Vary"), ","); r.StatusCode == http.StatusOK && !strings.Contains(vary, "Cookie") {
				t.Errorf("Vary is %q, and the page depends on the cookie", vary)
			}
		})
	}
}

func TestOnlyTheVersionInTheAddressMakesItImmutable(t *testing.T) {
	t.Parallel()
	h := web.Pages(web.Options{})
	for path, want := range map[string]string{
		"/static/assets/app.js":              "no-cache",
		"/static/000000000000/assets/app.js": "no-cache", // of another node, during an update
		"/static/000000000000/index.html":    "no-store",
		"/static/assets/other/app.js":        "no-store",
		"/nothing":                           "no-store",
		"/":                                  "no-cache",
	} {
		if got := ask(t, h, "GET", path, "Accept", browser).Header.Get("Cache-Control"); got != want {
			t.Errorf("%s: Cache-Control %q, want %q", path, got, want)
		}
	}
}

func TestTagsFollowTheContent(t *testing.T) {
	t.Parallel()
	site := func(script string) http.Handler {
		return web.Pages(web.Options{Files: fstest.MapFS{
			"index.html":  {Data: []byte(`<html><script src="./app.js"></script></html>`)},
			"routes.json": {Data: []byte(`["/"]`)},
			"icon.svg":    {Data: []byte(`<svg></svg>`)},
			"sw.js":       {Data: []byte("work()")},
			"app.js":      {Data: []byte(script)},
			"same.css":    {Data: []byte("body {}")},
		}})
	}
	before, after := site("one"), site("two")
	tag := func(h http.Handler, path string) string {
		return ask(t, h, "GET", path, "Accept", browser).Header.Get("ETag")
	}
	if tag(before, "/static/app.js") == tag(after, "/static/app.js") {
		t.Error("another script has the same ETag")
	}
	if tag(before, "/static/same.css") != tag(after, "/static/same.css") {
		t.Error("the same style has another ETag")
	}
	if tag(before, "/") == tag(after, "/") {
		t.Error("a page whose script changed has the same ETag")
	}
	was := text(t, ask(t, before, "GET", "/", "Accept", browser))
	if is := text(t, ask(t, after, "GET", "/", "Accept", browser)); was == is {
		t.Error("a page names the old address of a script that changed")
	}
}

// TestTheWorkerKeepsEverythingOfItsVersion: what it is told to keep is there, and is all that pages may ask for.
func TestTheWorkerKeepsEverythingOfItsVersion(t *testing.T) {
	t.Parallel()
	h := web.Pages(web.Options{Files: fstest.MapFS{
		"index.html":    {Data: []byte(`<html><script src="./assets/app.js"></script></html>`)},
		"routes.json":   {Data: []byte(`["/"]`)},
		"icon.svg":      {Data: []byte(`<svg></svg>`)},
		"sw.js":         {Data: []byte("work()")},
		"assets/app.js": {Data: []byte("app()")},
	}})
	r := ask(t, h, "GET", "/sw.js")
	first, _, _ := strings.Cut(text(t, r), "\n")
	var told struct{ Files []string }
	if err := json.Unmarshal([]byte(strings.TrimSuffix(strings.TrimPrefix(first, "self.build = "), ";")), &told); err != nil {
		t.Fatalf("%q: %v", first, err)
	}
	if keep := r.Header.Get("Cache-Control"); keep != "no-cache" {
		t.Errorf("the worker's own Cache-Control is %q", keep)
	}
	for _, path := range told.Files {
		if r := ask(t, h, "GET", path); r.StatusCode != 200 || !strings.Contains(r.Header.Get("Cache-Control"), "immutable") {
			t.Errorf("%s: %d, %s", path, r.StatusCode, r.Header.Get("Cache-Control"))
		}
	}
	page := text(t, ask(t, h, "GET", "/", "Accept", browser))
	for _, named := range address.FindAllStringSubmatch(page, -1) {
		if !slices.Contains(told.Files, named[1]) {
			t.Errorf("the page needs %s, and the worker does not keep it", named[1])
		}
	}
	if !slices.ContainsFunc(told.Files, func(path string) bool { return strings.HasSuffix(path, "/shell.html") }) {
		t.Error("no shell to fall back to")
	}
}

func TestAskingAgainIsCheap(t *testing.T) {
	t.Parallel()
	h := web.Pages(web.Options{})
	for _, encoding := range []string{"", "gzip"} {
		first := ask(t, h, "GET", "/", "Accept", browser, "Accept-Encoding", encoding)
		tag := first.Header.Get("ETag")
		again := ask(t, h, "GET", "/", "Accept", browser, "Accept-Encoding", encoding, "If-None-Match", tag)
		if tag == "" || again.StatusCode != http.StatusNotModified || text(t, again) != "" {
			t.Errorf("encoding %q, tag %s: %d", encoding, tag, again.StatusCode)
		}
		if vary := strings.Join(first.Header.Values("Vary"), ","); !strings.Contains(vary, "Accept,") || !strings.Contains(vary, "Accept-Encoding") {
			t.Errorf("Vary %q", vary)
		}
	}
}

func TestCompressedWhereAccepted(t *testing.T) {
	t.Parallel()
	h := web.Pages(web.Options{})
	const path = "/static/assets/app.js"
	plain := ask(t, h, "GET", path)
	whole := text(t, plain)
	for accepted, want := range map[string]string{
		"gzip, deflate": "gzip", "gzip;q=0.5": "gzip", "gzip;q=0": "", "gzip, br;q=0": "gzip", "identity": "", "GZIP": "gzip", "gzip;q=x": "",
	} {
		r := ask(t, h, "GET", path, "Accept-Encoding", accepted, "Range", "bytes=0-9")
		if got := r.Header.Get("Content-Encoding"); got != want {
			t.Errorf("%q: Content-Encoding %q, want %q", accepted, got, want)
			continue
		}
		if want == "" {
			continue
		}
		raw := text(t, r)
		unpacked, err := gzip.NewReader(bytes.NewReader([]byte(raw)))
		if err != nil {
			t.Fatal(err)
		}
		body, err := io.ReadAll(unpacked)
		if err != nil || string(body) != whole || len(raw) >= len(whole) {
			t.Errorf("%q: %d bytes unpack to %d of %d, %v", accepted, len(raw), len(body), len(whole), err)
		}
		if r.StatusCode != 200 || r.Header.Get("ETag") == plain.Header.Get("ETag") {
			t.Errorf("%q: %d with the plain file's ETag %s", accepted, r.StatusCode, r.Header.Get("ETag"))
		}
	}
}

// TestTheBuildsOwnFormIsPreferred: what it unpacks to is the web's own test.
func TestTheBuildsOwnFormIsPreferred(t *testing.T) {
	t.Parallel()
	h := web.Pages(web.Options{})
	for _, accepted := range []string{"gzip, deflate, br", "br", "br;q=0.1"} {
		r := ask(t, h, "GET", "/static/assets/app.js", "Accept-Encoding", accepted, "Range", "bytes=0-9")
		plain := ask(t, h, "GET", "/static/assets/app.js")
		if raw := text(t, r); r.Header.Get("Content-Encoding") != "br" || r.StatusCode != 200 || len(raw) == 0 || len(raw) >= len(text(t, plain)) {
			t.Errorf("%q: %d, Content-Encoding %q, %d bytes", accepted, r.StatusCode, r.Header.Get("Content-Encoding"), len(raw))
		}
		if r.Header.Get("ETag") == plain.Header.Get("ETag") {
			t.Errorf("%q: the plain file's ETag", accepted)
		}
	}
}

func TestPagesPanicsWithoutItsPages(t *testing.T) {
	t.Parallel()
	defer func() {
		if recover() == nil {
			t.Error("files without index.html were accepted")
		}
	}()
	web.Pages(web.Options{Files: fstest.MapFS{"app.js": {Data: []byte("x")}}})
}
