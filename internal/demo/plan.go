package demo

import (
	"cmp"
	"slices"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

// The six scouts: four of the first team watch a robot each; the two of the second watch
// one robot of either alliance and take turns.
const (
	scoutsOfFirst  = 4
	scoutsOfSecond = 2
	scoutCount     = scoutsOfFirst + scoutsOfSecond
)

// entry is an entry as a tablet sends it.
type entry struct {
	ID             uuid.UUID    `json:"id"`
	ScoutingTeamID uuid.UUID    `json:"scoutingTeamId"`
	Season         int          `json:"season"`
	EventCode      string       `json:"eventCode"`
	Level          ftc.Level    `json:"tournamentLevel"`
	MatchNumber    int          `json:"matchNumber"`
	Alliance       ftc.Alliance `json:"alliance"`
	ScoutedTeam    int          `json:"scoutedTeamNumber"`
	Data           sighting     `json:"data"`
	Notes          string       `json:"notes,omitempty"`
}

// task is one entry that a scout will send.
type task struct {
	scout int
	at    float64 // when, as a part of the match's time
	entry entry   // without the scouting team
}

// stage is what decides every entry: the same stage gives the same entries with the same
// ids, so that playing a match again doubles nothing.
type stage struct {
	script *script
	seed   uint64
	world  uuid.UUID
	round  int
}

// tasks returns what the scouts will send of a match, in the order of time.
func (st stage) tasks(m scriptMatch) []task {
	did := st.script.truths(st.seed, st.round, m)
	list := make([]task, 0, scoutCount)
	for scout := range scoutCount {
		robot := watched(scout, m)
		dice := newDice(st.seed, "scout", st.round, m.Number, robot.Number, scout)
		t := task{scout: scout, at: 0.15 + 0.8*dice.Float64(), entry: st.entry(m, robot, scout)}
		if robot.NoShow {
			t.entry.Data, t.entry.Notes = did[robot.Number], "Did not show up."
		} else {
			t.entry.Data, t.entry.Notes = observe(did[robot.Number], dice), remark(did[robot.Number], dice.IntN(3))
		}
		list = append(list, t)
	}
	slices.SortStableFunc(list, func(a, b task) int { return cmp.Compare(a.at, b.at) })
	return list
}

func (st stage) entry(m scriptMatch, robot scriptRobot, scout int) entry {
	key := st.script.key(st.round)
	return entry{
		ID:     st.id(m.Number, robot.Number, scout),
		Season: key.Season, EventCode: key.Code, Level: ftc.Qual, MatchNumber: m.Number,
		Alliance: robot.alliance(), ScoutedTeam: robot.Number,
	}
}

// id is the id that the tablet makes.
func (st stage) id(match, robot, scout int) uuid.UUID {
	dice := newDice(st.seed, "id", st.world, st.round, match, robot, scout)
	var id uuid.UUID
	for i := range id {
		id[i] = byte(dice.UintN(256))
	}
	id[6], id[8] = id[6]&0x0f|0x40, id[8]&0x3f|0x80 // version 4, RFC 9562
	return id
}

// watched returns the robot that a scout watches in a match.
func watched(scout int, m scriptMatch) scriptRobot {
	if scout < scoutsOfFirst {
		return m.Robots[scout%len(m.Robots)]
	}
	turn := m.Number % 2
	return m.Robots[2*(scout-scoutsOfFirst)+turn]
}

// away returns the scout who is out of reach of the Wi-Fi during a match, or -1. Somebody
// is for three of every six matches, and sends everything with the first match after.
func (st stage) away(match int) int {
	block, place := (match-1)/6, (match-1)%6
	if place < 1 || place > 3 {
		return -1
	}
	return newDice(st.seed, "away", st.round, block).IntN(scoutCount)
}

// remark is a scout's note: on some robots, and never about people.
func remark(did sighting, roll int) string {
	switch {
	case roll > 0:
		return ""
	case did.Base == "FULL" && did.TeleopClassified > 8:
		return "Fast cycles and home in time."
	case did.Base == "FULL":
		return "Parks well."
	case did.TeleopOverflow > did.TeleopClassified:
		return "Shoots while the ramp is full."
	case did.AutoClassified == 0 && !did.AutoLeave:
		return "Stood still in AUTO."
	case did.TeleopDepot > 2:
		return "Loses artifacts at the depot."
	}
	return "Steady."
}
