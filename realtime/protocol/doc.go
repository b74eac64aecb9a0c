// Package protocol encodes and decodes the frames of the Pusher protocol, version 7.
//
// It performs no I/O and knows no socket: a frame is the text of one WebSocket message.
// What a peer sends is malformed until a Decode function has said otherwise, and every
// refusal is a *fault.Error; what we send is appended to a buffer of the caller's.
package protocol
