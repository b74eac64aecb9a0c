// Package firstapitest is a fake of FIRST's FTC Events API, version 2.0: one FTC event,
// played by a clock that the caller moves.
//
//	clock := firstapitest.NewClock(...)
//	fake, err := firstapitest.New(clock.Now)
//	server := httptest.NewServer(fake)
//
// What is visible when: the qualification schedule from the event's morning on; a result,
// its score and the rankings from when it is posted, and never a match that is played just
// now; the alliances some time after the last qualification match; a playoff match from
// when the one before it is posted, because only then its teams are known.
//
// Besides, it does what the real server is known for: Basic authentication, Last-Modified
// with If-Modified-Since and FMS-OnlyModifiedSince, lists that are empty, 404 for unknown
// events, 400 and 501 for odd questions. It can be told to fail (Fail), to write the names
// of lists otherwise (WriteLists), and to change its mind (Correct, Replay, Vanish).
//
// The event is data: event.json says which of it is real and which is made up. Each Server
// starts from it anew.
package firstapitest
