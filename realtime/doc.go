// Package realtime is the vocabulary that the parts of the realtime side share: channels,
// events, members, the publisher, the signer, and the registry of typed events.
//
// It performs no I/O. A feature defines its events here by Define and appends them to the
// event log; a Publisher carries them to sockets after commit.
package realtime
