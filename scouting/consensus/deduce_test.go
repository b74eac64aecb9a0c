package consensus_test

import (
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"github.com/ftcmetrics/ftcmetrics/scouting/consensus"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
)

func score(auto, teleop, endgame int) seasons.Score {
	return seasons.Score{Auto: auto, Teleop: teleop, Endgame: endgame, Total: auto + teleop + endgame}
}

// TestDeduce has DECODE examples computed by hand: robot 1 is scouted, robot 2 is not.
func TestDeduce(t *testing.T) {
	season := decode(t)
	for name, c := range map[string]struct {
		official     seasons.Score
		details      string
		scouted      string
		want, bonus  seasons.Score
		answers      string
		corrected    string
		inconsistent string
	}{
		"the rest is the partner's": {
			official: score(23, 58, 15), scouted: `{"autoLeave":true,"autoClassifiedCount":2,"teleopClassifiedCount":10,"endgameBaseStatus":"FULL"}`,
			want: score(14, 28, 5), answers: `{}`,
		},
		"both fully in the base: 10 more that are nobody's": {
			official: score(0, 0, 30), scouted: `{"endgameBaseStatus":"FULL"}`, want: score(0, 0, 10), bonus: score(0, 0, 10), answers: `{}`,
		},
		"the official score says where each robot stood": {
			official: score(3, 0, 15), scouted: `{"endgameBaseStatus":"FULL"}`,
			details: `{"robot1Auto":false,"robot2Auto":true,"robot1Teleop":"FULL","robot2Teleop":"PARTIAL"}`,
			want:    score(3, 0, 5), answers: `{"autoLeave":true,"endgameBaseStatus":"PARTIAL"}`,
		},
		"and knows better than the scouts": {
			official: score(3, 0, 30), scouted: `{"endgameBaseStatus":"PARTIAL","autoLeave":true}`,
			details: `{"robot1Auto":false,"robot2Auto":true,"robot1Teleop":"FULL","robot2Teleop":"FULL"}`,
			want:    score(3, 0, 10), bonus: score(0, 0, 10), answers: `{"autoLeave":true,"endgameBaseStatus":"FULL"}`, corrected: "autoLeave endgameBaseStatus",
		},
		"the scouts saw more than there was": {
			official: score(3, 20, 0), scouted: `{"autoLeave":true,"teleopClassifiedCount":10}`, want: score(0, -10, 0), answers: `{}`,
			inconsistent: "teleop: no robot scores -10 points that way.",
		},
		"no robot scores 7 in the base": {
			official: score(0, 0, 12), scouted: `{"endgameBaseStatus":"PARTIAL"}`, want: score(0, 0, 7), answers: `{}`,
			inconsistent: "endgame: no robot scores 7 points that way.",
		},
		"with both fully in there would be a bonus": {
			official: score(0, 0, 20), scouted: `{"endgameBaseStatus":"FULL"}`, want: score(0, 0, 10), answers: `{}`,
			inconsistent: "endgame: no robot scores 10 points that way.",
		},
		"a robot that left has at least the points for it": {
			official: score(1, 0, 0), scouted: `{}`, details: `{"robot2Auto":true}`, want: score(1, 0, 0), answers: `{"autoLeave":true}`,
			inconsistent: "auto: no robot scores 1 points that way.",
		},
	} {
		details := json.RawMessage(c.details)
		d, ok := consensus.Deduce(season, consensus.Alliance{Official: c.official, Details: details, Robots: []consensus.Seat{
			{Team: 8569, Station: 1, Data: json.RawMessage(c.scouted)}, {Team: 9021, Station: 2},
		}})
		if !ok || d.Team != 9021 || d.Score != c.want || d.Bonus != c.bonus || string(d.Answers) != c.answers ||
			strings.Join(d.Corrected, " ") != c.corrected || strings.Join(d.Inconsistent, " ") != c.inconsistent {
			t.Errorf("%s: %+v, answers %s, %v", name, d, d.Answers, ok)
		}
	}
}

