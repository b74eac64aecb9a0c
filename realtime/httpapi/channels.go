package httpapi

import (
	"strings"
	"time"

	"github.com/ftcmetrics/ftcmetrics/fault"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
	"github.com/ftcmetrics/ftcmetrics/realtime/protocol"
)

// The refusals of questions.
var (
	errInfo   = fault.New(fault.Invalid, "bad-info", "info has no such attribute for this channel; there are user_count (presence channels), subscription_count and cache (cache channels).")
	errPrefix = fault.New(fault.Invalid, "info-without-prefix", "user_count needs a filter_by_prefix that begins with presence-.")
	errUserID = fault.New(fault.Invalid, "bad-user-id", "A user id has 1 to 128 bytes.")
)

// The attributes that info may name.
const (
	userCount         = "user_count"
	subscriptionCount = "subscription_count"
	cacheContent      = "cache"
)

// info is what a backend asked to know of a channel.
type info struct {
	Occupied          *bool `json:"occupied,omitempty"`
	UserCount         *int  `json:"user_count,omitempty"`
	SubscriptionCount *int  `json:"subscription_count,omitempty"`
	Cache             any   `json:"cache,omitempty"` // a *cached, which is null when nothing is cached
}

// cached is the last event of a cache channel.
type cached struct {
	Data string `json:"data"`
	TTL  int    `json:"ttl"` // seconds until it is forgotten
}

// channels answers GET /apps/{app}/channels.
func (a *api) channels(r *request) (any, error) {
	prefix, attributes := r.query["filter_by_prefix"], r.query["info"]
	for name := range strings.SplitSeq(attributes, ",") {
		switch {
		case name == "" && attributes == "", name == subscriptionCount:
		case name != userCount:
			return nil, errInfo
		case !strings.HasPrefix(prefix, "presence-"):
			return nil, errPrefix
		}
	}
	found, err := a.hub.Channels(r.tenant.ID, prefix)
	if err != nil {
		return nil, err
	}
	infos := make(map[realtime.Channel]info, len(found))
	for _, c := range found {
		infos[c.Name] = pick(c, attributes)
	}
	return map[string]any{"channels": infos}, nil
}

// channel answers GET /apps/{app}/channels/{channel}.
func (a *api) channel(r *request) (any, error) {
	name, err := realtime.ParseChannel(r.name)
	if err != nil {
		return nil, err
	}
	if err := checkInfo(name, r.query["info"]); err != nil {
		return nil, err
	}
	c, err := a.hub.Channel(r.tenant.ID, name)
	if err != nil {
		return nil, err
	}
	out := pick(c, r.query["info"])
	out.Occupied = &c.Occupied
	return out, nil
}

// users answers GET /apps/{app}/channels/{channel}/users.
func (a *api) users(r *request) (any, error) {
	name, err := realtime.ParseChannel(r.name)
	if err != nil {
		return nil, err
	}
	ids, err := a.hub.Users(r.tenant.ID, name)
	if err != nil {
		return nil, err
	}
	type user struct {
		ID string `json:"id"`
	}
	users := make([]user, len(ids))
	for i, id := range ids {
		users[i].ID = id
	}
	return map[string]any{"users": users}, nil
}

// terminate answers POST /apps/{app}/users/{user}/terminate_connections.
func (a *api) terminate(r *request) (any, error) {
	if len(r.name) > protocol.MaxUserID {
		return nil, errUserID
	}
	a.hub.Terminate(r.tenant.ID, r.name)
	return struct{}{}, nil
}

// describe returns what the attributes name of the channel.
func (a *api) describe(appID string, name realtime.Channel, attributes string) (info, error) {
	if attributes == "" {
		return info{}, nil
	}
	c, err := a.hub.Channel(appID, name)
	if err != nil {
		return info{}, err
	}
	return pick(c, attributes), nil
}

// checkInfo refuses attributes that the channel does not have.
func checkInfo(name realtime.Channel, attributes string) error {
	if attributes == "" {
		return nil
	}
	for attribute := range strings.SplitSeq(attributes, ",") {
		switch {
		case attribute == subscriptionCount:
		case attribute == userCount && name.Presence():
		case attribute == cacheContent && name.Cache():
		default:
			return errInfo
		}
	}
	return nil
}

func pick(c hub.ChannelInfo, attributes string) info {
	var out info
	for attribute := range strings.SplitSeq(attributes, ",") {
		switch attribute {
		case userCount:
			out.UserCount = &c.Users
		case subscriptionCount:
			out.SubscriptionCount = &c.Subscriptions
		case cacheContent:
			out.Cache = pickCached(c.Cached)
		}
	}
	return out
}

func pickCached(c *hub.Cached) *cached {
	if c == nil {
		return nil
	}
	return &cached{Data: c.Data, TTL: int((c.TTL + time.Second - 1) / time.Second)}
}
