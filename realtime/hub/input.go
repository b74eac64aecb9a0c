package hub

import (
	"io"
	"net"
	"sync"
	"syscall"
)

const inputSize = 4 << 10

func newInputBuffer() any { return new([inputSize]byte) }

// input reads from a connection and holds a buffer only while bytes wait in it.
type input struct {
	wire net.Conn
	raw  syscall.RawConn
	call func(uintptr) bool // in.readable, made once
	err  error              // of the last call
	pool *sync.Pool         // of *[inputSize]byte

	buf  *[inputSize]byte // nil while there is nothing to read
	r, w int
}

func newInput(wire net.Conn, raw syscall.RawConn, pool *sync.Pool, early []byte) *input {
	in := &input{wire: wire, raw: raw, pool: pool}
	in.call = in.readable
	if len(early) > 0 {
		in.take()
		in.w = copy(in.buf[:], early)
	}
	return in
}

// Read implements io.Reader for frame headers and large payloads.
func (in *input) Read(p []byte) (int, error) {
	if in.r == in.w {
		if err := in.fill(); err != nil {
			return 0, err
		}
	}
	n := copy(p, in.buf[in.r:in.w])
	in.r += n
	return n, nil
}

// next returns the next n bytes, in the buffer when they are there already. They are
// valid until the next call.
func (in *input) next(n int) ([]byte, error) {
	if n <= in.w-in.r {
		in.r += n
		return in.buf[in.r-n : in.r], nil
	}
	p := make([]byte, n)
	_, err := io.ReadFull(in, p)
	return p, err
}

// idle gives the buffer back if nothing waits in it.
func (in *input) idle() {
	if in.r == in.w {
		in.release()
	}
}

func (in *input) release() {
	if in.buf != nil {
		in.pool.Put(in.buf)
	}
	in.buf, in.r, in.w = nil, 0, 0
}

func (in *input) take() {
	if in.buf == nil {
		in.buf = in.pool.Get().(*[inputSize]byte)
	}
}

// fill waits for bytes. The buffer must be read to its end.
func (in *input) fill() error {
	in.r, in.w = 0, 0
	if in.raw == nil {
		return in.fillBlocking()
	}
	in.err = nil
	if err := in.raw.Read(in.call); err != nil {
		return err
	}
	if in.err == nil && in.w == 0 {
		return io.EOF
	}
	return in.err
}

// readable is called when the connection may have something, and reports whether it had.
func (in *input) readable(fd uintptr) bool {
	held := in.buf != nil
	in.take()
	n, any, err := readNow(fd, in.buf[:])
	if !any {
		if !held {
			in.release()
		}
		return false
	}
	in.w, in.err = n, err
	return true
}

// fillBlocking waits for one byte before it takes a buffer. More always follows, because
// no frame of a client is that short.
func (in *input) fillBlocking() error {
	if in.buf != nil {
		n, err := in.wire.Read(in.buf[:])
		in.w = n
		return noBytes(n, err)
	}
	var one [1]byte
	n, err := in.wire.Read(one[:])
	if n == 0 {
		return noBytes(n, err)
	}
	in.take()
	in.buf[0] = one[0]
	in.w = 1
	return nil
}

func noBytes(n int, err error) error {
	if n > 0 {
		return nil
	}
	if err == nil {
		return io.ErrNoProgress
	}
	return err
}
