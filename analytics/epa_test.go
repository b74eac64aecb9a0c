package analytics

import (
	"encoding/json"
	"math"
	"slices"
	"testing"
)

func newEPA(year int) *Model { return NewModel(Season{Year: year, Prior: DefaultPrior()}, EPA1()) }

func near(got, want, tolerance float64) bool { return math.Abs(got-want) <= tolerance }

func TestEPAAgreesWithExample(t *testing.T) {
	var file struct {
		Tolerance float64
		Cases     []struct {
			Predictions  [][]any
			FinalRatings map[int]struct {
				Auto, Teleop, Endgame, Total float64
				Matches                      int
			}
		}
	}
	load(t, "epa1-example.json", &file)
	matches, _, _ := raleigh(t)
	model := newEPA(2016)
	if len(file.Cases[0].Predictions) != len(matches) {
		t.Fatalf("%d predictions for %d matches", len(file.Cases[0].Predictions), len(matches))
	}
	for i, want := range file.Cases[0].Predictions {
		got := model.Learn(matches[i]).Prediction
		for place, value := range map[int]float64{1: got.RedWins, 2: got.Red, 3: got.Blue} {
			if is := want[place].(float64); !near(value, is, file.Tolerance) {
				t.Errorf("%v: value %d is %v, want %v", want[0], place, value, is)
			}
		}
	}
	ratings := model.Ratings()
	if len(ratings) != len(file.Cases[0].FinalRatings) {
		t.Errorf("%d teams, want %d", len(ratings), len(file.Cases[0].FinalRatings))
	}
	for team, want := range file.Cases[0].FinalRatings {
		r := ratings[team]
		for name, pair := range map[string][2]float64{
			"auto": {r.Auto, want.Auto}, "teleop": {r.Teleop, want.Teleop}, "endgame": {r.Endgame, want.Endgame},
			"total": {r.Total(), want.Total}, "matches": {float64(r.Matches), float64(want.Matches)},
		} {
			if !near(pair[0], pair[1], file.Tolerance) {
				t.Errorf("%s of %d is %v, want %v", name, team, pair[0], pair[1])
			}
		}
	}
}

func TestEPA1Constants(t *testing.T) {
	c := EPA1()
	if half := math.Pow(c.Decay, 300); !near(half, 0.5, 1e-12) {
		t.Errorf("300 rows leave %v of the weight", half)
	}
	for n, want := range map[int]float64{0: 0.40, 1: 0.40, 2: 0.40, 3: 0.385, 7: 0.325, 11: 0.265, 12: 0.25, 13: 0.25, 99: 0.25} {
		if got := c.alpha(n); !near(got, want, 1e-12) {
			t.Errorf("alpha after %d matches is %v, want %v", n, got, want)
		}
	}
}

// settled returns a model in which teams 1 to 4 have played, and a match of theirs.
func settled() (*Model, Match) {
	m := Match{
		Key:  Key{Season: 2025, Event: "TEST", Number: 1},
		Red:  Alliance{Teams: []int{1, 2}, Points: Points{Total: 95, NoFoul: 90, Auto: 30, Teleop: 50, Endgame: 10}},
		Blue: Alliance{Teams: []int{3, 4}, Points: Points{Total: 40, NoFoul: 40, Auto: 5, Teleop: 30, Endgame: 5}},
	}
	model := newEPA(2025)
	for range 5 {
		model.Learn(m)
		m.Number++
	}
	return model, m
}

func TestPredictChangesNothing(t *testing.T) {
	model, m := settled()
	before := model.Snapshot()
	first := model.Predict([]int{1, 2}, []int{3, 999})
	if again := model.Predict([]int{2, 1}, []int{999, 3}); again != first {
		t.Errorf("first %+v, then %+v", first, again)
	}
	sameState(t, model.Snapshot(), before)
	if told, learned := model.Predict(m.Red.Teams, m.Blue.Teams), model.Learn(m).Prediction; told != learned {
		t.Errorf("told %+v, learned from %+v", told, learned)
	}
}

