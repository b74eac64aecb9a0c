package loadgen

import (
	"fmt"
	"io"
	"maps"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// table is a Markdown table; the first row is its head.
type table [][]string

// write pads the columns, so that the table reads as it is. The first column is text, the
// others are figures.
func (t table) write(w io.Writer) error {
	widths := make([]int, len(t[0]))
	for _, row := range t {
		for i, cell := range row {
			widths[i] = max(widths[i], utf8.RuneCountInString(cell), 3)
		}
	}
	var b strings.Builder
	for n, row := range t {
		for i, cell := range row {
			pad := strings.Repeat(" ", widths[i]-utf8.RuneCountInString(cell))
			if i == 0 {
				b.WriteString("| " + cell + pad)
			} else {
				b.WriteString(" | " + pad + cell)
			}
		}
		b.WriteString(" |\n")
		if n == 0 {
			for i := range row {
				b.WriteString("|" + []string{"", "-"}[min(i, 1)] + strings.Repeat("-", widths[i]+1-min(i, 1)) + []string{"-", ":"}[min(i, 1)])
			}
			b.WriteString("|\n")
		}
	}
	_, err := io.WriteString(w, b.String())
	return err
}

// medians are the middle figures of each label, by scenario and metric.
type medians map[string]map[string]map[string]float64

// find returns a label's median.
func (m medians) find(scenario, metric, label string) (float64, bool) {
	v, ok := m[scenario][metric][label]
	return v, ok
}

func takeMedians(results []Result) medians {
	collected := map[[3]string][]float64{}
	for _, r := range results {
		for metric, value := range r.Metrics {
			k := [3]string{r.Scenario, metric, r.Label}
			collected[k] = append(collected[k], value)
		}
	}
	m := medians{}
	for k, values := range collected {
		if m[k[0]] == nil {
			m[k[0]] = map[string]map[string]float64{}
		}
		if m[k[0]][k[1]] == nil {
			m[k[0]][k[1]] = map[string]float64{}
		}
		m[k[0]][k[1]][k[2]], _ = median(values)
	}
	return m
}

// Report writes the medians of the results, a column for each label and, if there is a
// peer or a floor, one for each other label's ratio to it; then the goals of the first
// label that is neither.
func Report(w io.Writer, results []Result, peer, floor string) error {
	var labels []string
	for _, r := range results {
		if !slices.Contains(labels, r.Label) {
			labels = append(labels, r.Label)
		}
	}
	ours := slices.DeleteFunc(slices.Clone(labels), func(l string) bool { return l == peer || l == floor })
	var ratios [][2]string
	for _, other := range []*string{&peer, &floor} {
		if !slices.Contains(labels, *other) {
			*other = ""
			continue
		}
		for _, label := range ours {
			ratios = append(ratios, [2]string{label, *other})
		}
	}
	m := takeMedians(results)
	if err := figures(m, failures(results), labels, ratios).write(w); err != nil {
		return err
	}
	if len(ours) == 0 {
		return nil
	}
	if _, err := fmt.Fprintln(w); err != nil {
		return err
	}
	return judge(m, ours[0], peer, floor).write(w)
}

// failures counts the failed runs by scenario and label.
func failures(results []Result) map[string]map[string]int {
	failed := map[string]map[string]int{}
	for _, r := range results {
		if r.Error != "" {
			if failed[r.Scenario] == nil {
				failed[r.Scenario] = map[string]int{}
			}
			failed[r.Scenario][r.Label]++
		}
	}
	return failed
}

// figures lists the medians of the labels, and the ratios of some to others.
func figures(m medians, failed map[string]map[string]int, labels []string, ratios [][2]string) table {
	head := append([]string{"scenario: metric"}, labels...)
	for _, r := range ratios {
		head = append(head, r[0]+" / "+r[1])
	}
	t := table{head}
	for _, scenario := range Scenarios() {
		for _, metric := range slices.Sorted(maps.Keys(m[scenario])) {
			row := []string{scenario + ": " + metric}
			for _, label := range labels {
				row = append(row, format(m.find(scenario, metric, label)))
			}
			for _, r := range ratios {
				v, ok := m.find(scenario, metric, r[0])
				theirs, known := m.find(scenario, metric, r[1])
				row = append(row, format(v/theirs, ok && known && theirs != 0))
			}
			t = append(t, row)
		}
		if failed[scenario] != nil {
			row := []string{scenario + ": FAILED RUNS"}
			for _, label := range labels {
				row = append(row, fmt.Sprint(failed[scenario][label]))
			}
			t = append(t, append(row, make([]string, len(head)-len(row))...))
		}
	}
	return t
}

// format writes three digits that count, or a dash for what is not known.
func format(v float64, known bool) string {
	switch a := math.Abs(v); {
	case !known:
		return "-"
	case a >= 100 || v == math.Trunc(v):
		return fmt.Sprintf("%.0f", v)
	case a >= 10:
		return fmt.Sprintf("%.1f", v)
	case a >= 0.1:
		return fmt.Sprintf("%.2f", v)
	default:
		return fmt.Sprintf("%.3f", v)
	}
}
