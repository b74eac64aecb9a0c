// Package hub holds the sockets of Pusher clients, their subscriptions and the members of
// presence channels, and carries events to them.
//
// Publishing encodes an event once, appends it to its channel's pending list and returns.
// A sweeper then takes everything that is pending on one channel, joins it into one
// buffer, and gives each subscriber that buffer in one write that does not block. While it
// sweeps, later events gather, so that batches grow with the load and cost no delay
// without it. One sweeper at a time owns a channel, which keeps the channel's order. What
// a socket cannot take waits in its queue, bounded in bytes and time, until the peer takes
// more; a socket over its bound is closed and its channels never wait for it.
//
// What peers send is read by pollers where the system has them, else by a goroutine for each
// socket: see wire. On a poller nothing that a message causes may wait.
//
// With a Bus the sockets of several nodes are one hub's. What other nodes hold is in memory:
// a channel compares it with what its subscribers were told, under its lock.
//
// Lock order, outer first:
//
//	users.mu -> shard.mu -> channel.mu -> socket.mu -> revocations.mu
//	channel.mu -> runQueue.mu, cache.mu
//	socket.mu -> Hub.leaveMu
//	socket.mu -> notices.mu
//	users.mu, channel.mu -> the locks of the bus
//	app.mu, Hub.gate, poller.mu and polled.mu are held alone
//
// No lock is held during a write, a read, a log line or a callback.
package hub
