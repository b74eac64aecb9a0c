// Package nodes answers what operators ask about sockets, for all the hubs that belong
// together: each node answers for its own sockets, and whoever was asked puts the answers
// together and names the nodes that were silent.
package nodes

import (
	"context"
	"crypto/rand"
	"encoding/json"
	"runtime"
	"runtime/metrics"
	"sync"
	"sync/atomic"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// The bounds of what is asked at the same time.
const (
	maxUnderWay = 2   // questions that visit every socket or channel
	maxAsking   = 8   // questions to other nodes
	maxWaiting  = 100 // questions that wait for either
	fresh       = time.Second
	patience    = time.Second // of a node that has asked
)

// Peers is how the nodes ask each other. Nil is a node alone.
type Peers interface {
	// ID returns the name of this node among them.
	ID() string
	// OnAsk has the questions of other nodes answered, and of none before. Nil is no answer.
	OnAsk(answer func(question []byte) []byte)
	// Ask returns what the other nodes answer, by their names, and who of them was silent
	// for a second.
	Ask(ctx context.Context, question []byte) (answers map[string][]byte, silent []inspect.Silent)
}

// Options is what a Service is made of.
type Options struct {
	Hub     *hub.Hub
	Trace   *inspect.Trace
	Peers   Peers  // nil is a node alone
	ID      string // of this node
	App     string // id of the app that is meant where none is named
	Host    string // name of the machine
	Version string
}

// Service answers for this node and asks the others. It is safe for concurrent use.
type Service struct {
	o         Options
	startedAt time.Time

	visits, asks gate

	nodeMu sync.Mutex // guards node; held while it is counted
	node   aged[inspect.Node]

	overviewMu sync.Mutex // guards overview; held while nodes are asked for it
	overview   aged[inspect.Overview]
}

// aged is a value that may be given again while it is fresh.
type aged[T any] struct {
	value T
	at    time.Time
}

func (a *aged[T]) get(count func() (T, error)) (T, error) {
	if time.Since(a.at) >= fresh {
		value, err := count()
		if err != nil {
			return value, err
		}
		// Fresh from now on: while a node is silent counting takes as long as this, and who
		// waits for the same must not count again, one after the other.
		a.value, a.at = value, time.Now()
	}
	return a.value, nil
}

// ID returns a name for a node: that among its peers, if it has any.
func ID(peers Peers) string {
	if peers != nil {
		return peers.ID()
	}
	return rand.Text()
}

// New returns the service of a node and lets its peers ask it.
func New(o Options) *Service {
	s := &Service{o: o, startedAt: time.Now().UTC()}
	s.visits.places, s.asks.places = make(chan struct{}, maxUnderWay), make(chan struct{}, maxAsking)
	if o.Peers != nil {
		o.Peers.OnAsk(s.answer)
	}
	return s
}

// gate lets some questions through at a time.
type gate struct {
	places  chan struct{} // one for each question under way
	waiting atomic.Int32
}

// enter waits for a place. leave has to follow if there is no error.
func (g *gate) enter(ctx context.Context) error {
	defer g.waiting.Add(-1)
	if g.waiting.Add(1) > maxWaiting {
		return inspect.ErrBusy
	}
	select {
	case g.places <- struct{}{}:
		return nil
	case <-ctx.Done():
		return inspect.ErrBusy.Because(ctx.Err())
	}
}

func (g *gate) leave() { <-g.places }

// here counts this node, once a second at most.
func (s *Service) here() inspect.Node {
	s.nodeMu.Lock()
	defer s.nodeMu.Unlock()
	node, _ := s.node.get(func() (inspect.Node, error) {
		counts := s.o.Hub.Counts()
		counts.Refused += s.o.Trace.Refused()
		return inspect.Node{
			ID: s.o.ID, Host: s.o.Host, Version: s.o.Version, StartedAt: s.startedAt, Counts: counts,
			MemoryBytes: memory(), Goroutines: runtime.NumGoroutine(),
		}, nil
	})
	return node
}

// memory is what the process has from the system and has not given back.
func memory() int64 {
	samples := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	metrics.Read(samples)
	return int64(samples[0].Value.Uint64()) - int64(samples[1].Value.Uint64()) //nolint:gosec // no machine has so much
}

// question is what one node asks the others. One of its parts is set.
type question struct {
	Overview    bool                     `json:"overview,omitempty"`
	Published   []inspect.Place          `json:"published,omitempty"`
	Connections *inspect.ConnectionQuery `json:"connections,omitempty"`
	Close       string                   `json:"close,omitempty"` // a socket id
	Send        *letter                  `json:"send,omitempty"`
	Log         *logQuestion             `json:"log,omitempty"`
}

// letter is an event to one socket.
type letter struct {
	SocketID string `json:"socketId"`
	Name     string `json:"name"`
	Data     string `json:"data"`
}

type logQuestion struct {
	inspect.Filter
	After inspect.Cursor `json:"after"`
	Limit int            `json:"limit"`
}

// after is the number from which this node has to answer.
func (q *logQuestion) after(node string) int64 {
	if n, known := q.After[node]; known {
		return n
	}
	return inspect.Newest
}

// answer answers another node, nil what it cannot.
func (s *Service) answer(raw []byte) []byte {
	var q question
	if json.Unmarshal(raw, &q) != nil {
		return nil
	}
	ctx, cancel := context.WithTimeout(context.Background(), patience)
	defer cancel()
	var value any
	var err error
	switch {
	case q.Overview:
		value = s.here()
	case q.Published != nil:
		value = s.o.Hub.Published(q.Published)
	case q.Connections != nil:
		value, err = s.connections(ctx, *q.Connections)
	case q.Close != "":
		value = s.o.Hub.CloseConnection(q.Close)
	case q.Send != nil:
		value = s.o.Hub.SendTo(q.Send.SocketID, q.Send.Name, q.Send.Data)
	case q.Log != nil:
		value, err = s.o.Trace.Read(q.Log.Filter, q.Log.after(s.o.ID), q.Log.Limit)
	default:
		return nil
	}
	if err != nil {
		return nil
	}
	answer, err := json.Marshal(value)
	if err != nil {
		return nil
	}
	return answer
}

// ask asks the other nodes. A node whose answer cannot be read was silent.
func ask[T any](ctx context.Context, s *Service, q question) (map[string]T, []inspect.Silent, error) {
	silent := []inspect.Silent{}
	if s.o.Peers == nil {
		return nil, silent, nil
	}
	raw, err := json.Marshal(q)
	if err != nil {
		return nil, silent, err
	}
	if err := s.asks.enter(ctx); err != nil {
		return nil, silent, err
	}
	defer s.asks.leave()
	answers, missing := s.o.Peers.Ask(ctx, raw)
	values := make(map[string]T, len(answers))
	for node, answer := range answers {
		var value T
		if json.Unmarshal(answer, &value) != nil {
			missing = append(missing, inspect.Silent{ID: node, HeardAt: time.Now().UTC()})
			continue
		}
		values[node] = value
	}
	return values, append(silent, missing...), nil
}
