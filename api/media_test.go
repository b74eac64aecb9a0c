package api_test

import (
	"bytes"
	"fmt"
	"image"
	"image/jpeg"
	"io"
	"mime/multipart"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/teams"
)

// gallery is a team with somewhere to send pictures to.
type gallery struct {
	*server
	team string
}

func newGallery(t *testing.T) *gallery {
	t.Helper()
	s := newServer(t)
	return &gallery{s, s.team(s.owner)}
}

func (g *gallery) path(more string) string {
	return "/api/scouting/media/pictures?scoutingTeamId=" + g.team + "&season=2025&scoutedTeamNumber=731" + more
}

// add sends a picture and returns its id.
func (g *gallery) add(body string, headers ...string) string {
	g.t.Helper()
	a := g.call("POST", g.path(""), g.owner, body, headers...)
	var made struct{ ID string }
	a.into(g.t, &made)
	if a.status != http.StatusCreated {
		g.t.Fatalf("add: %d %s", a.status, a.body)
	}
	return made.ID
}

// holiday is a photo that knows where it was made, and has a page behind its end.
func holiday(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	must(t, jpeg.Encode(&out, image.NewGray(image.Rect(0, 0, 2000, 1000)), nil))
	const tiff = "MM\x00*\x00\x00\x00\x08\x00\x01\x88\x25\x00\x04\x00\x00\x00\x01\x00\x00\x00\x1a\x00\x00\x00\x00GPS 52.5200 N 13.4050 E"
	exif := "Exif\x00\x00" + tiff
	return "\xff\xd8\xff\xe1" + string([]byte{0, byte(len(exif) + 2)}) + exif + out.String()[2:] + "<script>alert('GPS')</script>"
}

func TestAPictureIsServedAsNothingElse(t *testing.T) {
	g := newGallery(t)
	id := g.add(holiday(t), "Content-Type", "text/html")
	for name, side := range map[string]int{"picture": 1600, "thumbnail": 320} {
		path := "/api/scouting/media/" + id + "/" + name
		a := g.call("GET", path, g.owner, "")
		config, err := jpeg.DecodeConfig(strings.NewReader(a.body))
		if a.status != http.StatusOK || err != nil || config.Width != side || config.Height != side/2 {
			t.Errorf("%s: %d, %v %v", name, a.status, config, err)
		}
		for _, secret := range []string{"Exif", "GPS", "52.5200", "script"} {
			if strings.Contains(a.body, secret) {
				t.Errorf("the %s has %q", name, secret)
			}
		}
		for key, want := range map[string]string{
			"Content-Type": "image/jpeg", "X-Content-Type-Options": "nosniff", "Content-Disposition": `inline; filename="robot-731-` + name + `.jpg"`,
			"Cache-Control": "private, no-cache", "Content-Security-Policy": "default-src 'none'; sandbox", "Content-Length": fmt.Sprint(len(a.body)),
		} {
			if got := a.header.Get(key); got != want {
				t.Errorf("%s: %s is %q, want %q", name, key, got, want)
			}
		}
		tag := a.header.Get("ETag")
		for _, header := range []string{tag, "W/" + tag, `"other", ` + tag, "*"} {
			if again := g.call("GET", path, g.owner, "", "If-None-Match", header); again.status != http.StatusNotModified || again.body != "" || again.header.Get("ETag") != tag {
				t.Errorf("%s with %s: %d", name, header, again.status)
			}
		}
		stranger, _ := g.join(g.teamOf("Others"), "MENTOR")
		for _, header := range []string{"", tag} {
			if a := g.call("GET", path, stranger, "", "If-None-Match", header); a.status != http.StatusNotFound {
				t.Errorf("a stranger with %q: %d", header, a.status)
			}
		}
	}
	if a := g.call("DELETE", "/api/scouting/media/"+id, g.owner, ""); a.status != http.StatusOK {
		t.Errorf("delete: %d", a.status)
	}
	if a := g.call("GET", "/api/scouting/media/"+id+"/picture", g.owner, "", "If-None-Match", "*"); a.status != http.StatusNotFound {
		t.Errorf("a deleted picture: %d", a.status)
	}
}

func (g *gallery) teamOf(name string) string {
	g.t.Helper()
	var made struct{ ID string }
	g.call("POST", "/api/user-teams", g.owner, `{"teamNumber":731,"name":"`+name+`"}`).into(g.t, &made)
	return made.ID
}

// form is a multipart body with a field, a picture, and a second file.
func form(t *testing.T, picture string) (body, contentType string) {
	t.Helper()
	var out bytes.Buffer
	w := multipart.NewWriter(&out)
	must(t, w.WriteField("comment", "from the pit"))
	for _, part := range []string{picture, "not looked at"} {
		file, err := w.CreateFormFile("picture", "../../etc/passwd.exe")
		must(t, err)
		_, err = io.WriteString(file, part)
		must(t, err)
	}
	must(t, w.Close())
	return out.String(), w.FormDataContentType()
}

