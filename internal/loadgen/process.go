package loadgen

import (
	"bytes"
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

// ticks is the unit of CPU times in /proc, 1/100 s on every Linux that Go runs on.
const ticks = 10 * time.Millisecond

// readUsage reads the usage of a process from /proc. For pid 0 there is none.
func readUsage(pid int) (u usage, err error) {
	if pid == 0 {
		return u, nil
	}
	stat, err := os.ReadFile(fmt.Sprintf("/proc/%d/stat", pid))
	if err != nil {
		return u, fmt.Errorf("server's process: %w", err)
	}
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", pid))
	if err != nil {
		return u, fmt.Errorf("server's process: %w", err)
	}
	if u.cpu, err = parseStat(stat); err != nil {
		return u, err
	}
	u.rss, u.peak = parseStatus(string(status))
	return u, nil
}

// forgetPeak lets a process's peak of memory begin anew. Where that is not allowed, the
// peak stays what it was, which is too much rather than too little.
func forgetPeak(pid int) {
	if pid != 0 {
		_ = os.WriteFile(fmt.Sprintf("/proc/%d/clear_refs", pid), []byte("5"), 0) //nolint:gosec // not a file that is made
	}
}

// parseStat reads user and system time, the 14th and 15th field of a process's stat. The
// second is a name that may hold spaces and brackets.
func parseStat(stat []byte) (time.Duration, error) {
	fields := strings.Fields(string(stat[bytes.LastIndexByte(stat, ')')+1:]))
	if len(fields) < 13 {
		return 0, fmt.Errorf("stat of a process: %.60q", stat)
	}
	var sum int64
	for _, field := range fields[11:13] {
		n, err := strconv.ParseInt(field, 10, 64)
		if err != nil {
			return 0, fmt.Errorf("stat of a process: %w", err)
		}
		sum += n
	}
	return time.Duration(sum) * ticks, nil
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
