package main

import (
	"net/http"
	"testing"
)

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
	read := func(p *process) (lines []struct{ Action, Kind, Address string }) {
		t.Helper()
		status, err := ask("GET", p.url+"/api/operator/audit", token, "", &lines)
		if err != nil || status != http.StatusOK {
			t.Fatalf("%d, %v", status, err)
		}
		return lines
	}
	lines := read(p)
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
	until(t, "old lines go", func() bool { return len(read(p)) == 0 })
}
