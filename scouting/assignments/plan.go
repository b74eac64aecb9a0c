package assignments

// Position is a robot's place on the field.
type Position struct {
	Alliance string // RED or BLUE
	Station  int    // 1 to 3
}

// Robot is who plays at a position of a match.
type Robot struct {
	Position Position
	Team     int // FTC team number
}

// Match is one match with its robots. Matches are named by their place in Plan.Matches,
// which is the order of play.
type Match struct {
	Robots []Robot
}

// Absence is a stretch of matches without a scout, both ends included.
type Absence struct {
	Scout    int
	From, To int
}

// Seat is one scout on one robot of one match, each named by its place in the plan.
type Seat struct {
	Match, Robot, Scout int
}

// Nobody and NoRobot stand in kept seats for a scout who is not one of the plan's, and for
// a robot that does not play in the match (any more).
const (
	Nobody  = -1
	NoRobot = -1
)

// Plan is what a team wants. Fields below 1 that count something mean 1, BreakAfter 0 means
// no breaks.
type Plan struct {
	Matches      []Match
	First        int // nobody is put into matches before this one; what is kept there counts
	Scouts       int // how many there are
	PerRobot     int // scouts for each robot
	Block        int // matches for which a scout stays on; shifts change at its borders
	KeepPosition bool
	BreakAfter   int // after so many matches ...
	BreakLength  int // ... so many off in a row
	Absences     []Absence
	OwnTeam      int         // whose next opponents come first where not all robots can be seen
	SkipOwn      bool        // nobody watches OwnTeam
	Seen         map[int]int // how often a team was seen before, besides what is kept
	Kept         []Seat      // stays as it is and counts for loads, breaks and positions
	Seed         uint64      // decides between equals
}

// Generate returns the seats to fill, in the order of matches, robots and scouts. What is
// kept is not among them.
func Generate(p Plan) []Seat {
	p.PerRobot, p.Block = max(p.PerRobot, 1), max(p.Block, 1)
	p.First = max(p.First, 0)
	if p.BreakLength < 1 {
		p.BreakAfter = 0
	}
	// Taking whoever has worked least is nearly always best. Where breaks are tight it lets
	// everybody rest at once, and shifts that begin one after another cover more.
	best := draft(p, nil)
	if p.BreakAfter > 0 && best.open() > 0 {
		if other := draft(p, staggered(p)); other.open() < best.open() {
			best = other
		}
	}
	return best.seats()
}

func draft(p Plan, onShift func(scout, match int) bool) *table {
	t := newTable(p)
	t.fill(onShift)
	for first := true; t.complete() || first; first = false {
		t.exchange()
		for t.handOver() { // whoever gives a match away may be rested enough for an empty seat
			continue
		}
	}
	return t
}

// staggered returns shifts of BreakAfter matches that begin one after another, evenly over
// the scouts, so that at any time about the same number is on.
func staggered(p Plan) func(scout, match int) bool {
	period := p.BreakAfter + p.BreakLength
	return func(scout, match int) bool {
		return (match+scout*period/p.Scouts)%period < p.BreakAfter
	}
}
