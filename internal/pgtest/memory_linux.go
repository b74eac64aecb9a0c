package pgtest

import (
	"os"
	"syscall"
)

// enough is the free memory below which tests use the disk.
const enough = 512 << 20

// workFolder returns where clusters go and whether that is memory.
func workFolder() (parent string, memory bool) {
	const shm = "/dev/shm"
	var fs syscall.Statfs_t
	if syscall.Statfs(shm, &fs) == nil && fs.Bavail*uint64(fs.Bsize) >= enough {
		return shm, true
	}
	return os.TempDir(), false
}
