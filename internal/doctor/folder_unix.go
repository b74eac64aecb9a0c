//go:build linux || darwin

package doctor

import "syscall"

// freeBytes is how much an ordinary user may still write there.
func freeBytes(at string) (uint64, error) {
	var s syscall.Statfs_t
	if err := syscall.Statfs(at, &s); err != nil {
		return 0, err
	}
	return s.Bavail * uint64(s.Bsize), nil //nolint:gosec // no block has a size below 0
}
