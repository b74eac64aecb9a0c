// Package porttest gives a test a port of its own on 127.0.0.1, for a server that is told its
// address before it starts, or that is started on the same address again.
//
// To listen on port 0, close, and name the port to a server is no way to do that: the kernel
// gives the same port away again, to any connection and to any other listener on port 0. The
// ports given here lie outside the range that the kernel gives from. What holds one against
// other tests, in whatever process, is a UDP socket on the same number: servers do not use
// it, and it ends with its process however that ends.
package porttest

import (
	"fmt"
	"math/rand/v2"
	"net"
	"os"
	"strconv"
	"testing"
)

// Port returns a port of 127.0.0.1 on which nothing listens, and which nothing else gets
// before the test ends.
func Port(t testing.TB) int {
	t.Helper()
	kernel, err := os.ReadFile("/proc/sys/net/ipv4/ip_local_port_range")
	if err != nil {
		kernel = []byte("49152 65535") // as IANA has it, and most systems but Linux
	}
	from, count := beside(string(kernel))
	for range 1000 {
		port := from + rand.IntN(count) //nolint:gosec // no secret
		if held := hold(port); held != nil {
			t.Cleanup(func() { _ = held.Close() })
			return port
		}
	}
	t.Fatalf("of the ports from %d to %d none is free", from, from+count-1)
	return 0
}

// Address returns a Port with its host, as 127.0.0.1:20001.
func Address(t testing.TB) string {
	t.Helper()
	return net.JoinHostPort("127.0.0.1", strconv.Itoa(Port(t)))
}

// beside returns the ports to choose from: those next to the kernel's own range, given as
// its first and its last, where there is the most room. A kernel whose range leaves no room
// keeps nobody out; then they are its own, and still no two tests get the same.
func beside(kernel string) (from, count int) {
	const enough, least, unprivileged, last = 12_000, 1000, 1024, 65_535
	var low, high int
	if _, err := fmt.Sscan(kernel, &low, &high); err != nil {
		low, high = 49_152, last
	}
	below, above := min(low-unprivileged, enough), min(last-high, enough)
	switch {
	case max(below, above) < least:
		return low, high - low + 1
	case below >= above:
		return low - below, below
	default:
		return high + 1, above
	}
}

// hold takes the port for this process, or returns nil if somebody has it.
func hold(port int) net.PacketConn {
	address := net.JoinHostPort("127.0.0.1", strconv.Itoa(port))
	held, err := net.ListenPacket("udp", address) //nolint:noctx // a port is taken at once
	if err != nil {
		return nil
	}
	listener, err := net.Listen("tcp", address) //nolint:noctx // so is this one
	if err != nil {
		_ = held.Close()
		return nil
	}
	_ = listener.Close() // nothing was accepted
	return held
}
