//go:build unix

package hub

import (
	"errors"
	"net"
	"sync"
	"syscall"
)

// rawConn returns the way to the connection's descriptor, or nil where bytes have to pass
// through a layer such as TLS.
func rawConn(wire net.Conn) syscall.RawConn {
	tcp, ok := wire.(*net.TCPConn)
	if !ok {
		return nil
	}
	raw, err := tcp.SyscallConn()
	if err != nil {
		return nil
	}
	return raw
}

// nowWrite is one write that does not block. It is pooled because its method value would
// be allocated for every write.
type nowWrite struct {
	buf  []byte
	n    int
	err  error
	call func(uintptr) bool
}

func newNowWrite() any {
	w := new(nowWrite)
	w.call = w.do
	return w
}

func (w *nowWrite) do(fd uintptr) bool {
	w.n, w.err = retryIO(syscall.Write, int(fd), w.buf)
	return true
}

// writeNow writes what the kernel takes at once: n < len(buf) without an error means that
// it is full.
func writeNow(pool *sync.Pool, raw syscall.RawConn, buf []byte) (int, error) {
	w := pool.Get().(*nowWrite)
	w.buf, w.n, w.err = buf, 0, nil
	err := raw.Write(w.call)
	n := max(w.n, 0)
	if err == nil && !errors.Is(w.err, syscall.EAGAIN) {
		err = w.err
	}
	w.buf, w.err = nil, nil
	pool.Put(w)
	return n, err
}

// readNow reads what is there. It reports false when that is nothing.
func readNow(fd uintptr, buf []byte) (int, bool, error) {
	n, err := retryIO(syscall.Read, int(fd), buf)
	if errors.Is(err, syscall.EAGAIN) {
		return 0, false, nil
	}
	return max(n, 0), true, err
}

func retryIO(call func(int, []byte) (int, error), fd int, buf []byte) (int, error) {
	for {
		n, err := call(fd, buf)
		if !errors.Is(err, syscall.EINTR) {
			return n, err
		}
	}
}
