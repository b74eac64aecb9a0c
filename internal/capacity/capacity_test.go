package capacity

import (
	"flag"
	"os"
	"strings"
	"testing"
)

const page = "../../docs/scaling.md"

var update = flag.Bool("update", false, "write the tables into docs/scaling.md")

// TestPage holds docs/scaling.md to the tables.
func TestPage(t *testing.T) {
	raw, err := os.ReadFile(page)
	if err != nil {
		t.Fatal(err)
	}
	text := string(raw)
	c := Measured()
	for name, table := range map[string]string{"costs": CostTable(c), "limits": LimitTable(c), "days": DayTable(c), "growth": GrowthTable(c)} {
		begin, end := "<!-- "+name+" -->\n", "<!-- end of "+name+" -->"
		before, rest, found := strings.Cut(text, begin)
		old, after, closed := strings.Cut(rest, end)
		if !found || !closed {
			t.Fatalf("the page has no place for %s", name)
		}
		if old != table && !*update {
			t.Errorf("%s differ from the page; run go test ./internal/capacity -update\n%s", name, table)
		}
		text = before + begin + table + end + after
	}
	if *update {
		if err := os.WriteFile(page, []byte(text), 0o644); err != nil { //nolint:gosec // a page for everybody
			t.Fatal(err)
		}
	}
}

// TestMoreNodes wants what has to hold whatever the costs are: a node has less to do the more
// there are, PostgreSQL has more, and the day is carried with one node less.
func TestMoreNodes(t *testing.T) {
	c := Measured()
	for _, d := range Days() {
		need := d.For(c)
		if less := d.On(c, max(1, need.Nodes-1)); less.NodeCPU > cores*busy {
			t.Errorf("%s: %v nodes with one less take %.2f cores each", d.Name, need.Nodes, less.NodeCPU)
		}
		for nodes := 2.0; nodes < 50; nodes++ {
			a, b := d.On(c, nodes), d.On(c, nodes+1)
			if b.NodeCPU >= a.NodeCPU || b.Postgres <= a.Postgres || b.Sockets >= a.Sockets {
				t.Errorf("%s: %v nodes %+v, one more %+v", d.Name, nodes, a, b)
			}
		}
	}
}

// TestHandCount compares with a day counted by hand.
func TestHandCount(t *testing.T) {
	c := Costs{Delivery: 10, Entry: 1000, EntryNode: 500, EntryPostgres: 2000, EntryNodeReads: 100}
	d := Day{"", 1, 100, 1000}
	n := d.On(c, 2) // 2 entries a second, each for 10 of a team and 1,000 of the hall; 3 events of a match in 300 s
	for _, v := range []struct{ got, want float64 }{
		{n.Entries, 2}, {n.Deliveries, 2*1010 + 10},
		{n.NodeCPU, (2030*10 + 2*1000 + 2*500) / 2e6}, {n.Postgres, 2 * 2100 / 1e6},
	} {
		if diff := v.got - v.want; diff > 1e-12 || diff < -1e-12 {
			t.Errorf("got %v, want %v", v.got, v.want)
		}
	}
}
