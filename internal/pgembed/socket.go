package pgembed

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"syscall"
)

// socketFolder makes the folder of the cluster's socket. It is not in the data folder,
// because a socket's path may have about 100 bytes and because shared volumes often cannot
// hold one. Only the cluster's user and root can enter it.
func socketFolder(h home) (string, error) {
	dir := socketPath(h.data)
	if err := os.Mkdir(dir, 0o700); err != nil && !os.IsExist(err) {
		return "", fmt.Errorf("make the socket's folder: %w", err)
	}
	info, err := os.Lstat(dir)
	if err != nil {
		return "", fmt.Errorf("make the socket's folder: %w", err)
	}
	// Everybody may write where it lies, so a stranger may have made it first.
	owner := int(info.Sys().(*syscall.Stat_t).Uid)
	if !info.IsDir() || owner != os.Geteuid() && owner != h.who.uid {
		return "", fmt.Errorf("the socket's folder %s belongs to somebody else (user %d); remove it", dir, owner)
	}
	if err := os.Chmod(dir, 0o700); err != nil {
		return "", fmt.Errorf("close the socket's folder: %w", err)
	}
	return dir, h.who.own(dir)
}

// socketPath names the folder after the cluster, so that a start finds what a crash left.
func socketPath(data string) string {
	dir := filepath.Join(os.TempDir(), "ftcmetrics-pg-"+strconv.Itoa(os.Geteuid())+"-"+shortHash(data))
	if len(dir) > 80 {
		return filepath.Join("/tmp", filepath.Base(dir))
	}
	return dir
}

// shortHash tells the folders of different clusters apart.
func shortHash(path string) string {
	sum := sha256.Sum256([]byte(path))
	return hex.EncodeToString(sum[:6])
}
