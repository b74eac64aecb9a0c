// Package redisbus joins the hubs of several nodes over Redis. docs/cluster.md has the keys,
// the failures and what is promised; the decision is docs/decisions/020.
//
// A Bus has three goroutines. The worker alone writes to Redis: batches of what the hub
// says, the beat, and the registration of everything when Redis has forgotten this node.
// The listener holds the subscription and puts what comes in line. The hearer works that
// line off: it keeps the copy of what other nodes hold and tells the hub what has changed.
// Only these three ever wait for Redis, and only for so long.
//
// Lock order: turnMu, own.mu and view.mu are each held alone, and only for work in memory.
package redisbus
