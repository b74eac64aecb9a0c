package rankings_test

import (
	"fmt"
	"reflect"
	"slices"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/ftc/rankings"
)

// modern are rules as seasons have them since 2025, with short names.
func modern() rankings.Rules {
	return rankings.Rules{
		Win: 3, Tie: 1,
		Bonuses:   []rankings.Bonus{{Key: "goalRP", Part: "goals", AtLeast: map[string]int{"default": 36, "regional": 42}}},
		TieBreaks: []rankings.TieBreak{{Part: "own"}, {Part: "auto"}},
	}
}

// side is an alliance with points, all its own, of which a tenth in auto.
func side(points, goals int, robots ...rankings.Robot) rankings.Alliance {
	return rankings.Alliance{Points: points, Robots: robots, Parts: map[string]int{"own": points, "auto": points / 10, "goals": goals}}
}

func robots(teams ...int) []rankings.Robot {
	list := make([]rankings.Robot, len(teams))
	for i, team := range teams {
		list[i].Team = team
	}
	return list
}

// row returns a team's row.
func row(t testing.TB, rows []rankings.Row, team int) rankings.Row {
	t.Helper()
	i := slices.IndexFunc(rows, func(r rankings.Row) bool { return r.Team == team })
	if i < 0 {
		t.Fatalf("team %d is not ranked", team)
	}
	return rows[i]
}

// What a match gives to team 1, which wins it 100 to 50 with 40 goals beside team 2, and
// then loses one 30 to 60 with none.
func TestWhatCounts(t *testing.T) {
	tests := []struct {
		name  string
		robot rankings.Robot // team 1 in the match that it wins
		want  rankings.Row
	}{
		{"present", rankings.Robot{}, rankings.Row{
			Score: 2, TieBreaks: []float64{65, 6.5}, Wins: 1, Losses: 1, Played: 2, Counted: 2, RankingPoints: 4, Bonuses: []int{1},
		}},
		{"a surrogate", rankings.Robot{Surrogate: true}, rankings.Row{
			Score: 0, TieBreaks: []float64{30, 3}, Losses: 1, Played: 2, Counted: 1, Bonuses: []int{0},
		}},
		{"disqualified", rankings.Robot{Disqualified: true}, rankings.Row{
			Score: 0, TieBreaks: []float64{15, 1.5}, Wins: 1, Losses: 1, Played: 2, Counted: 2, Disqualified: 1, Bonuses: []int{0},
		}},
		{"not there", rankings.Robot{NoShow: true}, rankings.Row{
			Score: 0, TieBreaks: []float64{15, 1.5}, Wins: 1, Losses: 1, Played: 2, Counted: 2, NoShows: 1, Bonuses: []int{0},
		}},
		{"a disqualified surrogate", rankings.Robot{Surrogate: true, Disqualified: true}, rankings.Row{
			Score: 0, TieBreaks: []float64{30, 3}, Losses: 1, Played: 2, Counted: 1, Bonuses: []int{0},
		}},
	}
	for _, test := range tests {
		test.robot.Team = 1
		rows := rankings.Rank(modern(), rankings.Event{Matches: []rankings.Match{
			{Number: 1, Red: side(100, 40, test.robot, rankings.Robot{Team: 2}), Blue: side(50, 10, robots(3, 4)...)},
			{Number: 2, Red: side(60, 10, robots(3, 5)...), Blue: side(30, 0, robots(1, 6)...)},
		}})
		got := row(t, rows, 1)
		test.want.Team, test.want.Rank, test.want.Tied = 1, got.Rank, got.Tied
		if !reflect.DeepEqual(got, test.want) {
			t.Errorf("%s: got %+v\nwant %+v", test.name, got, test.want)
		}
		// The partner and the opponents have theirs whatever becomes of team 1.
		if p := row(t, rows, 2); p.RankingPoints != 4 || p.Wins != 1 || p.TieBreaks[0] != 100 {
			t.Errorf("%s: the partner is %+v", test.name, p)
		}
		if o := row(t, rows, 3); o.RankingPoints != 3 || o.Wins != 1 || o.Losses != 1 || o.TieBreaks[0] != 55 {
			t.Errorf("%s: an opponent is %+v", test.name, o)
		}
	}
}