// Sides are only names.
func TestPredictionIsFair(t *testing.T) {
	model, _ := settled()
	p, q := model.Predict([]int{1, 2}, []int{3, 4}), model.Predict([]int{3, 4}, []int{1, 2})
	if !near(p.RedWins+q.RedWins, 1, 1e-12) || p.Red != q.Blue || p.Blue != q.Red || p.RedWins <= 0.6 {
		t.Errorf("%+v and with sides swapped %+v", p, q)
	}
	if even := model.Predict([]int{1, 3}, []int{3, 1}); even.RedWins != 0.5 {
		t.Errorf("the same teams on both sides: %+v", even)
	}
}

// A playoff match teaches a third of what a qualification match would, and does not count.
func TestEPALearnsLessInPlayoffs(t *testing.T) {
	qual, m := settled()
	playoff, _ := settled()
	m.Red.Points.Auto += 60
	final := m
	final.Level = Playoff
	before := playoff.Snapshot()
	for _, want := range qual.Learn(m).Changes {
		got := playoffChange(t, before, final, want.Team)
		if !near(got.Delta, want.Delta/3, 1e-9) || got.After.Matches != want.After.Matches-1 {
			t.Errorf("team %d: qualification %+v, playoff %+v", want.Team, want, got)
		}
	}
	playoff.Learn(final)
	if after := playoff.Snapshot(); after.Context != before.Context {
		t.Errorf("the season context went from %+v to %+v", before.Context, after.Context)
	}
}

func playoffChange(t *testing.T, from Snapshot, final Match, team int) Change {
	t.Helper()
	model := newEPA(from.Season)
	must(t, model.Restore(from))
	step := model.Learn(final)
	return step.Changes[slices.IndexFunc(step.Changes, func(c Change) bool { return c.Team == team })]
}

// A robot that is not on the field neither counts nor learns; its partner answers alone.
func TestEPALeavesOutAbsentRobots(t *testing.T) {
	model, m := settled()
	one, _ := model.Rating(1)
	two, _ := model.Rating(2)
	m.Red.Absent = []int{2}
	alone := model.Predict([]int{1}, []int{3, 4})
	step := model.Learn(m)
	if step.Prediction != alone || !near(step.Prediction.Red, one.Total(), 1e-12) {
		t.Errorf("with an absent partner %+v, alone %+v", step.Prediction, alone)
	}
	if got, _ := model.Rating(2); got != two {
		t.Errorf("the absent team went from %+v to %+v", two, got)
	}
	if want := EPA1().alpha(5) * (90 - one.Total()); len(step.Changes) != 3 || !near(step.Changes[0].Delta, want, 1e-9) {
		t.Errorf("changes %+v, the first by %v", step.Changes, want)
	}

	m.Red.Teams, m.Red.Absent = []int{1, 77}, []int{1, 77}
	if step := model.Learn(m); step.Prediction.Red != 0 || len(step.Changes) != 2 {
		t.Errorf("an alliance without robots: %+v", step)
	}
	if _, known := model.Rating(77); known {
		t.Error("a team that was never on the field has a rating")
	}
}

// Three robots share the error, as in playoffs of older seasons.
func TestEPASharesTheErrorEvenly(t *testing.T) {
	model, m := settled()
	m.Red.Teams = []int{2, 9, 1}
	sum := model.Predict(m.Red.Teams, nil).Red
	step := model.Learn(m)
	for _, c := range step.Changes[:3] {
		want := EPA1().alpha(c.After.Matches-1) * (90 - sum) / 3
		if !near(c.Delta, want, 1e-9) {
			t.Errorf("team %d changed by %v, want %v", c.Team, c.Delta, want)
		}
	}
}

// A new team starts below half the mean, the further the more scores differ.
func TestFirstSight(t *testing.T) {
	even, wild := newEPA(2025), newEPA(2025)
	for i := range 200 {
		for model, points := range map[*Model]float64{even: 60, wild: 30 + float64(i%2)*60} {
			a := Alliance{Teams: []int{1, 2}, Points: Points{Total: points, NoFoul: points, Auto: points}}
			model.Learn(Match{Red: a, Blue: a})
		}
	}
	e, known := even.Rating(99)
	w, _ := wild.Rating(99)
	if known || e.Matches != 0 || e.Total() >= 30 || e.Total() < 27 || w.Total() >= e.Total()-5 || w.Total() < 0 {
		t.Errorf("in an even season %+v, in a wild one %+v", e, w)
	}
}

