// Package capacity computes what an FTC event needs in nodes, PostgreSQL and Redis from what
// the parts were measured to cost. docs/scaling.md shows its tables; a test holds the page to
// them.
package capacity

// Costs are CPU in us and memory in bytes, each of one piece of work.
type Costs struct {
	Program, Socket           float64 // memory of a node, and of an idle socket
	Connect, Subscribe        float64 // at the node: a socket with its first channel, a signed subscription
	Auth, AuthPostgres        float64 // POST /api/pusher/auth
	CatchUp, CatchUpPostgres  float64 // GET of the 20 events that were missed
	Read, ReadPostgres        float64 // GET that finds nothing new
	Delivery, DeliveryBatched float64 // an event at one subscriber: alone, and among many at once
	Entry, EntryPostgres      float64 // POST of an entry, with one node that tells it
	EntryNode, EntryNodeReads float64 // the same at each further node: its CPU, and PostgreSQL's
	Join, JoinRedis           float64 // a member who comes or goes: CPU of each node, and of Redis
	JoinTraffic               float64 // what Redis sends each node of it
	Member, MemberRedis       float64 // memory of each node, and of Redis
	HintRedis                 float64 // CPU of Redis for one message among nodes that comes alone
}

// Measured are the costs on two cores that other work shared.
func Measured() Costs {
	const kib, mib = 1 << 10, 1 << 20
	return Costs{
		Program: 27 * mib, Socket: 1.67 * kib,
		Connect: 125, Subscribe: 19,
		Auth: 167, AuthPostgres: 77,
		CatchUp: 617, CatchUpPostgres: 247,
		Read: 257, ReadPostgres: 190,
		Delivery: 6.55, DeliveryBatched: 0.31,
		Entry: 946, EntryPostgres: 891,
		EntryNode: 306, EntryNodeReads: 90,
		Join: 6.5, JoinRedis: 13, JoinTraffic: 327,
		Member: 709, MemberRedis: 424,
		HintRedis: 102,
	}
}

// row is one line of the table of costs.
type row struct {
	what  string
	value float64
	unit  string
	how   string
}

func (c Costs) rows() []row {
	const (
		sockets = "`loadgen -scenarios connect -sockets 19500`"
		calls   = "`BenchmarkCalls`"
		nodes   = "`BenchmarkEntryOnNodes`, 1 and 3 nodes, mean of two runs"
		members = "`BenchmarkMembers`, 10,000 over 3 nodes"
		peer    = "`make bench-peer`"
	)
	return []row{
		{"memory of the hub's program", c.Program / (1 << 20), "MiB", sockets},
		{"memory of an idle socket", c.Socket / (1 << 10), "KiB", sockets},
		{"CPU of an idle socket", 0, "us", sockets + ": under 10 ms in 12 s for all"},
		{"a socket opens and subscribes", c.Connect, "us", sockets + ", and storm"},
		{"a signed subscription", c.Subscribe, "us", peer + ", private"},
		{"its signature, `POST /api/pusher/auth`", c.Auth, "us", calls},
		{"... PostgreSQL", c.AuthPostgres, "us", calls},
		{"catching up with 20 events", c.CatchUp, "us", calls},
		{"... PostgreSQL", c.CatchUpPostgres, "us", calls},
		{"a read that finds nothing new", c.Read, "us", calls},
		{"... PostgreSQL", c.ReadPostgres, "us", calls},
		{"a delivery, one event at a time", c.Delivery, "us", peer + ", latency"},
		{"a delivery, saturated", c.DeliveryBatched, "us", peer + ", fanout"},
		{"an entry, with one node that tells it", c.Entry, "us", nodes},
		{"... PostgreSQL", c.EntryPostgres, "us", nodes},
		{"... at each further node", c.EntryNode, "us", nodes},
		{"... PostgreSQL, for each further node", c.EntryNodeReads, "us", nodes},
		{"a member joins or leaves, each node", c.Join, "us", members},
		{"... Redis", c.JoinRedis, "us", members},
		{"... Redis to each node", c.JoinTraffic, "B", members},
		{"a member, memory of each node", c.Member, "B", members},
		{"... Redis", c.MemberRedis, "B", members},
		{"a message that comes alone, Redis", c.HintRedis, "us", "`BenchmarkMember`"},
	}
}
