package redisbus

import (
	"cmp"
	"encoding/json"
	"slices"
	"strconv"
	"strings"
	"sync"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// view is the copy of what the other nodes hold. Only the hearer changes it.
type view struct {
	mu      sync.RWMutex // guards the fields below
	epoch   string
	version int64
	nodes   map[string]map[hub.Fact]int   // what each node holds
	held    map[hub.Fact]*holding         // over all of them
	members map[group]map[string]*holding // the Present facts among them, by user
	comings uint64                        // counts holdings
}

// group is a channel of an app.
type group struct {
	app     string
	channel realtime.Channel
}

// holding is one fact over all other nodes.
type holding struct {
	n      int
	coming uint64 // its place among all
	info   json.RawMessage
}

func newView() view {
	return view{nodes: map[string]map[hub.Fact]int{}, held: map[hub.Fact]*holding{}, members: map[group]map[string]*holding{}}
}

// set notes what a node holds and reports whether the sum has changed. It must be called
// with mu held.
func (v *view) set(node string, fact hub.Fact, n int, info string) bool {
	facts := v.nodes[node]
	old := facts[fact]
	if n == old {
		return false
	}
	switch {
	case n == 0:
		delete(facts, fact)
	case facts == nil:
		v.nodes[node] = map[hub.Fact]int{fact: n}
	default:
		facts[fact] = n
	}
	h := v.held[fact]
	if h == nil {
		v.comings++
		h = &holding{coming: v.comings}
		if info != "" {
			h.info = json.RawMessage(info)
		}
		v.held[fact] = h
		if fact.Kind == hub.Present {
			g := group{fact.App, fact.Channel}
			if v.members[g] == nil {
				v.members[g] = map[string]*holding{}
			}
			v.members[g][fact.User] = h
		}
	}
	if h.n += n - old; h.n > 0 {
		return true
	}
	delete(v.held, fact)
	if g := (group{fact.App, fact.Channel}); fact.Kind == hub.Present {
		if delete(v.members[g], fact.User); len(v.members[g]) == 0 {
			delete(v.members, g)
		}
	}
	return true
}

// replace makes the facts of a node just those given, and returns whose sums have changed.
// It must be called with mu held.
func (v *view) replace(node string, facts []fact) []hub.Fact {
	var changed []hub.Fact
	stay := make(map[hub.Fact]struct{}, len(facts))
	for _, f := range facts {
		stay[f.Fact] = struct{}{}
		if v.set(node, f.Fact, f.n, f.info) {
			changed = append(changed, f.Fact)
		}
	}
	for f := range v.nodes[node] {
		if _, stays := stay[f]; !stays && v.set(node, f, 0, "") {
			changed = append(changed, f)
		}
	}
	if len(facts) == 0 {
		delete(v.nodes, node)
	}
	return changed
}

// fact is a fact with how many times a node holds it.
type fact struct {
	hub.Fact
	n    int
	info string
}

// parseValue reads what a node holds of a fact: a number, a space, and the info.
func parseValue(text, value string) (fact, error) {
	f, err := parseFact(text)
	if err != nil {
		return fact{}, err
	}
	count, info, _ := strings.Cut(value, " ")
	n, err := strconv.Atoi(count)
	if err != nil || n < 0 {
		return fact{}, errWire
	}
	return fact{f, n, info}, nil
}

// Held implements hub.Bus.
func (b *Bus) Held(fact hub.Fact) int {
	b.view.mu.RLock()
	defer b.view.mu.RUnlock()
	if h := b.view.held[fact]; h != nil {
		return h.n
	}
	return 0
}

// Members implements hub.Bus.
func (b *Bus) Members(appID string, channel realtime.Channel) []protocol.Member {
	type one struct {
		protocol.Member
		coming uint64
	}
	b.view.mu.RLock()
	defer b.view.mu.RUnlock()
	there := b.view.members[group{appID, channel}]
	if len(there) == 0 {
		return nil
	}
	list := make([]one, 0, len(there))
	for user, h := range there {
		list = append(list, one{protocol.Member{UserID: user, Info: h.info}, h.coming})
	}
	slices.SortFunc(list, func(x, y one) int { return cmp.Compare(x.coming, y.coming) })
	members := make([]protocol.Member, len(list))
	for i := range list {
		members[i] = list[i].Member
	}
	return members
}

// Each implements hub.Bus.
func (b *Bus) Each(appID string, kind hub.Kind, visit func(fact hub.Fact, n int)) {
	var found []fact
	b.view.mu.RLock()
	for f, h := range b.view.held {
		if f.App == appID && f.Kind == kind {
			found = append(found, fact{Fact: f, n: h.n})
		}
	}
	b.view.mu.RUnlock()
	for _, f := range found {
		visit(f.Fact, f.n)
	}
}
