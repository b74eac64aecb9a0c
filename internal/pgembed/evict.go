package pgembed

import (
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
	"time"
)

// pollInterval is how often files and processes are looked at that cannot be waited for.
const pollInterval = 10 * time.Millisecond

// evict ends every PostgreSQL process on the cluster. A postmaster is asked to shut down
// properly; backends without one have nothing left to lose.
func evict(data string, log *slog.Logger) error {
	pids := occupants(data)
	if len(pids) == 0 {
		return nil
	}
	log.Warn("stopping PostgreSQL processes that an earlier run left behind", "folder", data, "pids", pids)
	if owner := postmasterPID(data); slices.Contains(pids, owner) {
		if signalAll([]int{owner}, syscall.SIGINT); vacated(data, fastLimit) {
			return nil
		}
	}
	for _, signal := range []syscall.Signal{syscall.SIGQUIT, syscall.SIGKILL} {
		if signalAll(occupants(data), signal); vacated(data, quitLimit) {
			return nil
		}
	}
	return fmt.Errorf("PostgreSQL processes %v in %s do not end", occupants(data), data)
}

// vacated waits until nothing runs on the cluster and reports whether that came to pass.
func vacated(data string, limit time.Duration) bool {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for deadline := time.Now().Add(limit); time.Now().Before(deadline); <-ticker.C {
		if len(occupants(data)) == 0 {
			return true
		}
	}
	return false
}

func signalAll(pids []int, signal syscall.Signal) {
	for _, pid := range pids {
		_ = syscall.Kill(pid, signal) // it may have ended meanwhile, which is what we want
	}
}

// postmasterPID returns the process that postmaster.pid names, or 0.
func postmasterPID(data string) int {
	lines := pidFile(data)
	if len(lines) == 0 {
		return 0
	}
	pid, err := strconv.Atoi(strings.TrimSpace(lines[0]))
	if err != nil || pid <= 1 {
		return 0
	}
	return pid
}

// pidFile returns the lines of postmaster.pid: the first is the process, the eighth its state.
func pidFile(data string) []string {
	text, err := os.ReadFile(filepath.Join(data, "postmaster.pid"))
	if err != nil {
		return nil
	}
	return strings.Split(string(text), "\n")
}
