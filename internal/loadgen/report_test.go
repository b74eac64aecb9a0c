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
	if err := Report(&b, results(), "peer", ""); err != nil {
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

// TestReportFloor: a bound moves with the floor where both days are known, and only there.
func TestReportFloor(t *testing.T) {
	t.Parallel()
	run := func(label, scenario, metric string, v float64) Result {
		return Result{Label: label, Scenario: scenario, Metrics: Metrics{metric: v}}
	}
	var b bytes.Buffer
	err := Report(&b, []Result{
		run("ours", "latency", "cpu_s_per_million", 6), run("floor", "latency", "cpu_s_per_million", 4.5),
		run("ours", "many", "cpu_us_per_publish", 26), run("floor", "many", "cpu_us_per_publish", 3.5),
		run("ours", "private", "cpu_us_per_subscribe", 11),
		run("ours", "fanout", "cpu_s_per_million", 0.5), run("floor", "fanout", "cpu_s_per_million", 3),
	}, "peer", "floor")
	if err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"| scenario: metric              | ours | floor | ours / floor |\n",
		"| latency: cpu_s_per_million    |    6 |  4.50 |         1.33 |\n",
		"|        bound | reached |      verdict | floor now / then | bound by floor | verdict by floor |\n",
		"| one at a time: CPU s per million            |      <= 4.50 |       6 |       missed |             1.50 |        <= 6.75 |              met |\n",
		"| many channels: CPU us per publish           |        <= 27 |      26 |          met |             0.50 |        <= 13.5 |           missed |\n",
		"| signed subscription: CPU us                 |        <= 12 |      11 |          met |                - |          <= 12 |              met |\n",
		"| fan-out, saturated: CPU s per million       |      <= 0.35 |    0.50 |       missed |                - |        <= 0.35 |           missed |\n",
		"| fan-out, saturated: deliveries/s            | >= 10 x peer |       - | not measured |                - |   >= 10 x peer |     not measured |\n",
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
	if err := Report(&b, []Result{all[1], all[3]}, "peer", ""); err != nil {
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
