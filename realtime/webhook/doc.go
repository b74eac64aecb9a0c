// Package webhook tells an app's own servers what happens on its channels, as Pusher does:
// signed HTTP requests about channels that become occupied or vacated, members that come
// and go, client events, subscription counts and misses of a cache.
//
// Each endpoint of each app has a bounded queue and one worker, so that the hub never
// waits, one app's notices never reach another, and an endpoint gets its notices in the
// order in which they happened, also when a delivery has to be repeated. A request that is
// not answered with 2xx is sent again, with growing pauses, for five minutes.
//
// A channel that is left, and a member who leaves, is reported after three seconds, and
// not at all if somebody, or the member, has come back by then: a page that is loaded
// again is no news.
//
// Whoever configures an endpoint makes this server send requests. Unless Options.AnyAddress
// is set, they go to public addresses only, by https, and follow no redirect; see guard.
package webhook
