package main

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
)

// TestServersOverRedis has two servers share a database and a Redis. What one commits is
// heard on the other at once, by hints; without Redis it comes too, by the poll.
func TestServersOverRedis(t *testing.T) {
	t.Parallel()
	redis, database := redistest.New(t), aside(t)
	environ := []string{"REDIS_URL=" + redis.URL()}
	writer, other := shared(t, database, environ...), shared(t, database, environ...)
	s := newScouts(t, database, writer.url)
	socket, heard := s.listen(other.hub, other.url), newState()
	s.write(writer.url, 1)
	heard.hear(t, socket, s.poll(other.url, "").heads())
	mean := func(times int) float64 { // of the time that an entry takes to the other server
		began := time.Now()
		for range times {
			s.write(writer.url, 1)
			heard.hear(t, socket, s.poll(other.url, "").heads())
		}
		return time.Since(began).Seconds() / float64(times)
	}
	hinted := mean(20)
	both := func(what string) func() bool {
		return func() bool {
			return strings.Contains(get(t, "http://"+writer.metrics()+"/metrics"), what) && strings.Contains(get(t, "http://"+other.metrics()+"/metrics"), what)
		}
	}
	until(t, "both are connected", both("ftcmetrics_bus_connected 1"))
	redis.Kill()
	fmt.Printf("without_redis_longest_write_seconds %.2f 1.00\n", s.write(writer.url, 20).Seconds()) // each is a 201, and Redis is away
	heard.hear(t, socket, s.poll(other.url, "").heads())
	until(t, "both say that Redis is away", both("ftcmetrics_bus_connected 0"))
	polled := mean(4)
	fmt.Printf("hint_over_redis_mean_seconds %.3f 0.250\nhint_over_redis_part_of_poll %.2f 0.50\n", hinted, hinted/polled)
	if hinted > polled/2 {
		t.Errorf("an entry takes %.3f s to the other server, by the poll alone %.3f", hinted, polled)
	}
	redis.Restart()
	until(t, "both are connected again", both("ftcmetrics_bus_connected 1"))
	_ = socket.CloseNow()
	for _, server := range []*process{writer, other} {
		if code := server.stop(); code != 0 {
			t.Errorf("exit code %d:\n%s", code, server.text())
		}
	}
}
