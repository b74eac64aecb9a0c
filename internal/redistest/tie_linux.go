package redistest

import (
	"os/exec"
	"syscall"
)

// tie ends the process with its parent, also when that is killed.
func tie(cmd *exec.Cmd) { cmd.SysProcAttr = &syscall.SysProcAttr{Pdeathsig: syscall.SIGKILL} }
