package hub

import (
	"io"
	"net"
)

// wire is the connection under a socket. What comes in, the wire gives to the socket's
// receive, from one goroutine at a time; when no more can come, it calls end.
type wire interface {
	// write writes what the peer takes at once. Fewer bytes than given, without an error,
	// mean that the rest has to wait: then drain.
	write(buf []byte) (int, error)

	// drain goes on writing what the socket has in line as the peer takes it.
	drain(s *socket)

	// listen begins to read. It is called once.
	listen(s *socket)

	// cut ends the connection in both directions, so that reader and writer notice.
	cut()

	// close lets go of the connection. Nothing but cut may be called afterwards.
	close()
}

// newWire returns the cheapest wire for the connection: without a goroutine where the
// system can tell which of many connections have something to read.
func (h *Hub) newWire(conn net.Conn, s *socket) wire {
	if w := h.poll(conn, s); w != nil {
		return w
	}
	return &stream{hub: h, conn: conn}
}

// stream is a wire over any connection, such as one with TLS. A goroutine waits for what
// the peer sends, and another one for the peer where it is slow to take.
type stream struct {
	hub  *Hub
	conn net.Conn
}

// inputSize is how much of what a peer has sent is read at once.
const inputSize = 4 << 10

func newInput() any { return new([inputSize]byte) }

// write takes nothing: a write could block.
func (w *stream) write([]byte) (int, error) { return 0, nil }

func (w *stream) drain(s *socket) {
	w.hub.sockets.Go(func() { s.writeTo(w.conn) })
}

func (w *stream) listen(s *socket) {
	w.hub.sockets.Go(func() {
		defer s.end()
		for w.read(s) {
		}
	})
}

// read waits with one byte for more and then takes a buffer. More always follows, because
// no frame of a client is that short.
func (w *stream) read(s *socket) bool {
	var first [1]byte
	if _, err := io.ReadFull(w.conn, first[:]); err != nil {
		return false
	}
	in := w.hub.inputs.Get().(*[inputSize]byte)
	defer w.hub.inputs.Put(in)
	in[0] = first[0]
	n, err := w.conn.Read(in[1:])
	return s.receive(in[:1+n]) && err == nil
}

// cut does not say goodbye as TLS would: the peer may be taking nothing.
func (w *stream) cut() {
	conn := w.conn
	if layer, ok := conn.(interface{ NetConn() net.Conn }); ok {
		conn = layer.NetConn()
	}
	_ = conn.Close()
}

func (w *stream) close() { _ = w.conn.Close() }
