package main

import (
	"bytes"
	"errors"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/internal/loadgen"
	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
)

// TestBroken runs a scenario on a server that refuses: an error, and a result that says so.
func TestBroken(t *testing.T) {
	t.Parallel()
	server := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(server.Close)
	file := filepath.Join(t.TempDir(), "runs.jsonl")
	var out, log bytes.Buffer
	err := run(t.Context(), []string{
		"-addr", strings.TrimPrefix(server.URL, "http://"), "-app", "a", "-key", "k", "-secret", "s", "-label", "ours",
		"-scenarios", "private", "-subscriptions", "10", "-out", file,
	}, &out, &log)
	if !errors.Is(err, errBroken) || !strings.Contains(log.String(), "404") {
		t.Errorf("%v, log %q", err, log.String())
	}
	written, err := os.ReadFile(file)
	if err != nil || !bytes.Equal(written, out.Bytes()) {
		t.Errorf("file %q, output %q, %v", written, out.Bytes(), err)
	}
	out.Reset()
	if err := run(t.Context(), []string{"report", "-peer", "theirs", file}, &out, &log); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(out.String(), "private: FAILED RUNS") {
		t.Errorf("report:\n%s", out.String())
	}
}

func TestArguments(t *testing.T) {
	t.Parallel()
	for name, args := range map[string][]string{
		"unknown flag":     {"-no"},
		"unknown scenario": {"-scenarios", "fanout,no"},
		"no rate":          {"-rate", "0"},
		"an argument":      {"fanout"},
		"nobody listens":   {"-addr", porttest.Address(t), "-wait", "60ms"},
		"no such file":     {"report", filepath.Join(t.TempDir(), "none")},
	} {
		var out, log bytes.Buffer
		if err := run(t.Context(), args, &out, &log); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
	s, err := parse(nil, &bytes.Buffer{})
	if err != nil || s.plan != loadgen.DefaultPlan() {
		t.Errorf("without flags the plan is %+v, %v", s.plan, err)
	}
	if strings.Contains(s.scenarios, "churn") || !strings.Contains(s.scenarios, "storm") {
		t.Errorf("without flags the scenarios are %s", s.scenarios)
	}
	if s, err = parse([]string{"-scenarios", "churn,storm-limited"}, &bytes.Buffer{}); err != nil {
		t.Errorf("what is played by name is not: %v", err)
	}
}
