package main

import (
	"fmt"
	"net"
	"syscall"
)

// maxSockets bounds file descriptors.
const maxSockets = 1 << 16

// server is one epoll set, driven by one thread.
type server struct {
	address  string
	epoll    int
	listener int
	sockets  []*socket // by file descriptor
	channels map[string]*channel

	buffer  []byte // of what is read
	message []byte // that is published
	framed  []byte
}

// socket is a WebSocket, or a connection of the HTTP API.
type socket struct {
	upgraded bool
	in       []byte // the beginning of something that is not whole yet; mostly empty
	out      []byte // what the kernel has not taken yet; mostly empty
	channels []*channel
}

// channel is the file descriptors of its subscribers.
type channel struct {
	subscribers []int
}

func listen(address string) (*server, error) {
	tcp, err := net.ResolveTCPAddr("tcp4", address)
	if err != nil {
		return nil, err
	}
	if !tcp.IP.IsLoopback() {
		return nil, fmt.Errorf("%s is not loopback", address)
	}
	s := &server{sockets: make([]*socket, maxSockets), channels: map[string]*channel{}, buffer: make([]byte, 256<<10)}
	at := &syscall.SockaddrInet4{Port: tcp.Port}
	copy(at.Addr[:], tcp.IP.To4())
	if s.listener, err = syscall.Socket(syscall.AF_INET, syscall.SOCK_STREAM|syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC, 0); err != nil {
		return nil, fmt.Errorf("socket: %w", err)
	}
	if err := syscall.Bind(s.listener, at); err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	if err := syscall.Listen(s.listener, 4096); err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	bound, err := syscall.Getsockname(s.listener)
	if err != nil {
		return nil, fmt.Errorf("%s: %w", address, err)
	}
	s.address = fmt.Sprintf("%s:%d", tcp.IP, bound.(*syscall.SockaddrInet4).Port)
	if s.epoll, err = syscall.EpollCreate1(syscall.EPOLL_CLOEXEC); err != nil {
		return nil, fmt.Errorf("epoll: %w", err)
	}
	return s, s.watch(syscall.EPOLL_CTL_ADD, s.listener, syscall.EPOLLIN)
}

func (s *server) watch(op, fd int, events uint32) error {
	return syscall.EpollCtl(s.epoll, op, fd, &syscall.EpollEvent{Events: events, Fd: int32(fd)})
}

// serve is the life of the server.
func (s *server) serve() error {
	events := make([]syscall.EpollEvent, 1024)
	for {
		n, err := wait(s.epoll, events)
		if err == syscall.EINTR {
			continue
		}
		if err != 0 {
			return fmt.Errorf("epoll: %w", err)
		}
		for _, event := range events[:n] {
			fd := int(event.Fd)
			if fd == s.listener {
				s.accept()
				continue
			}
			if event.Events&syscall.EPOLLOUT != 0 && s.sockets[fd] != nil {
				s.flush(fd)
			}
			if event.Events&^syscall.EPOLLOUT != 0 && s.sockets[fd] != nil {
				s.read(fd)
			}
		}
	}
}

func (s *server) accept() {
	for {
		fd, _, err := syscall.Accept4(s.listener, syscall.SOCK_NONBLOCK|syscall.SOCK_CLOEXEC)
		if err != nil {
			return // nobody is left, or no descriptor
		}
		if fd >= maxSockets || s.watch(syscall.EPOLL_CTL_ADD, fd, syscall.EPOLLIN) != nil {
			_ = syscall.Close(fd)
			continue
		}
		_ = syscall.SetsockoptInt(fd, syscall.IPPROTO_TCP, syscall.TCP_NODELAY, 1)
		s.sockets[fd] = &socket{}
	}
}

func (s *server) read(fd int) {
	c := s.sockets[fd]
	had := copy(s.buffer, c.in)
	n, err := receive(fd, s.buffer[had:])
	if err == syscall.EAGAIN {
		return
	}
	if err != 0 || n == 0 {
		s.drop(fd)
		return
	}
	b := s.buffer[:had+n]
	used, ok := s.consume(fd, c, b)
	if !ok || had+n == len(s.buffer) && used == 0 {
		s.drop(fd)
		return
	}
	c.in = append(c.in[:0], b[used:]...)
	if len(c.in) == 0 {
		c.in = nil
	}
}

// write sends b now or when the kernel has room.
func (s *server) write(fd int, b []byte) {
	c := s.sockets[fd]
	if len(c.out) == 0 {
		n := send(fd, b)
		if n == len(b) {
			return
		}
		b = b[n:]
	}
	c.out = append(c.out, b...)
	_ = s.watch(syscall.EPOLL_CTL_MOD, fd, syscall.EPOLLIN|syscall.EPOLLOUT)
}

func (s *server) flush(fd int) {
	c := s.sockets[fd]
	n := send(fd, c.out)
	c.out = c.out[:copy(c.out, c.out[n:])]
	if len(c.out) == 0 {
		c.out = nil
		_ = s.watch(syscall.EPOLL_CTL_MOD, fd, syscall.EPOLLIN)
	}
}

func (s *server) drop(fd int) {
	for _, ch := range s.sockets[fd].channels {
		for i, subscriber := range ch.subscribers {
			if subscriber == fd {
				last := len(ch.subscribers) - 1
				ch.subscribers[i] = ch.subscribers[last]
				ch.subscribers = ch.subscribers[:last]
				break
			}
		}
	}
	s.sockets[fd] = nil
	_ = syscall.Close(fd)
}
