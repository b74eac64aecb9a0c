// Package firstapi reads the official results of FTC events from FIRST's FTC Events API.
//
// Source is what the rest of the system relies on; Client is the source for version 2.0 of
// the API. Its rows are ours: competition data of package ftc, and the few types here for
// what is not there. A season is always the year of its kick-off, whatever a server calls it.
//
// The server belongs to others, so a Client is polite and patient: calls begin a quarter of
// a second apart, equal calls at the same time are one, what has not changed is not sent
// again, a busy server is left alone for as long as it asks, and a call that fails is
// repeated a few times with growing pauses. No answer is trusted: bodies are bounded, every
// call ends in time, and a page that is no JSON is a server that does not answer.
//
// What a score is made of differs by season. The folder points has one JSON file for each
// game that says where the server keeps the parts that all games share; the details stay
// as they came.
//
// Package firstapitest has a server to try it on.
package firstapi
