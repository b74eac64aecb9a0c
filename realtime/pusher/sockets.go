package pusher

import (
	"context"
	"errors"
	"slices"
	"strings"
	"sync"
	"time"

	pusherhttp "github.com/pusher/pusher-http-go/v5"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// asksAtOnce is how many channels an external server is asked about at the same time.
const asksAtOnce = 8

// ErrServer is returned while the external server does not answer as it should.
var ErrServer = fault.New(fault.Unavailable, "realtime-server-unavailable", "The external realtime server does not answer, or not as it should. Try again in a moment.")

// Sockets tells of channels and members what an external server tells; of its connections
// it knows nothing.
type Sockets struct {
	driver    string
	publisher *Publisher // nil where there is no server
}

// NewSockets returns the sockets of the driver. The publisher is nil for one without server.
func NewSockets(driver string, publisher *Publisher) *Sockets { return &Sockets{driver, publisher} }

// cannot says that the driver does not know.
func (s *Sockets) cannot(what string) error {
	return inspect.ErrDriver.Saying("With REALTIME_DRIVER=%s this server cannot %s.", s.driver, what)
}

// trouble is an error of the server's.
func trouble(err error) error {
	var answer *StatusError
	if errors.As(err, &answer) && answer.final() {
		return ErrServer.Saying("The external realtime server refuses: %.200s", answer.Error()).Because(err)
	}
	return ErrServer.Because(err)
}

// Overview has no nodes.
func (s *Sockets) Overview(context.Context) (inspect.Overview, error) {
	return inspect.Overview{At: time.Now().UTC(), Driver: s.driver, Nodes: []inspect.Node{}, Silent: []inspect.Silent{}}, nil
}

// Channels returns a page of the server's channels. Not every server tells of every channel
// how many are subscribed.
func (s *Sockets) Channels(ctx context.Context, q inspect.ChannelQuery) (inspect.ChannelPage, error) {
	if s.publisher == nil {
		return inspect.ChannelPage{}, s.cannot("list channels")
	}
	app := s.publisher.o.AppID
	if q.App != "" && q.App != app {
		return inspect.ChannelPage{}, inspect.ErrNoApp
	}
	client := s.publisher.client(ctx)
	params := pusherhttp.ChannelsParams{}
	if q.Prefix != "" {
		params.FilterByPrefix = &q.Prefix
	}
	list, err := client.Channels(params)
	if err != nil {
		return inspect.ChannelPage{}, trouble(err)
	}
	page := inspect.ChannelPage{Channels: []inspect.Channel{}, Silent: []inspect.Silent{}}
	for name := range list.Channels {
		ch := inspect.NewChannel(app, realtime.Channel(name))
		if ch.Place().Compare(q.After) > 0 && strings.HasPrefix(name, q.Prefix) {
			page.Channels = append(page.Channels, ch)
		}
	}
	slices.SortFunc(page.Channels, func(x, y inspect.Channel) int { return x.Place().Compare(y.Place()) })
	page.More = len(page.Channels) > q.Limit
	page.Channels = page.Channels[:min(len(page.Channels), q.Limit)]
	if n := len(page.Channels); n > 0 {
		page.Last = page.Channels[n-1].Place()
	}
	s.count(client, page.Channels)
	return page, nil
}

// count fills in what the server tells of each channel; what it does not tell stays unknown.
func (s *Sockets) count(client *pusherhttp.Client, list []inspect.Channel) {
	var asking sync.WaitGroup
	places := make(chan struct{}, asksAtOnce)
	for i := range list {
		asking.Go(func() {
			places <- struct{}{}
			defer func() { <-places }()
			countOne(client, &list[i])
		})
	}
	asking.Wait()
}

// countOne asks about one channel. Pusher tells how many are subscribed where that is
// switched on, and refuses the question where not.
func countOne(client *pusherhttp.Client, ch *inspect.Channel) {
	both, users := "subscription_count", "user_count"
	if ch.Name.Presence() {
		both = "user_count,subscription_count"
	}
	told, err := client.Channel(string(ch.Name), pusherhttp.ChannelParams{Info: &both})
	if err != nil && ch.Name.Presence() {
		told, err = client.Channel(string(ch.Name), pusherhttp.ChannelParams{Info: &users})
	}
	if err != nil {
		return
	}
	if told.SubscriptionCount > 0 {
		ch.Subscriptions = &told.SubscriptionCount
	}
	if ch.Name.Presence() {
		ch.Members = &told.UserCount
	}
}

// Members returns a page of the members of a presence channel, of whom the server tells ids.
func (s *Sockets) Members(ctx context.Context, q inspect.MemberQuery) (inspect.MemberPage, error) {
	switch {
	case s.publisher == nil:
		return inspect.MemberPage{}, s.cannot("list members")
	case q.App != "" && q.App != s.publisher.o.AppID:
		return inspect.MemberPage{}, inspect.ErrNoApp
	case !q.Channel.Presence():
		return inspect.MemberPage{}, inspect.ErrPresence
	}
	users, err := s.publisher.client(ctx).GetChannelUsers(string(q.Channel))
	if err != nil {
		return inspect.MemberPage{}, trouble(err)
	}
	ids := make([]string, len(users.List))
	for i, user := range users.List {
		ids[i] = user.ID
	}
	slices.Sort(ids)
	page := inspect.MemberPage{Count: len(ids), Members: []inspect.Member{}, Silent: []inspect.Silent{}}
	for _, id := range ids {
		switch {
		case id <= q.After:
		case len(page.Members) == q.Limit:
			page.More = true
		default:
			page.Members = append(page.Members, inspect.Member{UserID: id})
		}
	}
	return page, nil
}

// Connections is what no such server tells.
func (s *Sockets) Connections(context.Context, inspect.ConnectionQuery) (inspect.ConnectionPage, error) {
	return inspect.ConnectionPage{}, s.cannot("list connections")
}

// Close is what no such server does.
func (s *Sockets) Close(context.Context, string) error { return s.cannot("close a connection") }

// Send is what no such server does.
func (s *Sockets) Send(context.Context, string, string, string) error {
	return s.cannot("send to one connection; send to its user")
}

// Log is what no such server has.
func (s *Sockets) Log(context.Context, inspect.LogQuery) (inspect.LogPage, error) {
	return inspect.LogPage{}, s.cannot("show what happens to connections")
}
