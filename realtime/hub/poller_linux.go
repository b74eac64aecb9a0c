package hub

import (
	"errors"
	"net"
	"os"
	"runtime"
	"sync"
	"sync/atomic"
	"syscall"
	"unsafe"
)

// pollers share the hub's plain TCP connections among them.
type pollers struct {
	once sync.Once // opens them, unless a test's time may not wait for the real network
	all  []*poller
	next atomic.Uint32 // whose turn it is to get a connection
}

// poller reads the connections of one epoll set, so that a silent one has neither a
// goroutine nor a buffer. It waits in a system call of its own: a set that is waited for
// in another one, as the runtime's, makes the kernel look for circles at every addition.
type poller struct {
	hub  *Hub
	set  int    // the descriptor of the epoll set
	stop [2]int // a pipe, part of the set, that closePollers closes
	in   [4 * inputSize]byte

	mu    sync.Mutex // guards wires
	wires []*polled  // by their descriptors
}

// polled is a wire that a poller reads.
type polled struct {
	poller *poller
	socket *socket

	mu     sync.Mutex // guards the fields below
	fd     int        // -1 after close
	events uint32     // that the poller waits for; it always hears of the end
}

// The events of a polled wire. Each is told for as long as it is true.
const (
	eventIn  = uint32(syscall.EPOLLIN | syscall.EPOLLRDHUP)
	eventOut = uint32(syscall.EPOLLOUT)
	eventEnd = uint32(syscall.EPOLLHUP | syscall.EPOLLERR)
)

// poll takes over a plain TCP connection. It returns nil for any other.
func (h *Hub) poll(conn net.Conn, s *socket) wire {
	tcp, ok := conn.(*net.TCPConn)
	if !ok {
		return nil
	}
	h.pollers.once.Do(h.openPollers)
	if len(h.pollers.all) == 0 {
		return nil
	}
	p := h.pollers.all[int(h.pollers.next.Add(1))%len(h.pollers.all)]
	w, err := p.take(tcp, s)
	if err != nil {
		h.log.Warn("a connection gets a goroutine", "error", err)
		return nil
	}
	_ = conn.Close() // the runtime need not watch it
	return w
}

// roomForDescriptors is how large a table of descriptors the kernel is made to have at once.
// To enlarge it step by step, with the sockets, would take milliseconds each time, for all
// who want a descriptor, and the scheduler would start a thread for each of them.
const roomForDescriptors = 1 << 16

// makeRoom has the table enlarged by asking for one high descriptor.
func (p *poller) makeRoom() {
	for n := roomForDescriptors; n > 256; n /= 2 { // until the process may have so many
		fd, _, errno := syscall.RawSyscall(syscall.SYS_FCNTL, uintptr(p.set), syscall.F_DUPFD_CLOEXEC, uintptr(n-1))
		if errno == 0 {
			_ = syscall.Close(int(fd))
			return
		}
	}
}

func (h *Hub) openPollers() {
	for range runtime.GOMAXPROCS(0) {
		p, err := newPoller(h)
		if err != nil {
			h.log.Warn("connections get goroutines", "error", err)
			return
		}
		p.makeRoom()
		h.pollers.all = append(h.pollers.all, p)
		h.sweepers.Go(p.run)
	}
}

// closePollers ends the pollers. No socket may be open any more.
func (h *Hub) closePollers() {
	h.pollers.once.Do(func() {})
	for _, p := range h.pollers.all {
		_ = syscall.Close(p.stop[1])
	}
}

func newPoller(h *Hub) (*poller, error) {
	p := &poller{hub: h}
	var err error
	if p.set, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return nil, os.NewSyscallError("epoll_create1", err)
	}
	if err = syscall.Pipe2(p.stop[:], syscall.O_CLOEXEC); err != nil {
		_ = syscall.Close(p.set)
		return nil, os.NewSyscallError("pipe2", err)
	}
	return p, p.control(syscall.EPOLL_CTL_ADD, p.stop[0], 0)
}

// control tells the set which events of a descriptor are waited for.
func (p *poller) control(op, fd int, events uint32) error {
	e := syscall.EpollEvent{Events: events, Fd: int32(fd)}
	return os.NewSyscallError("epoll_ctl", syscall.EpollCtl(p.set, op, fd, &e))
}

// run is the life of a poller.
func (p *poller) run() {
	defer syscall.Close(p.stop[0])
	defer syscall.Close(p.set)
	var events [128]syscall.EpollEvent
	for {
		n, err := syscall.EpollWait(p.set, events[:], -1)
		if err != nil && !errors.Is(err, syscall.EINTR) {
			p.hub.log.Error("epoll_wait", "error", err)
			return
		}
		for _, e := range events[:max(n, 0)] {
			if int(e.Fd) == p.stop[0] {
				return
			}
			if w := p.wire(int(e.Fd)); w != nil {
				w.happened(e.Events)
			}
		}
	}
}

