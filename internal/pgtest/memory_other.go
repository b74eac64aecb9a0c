//go:build !linux

package pgtest

import "os"

// workFolder returns where clusters go and whether that is memory.
func workFolder(uint64) (parent string, memory bool) { return os.TempDir(), false }
