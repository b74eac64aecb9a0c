package bracket

import (
	"cmp"
	"slices"
)

// Result is one play of a series. It names alliances and not colours, so that it does not
// matter who was red.
type Result struct {
	Series int
	Number int // 1, and more for a play that was played again
	Winner int // the alliance, or 0 for a tie
}

// Status is how far a match is.
type Status string

// The statuses. Ready has both alliances, and has no winner yet.
const (
	Waiting  Status = "waiting"
	Ready    Status = "ready"
	Decided  Status = "decided"
	Unneeded Status = "unneeded" // the final has decided already
)

// Match is a pairing as the results so far make it. Alliances that are not known are 0.
type Match struct {
	Pairing
	Status                Status
	RedAlliance           int
	BlueAlliance          int
	RedWins, BlueWins     int // in the series
	Winner, Loser         int
	Plays                 int // results so far, ties and replaced ones among them
	Next                  int // the number of the play to come, when Ready
	WinnerNext, LoserNext int // the series in which they play next, if it is needed; 0 for none
}

// Standing is an alliance in the playoff.
type Standing struct {
	Alliance int
	Losses   int // series
	Place    int // 0 while it plays on; alliances that went out in one round share a place
}

// Playoff is a bracket with its results.
type Playoff struct {
	Matches   []Match    // in the order of the plan
	Standings []Standing // by alliance
	Champion  int        // 0 until it is decided
	// Odd are results that fit no match as the others have it: of a series that is not
	// there, not needed or not known yet, won by somebody who is not in it, or told twice
	// and otherwise. They count for nothing; a corrected result can make some.
	Odd []Result
}

// Play works out the playoff of so many alliances from its results, in any order. The last
// play of a series decides it: a tie, or a match that has to be played again, leaves it
// open until the next. It returns ErrSize for other numbers of alliances than Plan knows.
func Play(alliances int, results []Result) (*Playoff, error) {
	plan, err := Plan(alliances)
	if err != nil {
		return nil, err
	}
	p := &Playoff{Matches: make([]Match, len(plan)), Standings: make([]Standing, alliances)}
	for i := range p.Standings {
		p.Standings[i].Alliance = i + 1
	}
	series := p.bySeries(results, plan[0].Wins > 1)
	for i, pairing := range plan {
		m := &p.Matches[i]
		m.Pairing, m.Status = pairing, Waiting
		m.RedAlliance, m.BlueAlliance = p.seat(pairing.Red), p.seat(pairing.Blue)
		p.decide(m, series[pairing.Series])
		delete(series, pairing.Series)
	}
	for _, rest := range series {
		p.Odd = append(p.Odd, rest...)
	}
	slices.SortFunc(p.Odd, byPlay)
	p.follow()
	return p, nil
}

func byPlay(a, b Result) int {
	return cmp.Or(cmp.Compare(a.Series, b.Series), cmp.Compare(a.Number, b.Number), cmp.Compare(a.Winner, b.Winner))
}

// bySeries groups the results by series, each in order. Of plays that are told in two ways
// nobody knows which is right, so both are odd.
func (p *Playoff) bySeries(results []Result, bestOf bool) map[int][]Result {
	results = slices.Clone(results)
	slices.SortFunc(results, byPlay)
	results = slices.Compact(results)
	var sound []Result
	for i, r := range results {
		same := func(j int) bool {
			return j >= 0 && j < len(results) && results[j].Series == r.Series && results[j].Number == r.Number
		}
		if same(i-1) || same(i+1) || r.Series < 1 || r.Number < 1 {
			p.Odd = append(p.Odd, r)
		} else {
			sound = append(sound, r)
		}
	}
	if bestOf {
		return map[int][]Result{1: games(sound)}
	}
	series := make(map[int][]Result)
	for _, r := range sound {
		series[r.Series] = append(series[r.Series], r)
	}
	return series
}

// games returns the games of a best of three. Some sources count them as numbers of one
// series, others each as a series with numbers for its replays, of which the last counts.
func games(results []Result) []Result {
	if !slices.ContainsFunc(results, func(r Result) bool { return r.Series > 1 }) {
		return results
	}
	var last []Result
	for i, r := range results {
		if i+1 == len(results) || results[i+1].Series != r.Series {
			last = append(last, r)
		}
	}
	return last
}

// seat returns who sits there by now, or 0.
func (p *Playoff) seat(s Source) int {
	switch s.Origin {
	case WinnerOf:
		return p.Matches[s.Number-1].Winner
	case LoserOf:
		return p.Matches[s.Number-1].Loser
	}
	return s.Number
}

// decide gives the match what its results say.
func (p *Playoff) decide(m *Match, results []Result) {
	if m.Deciding {
		if final := p.Matches[m.Series-2]; final.Status == Decided && final.Winner == final.RedAlliance {
			m.Status, m.RedAlliance, m.BlueAlliance = Unneeded, 0, 0
		}
	}
	if m.RedAlliance == 0 || m.BlueAlliance == 0 {
		p.Odd = append(p.Odd, results...)
		return
	}
	m.Status, m.Next = Ready, 1
	for _, r := range results {
		over := m.Wins > 1 && max(m.RedWins, m.BlueWins) == m.Wins
		if over || r.Winner != 0 && r.Winner != m.RedAlliance && r.Winner != m.BlueAlliance {
			p.Odd = append(p.Odd, r)
			continue
		}
		if m.Wins == 1 {
			m.RedWins, m.BlueWins = 0, 0 // it replaces the play before
		}
		m.Plays++
		m.Next = max(r.Number, m.Plays) + 1
		switch r.Winner {
		case m.RedAlliance:
			m.RedWins++
		case m.BlueAlliance:
			m.BlueWins++
		}
	}
	switch m.Wins {
	case m.RedWins:
		p.close(m, m.RedAlliance, m.BlueAlliance)
	case m.BlueWins:
		p.close(m, m.BlueAlliance, m.RedAlliance)
	}
}

// close ends the match. Who has lost twice, or the only final there is, is out.
func (p *Playoff) close(m *Match, winner, loser int) {
	m.Status, m.Winner, m.Loser, m.Next = Decided, winner, loser, 0
	lost := &p.Standings[loser-1]
	lost.Losses++
	if lost.Losses == 2 || m.Wins > 1 {
		lost.Place = m.Place
		if m.Place == 2 {
			p.Champion = winner
			p.Standings[winner-1].Place = 1
		}
	}
}

// follow tells each match where its alliances go from it.
func (p *Playoff) follow() {
	for _, m := range p.Matches {
		if m.Status == Unneeded {
			continue
		}
		for _, s := range []Source{m.Red, m.Blue} {
			switch s.Origin {
			case WinnerOf:
				p.Matches[s.Number-1].WinnerNext = m.Series
			case LoserOf:
				p.Matches[s.Number-1].LoserNext = m.Series
			}
		}
	}
}

// Alliance is who plays together in the playoffs.
type Alliance struct {
	Number int
	Teams  []int // captain, picks and backup
}

// Which returns the number of the alliance that these robots are from, or 0 when they are
// of none or of several.
func Which(alliances []Alliance, robots []int) int {
	found := 0
	for _, a := range alliances {
		if !slices.ContainsFunc(a.Teams, func(team int) bool { return slices.Contains(robots, team) }) {
			continue
		}
		if found != 0 {
			return 0
		}
		found = a.Number
	}
	return found
}
