package api

import (
	"context"
	"net/http"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/audit"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// Sockets knows channels and connections: the hubs of all nodes, or as much as an external
// server tells.
type Sockets interface {
	Overview(ctx context.Context) (inspect.Overview, error)
	Channels(ctx context.Context, q inspect.ChannelQuery) (inspect.ChannelPage, error)
	Members(ctx context.Context, q inspect.MemberQuery) (inspect.MemberPage, error)
	Connections(ctx context.Context, q inspect.ConnectionQuery) (inspect.ConnectionPage, error)
	Close(ctx context.Context, socketID string) error
	Send(ctx context.Context, socketID, name, data string) error
	Log(ctx context.Context, q inspect.LogQuery) (inspect.LogPage, error)
}

type socketChannelsIn struct {
	App    string `query:"app" json:"-" validate:"max=200" description:"id of one app; all when left out"`
	Prefix string `query:"prefix" json:"-" validate:"max=200" description:"that names begin with"`
	After  string `query:"after" json:"-" validate:"max=500" description:"nextCursor of the page before"`
	Limit  int    `query:"limit" json:"-" validate:"min=0,max=500" description:"50 when left out"`
}

type socketMembersIn struct {
	Channel string `path:"channel" json:"-"`
	App     string `query:"app" json:"-" validate:"max=200" description:"the server's own when left out"`
	After   string `query:"after" json:"-" validate:"max=200" description:"nextCursor of the page before"`
	Limit   int    `query:"limit" json:"-" validate:"min=0,max=1000" description:"50 when left out"`
}

type connectionsIn struct {
	User    string `query:"user" json:"-" validate:"max=200" description:"a user id"`
	Channel string `query:"channel" json:"-" validate:"max=200" description:"that they are subscribed to"`
	Address string `query:"address" json:"-" validate:"max=100" description:"an IP address, or a network such as 10.0.0.0/8"`
	After   string `query:"after" json:"-" validate:"max=200" description:"nextCursor of the page before"`
	Limit   int    `query:"limit" json:"-" validate:"min=0,max=500" description:"50 when left out"`
}

type connectionIn struct {
	ID string `path:"id" json:"-" validate:"max=200"`
}

type socketLogIn struct {
	After   string `query:"after" json:"-" description:"next of the answer before; the newest lines when left out"`
	Kind    string `query:"kind" json:"-" validate:"max=200" description:"kinds with commas between; all when left out"`
	User    string `query:"user" json:"-" validate:"max=200" description:"a user id: what this user's connections do and are given"`
	Channel string `query:"channel" json:"-" validate:"max=200" description:"a name, or the beginning of names with * behind it"`
	Limit   int    `query:"limit" json:"-" validate:"min=0,max=500" description:"50 when left out"`
}

func (s *server) socketRoutes() {
	const tag = "socket service"
	add(s, route[nothing, inspect.Overview]{method: "GET", path: "/api/socket/overview", tag: tag, access: sockets,
		summary: "How the nodes are: connections, subscriptions, channels, and totals since the start, of which a reader makes rates.",
		handle: func(r *http.Request, _ accounts.Actor, _ nothing) (reply[inspect.Overview], error) {
			o, err := s.o.Sockets.Overview(r.Context())
			return reply[inspect.Overview]{Data: o}, err
		}})
	add(s, route[socketChannelsIn, inspect.ChannelPage]{method: "GET", path: "/api/socket/channels", tag: tag, access: sockets,
		summary: "The channels that somebody is subscribed to, by name.", handle: s.socketChannels})
	add(s, route[socketMembersIn, inspect.MemberPage]{method: "GET", path: "/api/socket/channels/{channel}/members", tag: tag, access: sockets,
		summary: "Who is in a presence channel, by user id.", handle: s.socketMembers})
	add(s, route[connectionsIn, inspect.ConnectionPage]{method: "GET", path: "/api/socket/connections", tag: tag, access: sockets,
		summary: "How many connections there are, of a user, on a channel or from an address, and a page of them.", handle: s.connections})
	add(s, route[connectionIn, nothing]{method: "DELETE", path: "/api/socket/connections/{id}", tag: tag, access: sockets,
		summary: "Close a connection with 4009, after which Pusher clients do not come back by themselves.",
		handle: func(r *http.Request, actor accounts.Actor, in connectionIn) (reply[nothing], error) {
			if err := s.o.Sockets.Close(r.Context(), in.ID); err != nil {
				return reply[nothing]{}, err
			}
			return reply[nothing]{}, audit.Note(r.Context(), s.o.Log, actor.By(), audit.Deed{Action: audit.ConnectionClosed, Object: in.ID})
		}})
	add(s, route[socketLogIn, inspect.LogPage]{method: "GET", path: "/api/socket/log", tag: tag, access: sockets,
		summary: "The debug log: what happens to connections, made for as long as somebody asks every 15 seconds.", handle: s.socketLog})
	s.broadcastRoutes(tag)
}

func (s *server) socketChannels(r *http.Request, _ accounts.Actor, in socketChannelsIn) (reply[inspect.ChannelPage], error) {
	after, err := inspect.ParsePlace(in.After)
	if err != nil {
		return reply[inspect.ChannelPage]{}, err
	}
	page, err := s.o.Sockets.Channels(r.Context(), inspect.ChannelQuery{App: in.App, Prefix: in.Prefix, After: after, Limit: pageSize(in.Limit)})
	out := reply[inspect.ChannelPage]{Data: page}
	if page.More {
		out.Next = page.Last.String()
	}
	return out, err
}

func (s *server) socketMembers(r *http.Request, _ accounts.Actor, in socketMembersIn) (reply[inspect.MemberPage], error) {
	channel, err := realtime.ParseChannel(in.Channel)
	if err != nil {
		return reply[inspect.MemberPage]{}, err
	}
	page, err := s.o.Sockets.Members(r.Context(), inspect.MemberQuery{App: in.App, Channel: channel, After: in.After, Limit: pageSize(in.Limit)})
	out := reply[inspect.MemberPage]{Data: page}
	if n := len(page.Members); page.More && n > 0 {
		out.Next = page.Members[n-1].UserID
	}
	return out, err
}

func (s *server) connections(r *http.Request, _ accounts.Actor, in connectionsIn) (reply[inspect.ConnectionPage], error) {
	q := inspect.ConnectionQuery{User: in.User, Channel: realtime.Channel(in.Channel), Address: in.Address, After: in.After, Limit: pageSize(in.Limit)}
	page, err := s.o.Sockets.Connections(r.Context(), q)
	out := reply[inspect.ConnectionPage]{Data: page}
	if n := len(page.Connections); page.More && n > 0 {
		out.Next = page.Connections[n-1].ID
	}
	return out, err
}

func (s *server) socketLog(r *http.Request, actor accounts.Actor, in socketLogIn) (reply[inspect.LogPage], error) {
	q := inspect.LogQuery{Filter: inspect.Filter{User: in.User, Channel: in.Channel}, Limit: pageSize(in.Limit)}
	var err error
	if q.Kinds, err = inspect.ParseKinds(in.Kind); err != nil {
		return reply[inspect.LogPage]{}, err
	}
	if q.After, err = inspect.ParseCursor(in.After); err != nil {
		return reply[inspect.LogPage]{}, err
	}
	page, err := s.o.Sockets.Log(r.Context(), q)
	if err == nil {
		err = s.withhold(r.Context(), actor, page.Lines)
	}
	return reply[inspect.LogPage]{Data: page}, err
}

// withhold takes the data of channels out that the actor may not read: who runs a server is
// not thereby a member of its teams. Other apps know no members, and are the operators' own.
func (s *server) withhold(ctx context.Context, actor accounts.Actor, lines []inspect.Line) error {
	closed := make(map[string]bool)
	for i := range lines {
		l := &lines[i]
		if l.Data == "" || l.App != s.o.App || l.Channel == "" {
			continue
		}
		shut, known := closed[l.Channel]
		if !known {
			err := s.o.Teams.MayRead(ctx, actor, realtime.Channel(l.Channel))
			if shut = err != nil; shut && fault.From(err).Kind == fault.Internal {
				return err
			}
			closed[l.Channel] = shut
		}
		if shut {
			l.Data, l.Withheld = "", true
		}
	}
	return nil
}

// noteRefusal counts that a socket got no signature, and puts it into the debug log.
func (s *server) noteRefusal(r *http.Request, fields map[string]string, err error) {
	s.o.Trace.Refuse()
	if !s.o.Trace.On() {
		return
	}
	l := inspect.Line{Kind: inspect.Refused, SocketID: fields["socket_id"], Channel: fields["channel_name"], Name: r.URL.Path, Address: ClientAddress(r, s.o.TrustedProxies).String()}
	if actor, err := s.identity(r); err == nil && !actor.Anonymous() {
		l.UserID = actor.UserID.String()
	}
	p := problemOf(err, "")
	l.Reason = p.Title + ": " + p.Detail
	s.o.Trace.Note(l)
}
