package loadgen

// goal is a bound that our hub is held to.
type goal struct {
	what             string
	scenario, metric string
	bound            float64
	least            bool // the bound is the least that is enough, not the most
	ofPeer           bool // the bound is a multiple of the peer's figure

	// then is the floor's figure on the day when the bound was set. Where it is known, the
	// bound is moved by as much as the floor has moved since. 0 leaves the bound as it is.
	then float64
}

// goals returns what we want to reach. They are set for DefaultPlan on two cores.
func goals() []goal {
	return []goal{
		{what: "fan-out, saturated: deliveries/s", scenario: "fanout", metric: "deliveries_per_s", bound: 10, least: true, ofPeer: true},
		{what: "fan-out, saturated: CPU s per million", scenario: "fanout", metric: "cpu_s_per_million", bound: 0.35},
		{what: "one at a time: CPU s per million", scenario: "latency", metric: "cpu_s_per_million", bound: 4.5, then: 3},
		{what: "many channels: CPU us per publish", scenario: "many", metric: "cpu_us_per_publish", bound: 27, then: 7},
		{what: "5,000 idle sockets: RSS MiB", scenario: "connect", metric: "rss_mib", bound: 50},
		{what: "500 join a presence channel: CPU ms", scenario: "presence", metric: "join_cpu_ms", bound: 100},
		{what: "500 leave a presence channel: CPU ms", scenario: "presence", metric: "leave_cpu_ms", bound: 50},
		{what: "signed subscription: CPU us", scenario: "private", metric: "cpu_us_per_subscribe", bound: 12, then: 4},
		{what: "5,000 return to the default limit: ms", scenario: "storm-limited", metric: "settle_ms", bound: 15_000},
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

// text writes the bound.
func (g goal) text() string {
	sign, unit := "<= ", ""
	if g.least {
		sign = ">= "
	}
	if g.ofPeer {
		unit = " x peer"
	}
	return sign + format(g.bound, true) + unit
}

// scaled returns the goal with its bound moved as the floor has moved, and how far that is.
func (g goal) scaled(m medians, floor string) (goal, float64, bool) {
	now, known := m.find(g.scenario, g.metric, floor)
	if !known || g.then == 0 {
		return g, 0, false
	}
	g.bound *= now / g.then
	return g, now / g.then, true
}

// judge lists the goals with what a label reached. With a floor it judges twice: by the
// bounds as they were set, and by the bounds as the floor has moved them.
func judge(m medians, label, peer, floor string) table {
	t := table{{"goal of " + label, "bound", "reached", "verdict"}}
	if floor != "" {
		t[0] = append(t[0], "floor now / then", "bound by floor", "verdict by floor")
	}
	for _, g := range goals() {
		v, known := m.find(g.scenario, g.metric, label)
		if g.ofPeer {
			theirs, ok := m.find(g.scenario, g.metric, peer)
			known = known && ok && theirs > 0
			v /= theirs
		}
		verdict := func(g goal) string {
			if !known {
				return "not measured"
			}
			return g.verdict(v)
		}
		row := []string{g.what, g.text(), format(v, known), verdict(g)}
		if floor != "" {
			today, moved, ok := g.scaled(m, floor)
			row = append(row, format(moved, ok), today.text(), verdict(today))
		}
		t = append(t, row)
	}
	return t
}