func TestTieOfAMatch(t *testing.T) {
	rows := rankings.Rank(modern(), rankings.Event{Matches: []rankings.Match{
		{Number: 1, Red: side(50, 36, robots(1, 2)...), Blue: side(50, 35, robots(3, 4)...)},
	}})
	if r, b := row(t, rows, 1), row(t, rows, 3); r.Ties != 1 || r.RankingPoints != 2 || b.Ties != 1 || b.RankingPoints != 1 {
		t.Errorf("got %+v and %+v", r, b)
	}
}

// Fouls decide a match with the total, and tie-breaks leave them out.
func TestFouls(t *testing.T) {
	red := side(60, 0, robots(1, 2)...)
	red.Parts["own"] = 40
	rows := rankings.Rank(modern(), rankings.Event{Matches: []rankings.Match{{Number: 1, Red: red, Blue: side(50, 0, robots(3, 4)...)}}})
	if r := row(t, rows, 1); r.Wins != 1 || r.TieBreaks[0] != 40 {
		t.Errorf("got %+v", r)
	}
}

// Officials' word on a bonus holds; without it the threshold of the event's level does.
func TestBonuses(t *testing.T) {
	given := func(is bool) map[string]bool { return map[string]bool{"goalRP": is} }
	tests := []struct {
		name, level string
		goals       int
		flags       map[string]bool
		want        int
	}{
		{"below", "", 35, nil, 0},
		{"reached", "", 36, nil, 1},
		{"below at a regional", "regional", 41, nil, 0},
		{"reached at a regional", "regional", 42, nil, 1},
		{"a level without a threshold", "world", 36, nil, 1},
		{"given below", "", 0, given(true), 1},
		{"refused above", "", 99, given(false), 0},
		{"another flag", "", 36, map[string]bool{"movementRP": true}, 1},
	}
	for _, test := range tests {
		red := side(10, test.goals, robots(1, 2)...)
		red.Bonuses = test.flags
		rows := rankings.Rank(modern(), rankings.Event{Level: test.level, Matches: []rankings.Match{{Number: 1, Red: red, Blue: side(20, 0, robots(3, 4)...)}}})
		if r := row(t, rows, 1); r.RankingPoints != test.want || !slices.Equal(r.Bonuses, []int{test.want}) || r.Incomplete {
			t.Errorf("%s: got %+v", test.name, r)
		}
	}
}

// A result of which only the total is known does count, and the rows say what they lack.
func TestIncomplete(t *testing.T) {
	red := rankings.Alliance{Points: 10, Robots: []rankings.Robot{{Team: 1}, {Team: 2, Disqualified: true}}}
	rows := rankings.Rank(modern(), rankings.Event{Matches: []rankings.Match{{Number: 1, Red: red, Blue: side(5, 0, robots(3, 4)...)}}})
	for team, want := range map[int]bool{1: true, 2: false, 3: false} { // nothing is missing where nothing is given
		if got := row(t, rows, team).Incomplete; got != want {
			t.Errorf("team %d: incomplete is %v", team, got)
		}
	}
	lacks := side(5, 0, robots(1, 2)...)
	delete(lacks.Parts, "goals")
	rows = rankings.Rank(modern(), rankings.Event{Matches: []rankings.Match{{Number: 1, Red: lacks, Blue: side(5, 0, robots(3, 4)...)}}})
	if !row(t, rows, 1).Incomplete || row(t, rows, 3).Incomplete {
		t.Errorf("without the part of a bonus: got %+v", rows)
	}
	rules := modern()
	rules.Bonuses[0].AtLeast = nil
	rows = rankings.Rank(rules, rankings.Event{Matches: []rankings.Match{{Number: 1, Red: side(5, 99, robots(1, 2)...), Blue: side(5, 0, robots(3, 4)...)}}})
	if r := row(t, rows, 1); !r.Incomplete || r.RankingPoints != 1 {
		t.Errorf("without a threshold: got %+v", r)
	}
}

