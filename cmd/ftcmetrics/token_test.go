package main

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// tokenDesk is a server and the commands that hand out its tokens.
type tokenDesk struct{ *process }

func (d tokenDesk) run(args ...string) string {
	d.t.Helper()
	code, out, errOut := outcome(d.at(append([]string{"token"}, args...)...))
	if code != 0 {
		d.t.Fatalf("token %v: %d %s", args, code, errOut)
	}
	return out
}

// create makes a token, which is printed alone.
func (d tokenDesk) create(kind string, args ...string) string {
	d.t.Helper()
	out := d.run(append([]string{"create", kind}, args...)...)
	if strings.Count(out, "\n") != 1 || !strings.HasPrefix(out, "ftc_"+kind+"_") {
		d.t.Fatalf("printed %q, want a token alone on its line", out)
	}
	return strings.TrimSpace(out)
}

// is asks the server who the token's holder is.
func (d tokenDesk) is(token string, status int, name string, operator bool) {
	d.t.Helper()
	var me struct {
		DisplayName string
		Operator    bool
	}
	got, err := ask("GET", d.url+"/api/me", token, "", &me)
	if err != nil || got != status || me.DisplayName != name || me.Operator != operator {
		d.t.Errorf("the holder is %d %+v, %v; want %d %q, operator %v", got, me, err, status, name, operator)
	}
}

// opens asks for what a program's token is for.
func (d tokenDesk) opens(token string, want int) {
	d.t.Helper()
	if got, err := ask("GET", d.url+"/api/socket/channels", token, "", nil); err != nil || got != want {
		d.t.Errorf("the socket service answers %d, %v; want %d", got, err, want)
	}
}

// listed is a line of token list.
type listed struct{ ID, Kind, Name, DeviceOf string }

// TestTokens makes, lists and ends tokens while the server runs, and uses them on it.
func TestTokens(t *testing.T) {
	t.Parallel()
	d := tokenDesk{serve(t, pgtest.Folder(t))}
	board := d.create("service", "--name", "Announcements")
	d.opens(board, http.StatusOK)
	display := d.create("service", "--name", "Pit display")
	d.opens(display, http.StatusOK)
	d.is(display, http.StatusForbidden, "", false) // a program is no person
	var coach struct {
		Token string
		User  struct{ DisplayName string }
	}
	_, out, _ := outcome(d.at("owner", "create", "--name", "Coach", "--json"))
	decode(t, out, &coach)
	d.is(coach.Token, http.StatusOK, "Coach", true)
	var team struct{ ID string }
	if status, err := ask("POST", d.url+"/api/user-teams", coach.Token, `{"teamNumber":8569}`, &team); err != nil || status != http.StatusCreated {
		t.Fatal(status, err)
	}
	tablet := d.create("device", "--team", team.ID, "--label", "Blue 1")
	d.is(tablet, http.StatusOK, "Blue 1", false)
	var list []listed
	decode(t, d.run("list", "--json"), &list)
	if len(list) != 4 || list[0].Kind != "device" || list[0].DeviceOf != team.ID || list[0].Name != "Blue 1" || list[1].Kind != "owner" || list[3].Kind != "service" {
		t.Fatalf("listed as %+v", list)
	}
	if table := d.run("list"); strings.Count(table, "\n") != 5 || !strings.Contains(table, "Coach (operator)") || !strings.Contains(table, "Announcements") || strings.Contains(table, tablet[12:]) {
		t.Errorf("the table is\n%s", table)
	}
	var config struct{ Key string }
	_, err := ask("GET", d.url+"/api/realtime/config", "", "", &config)
	must(t, err)
	socket, id := d.dialID(config.Key)
	d.join(socket, id, tablet, "private-team-"+team.ID)
	d.run("revoke", list[0].ID)
	closed(t, socket)
	d.is(tablet, http.StatusUnauthorized, "", false)
	cmd := d.at("token", "revoke", "-", "--json") // itself, so that it stands in no shell's history
	cmd.Stdin = strings.NewReader(display + "\n")
	if code, out, _ := outcome(cmd); code != 0 || !strings.Contains(out, list[2].ID) {
		t.Errorf("revoked by the token itself: %d %s", code, out)
	}
	d.opens(display, http.StatusUnauthorized)
	d.opens(board, http.StatusOK) // which nobody revoked
	var told []string
	for _, l := range d.audited(coach.Token, tablet, display, board) {
		if told = append(told, l.deed()); l.Action == "service.made" && l.Subject.ID == "" {
			t.Errorf("of no program: %+v", l)
		}
	}
	want := []string{
		"token.revoked|command||Pit display|" + list[2].ID, "token.revoked|command||Blue 1|" + list[0].ID, "tablet.added|command||Blue 1|",
		"team.created|owner|Coach||", "operator.made|command||Coach|", "service.made|command||Pit display|", "service.made|command||Announcements|",
	}
	if !slices.Equal(told, want) {
		t.Errorf("the audit log has\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
	for _, which := range []string{list[0].ID, "x", display} {
		if code, _, errOut := outcome(d.at("token", "revoke", which)); code != 1 || !strings.Contains(errOut, "No token that works") {
			t.Errorf("%s again: %d %s", which, code, errOut)
		}
	}
	if code, _, errOut := outcome(d.at("token", "create", "device", "--team", list[0].ID)); code != 1 || !strings.Contains(errOut, "team") {
		t.Errorf("a tablet of no team: %d %s", code, errOut)
	}
}

// closed waits for the socket's end, for the two seconds that a revocation has, and a while
// for a busy machine.
func closed(t *testing.T, socket *websocket.Conn) {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Second)
	defer cancel()
	for {
		_, _, err := socket.Read(ctx)
		if err == nil {
			continue
		}
		if errors.Is(err, context.DeadlineExceeded) || websocket.CloseStatus(err) != 4009 {
			t.Errorf("the socket ends with %v, want 4009", err)
		}
		return
	}
}
