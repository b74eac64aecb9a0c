package main

import (
	"errors"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
)

// auditLine is a line of the audit log as an operator reads it.
type auditLine struct {
	Action, Kind, Address, Object string
	At                            time.Time
	Actor, Subject                struct{ ID, DisplayName string }
	Detail                        map[string]string
}

// audited reads the audit log and holds every line against what all have: the time, and none of
// the secrets.
func (p *process) audited(token string, secrets ...string) []auditLine {
	p.t.Helper()
	var lines []auditLine
	if status, err := ask("GET", p.url+"/api/operator/audit", token, "", &lines); err != nil || status != http.StatusOK {
		p.t.Fatalf("the audit log: %d, %v", status, err)
	}
	for _, l := range lines {
		if ago := time.Since(l.At); ago < -time.Second || ago > 10*time.Minute {
			p.t.Errorf("the audit log says that it was at %v: %+v", l.At, l)
		}
		for _, secret := range append(secrets, token) {
			if text := fmt.Sprintf("%+v", l); strings.Contains(text, secret) {
				p.t.Errorf("the audit log tells a secret: %s", text)
			}
		}
	}
	return lines
}

// deed is the line on one line, for comparisons: what, by whom, to whom and to what.
func (l auditLine) deed() string {
	return strings.Join([]string{l.Action, l.Kind, l.Actor.DisplayName, l.Subject.DisplayName, l.Object}, "|")
}

// TestAuditOfTheProgram has commands leave their lines in the running server's audit log, and
// retention take them away.
func TestAuditOfTheProgram(t *testing.T) {
	t.Parallel()
	dir := pgtest.Folder(t)
	p := serve(t, dir)
	token := owner(t, dir)
	if out, err := program(dir, "log", "new-epoch").CombinedOutput(); err != nil {
		t.Fatalf("log new-epoch: %v\n%s", err, out)
	}
	lines := p.audited(token)
	if len(lines) != 2 || lines[0].Action != "log.renewed" || lines[1].Action != "operator.made" {
		t.Fatalf("%+v", lines)
	}
	for _, l := range lines {
		if l.Kind != "command" || l.Address != "" {
			t.Errorf("%+v", l)
		}
	}
	p.stop()
	cmd := program(dir, "serve")
	cmd.Env = append(cmd.Env, "AUDIT_RETENTION=1s")
	p = launch(t, cmd)
	until(t, "old lines go", func() bool { return len(p.audited(token)) == 0 })
}

// TestAuditOfTheRelay has the relay's commands leave theirs.
func TestAuditOfTheRelay(t *testing.T) {
	t.Parallel()
	database := aside(t)
	p := shared(t, database)
	token := command(t, database, "owner", "create", "--name", "Coach")
	conn, err := pgx.Connect(t.Context(), database)
	must(t, err)
	var number int64
	err = conn.QueryRow(t.Context(), `WITH sink AS (INSERT INTO relay_sinks (sink) VALUES ('soketi:away') RETURNING sink),
		head AS (INSERT INTO channel_heads (channel, seq) VALUES ('hall', 1) RETURNING channel, seq),
		event AS (INSERT INTO channel_events (channel, seq, id, name, payload, at) SELECT channel, seq, gen_random_uuid(), 'hall:lunch', '{"text":"canary"}', now() FROM head RETURNING channel, seq)
		INSERT INTO dead_letters (sink, channel, seq, reason) SELECT sink, channel, seq, 'too large' FROM sink, event RETURNING id`).Scan(&number)
	must(t, errors.Join(err, conn.Close(t.Context())))
	for _, args := range [][]string{{"replay", "--id", fmt.Sprint(number)}, {"replay", "--all"}, {"forget", "soketi:away"}} {
		command(t, database, append([]string{"relay"}, args...)...)
	}
	var told []string
	for _, l := range p.audited(token, "canary") {
		told = append(told, l.deed())
	}
	want := []string{"sink.forgotten|command|||soketi:away", "dead-letters.replayed|command|||all", "dead-letters.replayed|command|||" + fmt.Sprint(number), "operator.made|command||Coach|"}
	if !slices.Equal(told, want) {
		t.Errorf("the audit log has\n%s\nwant\n%s", strings.Join(told, "\n"), strings.Join(want, "\n"))
	}
}
