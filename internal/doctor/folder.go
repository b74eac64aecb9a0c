package doctor

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
)

// How much room a data folder wants.
const (
	folder    = "data folder"
	leastRoom = 100 << 20
	goodRoom  = 1 << 30
)

// Folder looks at the data folder: whether it can be written, by whom it can be read, and
// how much room there is.
func Folder(dir string) []Finding {
	at := dir
	info, err := os.Stat(dir)
	for errors.Is(err, fs.ErrNotExist) && at != filepath.Dir(at) { // it is made at the first start
		at = filepath.Dir(at)
		info, err = os.Stat(at)
	}
	switch {
	case err != nil:
		return []Finding{Bad(folder, fmt.Sprintf("DATA_DIR=%s: %v", dir, err), "name a folder in DATA_DIR that this user can reach")}
	case !info.IsDir():
		return []Finding{Bad(folder, at+" is no folder", "name a folder in DATA_DIR")}
	}
	findings := []Finding{writable(dir, at), room(at)}
	if kept, err := os.Stat(filepath.Join(dir, "secrets.json")); err == nil && kept.Mode().Perm()&0o077 != 0 {
		findings = append(findings, Bad(folder, fmt.Sprintf("others can read %s (%s)", filepath.Join(dir, "secrets.json"), kept.Mode().Perm()),
			"chmod 600 "+filepath.Join(dir, "secrets.json")+"; have new secrets made if somebody may have read it"))
	}
	return findings
}

// writable tries to make a file in the folder, or in the next one above it that there is.
func writable(dir, at string) Finding {
	probe, err := os.CreateTemp(at, ".ftcmetrics-doctor-*")
	if err != nil {
		return Bad(folder, fmt.Sprintf("this user, %d, cannot write in %s", os.Geteuid(), at), "run as the user who owns it, or give it to this one: chown -R USER "+at)
	}
	_ = errors.Join(probe.Close(), os.Remove(probe.Name())) // an empty file at worst
	if at != dir {
		return Good(folder, "%s is not there yet and can be made", dir)
	}
	return Good(folder, "%s can be written", dir)
}

// room judges the free space.
func room(at string) Finding {
	free, err := freeBytes(at)
	if err != nil {
		return Odd(folder, "how much room there is cannot be told: "+err.Error(), "look yourself: df -h "+at)
	}
	detail := fmt.Sprintf("%d MiB are free at %s", free>>20, at)
	const mend = "make room, or move DATA_DIR to a larger disk; PostgreSQL stops when it is full"
	switch {
	case free < leastRoom:
		return Bad(folder, detail, mend)
	case free < goodRoom:
		return Odd(folder, detail, mend)
	}
	return Good(folder, "%s", detail)
}
