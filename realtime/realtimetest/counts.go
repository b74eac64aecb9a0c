package realtimetest

import "fmt"

func countRows() []row {
	return []row{
		{name: "subscription_count", needs: []Feature{SubscriptionCount}, app: AppCounting, check: func(r *rig) {
			channel := r.name("")
			a, b := r.connect(), r.connect()
			a.join(channel, "")
			a.counted(channel, 1)
			b.join(channel, "")
			a.counted(channel, 2)
			b.counted(channel, 2)
			b.leave(channel)
			a.counted(channel, 1)
		}},
		{name: "subscription_count_not_of_members", needs: []Feature{SubscriptionCount}, app: AppCounting, check: func(r *rig) {
			channel := r.name("presence-")
			s := r.connect()
			s.join(channel, member("ann"))
			r.publish(channel, "n", "1")
			s.expect("n")
		}},
		{name: "subscription_count_is_opt_in", needs: []Feature{SubscriptionCount}, check: func(r *rig) {
			channel := r.name("")
			a, b := r.pair(channel)
			r.publish(channel, "n", "1")
			a.expect("n")
			b.expect("n")
		}},
	}
}

func (s *socket) counted(channel string, n int) {
	s.rig.Helper()
	if f := s.expect(countOfSubscribed); f.Channel != channel || !same(f.text(), fmt.Sprintf(`{"subscription_count":%d}`, n)) {
		s.rig.Errorf("%s on %s, want %d", f.text(), f.Channel, n)
	}
}
