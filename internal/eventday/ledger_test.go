package eventday

import (
	"encoding/json"
	"fmt"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/google/uuid"
)

// answers is a filled form: each answer as JSON has it.
type answers map[string]string

// counts are the form's keys that are numbers.
var counts = []string{
	"autoClassifiedCount", "autoOverflowCount", "autoPatternCount", "teleopClassifiedCount", "teleopOverflowCount", "teleopDepotCount", "teleopPatternCount",
}

// bases are what endgameBaseStatus may be, the least first.
var bases = []string{`"NONE"`, `"PARTIAL"`, `"FULL"`}

func (a answers) json() json.RawMessage {
	var parts []string
	for _, key := range slices.Sorted(maps.Keys(a)) {
		parts = append(parts, fmt.Sprintf("%q:%s", key, a[key]))
	}
	return json.RawMessage("{" + strings.Join(parts, ",") + "}")
}

func readAnswers(raw json.RawMessage) (answers, error) {
	var members map[string]json.RawMessage
	err := json.Unmarshal(raw, &members)
	a := make(answers, len(members))
	for key, value := range members {
		a[key] = string(value)
	}
	return a, err
}

// robot is one robot in one match.
type robot struct {
	match, number int
}

// record is what a scout meant to record, and what was agreed to since.
type record struct {
	id       uuid.UUID
	author   uuid.UUID
	robot    robot
	alliance string
	answers  answers
	notes    string
	rev      int
	order    int  // among what the server has taken
	stored   bool // not waiting on a tablet or in quarantine, and not discarded
	current  bool // not of a play that was played again
}

// ledger is what a team's scouts meant to record.
type ledger struct {
	mu      sync.Mutex // guards the fields below
	records map[uuid.UUID]*record
	taken   int
}

// mean notes an entry before it is sent.
func (l *ledger) mean(r *record) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records[r.id] = r
}

// store notes that the server has an entry.
func (l *ledger) store(id uuid.UUID) {
	l.mu.Lock()
	defer l.mu.Unlock()
	if r := l.records[id]; !r.stored {
		l.taken++
		r.stored, r.current, r.rev, r.order = true, true, 1, l.taken
	}
}

// change notes a change that the server has agreed to.
func (l *ledger) change(id uuid.UUID, rev int, change func(*record)) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.records[id].rev = max(l.records[id].rev, rev)
	change(l.records[id])
}

// replay notes that what is there of a match does not count any more.
func (l *ledger) replay(match int) {
	l.mu.Lock()
	defer l.mu.Unlock()
	for _, r := range l.records {
		if r.robot.match == match {
			r.current = false
		}
	}
}

// list returns copies of the stored entries that fit, in the order in which they were taken.
func (l *ledger) list(fits func(*record) bool) []record {
	l.mu.Lock()
	defer l.mu.Unlock()
	var list []record
	for _, r := range l.records {
		if r.stored && fits(r) {
			copied := *r
			copied.answers = maps.Clone(r.answers)
			list = append(list, copied)
		}
	}
	slices.SortFunc(list, func(a, b record) int { return a.order - b.order })
	return list
}

func anything(*record) bool { return true }

// consensus is what a team's scouts together say of each robot, worked out here once more:
// of each scout the last word, the middle of the counts, the majority of the rest.
func (l *ledger) consensus() map[robot]answers {
	last := make(map[robot]map[uuid.UUID]answers)
	for _, r := range l.list(func(r *record) bool { return r.current }) {
		if last[r.robot] == nil {
			last[r.robot] = make(map[uuid.UUID]answers)
		}
		last[r.robot][r.author] = r.answers
	}
	agreed := make(map[robot]answers, len(last))
	for robot, byScout := range last {
		agreed[robot] = agree(slices.Collect(maps.Values(byScout)))
	}
	return agreed
}

func agree(said []answers) answers {
	agreed := make(answers)
	for _, key := range counts {
		numbers := make([]int, len(said))
		for i, a := range said {
			numbers[i], _ = strconv.Atoi(a[key])
		}
		slices.Sort(numbers)
		n := len(numbers)
		agreed[key] = strconv.Itoa((numbers[(n-1)/2] + numbers[n/2]) / 2)
	}
	// Of equally many the form's default is taken, which is the least here.
	agreed["autoLeave"] = majority(said, "autoLeave", []string{"false", "true"})
	agreed["endgameBaseStatus"] = majority(said, "endgameBaseStatus", bases)
	return agreed
}

func majority(said []answers, key string, choices []string) string {
	best, most := "", 0
	for _, choice := range choices {
		n := 0
		for _, a := range said {
			if a[key] == choice {
				n++
			}
		}
		if n > most {
			best, most = choice, n
		}
	}
	return best
}
