package demo

import (
	"crypto/sha256"
	"encoding/binary"
	"fmt"
	"math/rand/v2"
)

// sighting is what a scout says of one robot in one match: the form of DECODE.
type sighting struct {
	AutoLeave        bool   `json:"autoLeave"`
	AutoClassified   int    `json:"autoClassifiedCount"`
	AutoOverflow     int    `json:"autoOverflowCount"`
	AutoPattern      int    `json:"autoPatternCount"`
	TeleopClassified int    `json:"teleopClassifiedCount"`
	TeleopOverflow   int    `json:"teleopOverflowCount"`
	TeleopDepot      int    `json:"teleopDepotCount"`
	TeleopPattern    int    `json:"teleopPatternCount"`
	Base             string `json:"endgameBaseStatus"`
}

// The most that the form takes where a tired scout's count could exceed it.
const maxPattern = 9

// newDice returns randomness that is the same whenever seed and what are.
func newDice(seed uint64, what ...any) *rand.Rand {
	sum := sha256.Sum256(fmt.Append(nil, append([]any{seed}, what...)...))
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(sum[:8]), binary.BigEndian.Uint64(sum[8:16])))
}

// split tells what each robot of an alliance did, so that both together are the official
// score. share is the part of the first robot; 1 and 0 leave a robot with nothing.
func split(official tally, share float64, dice *rand.Rand) [2]sighting {
	part := func(n int) (int, int) {
		first := 0
		for range n {
			if dice.Float64() < share {
				first++
			}
		}
		return first, n - first
	}
	one := sighting{AutoLeave: official.Robot1Auto, Base: official.Robot1Base}
	two := sighting{AutoLeave: official.Robot2Auto, Base: official.Robot2Base}
	if missing := share == 0 && one.Base != "NONE" || share == 1 && two.Base != "NONE"; missing {
		one.Base, two.Base = two.Base, one.Base // whoever was in the base, it was the other
	}
	one.AutoClassified, two.AutoClassified = part(official.AutoClassified)
	one.AutoOverflow, two.AutoOverflow = part(official.AutoOverflow)
	one.AutoPattern, two.AutoPattern = part(official.AutoPattern / 2)
	one.TeleopClassified, two.TeleopClassified = part(official.TeleopClassified)
	one.TeleopOverflow, two.TeleopOverflow = part(official.TeleopOverflow)
	one.TeleopDepot, two.TeleopDepot = part(official.TeleopDepot)
	one.TeleopPattern, two.TeleopPattern = part(official.TeleopPattern / 2)
	return [2]sighting{one, two}
}

// observe is what a scout writes down of the truth: most of it right, some counts off by
// one or two, now and then the base misjudged.
func observe(truth sighting, dice *rand.Rand) sighting {
	count := func(n, most int) int {
		slip := 1
		if n > 10 {
			slip += dice.IntN(2)
		}
		switch roll := dice.Float64(); {
		case roll < 0.12:
			n -= slip
		case roll < 0.24 && n > 0: // nobody sees what was not there
			n += slip
		}
		return min(max(n, 0), most)
	}
	seen := truth
	seen.AutoLeave = truth.AutoLeave != (dice.Float64() < 0.02)
	seen.AutoClassified = count(truth.AutoClassified, 100)
	seen.AutoOverflow = count(truth.AutoOverflow, 100)
	seen.AutoPattern = count(truth.AutoPattern, maxPattern)
	seen.TeleopClassified = count(truth.TeleopClassified, 200)
	seen.TeleopOverflow = count(truth.TeleopOverflow, 200)
	seen.TeleopDepot = count(truth.TeleopDepot, 200)
	seen.TeleopPattern = count(truth.TeleopPattern, maxPattern)
	if misjudged := dice.Float64() < 0.05; misjudged && truth.Base == "FULL" {
		seen.Base = "PARTIAL"
	}
	return seen
}

// truths tells what each robot of a match did, by team number.
func (s *script) truths(seed uint64, round int, m scriptMatch) map[int]sighting {
	did := make(map[int]sighting, len(m.Robots))
	for color, official := range s.official[m.Number] {
		var pair []scriptRobot
		for _, r := range m.Robots {
			if side(r.Station) == color {
				pair = append(pair, r)
			}
		}
		if len(pair) != 2 {
			continue
		}
		both := split(official, s.share(pair[0], pair[1]), newDice(seed, "truth", round, m.Number, color))
		did[pair[0].Number], did[pair[1].Number] = both[0], both[1]
	}
	return did
}

// share is the part of the first of two partners. Squares pull the strong and the weak
// further apart, whom the mean of their alliances shows too much alike.
func (s *script) share(first, second scriptRobot) float64 {
	switch {
	case first.NoShow:
		return 0
	case second.NoShow:
		return 1
	}
	a, b := s.strength[first.Number], s.strength[second.Number]
	if a+b == 0 {
		return 0.5
	}
	return a * a / (a*a + b*b)
}