// TestDeduceNeedsOneUnknownRobot has an alliance of which none or two are unknown.
func TestDeduceNeedsOneUnknownRobot(t *testing.T) {
	seen := json.RawMessage(`{}`)
	for name, robots := range map[string][]consensus.Seat{
		"nobody": nil, "all scouted": {{Team: 1, Data: seen}, {Team: 2, Data: seen}}, "none scouted": {{Team: 1}, {Team: 2}},
		"one cannot be read": {{Team: 1, Data: json.RawMessage(`{"hiveTips":1}`)}, {Team: 2}},
	} {
		if d, ok := consensus.Deduce(decode(t), consensus.Alliance{Official: score(10, 10, 0), Robots: robots}); ok {
			t.Errorf("%s: %+v", name, d)
		}
	}
}

// TestOfficialAnswers: which official values are one robot's follows from the season.
func TestOfficialAnswers(t *testing.T) {
	for year, c := range map[int]struct{ details, want string }{
		2023: {`{"robot2Auto":true,"egRobot2":"RIGGING","drone2":1}`, `{"autoParked":true,"endgameParkStatus":"RIGGING"}`},
		2024: {`{"robot2Auto":"ASCENT_1","robot2Teleop":"ASCENT_2"}`, `{"autoParkStatus":"ASCENT_1","endgameParkStatus":"ASCENT_2"}`},
		2025: {`{"robot1Auto":true,"robot2Auto":false,"robot2Teleop":"NOWHERE"}`, `{"autoLeave":false}`},
		2026: {`{"robot2Auto":true}`, `{}`},
	} {
		season, _ := book(t).Season(year)
		d, ok := consensus.Deduce(season, consensus.Alliance{Details: json.RawMessage(c.details), Robots: []consensus.Seat{
			{Team: 1, Station: 1, Data: json.RawMessage(`{}`)}, {Team: 2, Station: 2},
		}})
		if !ok || string(d.Answers) != c.want {
			t.Errorf("%d: %s, want %s", year, d.Answers, c.want)
		}
	}
}

// TestDeductionAddsUp: in each phase the deduced, the scouted and the bonus points are the
// official ones, exactly; and where the official points are those of two real forms, the
// second robot's come out and nothing is inconsistent.
func TestDeductionAddsUp(t *testing.T) {
	all := book(t).All()
	rapid.Check(t, func(t *rapid.T) {
		season := rapid.SampledFrom(all).Draw(t, "season")
		first, second := anyForm(t, season, "first "), anyForm(t, season, "second ")
		_, one, _ := season.Check(first)
		_, two, _ := season.Check(second)
		bonus, err := season.Bonus(first, second)
		if err != nil {
			t.Fatal(err)
		}
		official := add(add(one, two), bonus)
		off := score(rapid.IntRange(-30, 30).Draw(t, "auto"), rapid.IntRange(-30, 30).Draw(t, "teleop"), rapid.IntRange(-30, 30).Draw(t, "endgame"))
		wrong := rapid.Bool().Draw(t, "wrong")
		if wrong {
			official = add(official, off)
		}
		d, ok := consensus.Deduce(season, consensus.Alliance{Official: official, Robots: []consensus.Seat{{Team: 1, Station: 1, Data: first}, {Team: 2, Station: 2}}})
		if !ok || add(add(d.Score, d.Scouted), d.Bonus) != official || d.Official != official || d.Scouted != one {
			t.Fatalf("%+v of %+v", d, official)
		}
		if !wrong && (d.Score != two || len(d.Inconsistent) > 0) {
			t.Fatalf("%+v, want %+v", d, two)
		}
	})
}

func add(a, b seasons.Score) seasons.Score {
	return seasons.Score{Auto: a.Auto + b.Auto, Teleop: a.Teleop + b.Teleop, Endgame: a.Endgame + b.Endgame, Total: a.Total + b.Total}
}

// TestReachIsWhatFormsScore: a deduction is consistent exactly if some form scores so much.
func TestReachIsWhatFormsScore(t *testing.T) {
	three, ten := 3, 1
	small := &seasons.Season{AllianceSize: 2, Form: seasons.Form{Fields: []seasons.Field{
		{Key: "a", Phase: seasons.Teleop, Type: seasons.Count, Min: &ten, Max: &three, Points: 4, Default: json.RawMessage("1")},
		{Key: "b", Phase: seasons.Teleop, Type: seasons.Flag, Points: 5, Default: json.RawMessage("false")},
		{Key: "c", Phase: seasons.Teleop, Type: seasons.Choice, Choices: []seasons.Option{{Value: "X"}, {Value: "Y", Points: 9}}, Default: json.RawMessage(`"X"`)},
	}}}
	can := map[int]bool{}
	for a := 1; a <= 3; a++ {
		for _, b := range []int{0, 5} {
			for _, c := range []int{0, 9} {
				can[4*a+b+c] = true
			}
		}
	}
	for points := range 40 {
		d, _ := consensus.Deduce(small, consensus.Alliance{Official: score(0, points+4, 0), Robots: []consensus.Seat{{Team: 1, Data: json.RawMessage(`{}`)}, {Team: 2}}})
		if got := len(d.Inconsistent) == 0; got != can[points] {
			t.Errorf("%d points: consistent %v", points, got)
		}
	}
}

