package loadgen

// goal is a bound that our hub is held to.
type goal struct {
	what             string
	scenario, metric string
	bound            float64
	least            bool // the bound is the least that is enough, not the most
	ofPeer           bool // the bound is a multiple of the peer's figure
}

// goals returns what we want to reach. They are set for DefaultPlan on two cores.
func goals() []goal {
	return []goal{
		{what: "fan-out, saturated: deliveries/s", scenario: "fanout", metric: "deliveries_per_s", bound: 10, least: true, ofPeer: true},
		{what: "fan-out, saturated: CPU s per million", scenario: "fanout", metric: "cpu_s_per_million", bound: 0.35},
		{what: "one at a time: CPU s per million", scenario: "latency", metric: "cpu_s_per_million", bound: 4.5},
		{what: "many channels: CPU us per publish", scenario: "many", metric: "cpu_us_per_publish", bound: 27},
		{what: "5,000 idle sockets: RSS MiB", scenario: "connect", metric: "rss_mib", bound: 50},
		{what: "500 join a presence channel: CPU ms", scenario: "presence", metric: "join_cpu_ms", bound: 100},
		{what: "500 leave a presence channel: CPU ms", scenario: "presence", metric: "leave_cpu_ms", bound: 50},
		{what: "signed subscription: CPU us", scenario: "private", metric: "cpu_us_per_subscribe", bound: 12},
		{what: "10 % stop reading: p99 of the others, times", scenario: "slow", metric: "p99_ratio", bound: 2},
		{what: "10 % stop reading: RSS grown by MiB", scenario: "slow", metric: "grown_mib", bound: 100},
		{what: "10 % stop reading: messages missed unclosed", scenario: "slow", metric: "stalled_gaps", bound: 0},
	}
}

// verdict compares a figure with the goal.
func (g goal) verdict(v float64) string {
	if g.least && v >= g.bound || !g.least && v <= g.bound {
		return "met"
	}
	return "missed"
}

// judge lists the goals with what a label reached.
func judge(m medians, label, peer string) table {
	t := table{{"goal of " + label, "bound", "reached", "verdict"}}
	for _, g := range goals() {
		v, known := m.find(g.scenario, g.metric, label)
		bound := format(g.bound, true)
		if g.ofPeer {
			theirs, ok := m.find(g.scenario, g.metric, peer)
			known = known && ok && theirs > 0
			v /= theirs
			bound += " x peer"
		}
		sign := "<= "
		if g.least {
			sign = ">= "
		}
		verdict := "not measured"
		if known {
			verdict = g.verdict(v)
		}
		t = append(t, []string{g.what, sign + bound, format(v, known), verdict})
	}
	return t
}
