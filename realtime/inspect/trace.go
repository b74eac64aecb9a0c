package inspect

import (
	"sync"
	"sync/atomic"
	"time"
)

// The bounds of a trace.
const (
	maxLines   = 2048             // that wait to be asked for
	maxRead    = 1 << 20          // bytes of text in one answer
	maxFilters = 16               // that are asked for at the same time
	Lease      = 15 * time.Second // how long lines are made after a question for them
)

// Trace is the debug log of one node: what happens to its sockets, while somebody asks.
// While nobody does, On is one atomic load, and nothing else is done. A nil Trace is never on.
type Trace struct {
	node    string
	asked   atomic.Pointer[asked] // nil while nobody asks
	refused atomic.Int64          // see Refuse

	mu     sync.Mutex // guards the fields below, and until of leases
	ring   []Line     // each line at its number's place; nil while nobody asks
	first  int64      // the number of the oldest line in the ring
	last   int64      // the number of the newest line ever
	timer  *time.Timer
	follow func() // see Follow
}

// asked is what is wanted at present. It does not change.
type asked struct {
	leases []*lease
	users  map[string]struct{} // whose deliveries are wanted; nil for nobody's
}

// lease is a filter that somebody has asked with.
type lease struct {
	Filter
	until time.Time
}

// NewTrace returns the debug log of the node.
func NewTrace(node string) *Trace { return &Trace{node: node} }

// On reports whether anybody asks.
func (t *Trace) On() bool { return t != nil && t.asked.Load() != nil }

// Users returns the users for whom each event that a socket of theirs is given is wanted;
// nil for nobody.
func (t *Trace) Users() map[string]struct{} {
	if t == nil {
		return nil
	}
	if a := t.asked.Load(); a != nil {
		return a.users
	}
	return nil
}

// Refuse counts what was refused to a socket beside the hub, which counts its own.
func (t *Trace) Refuse() {
	if t != nil {
		t.refused.Add(1)
	}
}

// Refused returns how often that was since the start, whether anybody asked for lines or not.
func (t *Trace) Refused() int64 {
	if t == nil {
		return 0
	}
	return t.refused.Load()
}

// Follow has changed called when Users may have changed, with no lock held. It is called
// once, before all else.
func (t *Trace) Follow(changed func()) {
	if t == nil {
		return
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	t.follow = changed
}

// Note keeps the line if anybody wants it. It sets its node, number and time.
func (t *Trace) Note(l Line) {
	if t == nil {
		return
	}
	a := t.asked.Load()
	if a == nil || !a.want(&l) {
		return
	}
	l.cut()
	l.Node = t.node
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.ring == nil {
		return // the last lease has just ended
	}
	t.last++
	l.Number, l.At = t.last, time.Now().UTC()
	t.ring[t.last%maxLines] = l
	t.first = max(t.first, t.last-maxLines+1)
}

func (a *asked) want(l *Line) bool {
	for _, lease := range a.leases {
		if lease.fits(l) {
			return true
		}
	}
	return false
}

// Newest asks Read for the newest lines.
const Newest = -1

// Part is what one node's log has for a question.
type Part struct {
	Lines []Line `json:"lines"`
	Next  int64  `json:"next"` // pass as after
	Lost  int64  `json:"lost"` // lines after the number asked for that made room for newer ones
}

// Read returns up to limit lines with a number above after that the filter wants, the
// oldest first, and has such lines made for the time of a lease. After is Newest, or the
// Next of the answer before.
func (t *Trace) Read(f Filter, after int64, limit int) (Part, error) {
	if err := t.renew(f); err != nil {
		return Part{}, err
	}
	t.mu.Lock()
	defer t.mu.Unlock()
	p := Part{Lines: []Line{}, Next: t.last}
	from := max(after+1, t.first)
	if after < 0 || after > t.last {
		from = t.newest(f, limit)
	} else {
		p.Lost = from - after - 1
	}
	size := 0
	for n := from; n <= t.last; n++ {
		l := &t.ring[n%maxLines]
		if !f.fits(l) {
			continue
		}
		if size += l.size(); len(p.Lines) == limit || size > maxRead {
			p.Next = n - 1
			break
		}
		p.Lines = append(p.Lines, *l)
	}
	return p, nil
}

// newest returns from where on there are limit lines that the filter wants, or fewer. It
// must be called with mu held.
func (t *Trace) newest(f Filter, limit int) int64 {
	n := t.last
	for found, size := 0, 0; n >= t.first; n-- {
		l := &t.ring[n%maxLines]
		if !f.fits(l) {
			continue
		}
		if found, size = found+1, size+l.size(); found > limit || size > maxRead {
			break
		}
	}
	return n + 1
}

// renew has lines made that the filter wants.
func (t *Trace) renew(f Filter) error {
	changed, err := t.want(f, time.Now().Add(Lease))
	if changed && t.follow != nil {
		t.follow()
	}
	return err
}

// want begins or prolongs a lease, and reports whether Users may have changed.
func (t *Trace) want(f Filter, until time.Time) (changed bool, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	var leases []*lease
	if a := t.asked.Load(); a != nil {
		leases = a.leases
	}
	for _, l := range leases {
		if l.Filter == f {
			l.until = until
			return false, nil
		}
	}
	if len(leases) >= maxFilters {
		return false, ErrTraces
	}
	if t.ring == nil {
		t.ring, t.first = make([]Line, maxLines), t.last+1
		t.timer = time.AfterFunc(Lease, t.expire)
	}
	t.ask(append(leases[:len(leases):len(leases)], &lease{f, until}))
	return f.User != "", nil
}

// ask makes the leases those that are in force. It must be called with mu held.
func (t *Trace) ask(leases []*lease) {
	a := &asked{leases: leases}
	for _, l := range leases {
		if l.User == "" || !l.Kinds.has(Event) {
			continue
		}
		if a.users == nil {
			a.users = make(map[string]struct{})
		}
		a.users[l.User] = struct{}{}
	}
	t.asked.Store(a)
}

// expire ends the leases that nobody has renewed, and with the last one everything.
func (t *Trace) expire() {
	t.mu.Lock()
	defer t.mu.Unlock()
	now, next := time.Now(), time.Time{}
	var left []*lease
	for _, l := range t.asked.Load().leases {
		if !l.until.After(now) {
			continue
		}
		left = append(left, l)
		if next.IsZero() || l.until.Before(next) {
			next = l.until
		}
	}
	if len(left) == 0 {
		t.asked.Store(nil)
		t.ring, t.first, t.timer = nil, t.last+1, nil
		return
	}
	t.ask(left)
	t.timer.Reset(next.Sub(now))
}
