//go:build !linux

package loadgen

import (
	"errors"
	"time"
)

type user interface {
	receive(b []byte) (int, error)
	ended(cause error) error
}

type connection struct {
	closed bool
}

type loop struct {
	failure error
}

var errLinux = errors.New("loadgen: needs Linux, for epoll and /proc")

func processCPU(int) (time.Duration, error)          { return 0, errLinux }
func newLoop(string) (*loop, error)                  { return nil, errLinux }
func (l *loop) dial(user, bool) (*connection, error) { return nil, errLinux }
func (l *loop) pause(*connection) error              { return errLinux }
func (l *loop) resume(*connection) error             { return errLinux }
func (l *loop) fail(error)                           {}
func (l *loop) release()                             {}
func (l *loop) close(*connection)                    {}
func (l *loop) write(*connection, []byte)            {}
func (l *loop) poll(time.Duration)                   {}
