package redistest

import (
	"bytes"
	"maps"
	"net"
	"sync"
	"testing"
	"time"
)

// Proxy stands between clients and a server. As a black hole it accepts connections, reads
// what comes and lets nothing through. A deafened connection is well but for its messages.
type Proxy struct {
	listener net.Listener
	to       string
	running  sync.WaitGroup

	mu    sync.Mutex // guards the fields below
	open  sync.Cond
	hole  bool
	delay time.Duration // before anything goes on, each way
	over  bool
	conns map[net.Conn]struct{}
	deaf  map[net.Conn]struct{} // connections to the server whose messages are dropped
}

// NewProxy starts a proxy to an address. It ends with the test.
func NewProxy(t testing.TB, to string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{listener: listener, to: to, conns: map[net.Conn]struct{}{}}
	p.open.L = &p.mu
	p.running.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// URL is what REDIS_URL would be.
func (p *Proxy) URL() string { return "redis://" + p.listener.Addr().String() }

// Hole makes the proxy a black hole, or lets everything through again.
func (p *Proxy) Hole(on bool) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.hole = on
	p.open.Broadcast()
}

// Delay holds everything up for a while, each way.
func (p *Proxy) Delay(d time.Duration) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.delay = d
}

// late waits for the delay.
func (p *Proxy) late() {
	p.mu.Lock()
	delay := p.delay
	p.mu.Unlock()
	if delay > 0 {
		<-time.After(delay)
	}
}

// Deafen drops the published messages of all connections that there are now.
func (p *Proxy) Deafen() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.deaf = maps.Clone(p.conns)
}

// hears reports whether what came from the connection goes through.
func (p *Proxy) hears(from net.Conn, text []byte) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	_, deaf := p.deaf[from]
	return !deaf || !bytes.Contains(text, []byte("\r\nmessage\r\n"))
}

func (p *Proxy) accept() {
	for {
		near, err := p.listener.Accept()
		if err != nil {
			return
		}
		p.running.Go(func() { p.serve(near) })
	}
}

func (p *Proxy) serve(near net.Conn) {
	if !p.keep(near) || !p.wait() {
		return
	}
	far, err := net.Dial("tcp", p.to)
	if err != nil || !p.keep(far) {
		_ = near.Close()
		return
	}
	p.running.Go(func() { p.copy(far, near) })
	p.copy(near, far)
}

// keep enters a connection; it reports false, and closes it, when the proxy has ended.
func (p *Proxy) keep(conn net.Conn) bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.over {
		_ = conn.Close()
		return false
	}
	p.conns[conn] = struct{}{}
	return true
}

// wait waits until things go through; it reports false when the proxy has ended.
func (p *Proxy) wait() bool {
	p.mu.Lock()
	defer p.mu.Unlock()
	for p.hole && !p.over {
		p.open.Wait()
	}
	return !p.over
}

func (p *Proxy) copy(to, from net.Conn) {
	defer func() {
		_, _ = to.Close(), from.Close()
		p.mu.Lock()
		defer p.mu.Unlock()
		delete(p.conns, from)
	}()
	buffer := make([]byte, 64<<10)
	for {
		n, err := from.Read(buffer)
		if err != nil || !p.wait() {
			return
		}
		p.late()
		if !p.hears(from, buffer[:n]) {
			continue
		}
		if _, err := to.Write(buffer[:n]); err != nil {
			return
		}
	}
}

func (p *Proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	p.over = true
	for conn := range p.conns {
		_ = conn.Close()
	}
	p.open.Broadcast()
	p.mu.Unlock()
	p.running.Wait()
}
