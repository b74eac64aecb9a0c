package api_test

import (
	"bytes"
	"fmt"
	"image"
	"image/png"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/teams"
)

// made sends a JSON body to a route as the caller, or as the student where the role does not
// allow the action, and returns the id of what came of it.
func (g *stage) made(as caller, action teams.Action, method, path, body string) string {
	g.t.Helper()
	if !slices.Contains(roles, as) || !teams.Role(as).May(action) {
		as = student
	}
	var made struct{ ID string }
	g.call(method, path, g.tokens[as], body).into(g.t, &made)
	return made.ID
}

func (g *stage) noteBody() string {
	return fmt.Sprintf(`{"id":%q,"scoutingTeamId":%q,"season":2025,"scoutedTeamNumber":731,"driverSkill":4,"text":"note %s"}`, uuid.NewString(), g.team, g.secret)
}

func (g *stage) note(as caller) string {
	g.t.Helper()
	return g.made(as, teams.CreateNote, "POST", "/api/scouting/notes", g.noteBody())
}

// Notes has the rows of notes.
func (accessRows) Notes() []access {
	const all, one = "/api/scouting/notes", "/api/scouting/notes/{id}"
	own := func(s *stage, c caller) string { return all + "/" + s.note(c) }
	theirs := func(s *stage, _ caller) string { return all + "/" + s.note(mentor) }
	change := fixed(`{"rev":1,"text":"changed"}`)
	return []access{
		{method: "POST", route: all, action: teams.CreateNote, ok: http.StatusCreated, body: func(s *stage, _ caller) string { return s.noteBody() }},
		{method: "GET", route: all, action: teams.ReadNotes, path: func(s *stage, _ caller) string {
			s.note(mentor)
			return all + "?scoutingTeamId=" + s.team
		}},
		{method: "GET", route: one, action: teams.ReadNotes, path: theirs, theirs: true},
		{method: "GET", route: one, action: teams.ReadNotes, path: at(all + "/" + uuid.NewString()),
			want: map[caller]int{friend: 404, student: 404, leader: 404, mentor: 404, device: 404}},
		{method: "PATCH", route: one, action: teams.EditNote, path: own, body: change},
		{method: "PATCH", route: one, action: teams.EditNote, path: theirs, theirs: true, body: change},
		{method: "DELETE", route: one, action: teams.EditNote, path: own},
		{method: "DELETE", route: one, action: teams.EditNote, path: theirs, theirs: true},
	}
}

// pitBody is a report about another robot each time.
func (g *stage) pitBody() string {
	g.calls++
	return fmt.Sprintf(`{"scoutingTeamId":%q,"season":2025,"scoutedTeamNumber":%d,"drivetrain":"TANK","text":"pit %s"}`, g.team, 10000+g.calls, g.secret)
}

// Pit has the rows of pit reports.
func (accessRows) Pit() []access {
	const all, one = "/api/scouting/pit", "/api/scouting/pit/{id}"
	fresh := func(s *stage, _ caller) string { return s.pitBody() }
	report := func(s *stage, _ caller) string {
		return all + "/" + s.made(mentor, teams.EditPit, "PUT", all, s.pitBody())
	}
	return []access{
		{method: "PUT", route: all, action: teams.EditPit, ok: http.StatusCreated, body: fresh},
		{method: "GET", route: all, action: teams.ReadPit, path: func(s *stage, c caller) string {
			report(s, c)
			return all + "?scoutingTeamId=" + s.team
		}},
		{method: "GET", route: one, action: teams.ReadPit, path: report},
		{method: "GET", route: one + "/history", action: teams.ReadPit, path: func(s *stage, c caller) string { return report(s, c) + "/history" }},
	}
}

func (g *stage) linkBody() string {
	return fmt.Sprintf(`{"id":%q,"scoutingTeamId":%q,"season":2025,"scoutedTeamNumber":731,"kind":"CAD","label":"label %s","url":"https://cad.example/%s"}`,
		uuid.NewString(), g.team, g.secret, g.secret)
}

// picturePath is where a picture of the team is sent to.
func (g *stage) picturePath() string {
	return "/api/scouting/media/pictures?scoutingTeamId=" + g.team + "&season=2025&scoutedTeamNumber=731&label=label-" + g.secret
}

