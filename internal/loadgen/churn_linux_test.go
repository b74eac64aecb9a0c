package loadgen

import (
	"bufio"
	"errors"
	"flag"
	"fmt"
	"os"
	"os/exec"
	"strconv"
	"strings"
	"testing"
	"time"
)

// serveFake makes TestServeFake a server with the fault, for a test in another process.
var serveFake = flag.Int("serve-fake", -1, "serve with this fault until standard input ends")

func TestServeFake(t *testing.T) {
	if *serveFake < 0 {
		return
	}
	target := newFake(t, fault(*serveFake), 0)
	fmt.Println(target.Address)
	_, _ = bufio.NewReader(os.Stdin).ReadByte()
}

// newFakeProcess starts a fake server in a process of its own, whose memory and goroutines
// are its own.
func newFakeProcess(t *testing.T, f fault) Target {
	t.Helper()
	server := exec.Command(os.Args[0], "-test.run=^TestServeFake$", "-serve-fake", strconv.Itoa(int(f))) //nolint:gosec // this program
	in, err := server.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := server.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := server.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = in.Close()
		_ = server.Process.Kill()
		_ = server.Wait()
	})
	address, err := bufio.NewReader(out).ReadString('\n')
	if err != nil {
		t.Fatal(err)
	}
	address = strings.TrimSpace(address)
	return Target{Address: address, AppID: "app", Key: "key", Secret: "secret", PID: server.Process.Pid, Metrics: address}
}

// TestChurn plays the short form on a server that keeps its promises and on servers that
// break one each.
func TestChurn(t *testing.T) {
	t.Parallel()
	const ample, scarce = 20 * time.Second, time.Second
	for name, c := range map[string]struct {
		fault    fault
		patience time.Duration // scarce where the fault is that something never comes
		want     error
		says     string
	}{
		"none":                  {none, ample, nil, ""},
		"message lost":          {dropOne, ample, errMissing, "message"},
		"message doubled":       {double, ample, errRepeated, "message"},
		"messages after leave":  {sendOn, ample, errUninvited, "of channel"},
		"ghost member":          {ghost, scarce, errRoster, "the HTTP API says"},
		"ghost subscription":    {ghostSocket, scarce, errRoster, "subscriptions of"},
		"greeted by a ghost":    {greetedByGhost, scarce, errRoster, "was told"},
		"leave untold":          {leaveUntold, ample, errRepeated, "come or gone twice"},
		"join untold":           {joinUntold, ample, errRepeated, "come or gone twice"},
		"subscriptions ignored": {ignoreSubscription, scarce, errTimeout, "is not let in"},
		"publish refused":       {refusePublish, ample, errRefused, "429"},
		"socket closed":         {closeOne, ample, errClosed, "4200"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			plan := littlePlan()
			plan.Churn, plan.Patience = 2*time.Second, c.patience
			m, err := Run(t.Context(), "churn", newFake(t, c.fault, 0), plan)
			if c.want == nil {
				if err != nil || m["joins"] < 40 || m["leaves"] < 40 || m["deliveries"] < 10*m["events"]/2 {
					t.Errorf("%v, %v", err, m)
				}
				return
			}
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.says) {
				t.Errorf("%v, want %v with %q", err, c.want, c.says)
			}
		})
	}
}

// TestChurnGrowth holds a server in a process of its own to its memory and goroutines. A
// first turn that is not judged fills pools and heap: two seconds are too short for that.
func TestChurnGrowth(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		fault fault
		says  string // empty if the server does not grow
	}{
		"none":           {none, ""},
		"memory leak":    {leakMemory, "MiB of memory"},
		"goroutine leak": {leakGoroutines, "goroutines"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			target := newFakeProcess(t, c.fault)
			plan := littlePlan()
			plan.Churn, plan.Patience = 2*time.Second, 20*time.Second
			unwatched := target
			unwatched.PID, unwatched.Metrics = 0, ""
			if _, err := Run(t.Context(), "churn", unwatched, plan); err != nil {
				t.Fatal(err)
			}
			if c.fault == leakGoroutines {
				target.PID = 0 // they take memory too
			}
			m, err := Run(t.Context(), "churn", target, plan)
			if c.says == "" && (err != nil || m["rss_mib"] <= 0 || m["goroutines"] <= 0) {
				t.Errorf("%v, %v", err, m)
			}
			if c.says != "" && (!errors.Is(err, errGrown) || !strings.Contains(err.Error(), c.says)) {
				t.Errorf("%v, want %v with %q", err, errGrown, c.says)
			}
		})
	}
}
