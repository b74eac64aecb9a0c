// Package analytics holds the ratings of FTC teams: the OPR family of one FTC event, the
// rating EPA that runs through a season, and how well its predictions did.
//
// It is pure maths: it reads no file, no clock and no database. The same matches give the
// same ratings, EPA to the last bit, so that a state which was built match by match can be
// checked against one built from the start. docs/ratings.md explains the numbers to people.
package analytics
