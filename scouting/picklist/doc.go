// Package picklist holds the rules of pick lists: what an operation does to a list, how it
// is taken back, and when two operations are in each other's way. It does no I/O.
//
// A list is ordered by standing in order: a place is told as "after team 731", and the
// order is kept as one array of team numbers in the list's own row. Every operation locks
// that row to count the version up, so a move rewrites one row of under a kilobyte and
// there are no order keys that grow or have to be renumbered.
//
// An operation names the version that its editor saw. It is applied to a newer list when
// nothing that it reads or writes has changed since: each operation writes some aspects of
// one team's item (its presence, place, tier, tags, note, strike) and a move or insert also
// relies on where the team before it stands. So a move of one team and a note on another
// commute, as do a note and a tier on the same team; two notes on one team do not.
//
// What is recorded is the operation as it was done, with every default written out.
// Whoever applies the recorded operations by version has the same list as the server.
package picklist
