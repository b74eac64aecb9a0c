//go:build !linux

package pgembed

import (
	"errors"
	"os/exec"
	"strconv"
	"strings"
	"syscall"
)

// attributes makes a process group of its own, so that the terminal's Ctrl-C reaches only
// us and PostgreSQL ends when we are done with it. There is no parent death signal here:
// the next start stops what a crash left running.
func (who identity) attributes(syscall.Signal) *syscall.SysProcAttr {
	attr := &syscall.SysProcAttr{Setpgid: true}
	if who.kind != own {
		attr.Credential = &syscall.Credential{Uid: uint32(who.uid), Gid: uint32(who.gid)}
	}
	return attr
}

// occupants returns the postmaster that runs on the cluster, if any.
func occupants(data string) []int {
	pid := postmasterPID(data)
	if pid == 0 || !alive(pid) {
		return nil
	}
	command, err := exec.Command("ps", "-o", "command=", "-p", strconv.Itoa(pid)).Output()
	if err != nil || !strings.Contains(string(command), data) {
		return nil
	}
	return []int{pid}
}

// alive reports whether a process with the pid exists, zombies included.
func alive(pid int) bool {
	err := syscall.Kill(pid, 0)
	return err == nil || errors.Is(err, syscall.EPERM)
}
