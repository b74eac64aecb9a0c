package loadgen

import (
	"bytes"
	"reflect"
	"slices"
	"strings"
	"testing"
	"time"
)

func results() []Result {
	var all []Result
	for round, r := range []struct{ ours, peer Metrics }{
		{Metrics{"deliveries_per_s": 900, "cpu_s_per_million": 0.5}, Metrics{"deliveries_per_s": 100, "cpu_s_per_million": 5}},
		{Metrics{"deliveries_per_s": 1100, "cpu_s_per_million": 0.3}, Metrics{"deliveries_per_s": 110, "cpu_s_per_million": 0}},
		{Metrics{"deliveries_per_s": 2000, "cpu_s_per_million": 0.2}, Metrics{"deliveries_per_s": 90}},
	} {
		at := time.Date(2026, 1, 2, 3, 4, round, 0, time.UTC)
		all = append(all,
			Result{Label: "peer", Scenario: "fanout", Round: round + 1, Time: at, Metrics: r.peer},
			Result{Label: "ours", Scenario: "fanout", Round: round + 1, Time: at, Metrics: r.ours})
	}
	return append(all,
		Result{Label: "ours", Scenario: "connect", Round: 1, Metrics: Metrics{"rss_mib": 60.25}},
		Result{Label: "ours", Scenario: "presence", Round: 1, Error: "too many"})
}

func TestReport(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	if err := Report(&b, results(), "peer"); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| scenario: metric          | peer | ours | ours / peer |\n|---------------------------|-----:|-----:|------------:|\n",
		"| connect: rss_mib          |    - | 60.2 |           - |\n",
		"| fanout: cpu_s_per_million | 2.50 | 0.30 |        0.12 |\n",
		"| fanout: deliveries_per_s  |  100 | 1100 |          11 |\n",
		"| presence: FAILED RUNS     |    0 |    1 |             |\n",
		"| fan-out, saturated: deliveries/s            | >= 10 x peer |      11 |          met |\n",
		"| 5,000 idle sockets: RSS MiB                 |        <= 50 |    60.2 |       missed |\n",
		"| signed subscription: CPU us                 |        <= 12 |       - | not measured |\n",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

func TestReportAlone(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	all := results()
	if err := Report(&b, []Result{all[1], all[3]}, "peer"); err != nil {
		t.Fatal(err)
	}
	if text := b.String(); strings.Contains(text, "/ peer") || !strings.Contains(text, "| fan-out, saturated: deliveries/s            | >= 10 x peer |       - | not measured |") {
		t.Errorf("alone:\n%s", text)
	}
}

func TestResults(t *testing.T) {
	t.Parallel()
	var b bytes.Buffer
	want := results()
	for _, r := range want {
		if err := WriteResult(&b, r); err != nil {
			t.Fatal(err)
		}
	}
	got, err := ReadResults(&b)
	if err != nil || !reflect.DeepEqual(got, want) {
		t.Errorf("%+v, %v", got, err)
	}
	if _, err := ReadResults(strings.NewReader("{}\nx\n")); err == nil {
		t.Error("a line that is no result was read")
	}
}

// TestGoals keeps the goals to figures that exist.
func TestGoals(t *testing.T) {
	t.Parallel()
	for _, g := range goals() {
		if !slices.Contains(Scenarios(), g.scenario) {
			t.Errorf("%s: no scenario %s", g.what, g.scenario)
		}
		if g.verdict(g.bound) != "met" {
			t.Errorf("%s: the bound itself is missed", g.what)
		}
	}
}
