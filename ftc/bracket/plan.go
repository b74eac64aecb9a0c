// Package bracket plays off the alliances of an FTC event: who meets whom, who is out, who
// has won, from the results so far.
//
// It is pure and knows alliances by their numbers, 1 for the first captain's. The plans are
// those of docs/rankings.md: double elimination of 4, 6 or 8 alliances, best of three of 2.
package bracket

import "errors"

// ErrSize is the answer to a number of alliances that no FTC event plays off.
var ErrSize = errors.New("playoffs are of 2, 4, 6 or 8 alliances")

// Size returns how many alliances play off at an FTC event of so many teams; 0 where they
// are too few for two alliances.
func Size(teams int) int {
	switch {
	case teams < 4:
		return 0
	case teams <= 10:
		return 2
	case teams <= 20:
		return 4
	case teams <= 40:
		return 6
	}
	return 8
}

// Origin says where an alliance of a match comes from.
type Origin string

// The origins.
const (
	Seed     Origin = "seed"   // Number is the alliance
	WinnerOf Origin = "winner" // Number is the series whose winner it is
	LoserOf  Origin = "loser"  // Number is the series whose loser it is
)

// Source is a seat of a match before anybody sits there.
type Source struct {
	Origin Origin
	Number int
}

// Pairing is a match of a plan. A series of the official API is one pairing, with a second
// play only after a tie or when officials have it played again.
type Pairing struct {
	Series    int
	Round     int
	Lower     bool // of alliances that have lost once
	Red, Blue Source
	Wins      int // what it takes to win the series: 1, or 2 in a best of three
	Place     int // where a loser ends that is out with this match
	// Deciding is the match after the final. It is played only if the alliance that had
	// not lost before loses the final.
	Deciding bool
}

// Plan returns the matches of a playoff in the order they are played, or ErrSize.
func Plan(alliances int) ([]Pairing, error) {
	switch alliances {
	case 2:
		return []Pairing{{Series: 1, Round: 1, Red: seed(1), Blue: seed(2), Wins: 2, Place: 2}}, nil
	case 4:
		return finals(four(), 4), nil
	case 6:
		return finals(six(), 6), nil
	case 8:
		return finals(eight(), 6), nil
	}
	return nil, ErrSize
}

func four() []Pairing {
	return []Pairing{
		upper(1, seed(1), seed(4)),
		upper(1, seed(2), seed(3)),
		lower(2, loser(1), loser(2), 4),
		upper(2, winner(1), winner(2)),
		lower(3, loser(4), winner(3), 3),
	}
}

func six() []Pairing {
	return []Pairing{
		upper(1, seed(4), seed(5)),
		upper(1, seed(3), seed(6)),
		upper(2, seed(1), winner(1)),
		upper(2, seed(2), winner(2)),
		lower(3, loser(3), loser(2), 5),
		lower(3, loser(4), loser(1), 5),
		upper(4, winner(3), winner(4)),
		lower(4, winner(6), winner(5), 4),
		lower(5, loser(7), winner(8), 3),
	}
}

func eight() []Pairing {
	return []Pairing{
		upper(1, seed(1), seed(8)),
		upper(1, seed(4), seed(5)),
		upper(1, seed(2), seed(7)),
		upper(1, seed(3), seed(6)),
		lower(2, loser(1), loser(2), 7),
		lower(2, loser(3), loser(4), 7),
		upper(2, winner(1), winner(2)),
		upper(2, winner(3), winner(4)),
		lower(3, loser(7), winner(6), 5),
		lower(3, loser(8), winner(5), 5),
		upper(4, winner(7), winner(8)),
		lower(4, winner(10), winner(9), 4),
		lower(5, loser(11), winner(12), 3),
	}
}

// finals numbers the pairings and adds the final of those who came through the upper and
// the lower bracket, whose last matches are the last two, and the one that may follow.
func finals(plan []Pairing, round int) []Pairing {
	lastLower := len(plan)
	undefeated := 0
	for i := range plan {
		plan[i].Series = i + 1
		if !plan[i].Lower {
			undefeated = i + 1
		}
	}
	final := lastLower + 1
	return append(plan,
		Pairing{Series: final, Round: round, Red: winner(undefeated), Blue: winner(lastLower), Wins: 1, Place: 2},
		Pairing{Series: final + 1, Round: round, Lower: true, Red: loser(final), Blue: winner(final), Wins: 1, Place: 2, Deciding: true},
	)
}

func upper(round int, red, blue Source) Pairing {
	return Pairing{Round: round, Red: red, Blue: blue, Wins: 1}
}

func lower(round int, red, blue Source, place int) Pairing {
	return Pairing{Round: round, Lower: true, Red: red, Blue: blue, Wins: 1, Place: place}
}

func seed(alliance int) Source { return Source{Seed, alliance} }
func winner(series int) Source { return Source{WinnerOf, series} }
func loser(series int) Source  { return Source{LoserOf, series} }
