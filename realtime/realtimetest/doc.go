// Package realtimetest is the conformance suite of Pusher servers. It speaks to a server
// as its users do: over WebSockets, over the signed HTTP API, and as a receiver of webhooks.
// Each row of the suite is one rule of the protocol.
//
// Run makes a subtest of every row, for servers that have to pass. Check returns what each
// row came to, for servers that are only to be compared. A row that needs something which
// the server does not claim is not run, and is named as not claimed by both.
//
// A server may have several nodes: sockets and calls of the HTTP API go to them in turn, so
// that whatever a row expects has to cross between them.
package realtimetest
