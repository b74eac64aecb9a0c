package bracket_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/ftc/bracket"
)

func must(t testing.TB, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func play(t testing.TB, alliances int, results ...bracket.Result) *bracket.Playoff {
	t.Helper()
	p, err := bracket.Play(alliances, results)
	must(t, err)
	return p
}

// won is a series that was decided by its first play.
func won(series, winner int) bracket.Result {
	return bracket.Result{Series: series, Number: 1, Winner: winner}
}

// winners are series after series, each won at once.
func winners(alliances ...int) []bracket.Result {
	results := make([]bracket.Result, len(alliances))
	for i, a := range alliances {
		results[i] = won(i+1, a)
	}
	return results
}

// says writes what is known of a match.
func says(m bracket.Match) string {
	return fmt.Sprintf("M%d %d-%d %s", m.Series, m.RedAlliance, m.BlueAlliance, m.Status)
}

func places(p *bracket.Playoff) []int {
	list := make([]int, len(p.Standings))
	for i, s := range p.Standings {
		list[i] = s.Place
	}
	return list
}

// Each size once with the better alliance winning, and once with surprises; the last is
// the series that decides.
func TestWholePlayoffs(t *testing.T) {
	tests := []struct {
		alliances int
		winners   []int
		champion  int
		places    []int
		last      string
	}{
		{4, []int{1, 2, 3, 1, 2, 1}, 1, []int{1, 2, 3, 4}, "M7 0-0 unneeded"},
		{4, []int{4, 3, 1, 3, 1, 1, 3}, 3, []int{2, 4, 1, 3}, "M7 3-1 decided"},
		{6, []int{4, 3, 1, 2, 6, 5, 1, 6, 2, 1}, 1, []int{1, 2, 5, 5, 4, 3}, "M11 0-0 unneeded"},
		{6, []int{5, 6, 5, 6, 1, 2, 5, 2, 6, 6, 6}, 6, []int{4, 3, 5, 5, 2, 1}, "M11 5-6 decided"},
		{8, []int{1, 4, 2, 3, 5, 6, 1, 2, 4, 3, 1, 3, 2, 1}, 1, []int{1, 2, 3, 4, 5, 5, 7, 7}, "M15 0-0 unneeded"},
		{8, []int{8, 5, 7, 6, 1, 2, 5, 6, 2, 1, 6, 1, 5, 5, 6}, 6, []int{3, 4, 7, 7, 2, 1, 5, 5}, "M15 6-5 decided"},
	}
	for _, test := range tests {
		p := play(t, test.alliances, winners(test.winners...)...)
		if len(p.Odd) > 0 {
			t.Errorf("%v: odd results %v", test.winners, p.Odd)
		}
		if p.Champion != test.champion || !slices.Equal(places(p), test.places) {
			t.Errorf("%v: champion %d with places %v, want %d, %v", test.winners, p.Champion, places(p), test.champion, test.places)
		}
		if got := says(p.Matches[len(p.Matches)-1]); got != test.last {
			t.Errorf("%v: got %s, want %s", test.winners, got, test.last)
		}
	}
}

// A match is known as soon as both its alliances are, and not before.
func TestStepByStep(t *testing.T) {
	steps := []struct {
		result bracket.Result
		want   string
	}{
		{bracket.Result{}, "M1 1-4 ready, M2 2-3 ready, M3 0-0 waiting, M4 0-0 waiting, M5 0-0 waiting, M6 0-0 waiting, M7 0-0 waiting"},
		{won(1, 1), "M1 1-4 decided, M2 2-3 ready, M3 4-0 waiting, M4 1-0 waiting, M5 0-0 waiting, M6 0-0 waiting, M7 0-0 waiting"},
		{won(2, 3), "M1 1-4 decided, M2 2-3 decided, M3 4-2 ready, M4 1-3 ready, M5 0-0 waiting, M6 0-0 waiting, M7 0-0 waiting"},
		{won(4, 3), "M1 1-4 decided, M2 2-3 decided, M3 4-2 ready, M4 1-3 decided, M5 1-0 waiting, M6 3-0 waiting, M7 0-0 waiting"},
		{won(3, 2), "M1 1-4 decided, M2 2-3 decided, M3 4-2 decided, M4 1-3 decided, M5 1-2 ready, M6 3-0 waiting, M7 0-0 waiting"},
		{won(5, 2), "M1 1-4 decided, M2 2-3 decided, M3 4-2 decided, M4 1-3 decided, M5 1-2 decided, M6 3-2 ready, M7 0-0 waiting"},
		{won(6, 2), "M1 1-4 decided, M2 2-3 decided, M3 4-2 decided, M4 1-3 decided, M5 1-2 decided, M6 3-2 decided, M7 3-2 ready"},
		{won(7, 3), "M1 1-4 decided, M2 2-3 decided, M3 4-2 decided, M4 1-3 decided, M5 1-2 decided, M6 3-2 decided, M7 3-2 decided"},
	}
	var results []bracket.Result
	for i, step := range steps {
		if i > 0 {
			results = append(results, step.result)
		}
		p := play(t, 4, results...)
		said := make([]string, len(p.Matches))
		for i, m := range p.Matches {
			said[i] = says(m)
		}
		if got := strings.Join(said, ", "); got != step.want {
			t.Errorf("after %v:\n%s, want\n%s", results, got, step.want)
		}
		if champion := p.Champion; champion != map[bool]int{true: 3}[i == len(steps)-1] {
			t.Errorf("after %v: champion %d", results, champion)
		}
	}
}

func TestWhereTheyGo(t *testing.T) {
	open := play(t, 4)
	over := play(t, 4, winners(1, 2, 3, 1, 2, 1)...)
	tests := []struct {
		p                     *bracket.Playoff
		series, winner, loser int
	}{
		{open, 1, 4, 3}, {open, 2, 4, 3}, {open, 3, 5, 0}, {open, 4, 6, 5}, {open, 5, 6, 0}, {open, 6, 7, 7}, {open, 7, 0, 0}, {over, 6, 0, 0},
	}
	for _, test := range tests {
		m := test.p.Matches[test.series-1]
		if m.WinnerNext != test.winner || m.LoserNext != test.loser {
			t.Errorf("from M%d the winner goes to %d, the loser to %d, want %d, %d", test.series, m.WinnerNext, m.LoserNext, test.winner, test.loser)
		}
	}
}

// The last play of a series is the one that counts.
func TestReplays(t *testing.T) {
	tests := []struct {
		name    string
		winners []int // of plays 1, 2, ...
		want    string
		winner  int
		next    int
	}{
		{"a tie", []int{0}, "M1 1-4 ready", 0, 2},
		{"two ties", []int{0, 0}, "M1 1-4 ready", 0, 3},
		{"a tie and a winner", []int{0, 4}, "M1 1-4 decided", 4, 0},
		{"played again with another winner", []int{1, 4}, "M1 1-4 decided", 4, 0},
		{"played again to a tie", []int{1, 0}, "M1 1-4 ready", 0, 2 + 1},
	}
	for _, test := range tests {
		var results []bracket.Result
		for i, w := range test.winners {
			results = append(results, bracket.Result{Series: 1, Number: i + 1, Winner: w})
		}
		slices.Reverse(results) // the order in which they are told does not matter
		p := play(t, 4, results...)
		m := p.Matches[0]
		if says(m) != test.want || m.Winner != test.winner || m.Next != test.next || m.Plays != len(test.winners) || len(p.Odd) > 0 {
			t.Errorf("%s: got %+v, odd %v", test.name, m, p.Odd)
		}
	}
}

func TestBestOfThree(t *testing.T) {
	tests := []struct {
		name     string
		results  string // series.number=winner
		wins     [2]int
		champion int
		next     int
		odd      int
	}{
		{"nothing yet", "", [2]int{0, 0}, 0, 1, 0},
		{"one game", "1.1=2", [2]int{0, 1}, 0, 2, 0},
		{"two to none", "1.1=2 1.2=2", [2]int{0, 2}, 2, 0, 0},
		{"one all", "1.1=2 1.2=1", [2]int{1, 1}, 0, 3, 0},
		{"two to one", "1.1=2 1.2=1 1.3=1", [2]int{2, 1}, 1, 0, 0},
		{"a tie is played again", "1.1=2 1.2=0 1.3=1 1.4=1", [2]int{2, 1}, 1, 0, 0},
		{"a game too many", "1.1=1 1.2=1 1.3=2", [2]int{2, 0}, 1, 0, 1},
		{"each game a series", "1.1=2 2.1=1 3.1=1", [2]int{2, 1}, 1, 0, 0},
		{"each game a series, the second played again", "1.1=2 2.1=2 2.2=1", [2]int{1, 1}, 0, 3, 0},
		{"somebody else", "1.1=3 1.2=1", [2]int{1, 0}, 0, 3, 1},
	}
	for _, test := range tests {
		var results []bracket.Result
		for _, text := range strings.Fields(test.results) {
			var r bracket.Result
			_, err := fmt.Sscanf(text, "%d.%d=%d", &r.Series, &r.Number, &r.Winner)
			must(t, err)
			results = append(results, r)
		}
		p := play(t, 2, results...)
		m := p.Matches[0]
		if [2]int{m.RedWins, m.BlueWins} != test.wins || p.Champion != test.champion || m.Next != test.next || len(p.Odd) != test.odd {
			t.Errorf("%s: got %+v, champion %d, odd %v", test.name, m, p.Champion, p.Odd)
		}
		if test.champion > 0 && p.Standings[2-test.champion] != (bracket.Standing{Alliance: 3 - test.champion, Losses: 1, Place: 2}) {
			t.Errorf("%s: got %+v", test.name, p.Standings)
		}
	}
}

// A result that cannot be is shown and changes nothing.
func TestOddResults(t *testing.T) {
	first := winners(1, 2, 3, 1)
	tests := []struct {
		name    string
		results []bracket.Result
		odd     []bracket.Result
	}{
		{"of no series", []bracket.Result{won(0, 1), won(8, 1)}, []bracket.Result{won(0, 1), won(8, 1)}},
		{"of no play", []bracket.Result{{Series: 5, Winner: 2}}, []bracket.Result{{Series: 5, Winner: 2}}},
		{"too early", winners(0, 0, 0, 0, 0, 2)[5:], []bracket.Result{won(6, 2)}},
		{"of somebody else", []bracket.Result{won(5, 1)}, []bracket.Result{won(5, 1)}},
		{"told in two ways", []bracket.Result{won(5, 2), won(5, 3)}, []bracket.Result{won(5, 2), won(5, 3)}},
		{"told twice", first[:2], nil},
		{"after the end", []bracket.Result{won(5, 2), won(6, 1), won(7, 2)}, []bracket.Result{won(7, 2)}},
	}
	for _, test := range tests {
		p := play(t, 4, append(slices.Clone(first), test.results...)...)
		if !slices.Equal(p.Odd, test.odd) {
			t.Errorf("%s: got odd %v, want %v", test.name, p.Odd, test.odd)
		}
		if got := says(p.Matches[3]); got != "M4 1-2 decided" {
			t.Errorf("%s: got %s", test.name, got)
		}
	}
}

// Once the first result is corrected, those of the alliances that were somewhere else are
// odd until they are told anew.
func TestCorrection(t *testing.T) {
	results := winners(1, 2, 3, 1, 2, 1)
	results[0].Winner = 4
	p := play(t, 4, results...)
	if want := winners(1, 2, 3, 1, 2, 1)[3:]; !slices.Equal(p.Odd, want) {
		t.Errorf("got odd %v, want %v", p.Odd, want)
	}
	if got := says(p.Matches[3]); got != "M4 4-2 ready" || p.Champion != 0 {
		t.Errorf("got %s, champion %d", got, p.Champion)
	}
}

func TestWhich(t *testing.T) {
	alliances := []bracket.Alliance{{Number: 1, Teams: []int{6183, 10195}}, {Number: 2, Teams: []int{7105, 5795, 731}}}
	tests := []struct {
		robots []int
		want   int
	}{
		{[]int{10195, 6183}, 1}, {[]int{731}, 2}, {[]int{5795, 99}, 2}, {nil, 0}, {[]int{99}, 0}, {[]int{6183, 731}, 0},
	}
	for _, test := range tests {
		if got := bracket.Which(alliances, test.robots); got != test.want {
			t.Errorf("%v are alliance %d, want %d", test.robots, got, test.want)
		}
	}
}
