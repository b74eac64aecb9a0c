package loadgen

import (
	"errors"
	"fmt"
	"net"
	"syscall"
	"time"
)

// user is what a connection carries: a WebSocket or an HTTP publisher.
type user interface {
	// receive takes what it can of b and returns how many bytes that was.
	receive(b []byte) (int, error)
	// ended is called when the server has closed the connection; it returns an error if
	// that was not to happen.
	ended(cause error) error
}

// connection is one TCP connection of a loop.
type connection struct {
	fd     int
	user   user
	in     []byte // the beginning of something that is not whole yet; mostly empty
	out    []byte // what the kernel has not taken yet
	armed  bool   // waits until it can write
	paused bool   // does not read
	closed bool
}

// loop drives connections to one server from one goroutine.
type loop struct {
	epoll       int
	server      syscall.SockaddrInet4
	connections map[int32]*connection
	buffer      []byte
	events      []syscall.EpollEvent
	failure     error // the first thing that went wrong
}

// newLoop returns a loop for a server on this machine.
func newLoop(address string) (*loop, error) {
	tcp, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return nil, err
	}
	if !tcp.IP.IsLoopback() {
		return nil, fmt.Errorf("%s is not on this machine: only loopback is measured", address)
	}
	l := &loop{connections: map[int32]*connection{}, buffer: make([]byte, 512<<10), events: make([]syscall.EpollEvent, 2048)}
	l.server.Port = tcp.Port
	copy(l.server.Addr[:], tcp.IP.To4())
	if l.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	return l, nil
}

// release closes everything. Connections end by a reset, so that no port waits.
func (l *loop) release() {
	for _, c := range l.connections {
		l.close(c)
	}
	_ = syscall.Close(l.epoll)
}

func (l *loop) fail(err error) {
	if l.failure == nil && err != nil {
		l.failure = err
	}
}

// dial begins a connection. A narrow one has the buffers and segments of a slow link, so
// that it is full soon after its reader stops.
func (l *loop) dial(u user, narrow bool) (*connection, error) {
	fd, err := syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0)
	if err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
	_ = syscall.SetsockoptLinger(fd, syscall.SOL_SOCKET, syscall.SO_LINGER, &syscall.Linger{Onoff: 1})
	if narrow {
		_ = syscall.SetsockoptInt(fd, syscall.SOL_SOCKET, syscall.SO_RCVBUF, 16<<10)
		_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_MAXSEG, 1400)
	}
	if err := syscall.Connect(fd, &l.server); err != nil && !errors.Is(err, syscall.EINPROGRESS) {
		_ = syscall.Close(fd)
		return nil, fmt.Errorf("connect: %w", err)
	}
	c := &connection{fd: fd, user: u}
	if err := l.control(syscall.EPOLL_CTL_ADD, c); err != nil {
		_ = syscall.Close(fd)
		return nil, fmt.Errorf("epoll: %w", err)
	}
	l.connections[key(fd)] = c
	return c, nil
}

func key(fd int) int32 { return int32(fd) } //nolint:gosec // file descriptors are small

func (l *loop) control(op int, c *connection) error {
	event := syscall.EpollEvent{Events: syscall.EPOLLIN | syscall.EPOLLRDHUP, Fd: key(c.fd)}
	if c.armed {
		event.Events |= syscall.EPOLLOUT
	}
	return syscall.EpollCtl(l.epoll, op, c.fd, &event)
}

func (l *loop) close(c *connection) {
	if c == nil || c.closed {
		return
	}
	c.closed = true
	delete(l.connections, key(c.fd))
	_ = syscall.Close(c.fd)
}

// pause stops a connection from reading, and from noticing anything.
func (l *loop) pause(c *connection) error {
	c.paused = true
	return l.control(syscall.EPOLL_CTL_DEL, c)
}

// resume ends a pause.
func (l *loop) resume(c *connection) error {
	c.paused = false
	return l.control(syscall.EPOLL_CTL_ADD, c)
}

// arm asks to hear when c can write, or no more.
func (l *loop) arm(c *connection, on bool) {
	if c.armed == on {
		return
	}
	c.armed = on
	if !c.paused {
		l.fail(l.control(syscall.EPOLL_CTL_MOD, c))
	}
}

// write sends b now or when the kernel has room. A connection that turns out to be dead
// says so when it is read.
func (l *loop) write(c *connection, b []byte) {
	if c.closed {
		return
	}
	if len(c.out) == 0 {
		n, _ := syscall.Write(c.fd, b)
		b = b[max(n, 0):]
		if len(b) == 0 {
			return
		}
	}
	c.out = append(c.out, b...)
	l.arm(c, true)
}

func (l *loop) flush(c *connection) {
	n, err := syscall.Write(c.fd, c.out)
	c.out = c.out[:copy(c.out, c.out[max(n, 0):])]
	if len(c.out) == 0 || err != nil && !again(err) {
		c.out = nil
		l.arm(c, false)
	}
}

func again(err error) bool { return errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EINTR) }

// poll waits at most limit for something to happen and handles it.
func (l *loop) poll(limit time.Duration) {
	n, err := syscall.EpollWait(l.epoll, l.events, int((limit+time.Millisecond-1)/time.Millisecond))
	if err != nil {
		if !again(err) {
			l.fail(fmt.Errorf("epoll: %w", err))
		}
		return
	}
	for _, event := range l.events[:n] {
		c := l.connections[event.Fd]
		if c == nil {
			continue
		}
		if event.Events&syscall.EPOLLOUT != 0 {
			l.flush(c)
		}
		if event.Events&^syscall.EPOLLOUT != 0 && !c.closed && !c.paused {
			l.read(c)
		}
		if l.failure != nil {
			return
		}
	}
}

func (l *loop) read(c *connection) {
	n, err := syscall.Read(c.fd, l.buffer)
	if n <= 0 {
		if again(err) {
			return
		}
		l.close(c)
		l.fail(c.user.ended(err))
		return
	}
	b := l.buffer[:n]
	if len(c.in) > 0 {
		c.in = append(c.in, b...)
		b = c.in
	}
	used, err := c.user.receive(b)
	l.fail(err)
	switch {
	case used == len(b):
		c.in = nil
	case len(c.in) > 0:
		c.in = c.in[:copy(c.in, c.in[used:])]
	default:
		c.in = append([]byte(nil), b[used:]...)
	}
}
