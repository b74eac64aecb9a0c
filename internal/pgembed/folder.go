package pgembed

import (
	"errors"
	"fmt"
	"io/fs"
	"log/slog"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"
)

// ErrInUse is returned for a data folder that another live process uses.
var ErrInUse = errors.New("the data folder is in use by another server")

const (
	lockName = "lock"   // locked by the server of the folder for as long as it lives
	urlName  = "pg.url" // how to connect; there while the lock is held and the cluster ready

	// lockPatience bridges the moment for which Join holds the lock to test it.
	lockPatience = 100 * time.Millisecond
	joinPatience = 20 * time.Second
)

// folder is a data folder that this process has locked. The lock goes with the process,
// however it ends, and with nothing else: neither a reused process number nor a file that
// was left lying can hold it.
type folder struct {
	dir  string
	lock *os.File
}

// lockFolder takes the folder or returns ErrInUse.
func lockFolder(dir string) (folder, error) {
	file, err := os.OpenFile(filepath.Join(dir, lockName), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return folder{}, fmt.Errorf("open the data folder's lock: %w", err)
	}
	if err := lockFile(file); err != nil {
		holder := make([]byte, 20)
		n, _ := file.Read(holder) // only to be more helpful
		_ = file.Close()
		if errors.Is(err, syscall.EWOULDBLOCK) {
			return folder{}, fmt.Errorf("%w (process %s in %s)", ErrInUse, strings.TrimSpace(string(holder[:n])), dir)
		}
		return folder{}, fmt.Errorf("lock the data folder: %w", err)
	}
	f := folder{dir: dir, lock: file}
	f.withdraw() // a crash may have left one
	err = file.Truncate(0)
	if err == nil {
		_, err = fmt.Fprintln(file, os.Getpid())
	}
	if err != nil {
		return folder{}, errors.Join(fmt.Errorf("write the data folder's lock: %w", err), f.release())
	}
	return f, nil
}

func lockFile(file *os.File) error {
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for deadline := time.Now().Add(lockPatience); ; <-ticker.C {
		err := syscall.Flock(int(file.Fd()), syscall.LOCK_EX|syscall.LOCK_NB)
		if err == nil || !errors.Is(err, syscall.EWOULDBLOCK) || time.Now().After(deadline) {
			return err
		}
	}
}

// release gives the folder up. The lock's file stays: to remove it would let two processes
// hold locks on two files of that name.
func (f folder) release() error { return f.lock.Close() }

// announce tells other processes how to connect.
func (f folder) announce(url string) error {
	path := filepath.Join(f.dir, urlName)
	if err := os.WriteFile(path+".new", []byte(url+"\n"), 0o600); err != nil {
		return fmt.Errorf("announce the database: %w", err)
	}
	return os.Rename(path+".new", path)
}

// withdraw takes announce back.
func (f folder) withdraw() { _ = os.Remove(filepath.Join(f.dir, urlName)) }

// Join returns the URL of the cluster that another live process runs on the data folder, for
// commands that work beside a server. It waits for a server that is about to start. With no
// server there ok is false, and the caller may Start the cluster itself.
func Join(dir string) (url string, ok bool, err error) {
	file, err := os.Open(filepath.Join(dir, lockName))
	if errors.Is(err, fs.ErrNotExist) {
		return "", false, nil
	}
	if err != nil {
		return "", false, fmt.Errorf("look for a running server: %w", err)
	}
	defer func() { _ = file.Close() }()
	ticker := time.NewTicker(pollInterval)
	defer ticker.Stop()
	for deadline := time.Now().Add(joinPatience); time.Now().Before(deadline); <-ticker.C {
		switch err := syscall.Flock(int(file.Fd()), syscall.LOCK_SH|syscall.LOCK_NB); {
		case err == nil:
			return "", false, nil
		case !errors.Is(err, syscall.EWOULDBLOCK):
			return "", false, fmt.Errorf("look for a running server: %w", err)
		}
		text, err := os.ReadFile(filepath.Join(dir, urlName))
		if err == nil {
			return strings.TrimSpace(string(text)), true, nil
		}
		if !errors.Is(err, fs.ErrNotExist) {
			return "", false, fmt.Errorf("look for a running server: %w", err)
		}
	}
	return "", false, fmt.Errorf("the server that uses %s has no database ready", dir)
}

// Remove deletes a data folder with its database, after ending what a process that is gone
// left running. A folder that a live process uses is refused with ErrInUse.
func Remove(dir string) error {
	dir, err := realPath(dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	f, err := lockFolder(dir)
	if err != nil {
		return err
	}
	defer func() { _ = f.release() }()
	c, err := lookAt(filepath.Join(dir, "pg"))
	if err == nil {
		log := slog.New(slog.DiscardHandler)
		err = errors.Join(evict(c.path, log), evict(c.path+".new", log),
			os.RemoveAll(socketPath(c.path)), os.RemoveAll(c.path)) // which may lie outside dir
	}
	return errors.Join(err, os.RemoveAll(dir))
}
