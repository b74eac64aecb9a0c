package loadgen

import (
	"fmt"
	"os"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// usage is what a process has taken so far.
type usage struct {
	cpu       time.Duration
	rss, peak float64 // MiB
}

// readUsage reads the usage of a process. For pid 0 there is none.
func readUsage(pid int) (u usage, err error) {
	if pid == 0 {
		return u, nil
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, fmt.Errorf("server's process: %w", err)
	}
	u.rss, u.peak = parseStatus(string(status))
	u.cpu, err = processCPU(pid)
	return u, err
}

// forgetPeak lets a process's peak of memory begin anew. Where that is not allowed, the
// peak stays what it was, which is too much rather than too little.
func forgetPeak(pid int) {
	if pid != 0 {
		_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) //nolint:gosec // not a file that is made
	}
}

func parseStatus(status string) (rss, peak float64) {
	for line := range strings.Lines(status) {
		name, value, _ := strings.Cut(line, ":")
		kib, err := strconv.ParseFloat(strings.TrimSuffix(strings.TrimSpace(value), " kB"), 64)
		if err != nil {
			continue
		}
		switch name {
		case "VmRSS":
			rss = kib / 1024
		case "VmHWM":
			peak = kib / 1024
		}
	}
	return rss, peak
}

// ownCPU is what the generator itself has taken.
func ownCPU() time.Duration {
	var r syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &r) != nil {
		return 0
	}
	return time.Duration(r.Utime.Nano() + r.Stime.Nano())
}