// Of the plays of a match the last counts, in whatever order they come.
func TestReplayedMatch(t *testing.T) {
	first := rankings.Match{Number: 1, Play: 1, Red: side(90, 0, robots(1, 2)...), Blue: side(10, 0, robots(3, 4)...)}
	second := rankings.Match{Number: 1, Play: 2, Red: side(20, 0, robots(1, 2)...), Blue: side(30, 0, robots(3, 4)...)}
	for _, matches := range [][]rankings.Match{{first, second}, {second, first}} {
		r := row(t, rankings.Rank(modern(), rankings.Event{Matches: matches}), 1)
		if r.Wins != 0 || r.Losses != 1 || r.Played != 1 || r.TieBreaks[0] != 20 {
			t.Errorf("got %+v", r)
		}
	}
}

// The order: score, then the tie-breaks in theirs, then the number, which says that lots
// would have been drawn. Who has played nothing that counts is last.
func TestOrder(t *testing.T) {
	alone := func(number, team, own, auto int) rankings.Match { // nobody wins
		return rankings.Match{Number: number, Red: rankings.Alliance{Robots: robots(team), Parts: map[string]int{"own": own, "auto": auto, "goals": 0}}}
	}
	bonus := alone(1, 50, 1, 1)
	bonus.Red.Bonuses = map[string]bool{"goalRP": true}
	matches := []rankings.Match{
		bonus, alone(2, 40, 9, 1), alone(3, 31, 5, 2), alone(4, 30, 5, 1), alone(5, 21, 3, 3), alone(6, 20, 3, 3), alone(7, 10, 0, 0),
	}
	surrogate := alone(8, 8, 99, 99)
	surrogate.Red.Robots[0].Surrogate = true
	rows := rankings.Rank(modern(), rankings.Event{Teams: []int{7, 10, 50}, Matches: append(matches, surrogate)})
	var got []string
	for i, r := range rows {
		if r.Rank != i+1 {
			t.Errorf("row %d has rank %d", i, r.Rank)
		}
		got = append(got, fmt.Sprint(r.Team, " ", r.Tied))
	}
	want := []string{"50 false", "40 false", "31 false", "30 false", "20 true", "21 true", "10 false", "7 true", "8 true"}
	if !slices.Equal(got, want) {
		t.Errorf("got %v\nwant %v", got, want)
	}
}

// Averages of different numbers of matches, and totals of the same.
func TestScore(t *testing.T) {
	matches := []rankings.Match{
		{Number: 1, Red: side(9, 0, robots(1, 2)...), Blue: side(1, 0, robots(3, 4)...)},
		{Number: 2, Red: side(9, 0, robots(1, 5)...), Blue: side(1, 0, robots(3, 4)...)},
		{Number: 3, Red: side(1, 0, robots(1, 3)...), Blue: side(9, 0, robots(4, 6)...)},
	}
	for _, test := range []struct {
		measure  rankings.Measure
		one, two float64
		first    int
	}{{"", 2, 3, 2}, {rankings.Average, 2, 3, 2}, {rankings.Total, 6, 3, 1}} {
		rules := modern()
		rules.Score = test.measure
		rows := rankings.Rank(rules, rankings.Event{Matches: matches})
		if one, two := row(t, rows, 1), row(t, rows, 2); one.Score != test.one || two.Score != test.two || rows[0].Team != test.first {
			t.Errorf("%q: got %v and %v, first %d", test.measure, one.Score, two.Score, rows[0].Team)
		}
	}
}

