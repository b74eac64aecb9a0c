package eventlog

import (
	"context"
	"time"

	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// laggingShown is how many channels of a sink are named that it is behind on.
const laggingShown = 20

// silentAfter is how long a node may say nothing of itself until it counts as gone.
const silentAfter = 15 * time.Second

// Standing is how the log stands and how far it is carried.
type Standing struct {
	Channels int64      `json:"channels"`           // that ever had an event
	Events   int64      `json:"events"`             // that were ever appended
	NewestAt *time.Time `json:"newestAt,omitempty"` // when the newest one was
	Nodes    []NodeSays `json:"nodes"`
	Sinks    []Carried  `json:"sinks"`
}

// Carried is a sink with the channels that it is farthest behind on.
type Carried struct {
	Sink
	Lagging []Lagging `json:"lagging"`
}

// Lagging is a channel of which a sink has not got everything.
type Lagging struct {
	Channel  realtime.Channel `json:"channel"`
	Head     int64            `json:"head"`     // the newest seq in the log
	Position int64            `json:"position"` // the newest that the sink has
}

// NodeSays is what a node says of its own way from the log to sockets.
type NodeSays struct {
	Node      string     `json:"node"`
	Host      string     `json:"host"`
	Driver    string     `json:"driver"`
	Behind    int64      `json:"behind"`    // events that its hub should have and has not
	Published int64      `json:"published"` // events that its hub took since the node started
	Failures  int64      `json:"failures"`  // channels that were tried again since then
	Trouble   string     `json:"trouble,omitempty"`
	FailedAt  *time.Time `json:"failedAt,omitempty"`
	SeenAt    time.Time  `json:"seenAt"`
	Silent    bool       `json:"silent"` // it should have said something meanwhile
}

// Standing returns how the log stands and how far it is carried.
func (l *Log) Standing(ctx context.Context) (Standing, error) {
	size, err := l.q.LogSize(ctx)
	if err != nil {
		return Standing{}, Translate(err)
	}
	st := Standing{Channels: size.Channels, Events: size.Events, Nodes: []NodeSays{}, Sinks: []Carried{}}
	newest, err := l.q.NewestEvents(ctx)
	if err != nil {
		return Standing{}, Translate(err)
	}
	if len(newest) > 0 {
		st.NewestAt = &newest[0]
	}
	rows, err := l.q.RelayNodes(ctx)
	if err != nil {
		return Standing{}, Translate(err)
	}
	for _, row := range rows {
		st.Nodes = append(st.Nodes, NodeSays{
			Node: row.Node, Host: row.Host, Driver: row.Driver, Behind: row.Behind, Published: row.Published, Failures: row.Failures,
			Trouble: row.Trouble, FailedAt: row.FailedAt, SeenAt: row.SeenAt, Silent: row.Silence > silentAfter.Seconds(),
		})
	}
	sinks, err := l.Sinks(ctx)
	if err != nil {
		return Standing{}, err
	}
	for _, sink := range sinks {
		behind, err := l.q.Lagging(ctx, queries.LaggingParams{Sink: sink.Name, RowLimit: laggingShown})
		if err != nil {
			return Standing{}, Translate(err)
		}
		c := Carried{Sink: sink, Lagging: []Lagging{}}
		for _, row := range behind {
			c.Lagging = append(c.Lagging, Lagging{realtime.Channel(row.Channel), row.Head, row.Position})
		}
		st.Sinks = append(st.Sinks, c)
	}
	return st, nil
}

// Tell stores what a node says of itself. SeenAt is now.
func (l *Log) Tell(ctx context.Context, says NodeSays) error {
	return Translate(l.q.TellNode(ctx, queries.TellNodeParams{
		Node: says.Node, Host: says.Host, Driver: says.Driver, Behind: says.Behind, Published: says.Published, Failures: says.Failures,
		Trouble: says.Trouble, FailedAt: says.FailedAt,
	}))
}

// Forget forgets a node that stops, and nodes that ended without a word.
func (l *Log) Forget(ctx context.Context, node string) error {
	return Translate(l.q.ForgetNodes(ctx, node))
}
