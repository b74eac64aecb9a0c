package analytics

import "slices"

// ThinMatches is the number of matches below which a team's OPR says more about chance
// than about the team; show its ridge OPR until then.
const ThinMatches = 4

// Power is a team's part in the scores of one FTC event, in points for each match.
type Power struct {
	Team    int
	Matches int // qualification matches at the event

	OPR     float64 // of the total
	NoFoul  float64 // of the total without fouls
	Auto    float64
	Teleop  float64
	Endgame float64
	DPR     float64 // of the opponents' total
	CCWM    float64 // of the margin; OPR - DPR

	// Ridge OPR of the total and of the total without fouls: drawn towards half the mean
	// alliance score, strongly while there is little data.
	Ridge       float64
	RidgeNoFoul float64
}

// Thin reports whether the team has played too little for its least squares values.
func (p Power) Thin() bool { return p.Matches < ThinMatches }

// ridgeLambda is the weight of the prior in ridge OPR, in matches.
const ridgeLambda = 1

// The columns that least squares solve for.
const (
	columnTotal = iota
	columnNoFoul
	columnAuto
	columnTeleop
	columnEndgame
	columnOpponent
	columnMargin
	columns
)

// OPR returns the power of all teams that have played, by team number. Only qualification
// matches count, and in them every team that was scheduled. Where the matches do not yet
// tell teams apart it returns the solution of least norm, so that there always is exactly
// one.
func OPR(matches []Match) []Power {
	teams, rows := alliances(matches)
	if len(teams) == 0 {
		return nil
	}
	design := newDesign(len(teams), rows)
	solved := design.leastNorm()
	total := design.ridge(columnTotal, ridgeLambda)
	noFoul := design.ridge(columnNoFoul, ridgeLambda)
	list := make([]Power, len(teams))
	for i, team := range teams {
		list[i] = Power{
			Team:        team,
			Matches:     design.played(i),
			OPR:         solved.At(i, columnTotal),
			NoFoul:      solved.At(i, columnNoFoul),
			Auto:        solved.At(i, columnAuto),
			Teleop:      solved.At(i, columnTeleop),
			Endgame:     solved.At(i, columnEndgame),
			DPR:         solved.At(i, columnOpponent),
			CCWM:        solved.At(i, columnMargin),
			Ridge:       total.AtVec(i),
			RidgeNoFoul: noFoul.AtVec(i),
		}
	}
	return list
}

// row is one alliance in one match: who shares what.
type row struct {
	teams  []int // places in the list of teams
	values [columns]float64
}

// alliances returns the teams of the qualification matches in ascending order, and a row
// for each alliance.
func alliances(matches []Match) ([]int, []row) {
	var teams []int
	for _, m := range matches {
		if m.Level == Qualification {
			teams = append(append(teams, m.Red.Teams...), m.Blue.Teams...)
		}
	}
	slices.Sort(teams)
	teams = slices.Compact(teams)
	var rows []row
	for _, m := range matches {
		if m.Level == Qualification {
			rows = append(rows, newRow(teams, m.Red, m.Blue.Points), newRow(teams, m.Blue, m.Red.Points))
		}
	}
	return teams, rows
}

func newRow(teams []int, own Alliance, opponent Points) row {
	r := row{values: [columns]float64{
		columnTotal:    own.Points.Total,
		columnNoFoul:   own.Points.NoFoul,
		columnAuto:     own.Points.Auto,
		columnTeleop:   own.Points.Teleop,
		columnEndgame:  own.Points.Endgame,
		columnOpponent: opponent.Total,
		columnMargin:   own.Points.Total - opponent.Total,
	}}
	for _, team := range own.Teams {
		place, _ := slices.BinarySearch(teams, team)
		if !slices.Contains(r.teams, place) { // a team that is listed twice still is one
			r.teams = append(r.teams, place)
		}
	}
	return r
}