func TestNextSeason(t *testing.T) {
	last := newEPA(2024)
	for i, m := range tournament() {
		m.Season, m.Number = 2024, i
		last.Learn(m)
	}
	last.Learn(Match{Key: Key{Level: Playoff}, Red: Alliance{Teams: []int{500}}}) // no qualification match
	next := last.NextSeason(Season{Year: 2025, Prior: Prior{Total: 100, Auto: 40, Teleop: 50, Endgame: 10}})

	// The mean of those who return is half an alliance's, whatever the games.
	sigma := last.context.sigma(5) / last.context.mean()
	var mean, returned float64
	for team := range last.Ratings() {
		if team == 500 {
			continue
		}
		r, known := next.Rating(team)
		if known || r.Matches != 0 {
			t.Errorf("team %d has played: %+v", team, r)
		}
		old, _ := last.Rating(team)
		if z := (r.Total() - 50) / (0.6 * 70); r.Auto > 0 && !near(z*sigma*last.context.mean(), old.Total()-meanOf(last), 1e-9) {
			t.Errorf("team %d: was %v, is %v", team, old.Total(), r.Total())
		}
		if !near(r.Auto/r.Total(), 0.4, 1e-9) {
			t.Errorf("team %d scores by last season's parts: %+v", team, r)
		}
		mean += r.Total()
		returned++
	}
	if !near(mean/returned, 50, 1e-9) {
		t.Errorf("the mean of those who return is %v", mean/returned)
	}
	fresh, _ := next.Rating(12345)
	if idle, _ := next.Rating(500); idle != fresh {
		t.Errorf("a team without a qualification match starts at %v, a new one at %v", idle.Total(), fresh.Total())
	}
}

func meanOf(m *Model) float64 {
	var sum, n float64
	for _, r := range m.Ratings() {
		if r.Matches > 0 {
			sum += r.Total()
			n++
		}
	}
	return sum / n
}

// tournament returns matches between eight teams of which the higher numbers score more.
func tournament() []Match {
	var list []Match
	for i := range 28 {
		side := func(a, b int) Alliance {
			p := float64(20 + 3*a + 3*b)
			return Alliance{Teams: []int{a + 1, b + 1}, Points: Points{Total: p, NoFoul: p, Auto: p / 2, Teleop: p / 4, Endgame: p / 4}}
		}
		list = append(list, Match{Red: side(i%8, (i+1+i%3)%8), Blue: side((i+4)%8, (i+5)%8)})
	}
	return list
}

// A snapshot that went through JSON, as a database keeps it, continues to the last bit.
func TestSnapshotContinues(t *testing.T) {
	matches := rescue(t)
	whole, half := newEPA(2015), newEPA(2015)
	for i, m := range matches {
		whole.Learn(m)
		if i < len(matches)/2 {
			half.Learn(m)
		}
	}
	raw, err := json.Marshal(half.Snapshot())
	must(t, err)
	half.Learn(matches[0]) // a snapshot does not follow its model
	var kept Snapshot
	must(t, json.Unmarshal(raw, &kept))
	other := newEPA(2015)
	must(t, other.Restore(kept))
	for _, m := range matches[len(matches)/2:] {
		other.Learn(m)
	}
	sameState(t, other.Snapshot(), whole.Snapshot())
}

func TestRestoreRefusesAnotherSeasonOrVersion(t *testing.T) {
	model, _ := settled()
	s := model.Snapshot()
	if err := newEPA(2024).Restore(s); err == nil {
		t.Error("restored another season")
	}
	s.Version = "epa/0"
	if err := newEPA(2025).Restore(s); err == nil {
		t.Error("restored another version")
	}
}

// sameState compares bit by bit.
func sameState(t failer, got, want Snapshot) {
	t.Helper()
	if got.Version != want.Version || got.Season != want.Season || got.Context != want.Context || len(got.Ratings) != len(want.Ratings) {
		t.Fatalf("state %+v with %d teams, want %+v with %d", got.Context, len(got.Ratings), want.Context, len(want.Ratings))
	}
	for team, r := range want.Ratings {
		if got.Ratings[team] != r {
			t.Errorf("team %d has %+v, want %+v", team, got.Ratings[team], r)
		}
	}
}
