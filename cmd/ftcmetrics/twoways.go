package main

import (
	"errors"
	"net"
	"sync"
	"time"
)

// firstByte is how long a client may take to say anything.
const firstByte = 5 * time.Second

// acceptPause is how long nobody is taken in when that fails.
const acceptPause = 50 * time.Millisecond

// handshake is the first byte of every TLS connection, and of no HTTP request.
const handshake = 0x16

// twoWays divides the connections of one listener by what clients speak, so that somebody
// who types an address without https is told where to go and not refused.
type twoWays struct {
	net.Listener
	secure, plain *way
	looking       sync.WaitGroup
}

// way is one half of the connections, as a listener.
type way struct {
	from  *twoWays
	conns chan net.Conn
	once  sync.Once
	ended chan struct{}
}

func divide(listener net.Listener) *twoWays {
	d := &twoWays{Listener: listener}
	d.secure = &way{from: d, conns: make(chan net.Conn), ended: make(chan struct{})}
	d.plain = &way{from: d, conns: make(chan net.Conn), ended: make(chan struct{})}
	return d
}

// run accepts until the listener ends and returns why.
func (d *twoWays) run() error {
	for {
		conn, err := d.Accept()
		if err != nil && !errors.Is(err, net.ErrClosed) {
			<-time.After(acceptPause) // out of file descriptors, most likely
			continue
		}
		if err != nil {
			_ = d.secure.Close()
			_ = d.plain.Close()
			d.looking.Wait()
			return err
		}
		d.looking.Go(func() { d.look(conn) })
	}
}

// look waits for the first byte and hands the connection on.
func (d *twoWays) look(conn net.Conn) {
	_ = conn.SetReadDeadline(time.Now().Add(firstByte))
	first := make([]byte, 1)
	if _, err := conn.Read(first); err != nil {
		_ = conn.Close()
		return
	}
	_ = conn.SetReadDeadline(time.Time{})
	to := d.plain
	if first[0] == handshake {
		to = d.secure
	}
	select {
	case to.conns <- &begunConn{Conn: conn, first: first}:
	case <-to.ended:
		_ = conn.Close()
	}
}

// Accept implements net.Listener.
func (w *way) Accept() (net.Conn, error) {
	select {
	case conn := <-w.conns:
		return conn, nil
	case <-w.ended:
		return nil, net.ErrClosed
	}
}

// Close implements net.Listener. It closes this half only: the listener is closed by who
// opened it.
func (w *way) Close() error {
	w.once.Do(func() { close(w.ended) })
	return nil
}

// Addr implements net.Listener.
func (w *way) Addr() net.Addr { return w.from.Addr() }

// begunConn is a connection of which one byte was read already.
type begunConn struct {
	net.Conn
	first []byte
}

// Read implements net.Conn.
func (c *begunConn) Read(p []byte) (int, error) {
	if len(c.first) == 0 {
		return c.Conn.Read(p)
	}
	n := copy(p, c.first)
	c.first = c.first[n:]
	return n, nil
}
