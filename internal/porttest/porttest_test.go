package porttest

import (
	"bufio"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// asTaker is an argument that makes the test binary take ports for TestNobodyElseGetsThem.
const asTaker = "take"

const (
	takers = 4
	each   = 50 // ports of a taker
	crowd  = 1000
)

// TestNobodyElseGetsThem has several processes take ports. Before they listen on them, a
// crowd of connections and of other servers gets its ports from the kernel.
func TestNobodyElseGetsThem(t *testing.T) {
	if flag.Arg(0) == asTaker {
		take(t)
		return
	}
	t.Parallel()
	var processes []*taker
	holders := map[string]int{}
	for i := range takers {
		p := startTaker(t)
		processes = append(processes, p)
		for _, address := range strings.Fields(p.line(t)) {
			if other, twice := holders[address]; twice {
				t.Errorf("%s went to process %d and to process %d", address, other, i)
			}
			holders[address] = i
		}
	}
	if len(holders) != takers*each {
		t.Errorf("%d ports, want %d", len(holders), takers*each)
	}
	gather(t)
	for _, p := range processes {
		if _, err := io.WriteString(p.in, "listen\n"); err != nil {
			t.Fatal(err)
		}
		if told := p.line(t); told != "all listen" {
			t.Error(told)
		}
	}
}

// TestTakenAgain: a port stays with its test while its server is away, and goes back with
// the test.
func TestTakenAgain(t *testing.T) {
	t.Parallel()
	var port int
	t.Run("", func(t *testing.T) {
		port = Port(t)
		for range 3 { // a server that restarts
			listener, err := net.Listen("tcp", fmt.Sprintf("127.0.0.1:%d", port))
			if err != nil {
				t.Fatal(err)
			}
			if err := listener.Close(); err != nil {
				t.Fatal(err)
			}
			if held := hold(port); held != nil {
				_ = held.Close()
				t.Errorf("port %d is given twice", port)
			}
		}
	})
	held := hold(port)
	if held == nil {
		t.Fatalf("port %d does not come back", port)
	}
	_ = held.Close()
}

// TestNotFree: a port on which a stranger listens is not given.
func TestNotFree(t *testing.T) {
	t.Parallel()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer listener.Close()
	if held := hold(listener.Addr().(*net.TCPAddr).Port); held != nil {
		_ = held.Close()
		t.Error("a port is given on which a stranger listens")
	}
}

func TestBeside(t *testing.T) {
	t.Parallel()
	for kernel, want := range map[string]string{
		"32768\t60999\n": "20768 12000", // Linux
		"49152 65535":    "37152 12000", // macOS
		"1024 40000":     "40001 12000",
		"1100 64000":     "64001 1535",
		"1024 65535":     "1024 64512", // leaves no room
		"what is that":   "37152 12000",
	} {
		from, count := beside(kernel)
		if got := fmt.Sprint(from, count); got != want {
			t.Errorf("beside %q: %s, want %s", kernel, got, want)
		}
	}
}

// taker is another process that takes ports.
type taker struct {
	in  io.Writer
	out *bufio.Reader
}

func startTaker(t *testing.T) *taker {
	t.Helper()
	cmd := exec.Command(os.Args[0], "-test.run=^TestNobodyElseGetsThem$", asTaker) //nolint:gosec // our own test binary
	in, err := cmd.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		_ = cmd.Process.Kill() // it holds its ports until then
		_ = cmd.Wait()
	})
	return &taker{in, bufio.NewReader(out)}
}

func (p *taker) line(t *testing.T) string {
	t.Helper()
	line, err := p.out.ReadString('\n')
	if err != nil {
		t.Fatalf("the process ended: %q, %v", line, err)
	}
	return strings.TrimSpace(line)
}

// take is what the other processes do: they say which ports they have, and listen on them
// when they are told to.
func take(t *testing.T) {
	var addresses []string
	for range each {
		addresses = append(addresses, Address(t))
	}
	fmt.Println(strings.Join(addresses, " "))
	in := bufio.NewReader(os.Stdin)
	if _, err := in.ReadString('\n'); err != nil {
		t.Fatal(err)
	}
	for _, address := range addresses {
		listener, err := net.Listen("tcp", address)
		if err != nil {
			fmt.Println(err)
			return
		}
		defer listener.Close()
	}
	fmt.Println("all listen")
	_, _ = in.ReadString('\n') // until it is killed
}

// gather opens servers and connections on whatever ports the kernel gives them.
func gather(t *testing.T) {
	t.Helper()
	for range crowd {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = listener.Close() })
		conn, err := net.Dial("tcp", listener.Addr().String())
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = conn.Close() })
	}
}
