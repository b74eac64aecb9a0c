package nodes

import (
	"cmp"
	"context"
	"slices"
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// Overview returns how the nodes are. It is made once a second at most.
func (s *Service) Overview(ctx context.Context) (inspect.Overview, error) {
	s.overviewMu.Lock()
	defer s.overviewMu.Unlock()
	return s.overview.get(func() (inspect.Overview, error) { return s.look(ctx) })
}

func (s *Service) look(ctx context.Context) (inspect.Overview, error) {
	others, silent, err := ask[inspect.Node](ctx, s, question{Overview: true})
	if err != nil {
		return inspect.Overview{}, err
	}
	o := inspect.Overview{At: time.Now().UTC(), Driver: "embedded", Nodes: []inspect.Node{s.here()}, Totals: &inspect.Counts{}, Silent: silent}
	for _, node := range others {
		o.Nodes = append(o.Nodes, node)
	}
	slices.SortFunc(o.Nodes, func(x, y inspect.Node) int {
		return cmp.Or(x.StartedAt.Compare(y.StartedAt), cmp.Compare(x.ID, y.ID))
	})
	for _, node := range o.Nodes {
		o.Totals.Add(node.Counts)
	}
	o.Totals.Channels = s.o.Hub.OccupiedChannels()
	return o, nil
}

// Channels returns a page of the occupied channels. Who is subscribed on other nodes this
// node knows; only what they have published it asks them.
func (s *Service) Channels(ctx context.Context, q inspect.ChannelQuery) (inspect.ChannelPage, error) {
	if err := s.visits.enter(ctx); err != nil {
		return inspect.ChannelPage{}, err
	}
	page, err := s.o.Hub.ChannelPage(q)
	s.visits.leave()
	if err != nil {
		return page, err
	}
	if len(page.Channels) == 0 { // nothing to ask about, and others may have channels that nobody tells
		page.Silent, err = s.silent(ctx)
		return page, err
	}
	places := make([]inspect.Place, len(page.Channels))
	for i, ch := range page.Channels {
		places[i] = ch.Place()
	}
	answers, silent, err := ask[[]int64](ctx, s, question{Published: places})
	for _, published := range answers {
		for i, n := range published[:min(len(published), len(places))] {
			if *page.Channels[i].Published < n {
				page.Channels[i].Published = &n
			}
		}
	}
	page.Silent = silent
	return page, err
}

// Members returns a page of the members of a presence channel, which every node knows as long
// as it hears of the others.
func (s *Service) Members(ctx context.Context, q inspect.MemberQuery) (inspect.MemberPage, error) {
	if q.App == "" {
		q.App = s.o.App
	}
	page, err := s.o.Hub.MemberPage(q)
	if err == nil {
		page.Silent, err = s.silent(ctx)
	}
	return page, err
}

// silent returns the nodes that are missing in what this node knows by itself.
func (s *Service) silent(ctx context.Context) ([]inspect.Silent, error) {
	o, err := s.Overview(ctx)
	return o.Silent, err
}

// connections returns those of this node.
func (s *Service) connections(ctx context.Context, q inspect.ConnectionQuery) (inspect.ConnectionPage, error) {
	if err := s.visits.enter(ctx); err != nil {
		return inspect.ConnectionPage{}, err
	}
	defer s.visits.leave()
	page, err := s.o.Hub.ConnectionPage(q)
	for i := range page.Connections {
		page.Connections[i].Node = s.o.ID
	}
	return page, err
}

// Connections returns how many connections fit, and a page of them.
func (s *Service) Connections(ctx context.Context, q inspect.ConnectionQuery) (inspect.ConnectionPage, error) {
	page, err := s.connections(ctx, q)
	if err != nil {
		return page, err
	}
	wider := q
	wider.Limit++ // to know whether there are more
	others, silent, err := ask[inspect.ConnectionPage](ctx, s, question{Connections: &wider})
	for _, other := range others {
		page.Count += other.Count
		page.Connections = append(page.Connections, other.Connections...)
	}
	slices.SortFunc(page.Connections, func(x, y inspect.Connection) int { return strings.Compare(x.ID, y.ID) })
	page.More = page.More || len(page.Connections) > q.Limit
	page.Connections = page.Connections[:min(len(page.Connections), q.Limit)]
	page.Silent = silent
	return page, err
}

// Close closes the connection, on whatever node it is.
func (s *Service) Close(ctx context.Context, id string) error {
	if s.o.Hub.CloseConnection(id) {
		return nil
	}
	return s.anywhere(ctx, question{Close: id})
}

// Send gives an event to one connection, on whatever node it is.
func (s *Service) Send(ctx context.Context, id, name, data string) error {
	if s.o.Hub.SendTo(id, name, data) {
		return nil
	}
	return s.anywhere(ctx, question{Send: &letter{id, name, data}})
}

// anywhere asks the other nodes for what only one of them can do.
func (s *Service) anywhere(ctx context.Context, q question) error {
	answers, silent, err := ask[bool](ctx, s, q)
	if err != nil {
		return err
	}
	for _, done := range answers {
		if done {
			return nil
		}
	}
	if len(silent) > 0 {
		return inspect.ErrNodes
	}
	return inspect.ErrNoConnection
}

// Log returns lines of the debug log of all nodes, and has such lines made for a while.
func (s *Service) Log(ctx context.Context, q inspect.LogQuery) (inspect.LogPage, error) {
	about := logQuestion{q.Filter, q.After, q.Limit}
	own, err := s.o.Trace.Read(q.Filter, about.after(s.o.ID), q.Limit)
	if err != nil {
		return inspect.LogPage{}, err
	}
	parts, silent, err := ask[inspect.Part](ctx, s, question{Log: &about})
	if err != nil {
		return inspect.LogPage{}, err
	}
	if parts == nil {
		parts = make(map[string]inspect.Part, 1)
	}
	parts[s.o.ID] = own
	return join(parts, q, silent), nil
}

// join puts the lines of nodes in the order of their times. What does not fit comes with the
// next page; of a first page the newest are kept.
func join(parts map[string]inspect.Part, q inspect.LogQuery, silent []inspect.Silent) inspect.LogPage {
	page, next := inspect.LogPage{Lines: []inspect.Line{}, Silent: silent}, inspect.Cursor{}
	for _, node := range silent {
		if at, known := q.After[node.ID]; known {
			next[node.ID] = at
		}
	}
	for node, part := range parts {
		page.Lines = append(page.Lines, part.Lines...)
		page.Lost += part.Lost
		next[node] = part.Next
	}
	slices.SortFunc(page.Lines, func(x, y inspect.Line) int {
		return cmp.Or(x.At.Compare(y.At), cmp.Compare(x.Node, y.Node), cmp.Compare(x.Number, y.Number))
	})
	over := len(page.Lines) - q.Limit
	switch {
	case over <= 0:
	case q.After == nil:
		page.Lines = page.Lines[over:]
	default:
		for _, l := range page.Lines[q.Limit:] {
			next[l.Node] = min(next[l.Node], l.Number-1)
		}
		page.Lines = page.Lines[:q.Limit]
	}
	page.Next = next.String()
	return page
}
