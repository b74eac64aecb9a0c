// Package loadgen puts load on a Pusher server from outside and measures what the load
// costs it: connections, fan-out, latency, many channels, presence, signed subscriptions,
// readers that stop, and everybody returning at once.
//
// A scenario is played by a fleet: all its WebSockets and HTTP publishers, driven by one
// goroutine over one epoll set, so that the generator takes less of the machine than the
// server that it measures. Nothing in this package knows which server is at the other end.
//
// Every message carries its publisher, its number, when it was due and its length, and
// each subscriber keeps a ledger of what came. A message that is lost, doubled, overtaken
// or cut short, a publish that is refused and a socket that closes unasked each end the
// scenario with an error: figures of a server that breaks its promise are worth nothing.
package loadgen
