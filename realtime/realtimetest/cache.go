package realtimetest

func cacheRows() []row {
	var list []row
	for _, kind := range []string{"cache-", "private-cache-", "private-encrypted-cache-", "presence-cache-"} {
		var needs []Feature
		if kind == "private-encrypted-cache-" {
			needs = []Feature{SealedEvents}
		}
		list = append(list, row{needs: needs, name: map[string]string{
			"cache-": "cache_channel", "private-cache-": "private_cache_channel",
			"private-encrypted-cache-": "private_encrypted_cache_channel", "presence-cache-": "presence_cache_channel",
		}[kind], check: func(r *rig) { checkCache(r, kind) }})
	}
	return append(list, row{name: "client_events_are_not_cached", check: func(r *rig) {
		channel := r.name("private-cache-")
		a, b := r.connect(), r.connect()
		a.join(channel, "")
		a.expect(cacheMiss)
		b.join(channel, "")
		b.expect(cacheMiss)
		a.say(channel, "client-n", "1")
		b.expect("client-n")
		c := r.connect()
		c.join(channel, "")
		c.expect(cacheMiss)
	}})
}

// checkCache has newcomers before and after the first event, and before and after
// everybody has left.
func checkCache(r *rig, kind string) {
	channel := r.name(kind)
	enter := func() *socket {
		r.Helper()
		s, data := r.connect(), ""
		if kind == "presence-cache-" {
			data = member("ann")
		}
		s.join(channel, data)
		return s
	}
	first := enter()
	if f := first.expect(cacheMiss); f.Channel != channel {
		r.Errorf("missed on %q", f.Channel)
	}
	r.publish(channel, "score", "1")
	r.publish(channel, "score", "2")
	first.expectText("score", "1")
	first.expectText("score", "2")
	second := enter()
	if f := second.expect("score"); f.text() != "2" || f.Channel != channel {
		r.Errorf("cached %s on %s", f.text(), f.Channel)
	}
	first.leave(channel)
	second.leave(channel)
	first.quiet()
	second.quiet()
	enter().expectText("score", "2")
	unheard := r.name(kind)
	r.publish(unheard, "early", "3") // to nobody
	channel = unheard
	enter().expectText("early", "3")
}
