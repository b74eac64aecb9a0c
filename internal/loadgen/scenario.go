package loadgen

import (
	"context"
	"fmt"
	"net"
	"slices"
	"time"
)

// Target is the server that is measured.
type Target struct {
	Address string // host:port on this machine, of both WebSockets and HTTP API
	AppID   string
	Key     string
	Secret  string
	PID     int    // whose CPU time and memory are the server's; 0 leaves them out
	Metrics string // host:port where the server tells Prometheus its goroutines; empty leaves them out
}

// Plan says how much load the scenarios put on.
type Plan struct {
	Sockets       int           // connect, storm: sockets
	Channels      int           // connect, storm: channels that they share
	Subscribers   int           // fanout, latency, slow, watched: subscribers of one channel
	Topics        int           // many: channels, with one subscriber each
	Members       int           // presence: members that join
	Subscriptions int           // private: signed subscriptions, ten on each socket
	Publishers    int           // HTTP publishers, each with one request at a time
	Window        int           // fanout: messages on their way at once
	Rate          int           // latency, slow, churn, watched: messages a second
	Size          int           // bytes of a payload
	SlowSize      int           // slow: bytes of a payload
	Guests        int           // churn: sockets
	Rooms         int           // churn: channels, every second one with members
	Swaps         int           // churn: joins a second, and leaves
	Churn         time.Duration // churn: how long
	Turns         int           // watched: how often there are four windows, of which two are watched
	Turn          time.Duration // watched: of a window
	Watch         Watch
	Time          time.Duration // fanout, latency, many, slow: of one measured phase
	Pause         time.Duration // storm: until everybody returns; connect: a third of the rest before idling is measured
	Patience      time.Duration // how long what must happen may take
}

// DefaultPlan is the load that the goals are set for.
func DefaultPlan() Plan {
	return Plan{
		Sockets: 5000, Channels: 100, Subscribers: 1000, Topics: 2000, Members: 500, Subscriptions: 10_000,
		Publishers: 8, Window: 64, Rate: 50, Size: 256, SlowSize: 4096,
		Guests: 500, Rooms: 10, Swaps: 20, Churn: 3 * time.Minute, Turns: 50, Turn: 2 * time.Second, Time: 6 * time.Second, Pause: time.Second, Patience: 30 * time.Second,
	}
}

// Metrics are the figures of a run by name.
type Metrics map[string]float64

// scenario is one kind of load.
type scenario struct {
	name string
	play func(context.Context, *fleet, Plan) (Metrics, error)

	// apart marks what is played only when it is asked for.
	apart bool
}

// scenarios returns all of them in the order in which they are played. Connect is first,
// because it measures the memory of a server that has done nothing yet.
func scenarios() []scenario {
	return []scenario{
		{name: "connect", play: connect},
		{name: "fanout", play: fanout},
		{name: "latency", play: latency},
		{name: "many", play: many},
		{name: "presence", play: presence},
		{name: "private", play: private},
		{name: "slow", play: slow},
		{name: "storm", play: storm},
		{name: "storm-limited", play: storm, apart: true}, // on a server that limits how many sockets it opens a second
		{name: "churn", play: churn, apart: true},
		{name: "watched", play: watched, apart: true},
	}
}

// Scenarios returns the names that Run knows, in the order to run them.
func Scenarios() []string {
	var names []string
	for _, s := range scenarios() {
		names = append(names, s.name)
	}
	return names
}

// UsualScenarios returns the names of those that are run unless others are asked for.
func UsualScenarios() []string {
	var names []string
	for _, s := range scenarios() {
		if !s.apart {
			names = append(names, s.name)
		}
	}
	return names
}

// Run plays one scenario with sockets of its own. An error means that the server refused
// or broke something, and that there are no figures.
func Run(ctx context.Context, name string, t Target, p Plan) (Metrics, error) {
	all := scenarios()
	i := slices.IndexFunc(all, func(s scenario) bool { return s.name == name })
	if i < 0 {
		return nil, fmt.Errorf("no scenario %q", name)
	}
	size := p.Size
	if name == "slow" {
		size = p.SlowSize
	}
	f, err := newFleet(t, size, p.Patience)
	if err != nil {
		return nil, err
	}
	defer f.loop.release()
	m, err := all[i].play(ctx, f, p)
	if err != nil {
		return nil, err
	}
	return m, nil
}

// WaitListening waits until the server accepts connections.
func WaitListening(ctx context.Context, address string, limit time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	again := time.NewTicker(50 * time.Millisecond)
	defer again.Stop()
	for {
		c, err := new(net.Dialer).DialContext(ctx, "tcp4", address)
		if err == nil {
			return c.Close()
		}
		select {
		case <-ctx.Done():
			return fmt.Errorf("nothing listens: %w", err)
		case <-again.C:
		}
	}
}
