package capacity

import "math"

// Day is what people do at the same time.
type Day struct {
	Name       string
	Events     float64 // FTC events
	Scouts     float64
	Spectators float64
}

// What is assumed of everybody.
const (
	cores      = 2.0   // of a node
	busy       = 0.6   // of a core that is planned with; the rest is for bursts
	teamSize   = 10.0  // sockets on a team's channels
	entryEvery = 150.0 // seconds between two entries of a scout
	peak       = 3.0   // entries after the end of a match, against the mean
	matchEvery = 300.0 // seconds between two matches of an FTC event
	matchTells = 3.0   // events of a match on the hall's channel
	entryHints = 3.0   // channels of an entry
	arrival    = 600.0 // seconds in which everybody comes
	acceptRate = 2000.0
)

// Days are those of the page.
func Days() []Day {
	return []Day{
		{"one FTC event", 1, 300, 2000},
		{"a region, 10 FTC events", 10, 3000, 20000},
		{"championship Saturday, 100 FTC events", 100, 30000, 200000},
	}
}

// Need is what a day takes. CPU is in cores.
type Need struct {
	Entries, Deliveries float64 // a second, at the peak
	Nodes               float64 // so that the day goes on with one node less
	NodeCPU             float64 // of each
	NodeMemory          float64 // of each, for sockets and members, in MiB
	Sockets             float64 // of each
	Postgres, Redis     float64
	RedisMemory         float64 // MiB
	RedisTraffic        float64 // to each node, KiB/s, while everybody comes
	Door                float64 // node's CPU while everybody comes
	Return              float64 // seconds until the sockets of a lost node are back
	First               string  // what is used up first as the day grows
}

// entries is how many are saved a second at the peak.
func (d Day) entries() float64 { return peak * d.Scouts / entryEvery }

// hall is how many sockets are on the channel of one FTC event.
func (d Day) hall() float64 { return d.Spectators / d.Events }

// deliveries is how many frames all nodes write a second at the peak.
func (d Day) deliveries() float64 {
	return d.entries()*(teamSize+d.hall()) + d.Events*matchTells/matchEvery*d.hall()
}

// On is what the day takes on so many nodes.
func (d Day) On(c Costs, nodes float64) Need {
	n := Need{Nodes: nodes, Entries: d.entries(), Deliveries: d.deliveries()}
	sockets := d.Scouts + d.Spectators
	n.Sockets = sockets / nodes
	n.NodeCPU = (n.Deliveries*c.Delivery/nodes + n.Entries*c.Entry/nodes + n.Entries*c.EntryNode*(nodes-1)/nodes) / 1e6
	n.Postgres = n.Entries * (c.EntryPostgres + c.EntryNodeReads*(nodes-1)) / 1e6
	n.NodeMemory = (c.Program + n.Sockets*c.Socket) / (1 << 20)
	arrivals := sockets / arrival
	n.Door = arrivals * (c.Connect + c.Read + d.perScout(2*c.Subscribe+2*c.Auth)) / nodes / 1e6
	if nodes > 1 {
		n.NodeMemory += d.Scouts * c.Member / (1 << 20)
		n.RedisMemory = d.Scouts * c.MemberRedis / (1 << 20)
		n.RedisTraffic = d.Scouts / arrival * c.JoinTraffic / (1 << 10)
		n.Redis = n.Entries * entryHints * c.HintRedis / 1e6
		n.Return = d.back(c, n)
	}
	n.First = d.first(c, n)
	return n
}

// perScout spreads what only scouts cost over all sockets.
func (d Day) perScout(cost float64) float64 { return cost * d.Scouts / (d.Scouts + d.Spectators) }

// back is how long the sockets of a lost node take to be back, by what is slowest of the
// limit on new sockets, the CPU that the others have left, and PostgreSQL's, whose machine is
// planned as the nodes are.
func (d Day) back(c Costs, n Need) float64 {
	left := cores - n.NodeCPU*n.Nodes/(n.Nodes-1)
	each := c.Connect + c.CatchUp + d.perScout(2*c.Subscribe+2*c.Auth)
	postgres := n.Sockets * (c.CatchUpPostgres + d.perScout(2*c.AuthPostgres)) / 1e6
	return max(n.Sockets/((n.Nodes-1)*acceptRate), n.Sockets*each/1e6/((n.Nodes-1)*left), postgres/(n.Postgres*(1-busy)/busy))
}

// first names the part with the largest share of a node's or of Redis' one core.
func (d Day) first(c Costs, n Need) string {
	deliveries := n.Deliveries * c.Delivery / n.Nodes / 1e6
	share, name := deliveries/(cores*busy), "deliveries to the hall"
	if s := (n.NodeCPU - deliveries) / (cores * busy); s > share {
		share, name = s, "entries at the nodes"
	}
	if s := n.Redis / busy; s > share {
		share, name = s, "Redis, one core"
	}
	if s := n.Postgres / (cores * busy * n.Nodes); s > share {
		name = "PostgreSQL's writes and reads"
	}
	return name
}

// For is what the day takes on the fewest nodes that would do with one less, two at least;
// a day that one node carries alone has Nodes 1.
func (d Day) For(c Costs) Need {
	if alone := d.On(c, 1); alone.NodeCPU+alone.Postgres <= cores*busy {
		return alone
	}
	for nodes := 2.0; nodes < 1000; nodes++ {
		if d.On(c, nodes-1).NodeCPU <= cores*busy {
			return d.On(c, nodes)
		}
	}
	return Need{Nodes: math.Inf(1)}
}
