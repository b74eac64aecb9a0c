package protocol

// The limits of the protocol. An app may set others for those that Limits names.
const (
	MaxMessage       = 64 << 10 // bytes of one message from a client, fragments joined
	MaxEventName     = 200      // bytes
	MaxUserID        = 128      // bytes
	MaxChannels      = 100      // channels of one published event
	MaxBatch         = 10       // events of one batch
	MaxSubscriptions = 10_000   // subscriptions of one socket
	MaxWatchlist     = 100      // users of one watchlist

	DefaultPresenceMembers     = 100      // users of one presence channel
	DefaultPresenceMemberBytes = 1 << 10  // bytes of one user_info
	DefaultEventPayloadBytes   = 10 << 10 // bytes of the data of one event
	DefaultClientEvents        = 10       // client events a second from one socket
)

// OldestVersion and NewestVersion are the protocol versions that we speak.
const (
	OldestVersion = 5
	NewestVersion = 7
)
