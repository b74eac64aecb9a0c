package realtimetest

import (
	"encoding/json"
	"maps"
	"slices"
	"strings"

	pusher "github.com/pusher/pusher-http-go/v5"
)

func questionRows() []row {
	return []row{
		{name: "channels", check: func(r *rig) {
			public, presence := r.name(""), r.name("presence-")
			s := r.connect()
			s.join(public, "")
			s.join(presence, member("ann"))
			r.get("/channels", map[string]string{"filter_by_prefix": r.prefix}).lists(public)
			r.get("/channels", map[string]string{"filter_by_prefix": r.prefix + "no"}).lists()
			if all := r.get("/channels", nil).is(200); !strings.Contains(all.body, `"`+public+`"`) || !strings.Contains(all.body, `"`+presence+`"`) {
				r.Errorf("not all are in %s", all.body)
			}
			s.leave(public)
			r.until("the channel is gone", func() bool {
				return same(r.get("/channels", map[string]string{"filter_by_prefix": r.prefix}).body, `{"channels":{}}`)
			})
		}},
		{name: "channels_info", needs: []Feature{Info}, check: func(r *rig) {
			presence := r.name("presence-")
			r.connect().join(presence, member("ann"))
			r.connect().join(presence, member("bob"))
			prefix, info := "presence-"+r.prefix, "user_count"
			list, err := r.backend().Channels(pusher.ChannelsParams{FilterByPrefix: &prefix, Info: &info})
			r.must(err)
			if len(list.Channels) != 1 || list.Channels[presence].UserCount != 2 {
				r.Errorf("%+v", list)
			}
			r.get("/channels", map[string]string{"info": "user_count"}).is(400)
			r.get("/channels", map[string]string{"info": "user_count", "filter_by_prefix": r.prefix}).is(400)
			r.get("/channels", map[string]string{"info": "nothing", "filter_by_prefix": prefix}).is(400)
		}},
		{name: "channel", check: func(r *rig) {
			channel := r.name("")
			for _, occupied := range []bool{false, true} {
				if occupied {
					r.connect().join(channel, "")
				}
				got := r.get("/channels/"+channel, nil).is(200)
				var data struct{ Occupied *bool }
				if err := json.Unmarshal([]byte(got.body), &data); err != nil || data.Occupied == nil || *data.Occupied != occupied {
					r.Errorf("%s, want occupied %v", got.body, occupied)
				}
			}
		}},
		{name: "channel_info", needs: []Feature{Info}, check: checkChannelInfo},
		{name: "channel_cache_info", needs: []Feature{Info}, check: checkCacheInfo},
		{name: "channel_users", check: func(r *rig) {
			channel := r.name("presence-")
			for _, user := range []string{"ann", "ann", "bob"} {
				r.connect().join(channel, member(user))
			}
			users, err := r.backend().GetChannelUsers(channel)
			r.must(err)
			if ids := text(users.List); len(users.List) != 2 || !strings.Contains(ids, `"ann"`) || !strings.Contains(ids, `"bob"`) {
				r.Errorf("users %s", ids)
			}
			r.get("/channels/"+r.name("presence-")+"/users", nil).has(`{"users":[]}`)
			r.get("/channels/"+r.name("")+"/users", nil).is(400)
		}},
	}
}

// lists wants the answer to name just these channels.
func (a answer) lists(want ...string) {
	a.rig.Helper()
	a.is(200)
	var data struct {
		Channels map[string]json.RawMessage `json:"channels"`
	}
	err := json.Unmarshal([]byte(a.body), &data)
	if got := slices.Sorted(maps.Keys(data.Channels)); err != nil || data.Channels == nil || !slices.Equal(got, want) {
		a.rig.Errorf("%s, want the channels %v for %s", a.body, want, a.what)
	}
}

func checkChannelInfo(r *rig) {
	presence, public := r.name("presence-"), r.name("")
	a, b := r.connect(), r.connect()
	for _, s := range []*socket{a, b} {
		s.join(presence, member("ann"))
		s.join(public, "")
	}
	get := func(channel, info string) answer {
		return r.get("/channels/"+channel, map[string]string{"info": info})
	}
	get(presence, "user_count,subscription_count").has(`{"occupied":true,"user_count":1,"subscription_count":2}`)
	get(public, "subscription_count").has(`{"occupied":true,"subscription_count":2}`)
	get(public, "user_count").is(400)
	get(public, "cache").is(400)
	get(public, "nothing").is(400)
	get(presence, "user_count,nothing").is(400)
}

func checkCacheInfo(r *rig) {
	channel := r.name("cache-")
	get := func() answer { return r.get("/channels/"+channel, map[string]string{"info": "cache"}) }
	get().has(`{"occupied":false,"cache":null}`)
	r.publish(channel, "score", `{"a":1}`)
	got := get().is(200)
	var data struct {
		Cache struct {
			Data string
			TTL  int
		}
	}
	if err := json.Unmarshal([]byte(got.body), &data); err != nil || data.Cache.Data != `{"a":1}` || data.Cache.TTL < 1700 || data.Cache.TTL > 1800 {
		r.Errorf("%s, want the data for up to 30 minutes", got.body)
	}
}
