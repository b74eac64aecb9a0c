// Package redistest runs a real redis-server for a test, in a folder and on a port of its
// own and with nothing on disk, and a proxy in front of it that can turn into a black hole.
package redistest

import (
	"bytes"
	"crypto/tls"
	"fmt"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
)

// Server is a redis-server of a test.
type Server struct {
	Address string
	t       testing.TB
	secure  *secured // nil speaks plainly
	dir     string
	cmd     *exec.Cmd
	done    chan struct{} // closed when the process has ended
	log     bytes.Buffer
}

// New starts a server. It ends with the test.
func New(t testing.TB) *Server {
	t.Helper()
	return begin(t, nil)
}

func begin(t testing.TB, secure *secured) *Server {
	t.Helper()
	s := &Server{Address: porttest.Address(t), t: t, secure: secure, dir: t.TempDir()}
	if !s.start() {
		t.Fatalf("redis-server does not start:\n%s", s.log.String())
	}
	t.Cleanup(s.Kill)
	return s
}

// program finds redis-server: installed, or fetched by scripts/setup.
func program(t testing.TB) string {
	t.Helper()
	if path, err := exec.LookPath("redis-server"); err == nil {
		return path
	}
	dir, err := os.Getwd()
	for ; err == nil; dir = filepath.Dir(dir) {
		path := filepath.Join(dir, ".cache", "bin", "redis-server")
		if _, err := os.Stat(path); err == nil {
			return path
		}
		if dir == filepath.Dir(dir) {
			break
		}
	}
	t.Fatal("there is no redis-server: make setup fetches one")
	return ""
}

// URL is what REDIS_URL would be.
func (s *Server) URL() string {
	if s.secure != nil {
		return "rediss://" + s.Address
	}
	return "redis://" + s.Address
}

// args are what redis-server is started with.
func (s *Server) args() []string {
	_, port, _ := net.SplitHostPort(s.Address)
	args := []string{"--bind", "127.0.0.1", "--save", "", "--appendonly", "no", "--dir", s.dir}
	if s.secure == nil {
		return append(args, "--port", port)
	}
	return append(append(args, "--port", "0", "--tls-port", port), s.secure.args...)
}

// start reports whether the server answers.
func (s *Server) start() bool {
	s.cmd = exec.Command(program(s.t), s.args()...) //nolint:gosec // found above
	s.cmd.Stdout, s.cmd.Stderr = &s.log, &s.log
	tie(s.cmd)
	s.done = make(chan struct{})
	started := make(chan error, 1)
	cmd, done := s.cmd, s.done
	go func() {
		defer close(done)
		runtime.LockOSThread() // the process is tied to this thread
		err := cmd.Start()
		started <- err
		if err == nil {
			_ = cmd.Wait() // it is killed
		}
	}()
	if err := <-started; err != nil {
		s.t.Fatal(err)
	}
	for deadline := time.Now().Add(10 * time.Second); time.Now().Before(deadline); {
		if answer, err := s.Do("PING"); err == nil && strings.HasPrefix(answer, "+PONG") {
			return true
		}
		select {
		case <-s.done:
			return false
		case <-time.After(5 * time.Millisecond):
		}
	}
	s.Kill()
	return false
}

// Do sends one command without arguments that need quotes, and returns what comes first.
func (s *Server) Do(command string) (string, error) {
	conn, err := s.dial()
	if err != nil {
		return "", err
	}
	defer func() { _ = conn.Close() }()
	_ = conn.SetDeadline(time.Now().Add(time.Second))
	if _, err := fmt.Fprintf(conn, "%s\r\n", command); err != nil {
		return "", err
	}
	answer := make([]byte, 4096)
	n, err := conn.Read(answer)
	return string(answer[:n]), err
}

func (s *Server) dial() (net.Conn, error) {
	dialer := &net.Dialer{Timeout: time.Second}
	if s.secure != nil {
		return tls.DialWithDialer(dialer, "tcp", s.Address, s.secure.client)
	}
	return dialer.Dial("tcp", s.Address)
}

// Kill ends the server at once. What it held is lost.
func (s *Server) Kill() {
	_ = s.cmd.Process.Kill() // it may have ended
	<-s.done
}

// Restart starts the server again at its address, empty.
func (s *Server) Restart() {
	s.t.Helper()
	if !s.start() {
		s.t.Fatalf("redis-server does not start again:\n%s", s.log.String())
	}
}
