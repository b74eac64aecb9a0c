//go:build !unix

package hub

import (
	"errors"
	"net"
	"sync"
	"syscall"
)

// rawConn returns nil: every socket has a writer of its own here.
func rawConn(net.Conn) syscall.RawConn { return nil }

func newNowWrite() any { return nil }

func writeNow(*sync.Pool, syscall.RawConn, []byte) (int, error) { return 0, errors.ErrUnsupported }

func readNow(uintptr, []byte) (int, bool, error) { return 0, true, errors.ErrUnsupported }