func ExampleDeduce() {
	b, _ := seasons.Load()
	season, _ := b.Season(2025)
	d, _ := consensus.Deduce(season, consensus.Alliance{
		Official: seasons.Score{Auto: 20, Teleop: 40, Endgame: 30, Total: 90},
		Robots: []consensus.Seat{
			{Team: 8569, Station: 1, Data: json.RawMessage(`{"autoClassifiedCount":4,"teleopClassifiedCount":10,"endgameBaseStatus":"FULL"}`)},
			{Team: 9021, Station: 2},
		},
	})
	fmt.Println(d.Team, d.Score, d.Bonus.Endgame)
	// Output: 9021 {8 10 10 28} 10
}

// TestADecodeEvent takes the 66 alliances of an FTC event apart: a scout saw the first robot
// do half of it, and the other half comes out as the second robot's, with what the official
// score says of each robot and without.
func TestADecodeEvent(t *testing.T) {
	raw, err := os.ReadFile("../seasons/testdata/decode-event.json")
	if err != nil {
		t.Fatal(err)
	}
	type official struct {
		AutoClassifiedArtifacts, TeleopClassifiedArtifacts, TeleopOverflowArtifacts, TeleopDepotArtifacts int
		Robot1Auto, Robot2Auto                                                                            bool
		Robot1Teleop, Robot2Teleop                                                                        string
	}
	var alliances []struct {
		Input    json.RawMessage
		Expected struct{ AutoPoints, TeleopPoints, TeleopBasePoints int }
	}
	if err := json.Unmarshal(raw, &alliances); err != nil {
		t.Fatal(err)
	}
	season, bonuses := decode(t), 0
	for i, a := range alliances {
		var in official
		if err := json.Unmarshal(a.Input, &in); err != nil {
			t.Fatal(err)
		}
		first := map[string]any{
			"autoLeave": in.Robot1Auto, "endgameBaseStatus": in.Robot1Teleop, "autoClassifiedCount": in.AutoClassifiedArtifacts / 2,
			"teleopClassifiedCount": in.TeleopClassifiedArtifacts / 2, "teleopOverflowCount": in.TeleopOverflowArtifacts / 2,
		}
		data, err := json.Marshal(first)
		if err != nil {
			t.Fatal(err)
		}
		_, scouted, err := season.Check(data)
		if err != nil {
			t.Fatal(err)
		}
		points := score(a.Expected.AutoPoints, a.Expected.TeleopPoints-a.Expected.TeleopBasePoints, a.Expected.TeleopBasePoints)
		for _, details := range []json.RawMessage{a.Input, nil} {
			d, ok := consensus.Deduce(season, consensus.Alliance{Official: points, Details: details, Robots: []consensus.Seat{
				{Team: 1, Station: 1, Data: data}, {Team: 2, Station: 2},
			}})
			base := map[string]int{"NONE": 0, "PARTIAL": 5, "FULL": 10}[in.Robot2Teleop]
			want := score(points.Auto-scouted.Auto, points.Teleop-scouted.Teleop, base)
			if !ok || d.Score != want || len(d.Inconsistent) > 0 || len(d.Corrected) > 0 {
				t.Errorf("alliance %d: %+v, want %+v", i, d, want)
			}
			if says := fmt.Sprintf(`{"autoLeave":%v,"endgameBaseStatus":%q}`, in.Robot2Auto, in.Robot2Teleop); details != nil && string(d.Answers) != says {
				t.Errorf("alliance %d: %s, want %s", i, d.Answers, says)
			}
			if d.Bonus.Total > 0 {
				bonuses++
			}
		}
	}
	if bonuses == 0 || len(alliances) != 66 {
		t.Errorf("%d alliances, %d with a bonus", len(alliances), bonuses)
	}
}
