// Package httpapi is the HTTP API of a Pusher server over a hub: the calls by which a
// backend triggers events and asks about channels, signed with the app's secret.
//
// A request is verified from its URL alone before any of its body is read; the body is
// bound to the signature by its MD5.
package httpapi
