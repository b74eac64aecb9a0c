package pgembed

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// asOrdinaryUser runs the test binary without root's rights, in a folder that it may write,
// and returns what it says. The folder is that of an ordinary user with a home.
func asOrdinaryUser(t *testing.T, part, dir string) string {
	t.Helper()
	cmd := childCommand(t, self(t), part, filepath.Join(dir, "data"))
	if os.Geteuid() == 0 {
		cmd = ordinary(t, part, dir)
	}
	output, err := cmd.Output()
	if err != nil {
		t.Errorf("%v: %s", err, output)
	}
	return string(output)
}

// ordinary copies the test binary to where others can run it: go test builds it in a folder
// that is closed to them.
func ordinary(t *testing.T, part, dir string) *exec.Cmd {
	t.Helper()
	program := filepath.Join(dir, "pgembed.test")
	copyFile(t, self(t), program)
	const nobody = 65534
	if err := os.Chown(dir, nobody, nobody); err != nil {
		t.Fatal(err)
	}
	cmd := childCommand(t, program, part, filepath.Join(dir, "data"))
	cmd.Dir = dir
	cmd.Env = append(cmd.Environ(), "HOME="+dir, "USER=nobody")
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: nobody, Gid: nobody}}
	return cmd
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	in, err := os.Open(from)
	if err != nil {
		t.Fatal(err)
	}
	defer func() { _ = in.Close() }()
	out, err := os.OpenFile(to, os.O_WRONLY|os.O_CREATE, 0o755)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		t.Fatal(err)
	}
}

func TestOrdinaryUser(t *testing.T) {
	output := asOrdinaryUser(t, "cycle", openFolder(t))
	if strings.Count(output, "as this process") != 2 {
		t.Errorf("the child says %q", output)
	}
}

// TestNpm fetches the pinned build as an ordinary user, and runs it as that user and as the
// present one. It needs npm and whatever registry npm is set up for.
func TestNpm(t *testing.T) {
	dir := openFolder(t)
	output := asOrdinaryUser(t, "npm", dir)
	if strings.Count(output, "ran "+strings.Split(bundleVersion, "-")[0][:4]) != 2 {
		t.Errorf("the child says %q", output)
	}
	cache := filepath.Join(dir, "data", "cache", "postgres")
	if left, err := filepath.Glob(filepath.Join(cache, "*")); err != nil || len(left) != 1 {
		t.Errorf("the cache holds %v, %v", left, err)
	}
	if err := os.Chmod(filepath.Join(dir, "data"), 0o711); err != nil { // it was that user's own
		t.Fatal(err)
	}
	o := unsafeOptions(t, openFolder(t))
	o.CacheDir = cache
	s := mustStart(t, launcher{finder: npmOnly()}, o)
	if n := queryInt(t, s, "SELECT current_setting('server_version_num')::int / 10000"); n != npmOnly().bundle.major() {
		t.Errorf("it runs PostgreSQL %d", n)
	}
}
