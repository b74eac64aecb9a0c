package main

import (
	"syscall"
	"unsafe"
)

// The system calls of the one thread. They do not tell Go's scheduler, which has nothing
// else to run: telling it takes longer than a small write.

func receive(fd int, b []byte) (int, syscall.Errno) {
	n, _, err := syscall.RawSyscall6(syscall.SYS_RECVFROM, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)), 0, 0, 0)
	return int(n), err
}

// send returns how many bytes the kernel took. A dead peer takes none; that is noticed
// when it is read.
func send(fd int, b []byte) int {
	n, _, err := syscall.RawSyscall6(syscall.SYS_SENDTO, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(b))), uintptr(len(b)),
		syscall.MSG_NOSIGNAL|syscall.MSG_DONTWAIT, 0, 0)
	if err != 0 {
		return 0
	}
	return int(n)
}

func wait(epoll int, events []syscall.EpollEvent) (int, syscall.Errno) {
	n, _, err := syscall.RawSyscall6(syscall.SYS_EPOLL_PWAIT, uintptr(epoll), uintptr(unsafe.Pointer(unsafe.SliceData(events))), uintptr(len(events)), ^uintptr(0), 0, 0)
	return int(n), err
}
