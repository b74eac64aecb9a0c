package capacity

import (
	"fmt"
	"math"
	"strings"
)

// number writes a figure with two digits that mean something, or all before the point.
func number(x float64) string {
	switch {
	case x == 0:
		return "0"
	case math.Abs(x) >= 1000:
		text := fmt.Sprintf("%.0f", x)
		for at := len(text) - 3; at > 0; at -= 3 {
			text = text[:at] + "," + text[at:]
		}
		return text
	case math.Abs(x) >= 100:
		return fmt.Sprintf("%.0f", x)
	case math.Abs(x) >= 10:
		return strings.TrimSuffix(fmt.Sprintf("%.1f", x), ".0")
	}
	return fmt.Sprintf("%.2g", x)
}

// CostTable is what was measured.
func CostTable(c Costs) string {
	var b strings.Builder
	b.WriteString("| measured | | by |\n|---|---:|---|\n")
	for _, r := range c.rows() {
		fmt.Fprintf(&b, "| %s | %s %s | %s |\n", r.what, number(r.value), r.unit, r.how)
	}
	return b.String()
}

// LimitTable is how much of one kind of work a node of two cores does, planned as Days are,
// if it does nothing else.
func LimitTable(c Costs) string {
	budget := cores * busy * 1e6
	var b strings.Builder
	b.WriteString("| computed: one node, 2 cores, 60 % of them | a second |\n|---|---:|\n")
	for _, r := range []row{
		{what: "deliveries, one event at a time", value: budget / c.Delivery},
		{what: "deliveries, saturated", value: budget / c.DeliveryBatched},
		{what: "entries, PostgreSQL elsewhere", value: budget / c.Entry},
		{what: "entries, PostgreSQL on the same cores", value: budget / (c.Entry + c.EntryPostgres)},
		{what: "spectators who come back and catch up, without the limit of `HUB_ACCEPT_RATE`", value: budget / (c.Connect + c.CatchUp)},
		{what: "members who join or leave, anywhere in the cluster", value: budget / c.Join},
	} {
		fmt.Fprintf(&b, "| %s | %s |\n", r.what, number(r.value))
	}
	fmt.Fprintf(&b, "\nIdle sockets in 1 GiB: %s.\n", number(((1<<30)-c.Program)/c.Socket))
	return b.String()
}

// DayTable is what each day needs.
func DayTable(c Costs) string {
	type line struct {
		what string
		of   func(n Need) string
	}
	lines := []line{
		{"entries a second, peak", func(n Need) string { return number(n.Entries) }},
		{"deliveries a second, peak", func(n Need) string { return number(n.Deliveries) }},
		{"**nodes of 2 cores**", func(n Need) string { return "**" + number(n.Nodes) + "**" }},
		{"sockets of a node", func(n Need) string { return number(n.Sockets) }},
		{"CPU of a node, cores", func(n Need) string { return number(n.NodeCPU) }},
		{"memory of a node, MiB", func(n Need) string { return number(n.NodeMemory) }},
		{"PostgreSQL, cores", func(n Need) string { return number(n.Postgres) }},
		{"Redis, cores", func(n Need) string { return number(n.Redis) }},
		{"Redis, MiB", func(n Need) string { return number(n.RedisMemory) }},
		{"Redis to each node while everybody comes, KiB/s", func(n Need) string { return number(n.RedisTraffic) }},
		{"CPU of a node for those who come, cores", func(n Need) string { return number(n.Door) }},
		{"sockets of a lost node are back after, s", func(n Need) string { return number(n.Return) }},
		{"used up first", func(n Need) string { return n.First }},
	}
	var head, rule strings.Builder
	var needs []Need
	head.WriteString("| computed |")
	rule.WriteString("|---|")
	for _, d := range Days() {
		fmt.Fprintf(&head, " %s |", d.Name)
		rule.WriteString("---:|")
		needs = append(needs, d.For(c))
	}
	var b strings.Builder
	fmt.Fprintf(&b, "%s\n%s\n", head.String(), rule.String())
	for _, l := range lines {
		fmt.Fprintf(&b, "| %s |", l.what)
		for _, n := range needs {
			fmt.Fprintf(&b, " %s |", l.of(n))
		}
		b.WriteString("\n")
	}
	return b.String()
}

// GrowthTable is the largest of the days on more nodes than it needs: what more nodes bring
// and what they cost PostgreSQL.
func GrowthTable(c Costs) string {
	days := Days()
	day := days[len(days)-1]
	var b strings.Builder
	b.WriteString("| computed: " + day.Name + ", on | CPU of a node | PostgreSQL | back after, s | used up first |\n|---|---:|---:|---:|---|\n")
	for _, nodes := range []float64{4, 8, 16, 32} {
		n := day.On(c, nodes)
		back := number(n.Return)
		if n.Return < 0 || n.NodeCPU > cores {
			back = "never"
		}
		fmt.Fprintf(&b, "| %s nodes | %s | %s | %s | %s |\n", number(nodes), number(n.NodeCPU), number(n.Postgres), back, n.First)
	}
	return b.String()
}
