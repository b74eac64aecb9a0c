package protocol

// The names of the protocol's own events.
const (
	EventEstablished       = "pusher:connection_established"
	EventError             = "pusher:error"
	EventPing              = "pusher:ping"
	EventPong              = "pusher:pong"
	EventSubscribe         = "pusher:subscribe"
	EventUnsubscribe       = "pusher:unsubscribe"
	EventSignin            = "pusher:signin"
	EventSigninSuccess     = "pusher:signin_success"
	EventCacheMiss         = "pusher:cache_miss"
	EventSubscriptionError = "pusher:subscription_error"
	EventSucceeded         = "pusher_internal:subscription_succeeded"
	EventMemberAdded       = "pusher_internal:member_added"
	EventMemberRemoved     = "pusher_internal:member_removed"
	EventSubscriptionCount = "pusher_internal:subscription_count"
	EventWatchlist         = "pusher_internal:watchlist_events"
)

// ClientEventPrefix opens the name of every event that clients send to each other.
const ClientEventPrefix = "client-"
