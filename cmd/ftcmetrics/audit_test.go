package main

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"
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
	dir := t.TempDir()
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
