package main

import (
	"bufio"
	"bytes"
	"os"
	"os/exec"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/loadgen"
)

// TestMain lets the test's own program be the server that the tests start.
func TestMain(m *testing.M) {
	if len(os.Args) > 1 && os.Args[1] == "-addr" {
		main()
	}
	os.Exit(m.Run())
}

// TestScenarios holds the floor to what every server is held to: each message to everybody,
// once, whole and in order. A figure of a server that does less work would be no floor.
func TestScenarios(t *testing.T) {
	t.Parallel()
	server := exec.Command(os.Args[0], "-addr", "127.0.0.1:0") //nolint:gosec // this program
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	plan := loadgen.Plan{
		Sockets: 40, Channels: 3, Subscribers: 30, Topics: 20, Subscriptions: 60, Publishers: 3, Window: 8,
		Rate: 200, Size: 128, Time: 100 * time.Millisecond, Pause: 5 * time.Millisecond, Patience: 20 * time.Second,
	}
	target := loadgen.Target{Address: strings.TrimSpace(address), AppID: "a", Key: "k", Secret: "s", PID: server.Process.Pid}
	for name, metric := range map[string]string{
		"connect": "conns_per_s", "fanout": "deliveries_per_s", "latency": "p50_ms", "many": "publishes_per_s", "private": "subscribes_per_s",
	} {
		for _, size := range []int{64, 100, 9000} { // both headers of frames; the last fills sockets
			plan.Size = size
			m, err := loadgen.Run(t.Context(), name, target, plan)
			if err != nil {
				t.Fatalf("%s with %d bytes: %v", name, size, err)
			} else if m[metric] <= 0 {
				t.Errorf("%s with %d bytes: %s is %g", name, size, metric, m[metric])
			}
		}
	}
}

func TestRefused(t *testing.T) {
	t.Parallel()
	for _, args := range [][]string{{"-no"}, {"-addr", "nowhere"}, {"-addr", "192.0.2.1:0"}} {
		var out, log bytes.Buffer
		if err := run(args, &out, &log); err == nil {
			t.Errorf("%v: no error", args)
		}
	}
}
