package pgtest

import (
	"os"
	"syscall"
)

// workFolder returns where data goes that needs so many bytes, and whether that is memory.
func workFolder(room uint64) (parent string, memory bool) {
	const shm = "/dev/shm"
	var fs syscall.Statfs_t
	if syscall.Statfs(shm, &fs) == nil && fs.Bavail*uint64(fs.Bsize) >= room {
		return shm, true
	}
	return os.TempDir(), false
}
