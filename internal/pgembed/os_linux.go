package pgembed

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// attributes makes a process group of its own, so that the terminal's Ctrl-C reaches only
// us and PostgreSQL ends when we are done with it; death is sent to it when we die.
func (who identity) attributes(death syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true, Pdeathsig: death}
	switch who.kind {
	case dropped:
		attr.Credential = &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}
	case mapped:
		attr.Cloneflags = syscall.CLONE_NEWUSER
		attr.UidMappings = []syscall.SysProcIDMap{{ContainerID: who.uid, HostID: 0, Size: 1}}
		attr.GidMappings = []syscall.SysProcIDMap{{ContainerID: who.gid, HostID: 0, Size: 1}}
	}
	return attr
}

// occupants returns the PostgreSQL processes that run on the cluster. Each of them has the
// cluster as its working directory; a zombie has none.
func occupants(data string) []int {
	want, err := os.Stat(data)
	if err != nil {
		return nil
	}
	entries, err := os.ReadDir("/proc")
	if err != nil {
		return nil
	}
	owner := postmasterPID(data)
	var pids []int
	for _, entry := range entries {
		pid, err := strconv.Atoi(entry.Name())
		if err != nil || !runsPostgres(pid) {
			continue
		}
		// In a container root may not look at another user's process that closely, but
		// the postmaster's arguments are open to all.
		cwd, err := os.Stat(filepath.Join("/proc", entry.Name(), "cwd"))
		if err == nil && os.SameFile(cwd, want) || err != nil && pid == owner && servesFolder(pid, data) {
			pids = append(pids, pid)
		}
	}
	return pids
}

func runsPostgres(pid int) bool {
	name, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "comm"))
	return err == nil && slices.Contains([]string{"postgres", "initdb"}, strings.TrimSpace(string(name)))
}

func servesFolder(pid int, data string) bool {
	args, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "cmdline"))
	return err == nil && slices.Contains(strings.Split(string(args), "\x00"), data)
}