// wire returns the wire with the descriptor. An event may be meant for one that had the
// same descriptor before; then this one finds nothing to do.
func (p *poller) wire(fd int) *polled {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.wires[fd]
}

// take makes a wire of the connection, with a descriptor of its own.
func (p *poller) take(tcp *net.TCPConn, s *socket) (*polled, error) {
	fd, err := duplicate(tcp)
	if err != nil {
		return nil, err
	}
	w := &polled{poller: p, socket: s, fd: fd}
	p.mu.Lock()
	for fd >= len(p.wires) {
		p.wires = append(p.wires, nil)
	}
	p.wires[fd] = w
	p.mu.Unlock()
	if err := p.control(syscall.EPOLL_CTL_ADD, fd, 0); err != nil {
		w.close()
		return nil, err
	}
	return w, nil
}

// duplicate returns a second descriptor of the connection, which does not block either.
func duplicate(tcp *net.TCPConn) (int, error) {
	raw, err := tcp.SyscallConn()
	if err != nil {
		return -1, err
	}
	var own uintptr
	var errno syscall.Errno
	err = raw.Control(func(fd uintptr) {
		own, _, errno = syscall.Syscall(syscall.SYS_FCNTL, fd, syscall.F_DUPFD_CLOEXEC, 0)
	})
	if err == nil && errno != 0 {
		err = os.NewSyscallError("fcntl", errno)
	}
	return int(own), err
}

// await adds and removes events that are waited for.
func (w *polled) await(add, remove uint32) {
	w.mu.Lock()
	defer w.mu.Unlock()
	events := w.events&^remove | add
	if w.fd < 0 || events == w.events {
		return
	}
	w.events = events
	if err := w.poller.control(syscall.EPOLL_CTL_MOD, w.fd, events); err != nil {
		w.poller.hub.log.Error("socket is lost", "error", err)
		_ = syscall.Shutdown(w.fd, syscall.SHUT_RDWR)
	}
}

func (w *polled) awaits(events uint32) bool {
	w.mu.Lock()
	defer w.mu.Unlock()
	return w.events&events != 0
}

func (w *polled) listen(*socket) { w.await(eventIn, 0) }

func (w *polled) drain(*socket) { w.await(eventOut, 0) }

// happened is told by the poller what has become true.
func (w *polled) happened(events uint32) {
	if events&(eventOut|eventEnd) != 0 && w.awaits(eventOut) {
		w.await(0, eventOut) // before the socket can ask for it again
		w.socket.release()
	}
	if events&(eventIn|eventEnd) != 0 && w.awaits(eventIn) && !w.read() {
		w.await(0, eventIn)
		w.socket.end()
	}
}

// read gives the socket what is there, and reports whether there can be more.
func (w *polled) read() bool {
	n, errno := now(syscall.SYS_READ, w.fd, w.poller.in[:])
	switch {
	case errno == syscall.EAGAIN:
		return true
	case errno != 0 || n == 0:
		return false
	}
	return w.socket.receive(w.poller.in[:n])
}

func (w *polled) write(buf []byte) (int, error) {
	switch n, errno := now(syscall.SYS_WRITE, w.fd, buf); errno {
	case 0:
		return n, nil
	case syscall.EAGAIN:
		return 0, nil
	default:
		return 0, os.NewSyscallError("write", errno)
	}
}

// now makes a system call that does not block, so that the scheduler need not hear of it.
// It would take a call for blocked, and start a thread, whenever the machine is busy.
func now(call uintptr, fd int, buf []byte) (int, syscall.Errno) {
	for {
		n, _, errno := syscall.RawSyscall(call, uintptr(fd), uintptr(unsafe.Pointer(unsafe.SliceData(buf))), uintptr(len(buf)))
		if errno != syscall.EINTR {
			return int(n), errno
		}
	}
}

func (w *polled) cut() {
	w.mu.Lock()
	defer w.mu.Unlock()
	if w.fd >= 0 {
		_ = syscall.Shutdown(w.fd, syscall.SHUT_RDWR)
	}
}

// close also takes the descriptor out of the set.
func (w *polled) close() {
	w.poller.mu.Lock()
	w.poller.wires[w.fd] = nil
	w.poller.mu.Unlock()
	w.mu.Lock()
	defer w.mu.Unlock()
	_ = syscall.Close(w.fd)
	w.fd = -1
}