// Tie-breaks of a team alone on the field with these values; a value below 0 is a match
// with a disqualification.
func TestTieBreakMeasures(t *testing.T) {
	drop := []rankings.Drop{{From: 5, Lowest: 1}, {From: 7, Lowest: 2}}
	tests := []struct {
		name    string
		rule    rankings.TieBreak
		values  []int
		want    float64
		dropped int
	}{
		{"average", rankings.TieBreak{}, []int{1, 2, 6}, 3, 0},
		{"average with a disqualification", rankings.TieBreak{}, []int{1, -1, 5}, 2, 0},
		{"total", rankings.TieBreak{Measure: rankings.Total}, []int{1, 2, 6}, 9, 0},
		{"highest", rankings.TieBreak{Measure: rankings.Highest}, []int{1, 6, 2}, 6, 0},
		{"highest of nothing", rankings.TieBreak{Measure: rankings.Highest}, []int{-1}, 0, 0},
		{"too few to drop", rankings.TieBreak{Drop: drop}, []int{1, 2, 3, 6}, 3, 0},
		{"the lowest", rankings.TieBreak{Drop: drop}, []int{4, 5, 1, 6, 5}, 5, 1},
		{"the two lowest", rankings.TieBreak{Drop: drop}, []int{4, 5, 1, 6, 5, 5, 5}, 5.2, 2},
		{"a disqualification stays", rankings.TieBreak{Drop: drop}, []int{4, -1, 8, 8, 8}, 6, 1},
		{"nothing but disqualifications", rankings.TieBreak{Drop: drop}, []int{-1, -1, -1, -1, -1}, 0, 1},
		{"a step beyond", rankings.TieBreak{Drop: []rankings.Drop{{From: 1, Lowest: 9}}}, []int{4, 5}, 0, 2},
	}
	for _, test := range tests {
		test.rule.Part = "own"
		var event rankings.Event
		for i, v := range test.values {
			robot := rankings.Robot{Team: 1, Disqualified: v < 0}
			event.Matches = append(event.Matches, rankings.Match{Number: i + 1, Red: side(max(v, 99*min(1, -v)), 0, robot)})
		}
		got := rankings.Rank(rankings.Rules{TieBreaks: []rankings.TieBreak{test.rule}}, event)[0]
		if got.TieBreaks[0] != test.want || got.Dropped != test.dropped {
			t.Errorf("%s: got %v, dropped %d, want %v, %d", test.name, got.TieBreaks[0], got.Dropped, test.want, test.dropped)
		}
	}
}

// In early seasons both alliances had the loser's own points, which can be more than the
// winner's own.
func TestLosingScore(t *testing.T) {
	tests := []struct {
		red, redOwn, blue, blueOwn int
		want                       float64
	}{
		{60, 60, 40, 30, 30}, {40, 40, 60, 20, 40}, {50, 50, 50, 30, 30},
	}
	for _, test := range tests {
		red, blue := side(test.red, 0, robots(1, 2)...), side(test.blue, 0, robots(3, 4)...)
		red.Parts = map[string]int{"own": test.redOwn, "total": test.red}
		blue.Parts = map[string]int{"own": test.blueOwn, "total": test.blue}
		rows := rankings.Rank(early(), rankings.Event{Matches: []rankings.Match{{Number: 1, Red: red, Blue: blue}}})
		for _, team := range []int{1, 3} {
			if got := row(t, rows, team).TieBreaks[0]; got != test.want {
				t.Errorf("%+v: team %d has %v", test, team, got)
			}
		}
	}
}

func TestDetails(t *testing.T) {
	parts, bonuses, err := rankings.Details([]byte(`{"alliance":"Red","autoPoints":23,"share":0.5,"huge":1e9,"state":["NONE"],"none":null,"goalRP":true,"patternRP":false}`))
	must(t, err)
	if !reflect.DeepEqual(parts, map[string]int{"autoPoints": 23}) || !reflect.DeepEqual(bonuses, map[string]bool{"goalRP": true, "patternRP": false}) {
		t.Errorf("got %v and %v", parts, bonuses)
	}
	for _, raw := range []string{``, `[]`, `{"autoPoints":`} {
		if _, _, err := rankings.Details([]byte(raw)); err == nil {
			t.Errorf("%q was read", raw)
		}
	}
}
