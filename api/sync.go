package api

import (
	"fmt"
	"net/http"
	"slices"
	"strings"

	"github.com/google/uuid"
	"github.com/swaggest/openapi-go"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

const (
	maxSynced  = 100 // channels in one poll
	syncEvents = 500 // events in one answer, of all channels together
)

type channelEventsIn struct {
	Channel string `path:"channel" json:"-"`
	After   int64  `query:"after" json:"-" validate:"min=0" description:"the last seq you have; 0 is the start"`
	Epoch   string `query:"epoch" json:"-" validate:"omitempty,uuid" description:"the epoch of the page that after is from"`
	Limit   int    `query:"limit" json:"-" validate:"min=0,max=500" description:"100 when left out"`
	Names   string `query:"names" json:"-" validate:"max=2000" description:"of events, with commas between; all when left out"`
	Team    int    `query:"team" json:"-" validate:"min=0,max=99999" description:"leaves out what was scouted of another team"`
	Match   int    `query:"match" json:"-" validate:"min=0,max=999" description:"leaves out what is about a match of another number"`
}

type channelEventIn struct {
	Channel string `path:"channel" json:"-"`
	ID      string `path:"id" json:"-" validate:"uuid"`
}

type syncIn struct {
	Since    string `query:"since" json:"-" description:"next of the answer before; leave it out to begin"`
	Channels string `query:"channels" json:"-" validate:"required" description:"names with commas between, up to 100; may be repeated"`
	Names    string `query:"names" json:"-" validate:"max=2000" description:"of events, with commas between; all when left out"`
	Team     int    `query:"team" json:"-" validate:"min=0,max=99999" description:"leaves out what was scouted of another team"`
	Match    int    `query:"match" json:"-" validate:"min=0,max=999" description:"leaves out what is about a match of another number"`
}

// filterOf is what a reader wants of a channel.
func filterOf(names string, team, match int) eventlog.Filter {
	f := eventlog.Filter{Team: team, Match: match}
	if names != "" {
		f.Names = strings.Split(names, ",")
	}
	return f
}

// syncOut is one poll of several channels.
type syncOut struct {
	Channels []syncedChannel `json:"channels"`
	Next     string          `json:"next"` // pass as since
	More     bool            `json:"more"` // ask again at once: there are events left
}

// syncedChannel is a page of one channel, or why there is none.
type syncedChannel struct {
	Channel realtime.Channel `json:"channel"`
	eventlog.Page
	Denied *deniedChannel `json:"denied,omitempty"` // the caller may not read it, or not any more
}

type deniedChannel struct {
	Status int    `json:"status"` // as it would be if it were the only channel
	Code   string `json:"code"`
	Detail string `json:"detail"`
}

func (s *server) syncRoutes() {
	const tag = "realtime"
	notModified := func(oc openapi.OperationContext) {
		oc.AddRespStructure(nil, openapi.WithHTTPStatus(http.StatusNotModified))
	}
	addRaw(s, rawRoute[channelEventsIn]{method: "GET", path: "/api/channels/{channel}/events", tag: tag,
		summary: "A channel's events after a seq: what a client missed. Private channels need a membership; ETag and 304 make asking again cheap.",
		out:     new(envelope[eventlog.Page]), statuses: []int{200}, describe: notModified, handle: s.channelEvents})
	add(s, route[channelEventIn, eventlog.Event]{method: "GET", path: "/api/channels/{channel}/events/{id}", tag: tag,
		summary: "One event of a channel: what a frame with \"ref\":true stands for.", handle: s.channelEvent})
	addRaw(s, rawRoute[syncIn]{method: "GET", path: "/api/sync", tag: tag,
		summary: "What has happened on several channels since the last poll. A channel that is new to the cursor, or whose events since are gone, has reset: load the current state, then go on.",
		out:     new(envelope[syncOut]), statuses: []int{200}, describe: notModified, handle: s.sync})
}

// readable returns the channel if the caller may read it.
func (s *server) readable(r *http.Request, name string) (realtime.Channel, error) {
	actor, err := s.reader(r)
	if err != nil {
		return "", err
	}
	channel, err := realtime.ParseChannel(name)
	if err != nil {
		return "", err
	}
	return channel, s.o.Teams.MayRead(r.Context(), actor, channel)
}

// varies says that the answer is the caller's own.
func varies(w http.ResponseWriter) {
	w.Header().Set("Cache-Control", "private, no-cache")
	w.Header().Set("Vary", "Authorization, X-User-Id, Cookie")
}

// channelEvents answers from the log. The ETag is the channel's position, so that a poll
// without news is one small read.
func (s *server) channelEvents(w http.ResponseWriter, r *http.Request, _ accounts.Actor, in channelEventsIn) error {
	channel, err := s.readable(r, in.Channel)
	if err != nil {
		return err
	}
	if in.Limit == 0 {
		in.Limit = 100
	}
	var epoch uuid.UUID
	if in.Epoch != "" {
		epoch = uuid.MustParse(in.Epoch) // its shape was checked
	}
	page, err := s.o.Log.ReadIn(r.Context(), channel, epoch, in.After, in.Limit, filterOf(in.Names, in.Team, in.Match))
	if err != nil {
		return err
	}
	s.caughtUp("channel", page)
	tag := fmt.Sprintf(`"%s-%d-%d-%d-%t"`, page.Epoch, in.After, page.Head, in.Limit, page.Reset)
	varies(w)
	w.Header().Set("ETag", tag)
	if r.Header.Get("If-None-Match") == tag {
		w.WriteHeader(http.StatusNotModified)
		return nil
	}
	writeJSON(w, http.StatusOK, envelope[eventlog.Page]{Success: true, Data: page})
	return nil
}

func (s *server) channelEvent(r *http.Request, _ accounts.Actor, in channelEventIn) (reply[eventlog.Event], error) {
	channel, err := s.readable(r, in.Channel)
	if err != nil {
		return reply[eventlog.Event]{}, err
	}
	event, err := s.o.Log.Find(r.Context(), channel, uuid.MustParse(in.ID)) // its shape was checked
	return reply[eventlog.Event]{Data: event}, err
}

// sync answers a poll. Without news the answer is the same as before, and then 304.
func (s *server) sync(w http.ResponseWriter, r *http.Request, _ accounts.Actor, in syncIn) error {
	since, err := eventlog.ParseCursor(in.Since)
	if err != nil {
		return err
	}
	channels, err := channelsOf(r)
	if err != nil {
		return err
	}
	actor, err := s.reader(r)
	if err != nil {
		return err
	}
	out := syncOut{Channels: make([]syncedChannel, len(channels))}
	open := make([]realtime.Channel, 0, len(channels))
	for i, channel := range channels {
		out.Channels[i] = syncedChannel{Channel: channel, Page: eventlog.Page{Events: []eventlog.Event{}}}
		err := s.o.Teams.MayRead(r.Context(), actor, channel)
		if out.Channels[i].Denied = denied(err); out.Channels[i].Denied != nil {
			continue
		}
		if err != nil {
			return err
		}
		open = append(open, channel)
	}
	pages, next, err := s.o.Log.ReadMany(r.Context(), open, since, syncEvents, filterOf(in.Names, in.Team, in.Match))
	if err != nil {
		return err
	}
	s.caughtUp("sync", pages...)
	for i := range out.Channels {
		if out.Channels[i].Denied == nil {
			out.Channels[i].Page, pages = pages[0], pages[1:]
			out.More = out.More || out.Channels[i].Next < out.Channels[i].Head
		}
	}
	out.Next = next.String()
	varies(w)
	writeCached(w, r, "private, no-cache", envelope[syncOut]{Success: true, Data: out})
	return nil
}

// channelsOf returns the channels of a poll, each once.
func channelsOf(r *http.Request) ([]realtime.Channel, error) {
	var channels []realtime.Channel
	for _, list := range r.URL.Query()["channels"] {
		for name := range strings.SplitSeq(list, ",") {
			channel, err := realtime.ParseChannel(name)
			if err != nil {
				return nil, err
			}
			if !slices.Contains(channels, channel) {
				channels = append(channels, channel)
			}
		}
	}
	if len(channels) > maxSynced {
		return nil, errShape.Saying("These are %d channels; a poll takes %d.", len(channels), maxSynced).At(fault.Field{Pointer: "/channels", Detail: "too many"})
	}
	return channels, nil
}

// denied returns what a poll says of a channel that the caller may not read; nil for errors
// that are about something else.
func denied(err error) *deniedChannel {
	if err == nil {
		return nil
	}
	e := fault.From(err)
	switch e.Kind {
	case fault.Unauthenticated, fault.Forbidden, fault.NotFound:
		return &deniedChannel{Status: status(e.Kind), Code: e.Code, Detail: e.Detail}
	default:
		return nil
	}
}
