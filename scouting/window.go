package scouting

import (
	"time"
	_ "time/tzdata" // FTC events' zones must be known on machines without zone files
)

// deviceTime is how long a shared tablet may mend an entry after it has reached the server:
// whoever holds it later is somebody else.
const deviceTime = 15 * time.Minute

// midnight returns when a date begins, some days on, where the FTC event is. A zone that
// nobody knows is UTC.
func midnight(date time.Time, days int, zone string) time.Time {
	place, err := time.LoadLocation(zone)
	if err != nil {
		place = time.UTC
	}
	year, month, day := date.Date()
	return time.Date(year, month, day+days, 0, 0, 0, 0, place)
}

// over reports whether an FTC event is: from the end of the day after its last, because
// scouts upload and mend the evening after. One without dates never is.
func over(endsOn *time.Time, zone string, now time.Time) bool {
	return endsOn != nil && !now.Before(midnight(*endsOn, 2, zone))
}

// begun reports whether an FTC event has; one without dates has not.
func begun(startsOn *time.Time, zone string, now time.Time) bool {
	return startsOn != nil && !now.Before(midnight(*startsOn, 0, zone))
}
