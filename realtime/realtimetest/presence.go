package realtimetest

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"
)

const (
	presenceMembers = 100  // users of one channel
	memberInfoBytes = 1024 // of one user_info
	userIDBytes     = 128
)

func presenceRows() []row {
	return []row{
		{name: "presence_members", check: checkMembers},
		{name: "presence_numeric_user_id", check: func(r *rig) {
			channel := r.name("presence-")
			s := r.connect()
			got := s.join(channel, `{"user_id":10,"user_info":{"name":"Mr. Channels"}}`)
			if want := roster("10", `{"name":"Mr. Channels"}`); !same(strings.Replace(got, "[10]", `["10"]`, 1), want) {
				r.Errorf("got %s, want %s", got, want)
			}
			tab := r.connect()
			tab.join(channel, `{"user_id":"10"}`)
			tab.leave(channel)
			r.publish(channel, "n", "1") // the same user: nobody came or went
			s.expect("n")
		}},
		{name: "presence_tabs_are_one_user", check: checkTabs},
		{name: "presence_100_members", check: checkFull},
		{name: "presence_member_sizes", check: checkMemberSizes},
	}
}

// member is the channel_data of a user.
func member(id string) string { return text(map[string]string{"user_id": id}) }

// roster is the data of a success with one member.
func roster(id, info string) string {
	return fmt.Sprintf(`{"presence":{"ids":[%[1]q],"hash":{%[1]q:%[2]s},"count":1}}`, id, info)
}

func checkMembers(r *rig) {
	channel := r.name("presence-")
	a, b, c := r.connect(), r.connect(), r.connect()
	if got, want := a.join(channel, `{"user_id":"ann","user_info":{"role":"coach"}}`), roster("ann", `{"role":"coach"}`); !same(got, want) {
		r.Errorf("got %s, want %s", got, want)
	}
	got := b.join(channel, `{"user_id":"bob"}`) // nobody is told of themselves: a's frame is the next but one
	var data struct {
		Presence struct {
			IDs   []string                   `json:"ids"`
			Hash  map[string]json.RawMessage `json:"hash"`
			Count int                        `json:"count"`
		} `json:"presence"`
	}
	r.must(json.Unmarshal([]byte(got), &data))
	p := data.Presence
	slices.Sort(p.IDs)
	if fmt.Sprint(p.IDs) != "[ann bob]" || p.Count != 2 || len(p.Hash) != 2 || string(p.Hash["bob"]) != "null" {
		r.Errorf("members %s", got)
	}
	if f := a.expect(memberAdded); f.Channel != channel || !same(f.text(), `{"user_id":"bob"}`) {
		r.Errorf("added %s on %s", f.text(), f.Channel)
	}
	c.join(channel, `{"user_id":"cat","user_info":[1]}`)
	for _, s := range []*socket{a, b} {
		if f := s.expect(memberAdded); !same(f.text(), `{"user_id":"cat","user_info":[1]}`) {
			r.Errorf("added %s", f.text())
		}
	}
	for user, end := range map[string]func(){"bob": func() { b.leave(channel) }, "cat": func() { _ = c.conn.CloseNow() }} {
		end()
		if f := a.expect(memberRemoved); !same(f.text(), member(user)) {
			r.Errorf("removed %s, want %s", f.text(), user)
		}
	}
}

// checkTabs has a user with two sockets: they come with the first and go with the last.
func checkTabs(r *rig) {
	channel := r.name("presence-")
	watcher, tab1, tab2 := r.connect(), r.connect(), r.connect()
	watcher.join(channel, member("watcher"))
	tab1.join(channel, member("ann"))
	watcher.expect(memberAdded)
	tab2.join(channel, member("ann"))
	tab1.leave(channel)
	tab1.quiet()
	r.publish(channel, "still", "1")
	watcher.expect("still")
	tab2.expect("still")
	tab2.leave(channel)
	if f := watcher.expect(memberRemoved); !same(f.text(), member("ann")) {
		r.Errorf("removed %s", f.text())
	}
	r.publish(channel, "end", "2")
	watcher.expect("end")
}

// checkFull fills a channel. A user who is there may come with another socket.
func checkFull(r *rig) {
	channel := r.name("presence-")
	for i := range presenceMembers {
		r.connect().join(channel, member(fmt.Sprint("u", i)))
	}
	late := r.connect()
	late.refuses(map[string]string{"channel": channel, "auth": r.auth(late, channel, member("late")), "channel_data": member("late")})
	tab := r.connect()
	tab.join(channel, member("u7"))
	r.publish(channel, "n", "1")
	tab.expect("n")
	late.quiet()
}

func checkMemberSizes(r *rig) {
	s := r.connect()
	data := func(id string, info int) string {
		return text(map[string]any{"user_id": id, "user_info": strings.Repeat("x", info-2)})
	}
	longest := strings.Repeat("i", userIDBytes)
	s.join(r.name("presence-"), data("u", memberInfoBytes))
	s.join(r.name("presence-"), data(longest, 2))
	for _, unfit := range []string{data("u", memberInfoBytes+1), data(longest+"i", 2)} {
		channel := r.name("presence-")
		s.refuses(map[string]string{"channel": channel, "auth": r.auth(s, channel, unfit), "channel_data": unfit})
	}
	s.quiet()
}
