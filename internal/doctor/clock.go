package doctor

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/jackc/pgx/v5"
)

// How far two clocks may be apart. Signatures of the Pusher HTTP API fail from ten minutes;
// long before that, times on screens are wrong.
const (
	clock     = "clock"
	oddSkew   = 5 * time.Second
	wrongSkew = time.Minute
)

// apart judges the difference of this machine's clock to another's.
func apart(skew time.Duration, whose string) Finding {
	ahead := "ahead of"
	if skew < 0 {
		ahead, skew = "behind", -skew
	}
	detail := fmt.Sprintf("this machine's clock is %s %s that of %s", skew.Round(time.Second), ahead, whose)
	const mend = "set both clocks by NTP: timedatectl set-ntp true, then timedatectl status"
	switch {
	case skew > wrongSkew:
		return Bad(clock, detail, mend)
	case skew > oddSkew:
		return Odd(clock, detail, mend)
	}
	return Good(clock, "this machine's and that of %s agree", whose)
}

func clockOf(ctx context.Context, conn *pgx.Conn) Finding {
	var there time.Time
	before := time.Now()
	if err := conn.QueryRow(ctx, "SELECT clock_timestamp()").Scan(&there); err != nil {
		return Bad(clock, "the database does not tell the time: "+err.Error(), "see what its own log says")
	}
	return apart(middle(before).Sub(there), "the database")
}

// middle is when an answer was given that was asked for at the time.
func middle(before time.Time) time.Time { return before.Add(time.Since(before) / 2) }

// Clock compares this machine's clock with that of any web server.
func Clock(ctx context.Context, url string) Finding {
	before := time.Now()
	response, err := get(ctx, http.MethodHead, url)
	if err != nil {
		return Odd(clock, fmt.Sprintf("%s cannot be asked for the time: %v", url, err), "name another server in --clock-url")
	}
	_ = response.Body.Close() // a HEAD has none
	finding, ok := clockIn(response, before)
	if !ok {
		return Odd(clock, url+" does not say what time it is", "name another server in --clock-url")
	}
	return finding
}

// clockIn reads the Date of an answer; there may be none.
func clockIn(response *http.Response, before time.Time) (Finding, bool) {
	there, err := http.ParseTime(response.Header.Get("Date"))
	if err != nil {
		return Finding{}, false
	}
	return apart(middle(before).Sub(there.Add(time.Second/2)), response.Request.URL.Host), true // it has no fractions
}
