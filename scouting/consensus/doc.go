// Package consensus makes sense of what scouts reported: what a robot did where several
// scouts watched it, what the partner of a scouted robot must have done, how accurate
// scouts are, and how a robot does over its matches.
//
// It is pure: it reads no clock and no database, and its answers do not depend on the
// order in which reports come.
//
// Half a count cannot be scored, so the median of an even number of reports is the mean of
// the two in the middle, rounded down. A tie between answers goes to the season's default
// if that is among them, or else to the answer of the lowest value: false, or the choice
// that is worth least, the first of them in the form.
package consensus