// smallPicture is a file that is a picture.
func smallPicture(t *testing.T) string {
	t.Helper()
	var out bytes.Buffer
	must(t, png.Encode(&out, image.NewGray(image.Rect(0, 0, 8, 6))))
	return out.String()
}

// Media has the rows of links and pictures.
func (accessRows) Media() []access {
	const all, one = "/api/scouting/media", "/api/scouting/media/{id}"
	link := func(s *stage, c caller) string {
		return all + "/" + s.made(c, teams.EditPit, "POST", all, s.linkBody())
	}
	theirs := func(s *stage, _ caller) string { return link(s, mentor) }
	part := func(name string) func(*stage, caller) string {
		return func(s *stage, _ caller) string {
			return all + "/" + s.made(mentor, teams.EditPit, "POST", s.picturePath(), smallPicture(s.t)) + name
		}
	}
	send := func(s *stage, _ caller) string { return smallPicture(s.t) }
	return []access{
		{method: "POST", route: all, action: teams.EditPit, ok: http.StatusCreated, body: func(s *stage, _ caller) string { return s.linkBody() }},
		{method: "POST", route: all + "/pictures", action: teams.EditPit, ok: http.StatusCreated, body: send,
			path: func(s *stage, _ caller) string { return s.picturePath() }},
		{method: "GET", route: all, action: teams.ReadPit, path: func(s *stage, c caller) string {
			link(s, c)
			return all + "?scoutingTeamId=" + s.team
		}},
		{method: "GET", route: one, action: teams.ReadPit, path: theirs},
		{method: "GET", route: one + "/picture", action: teams.ReadPit, path: part("/picture"), check: isPicture},
		{method: "GET", route: one + "/thumbnail", action: teams.ReadPit, path: part("/thumbnail"), check: isPicture},
		{method: "DELETE", route: one, action: teams.EditPit, path: link},
		{method: "DELETE", route: one, action: teams.EditPit, path: theirs, want: map[caller]int{student: http.StatusForbidden}},
	}
}

func isPicture(t *testing.T, _ *stage, c caller, a answer) {
	t.Helper()
	if a.header.Get("Content-Type") != "image/jpeg" || !strings.HasPrefix(a.body, "\xff\xd8\xff") {
		t.Errorf("%s gets %s", c, a.header.Get("Content-Type"))
	}
}

// TestChannelsSayNothingOfNotes writes and changes a note, a report, a link and a picture,
// and looks at what the team's channel carries to its shared tablets, which may see none of
// them, and at every other channel.
func TestChannelsSayNothingOfNotes(t *testing.T) {
	g := newServer(t).stage()
	secret := g.secret
	note := g.note(mentor)
	g.call("PATCH", "/api/scouting/notes/"+note, g.tokens[mentor], `{"rev":1,"eventCode":"USNCRA","matchNumber":3,"text":"more `+secret+`"}`)
	g.call("DELETE", "/api/scouting/notes/"+note, g.tokens[mentor], "")
	g.made(mentor, teams.EditPit, "PUT", "/api/scouting/pit", g.pitBody())
	media := g.made(mentor, teams.EditPit, "POST", "/api/scouting/media", g.linkBody())
	g.made(mentor, teams.EditPit, "POST", g.picturePath(), smallPicture(t))
	g.call("DELETE", "/api/scouting/media/"+media, g.tokens[mentor], "")
	heard := g.call("GET", "/api/channels/private-team-"+g.team+"/events?limit=500", g.tokens[device], "")
	for _, name := range []string{"note-added", "note-updated", "note-deleted", "pit-changed", "media-added", "media-deleted"} {
		if !strings.Contains(heard.body, `"scouting:`+name+`"`) {
			t.Errorf("the team's channel is without %s: %s", name, heard.body)
		}
	}
	for _, words := range []string{"note " + secret, "more " + secret, "pit " + secret, "label " + secret, "cad.example", "driverSkill"} {
		if strings.Contains(heard.body, words) {
			t.Errorf("a shared tablet hears %q: %s", words, heard.body)
		}
	}
	for _, channel := range []string{"event-USNCRA", "event-2025-USNCRA", "match-USNCRA-3"} {
		if a := g.call("GET", "/api/channels/"+channel+"/events?limit=500", "", ""); strings.Contains(a.body, secret) || strings.Contains(a.body, "note") || strings.Contains(a.body, note) {
			t.Errorf("%s carries %s", channel, a.body)
		}
	}
}
