package faults

import (
	"math/rand/v2"
	"net"
	"sync"
	"testing"
	"time"
)

// Trouble is what a Proxy does with what passes it. The zero value does nothing.
type Trouble struct {
	Latency    time.Duration // each piece waits so long, each way
	Rate       int           // bytes a second, each way; 0 is no limit
	Refuse     bool          // new connections are closed at once
	Hold       bool          // a black hole: connections stay open and nothing passes
	HoldBack   bool          // one way only: requests pass, answers do not
	CutAnswers float64       // the share of answers that are lost after their request has passed
}

// Proxy is a TCP way to a server. What is wrong with the way can change while it is used.
type Proxy struct {
	listener net.Listener
	target   func() (net.Conn, error)
	work     sync.WaitGroup

	mu      sync.Mutex // guards the fields below
	trouble Trouble
	changed chan struct{} // closed when trouble changes
	links   map[*link]bool
	random  *rand.Rand
	cuts    int
	closed  bool
}

// NewProxy opens a way to the address, which is a path for the network "unix". It ends with
// the test.
func NewProxy(t testing.TB, network, address string) *Proxy {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	p := &Proxy{
		listener: listener, target: func() (net.Conn, error) { return net.Dial(network, address) },
		changed: make(chan struct{}), links: make(map[*link]bool), random: rand.New(rand.NewPCG(1, 2)),
	}
	p.work.Go(p.accept)
	t.Cleanup(p.close)
	return p
}

// Address is where the way begins.
func (p *Proxy) Address() string { return p.listener.Addr().String() }

// Set changes what is wrong, for open connections too.
func (p *Proxy) Set(trouble Trouble) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.trouble = trouble
	close(p.changed)
	p.changed = make(chan struct{})
}

// Cut resets all open connections, on both sides.
func (p *Proxy) Cut() {
	for _, l := range p.open() {
		l.reset()
	}
}

// HalfOpen resets the connections on the client's side. The server's side stays open, as
// after a machine that lost its power.
func (p *Proxy) HalfOpen() {
	for _, l := range p.open() {
		reset(l.client)
	}
}

// Cuts is how many answers were lost.
func (p *Proxy) Cuts() int {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.cuts
}

func (p *Proxy) open() []*link {
	p.mu.Lock()
	defer p.mu.Unlock()
	list := make([]*link, 0, len(p.links))
	for l := range p.links {
		list = append(list, l)
	}
	return list
}

func (p *Proxy) close() {
	_ = p.listener.Close()
	p.mu.Lock()
	p.closed = true
	p.mu.Unlock()
	p.Set(Trouble{})
	p.Cut()
	p.work.Wait()
}

func (p *Proxy) accept() {
	for {
		client, err := p.listener.Accept()
		if err != nil {
			return // closed
		}
		if p.now().Refuse {
			reset(client)
			continue
		}
		p.work.Go(func() { p.serve(client) })
	}
}

func (p *Proxy) serve(client net.Conn) {
	server, err := p.target()
	if err != nil {
		reset(client)
		return
	}
	l := &link{client: client, server: server, ended: make(chan struct{})}
	p.mu.Lock()
	p.links[l] = true
	closed := p.closed
	p.mu.Unlock()
	if closed {
		l.reset()
	}
	var ways sync.WaitGroup
	ways.Go(func() { p.carry(l, false) })
	ways.Go(func() { p.carry(l, true) })
	ways.Wait()
	l.reset()
	p.mu.Lock()
	delete(p.links, l)
	p.mu.Unlock()
}

// carry passes on one direction until it ends.
func (p *Proxy) carry(l *link, back bool) {
	from, to := l.client, l.server
	if back {
		from, to = to, from
	}
	buffer := make([]byte, 32<<10)
	for {
		n, err := from.Read(buffer)
		if n > 0 {
			if !p.wait(l, back, n) {
				return
			}
			if back && p.lost(l) {
				l.reset()
				return
			}
			if _, err := to.Write(buffer[:n]); err != nil {
				l.reset()
				return
			}
			if !back {
				l.ask()
			}
		}
		if err != nil {
			if half, ok := to.(interface{ CloseWrite() error }); ok {
				_ = half.CloseWrite() // the other direction may go on
			}
			return
		}
	}
}

// wait delays a piece as the trouble says, and reports whether the link still lives.
func (p *Proxy) wait(l *link, back bool, n int) bool {
	for {
		p.mu.Lock()
		trouble, changed := p.trouble, p.changed
		p.mu.Unlock()
		if !trouble.Hold && (!back || !trouble.HoldBack) {
			delay := trouble.Latency
			if trouble.Rate > 0 {
				delay += time.Duration(n) * time.Second / time.Duration(trouble.Rate)
			}
			if delay == 0 {
				return true
			}
			select {
			case <-time.After(delay):
				return true
			case <-l.ended:
				return false
			}
		}
		select {
		case <-changed:
		case <-l.ended:
			return false
		}
	}
}

// lost decides whether an answer that begins is lost.
func (p *Proxy) lost(l *link) bool {
	if !l.answered() {
		return false
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.random.Float64() >= p.trouble.CutAnswers {
		return false
	}
	p.cuts++
	return true
}

func (p *Proxy) now() Trouble {
	p.mu.Lock()
	defer p.mu.Unlock()
	return p.trouble
}

// link is one connection through a Proxy.
type link struct {
	client, server net.Conn
	end            sync.Once
	ended          chan struct{}

	mu    sync.Mutex // guards asked
	asked bool       // a request has passed whose answer has not begun
}

func (l *link) ask() {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.asked = true
}

func (l *link) answered() bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	was := l.asked
	l.asked = false
	return was
}

func (l *link) reset() {
	l.end.Do(func() { close(l.ended) })
	reset(l.client)
	reset(l.server)
}

// reset closes without a farewell.
func reset(conn net.Conn) {
	if tcp, ok := conn.(*net.TCPConn); ok {
		_ = tcp.SetLinger(0)
	}
	_ = conn.Close()
}
