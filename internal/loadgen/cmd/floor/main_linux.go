// Command floor is what no Pusher server can be cheaper than on this machine: one thread
// and one epoll set that write ready frames. It understands just enough of the protocol
// for the load generator's scenarios connect, fanout, latency, many and private, and
// checks nothing: no signature, no JSON, no limit. It must not face anybody else.
//
// Its figures tell how fast the kernel is today, which goals set on another day need.
//
//	floor -addr 127.0.0.1:6001
package main

import (
	"flag"
	"fmt"
	"io"
	"os"
	"runtime"
)

func main() {
	runtime.GOMAXPROCS(1)
	runtime.LockOSThread()
	err := run(os.Args[1:], os.Stdout, os.Stderr) // returns when it cannot go on
	fmt.Fprintln(os.Stderr, "floor:", err)
	os.Exit(1)
}

// run serves until the process is ended. It writes the address to out once it listens.
func run(args []string, out, log io.Writer) error {
	flags := flag.NewFlagSet("floor", flag.ContinueOnError)
	flags.SetOutput(log)
	address := flags.String("addr", "127.0.0.1:6001", "the `address` to listen on, on loopback")
	if err := flags.Parse(args); err != nil {
		return err
	}
	s, err := listen(*address)
	if err != nil {
		return err
	}
	if _, err := fmt.Fprintln(out, s.address); err != nil {
		return err
	}
	return s.serve()
}