func TestWaysToSendAPicture(t *testing.T) {
	g := newGallery(t)
	picture := smallPicture(t)
	body, kind := form(t, picture)
	g.add(body, "Content-Type", kind)
	g.add(picture, "Content-Type", "image/png")
	g.add(picture, "Content-Type", "application/octet-stream")
	id := "&id=" + uuid.NewString()
	if first, again := g.call("POST", g.path(id), g.owner, picture), g.call("POST", g.path(id), g.owner, picture); first.status != 201 || again.status != 200 || again.body != first.body {
		t.Errorf("sent twice: %d, then %d %s", first.status, again.status, again.body)
	}
	empty, emptyKind := form(t, "")
	huge := picture + strings.Repeat("x", 8<<20)
	hugeForm, hugeKind := form(t, huge)
	for name, c := range map[string]struct {
		path, body string
		headers    []string
		status     int
		code       string
	}{
		"a page":           {g.path(""), "<html>", []string{"Content-Type", "image/jpeg"}, 415, "unsupported-picture"},
		"half":             {g.path(""), picture[:40], nil, 422, "broken-picture"},
		"nothing":          {g.path(""), "", nil, 400, "picture-missing"},
		"compressed":       {g.path(""), picture, []string{"Content-Encoding", "gzip"}, 415, "unsupported-media-type"},
		"over 8 MiB":       {g.path(""), huge, nil, 413, "body-too-large"},
		"form over 8 MiB":  {g.path(""), hugeForm, []string{"Content-Type", hugeKind}, 413, "body-too-large"},
		"an empty file":    {g.path(""), empty, []string{"Content-Type", emptyKind}, 400, "picture-missing"},
		"no form":          {g.path(""), picture, []string{"Content-Type", "multipart/form-data; boundary=x"}, 400, "picture-missing"},
		"without boundary": {g.path(""), picture, []string{"Content-Type", "multipart/form-data"}, 400, "picture-missing"},
		"other content":    {g.path(id), picture + " ", nil, 409, "media-id-taken"},
		"label":            {g.path("&label=" + strings.Repeat("x", 101)), picture, nil, 422, "bad-input"},
		"control":          {g.path("&label=a%0Ab"), picture, nil, 422, "bad-media"},
		"bytes as label":   {g.path("&label=%ff"), picture, nil, 422, "bad-media"},
		"robot":            {strings.Replace(g.path(""), "=731", "=731000", 1), picture, nil, 422, "bad-media"},
		"another's team":   {strings.Replace(g.path(""), g.team, uuid.NewString(), 1), huge, nil, 404, "no-such-team"},
	} {
		a := g.call("POST", c.path, g.owner, c.body, c.headers...)
		if p := a.problem(t); a.status != c.status || !strings.HasSuffix(p.Type, "#"+c.code) {
			t.Errorf("%s: %d %s, want %d %s", name, a.status, p.Type, c.status, c.code)
		}
	}
	var list []struct{ ID string }
	g.call("GET", "/api/scouting/media?scoutingTeamId="+g.team, g.owner, "").into(t, &list)
	if len(list) != 4 {
		t.Errorf("%d pictures, want 4", len(list))
	}
}

// TestSlowSendersKeepNobodyOut has one member send two pictures that never end.
func TestSlowSendersKeepNobodyOut(t *testing.T) {
	g := newGallery(t)
	scout, _ := g.join(g.team, string(teams.Student))
	var open []*io.PipeWriter
	done, begun := make(chan error, 2), make(chan struct{}, 2)
	// The server says "continue" when it begins to read a body.
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{Got100Continue: func() { begun <- struct{}{} }})
	for range 2 {
		read, write := io.Pipe()
		open = append(open, write)
		request, err := http.NewRequestWithContext(ctx, http.MethodPost, g.url+g.path(""), read)
		must(t, err)
		request.Header.Set("Authorization", "Bearer "+scout)
		request.Header.Set("Expect", "100-continue")
		go func() {
			response, err := http.DefaultClient.Do(request)
			if err == nil {
				err = response.Body.Close()
			}
			done <- err
		}()
	}
	for range 2 {
		select {
		case <-begun:
		case err := <-done:
			t.Fatalf("an upload ended: %v", err)
		case <-time.After(time.Minute):
			t.Fatal("no upload begins")
		}
	}
	if a := g.call("POST", g.path(""), scout, smallPicture(t)); a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") == "" {
		t.Errorf("the third: %d %s", a.status, a.body)
	}
	g.add(smallPicture(t)) // somebody else's
	for _, write := range open {
		must(t, write.Close())
		must(t, <-done)
	}
	if a := g.call("POST", g.path(""), scout, smallPicture(t)); a.status != http.StatusCreated {
		t.Errorf("after they ended: %d %s", a.status, a.body)
	}
}
