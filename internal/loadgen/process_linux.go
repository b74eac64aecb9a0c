package loadgen

import (
	"fmt"
	"syscall"
	"time"
	"unsafe"
)

// processClock is the part of a clock's number that says: the CPU time of a process.
const processClock = 2

// processCPU is the CPU time that a process has had, by the kernel's own clock of it. /proc has it
// in steps of 10 ms, which is more than some of what is measured.
func processCPU(pid int) (time.Duration, error) {
	clock := ^pid<<3 | processClock // as clock_getcpuclockid(3) makes it
	var had syscall.Timespec
	//nolint:gosec // the kernel writes into had, and the number of a clock is negative
	if _, _, errno := syscall.Syscall(syscall.SYS_CLOCK_GETTIME, uintptr(clock), uintptr(unsafe.Pointer(&had)), 0); errno != 0 {
		return 0, fmt.Errorf("server's process: %w", errno)
	}
	return time.Duration(had.Nano()), nil
}
