package redisbus

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strconv"
	"time"

	"github.com/redis/rueidis"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// worker is what only the goroutine that writes to Redis touches.
type worker struct {
	client     rueidis.Client // nil while there is none
	epoch      string         // in which this node is registered
	registered bool
	beatAt     time.Time // when the lease was last renewed
	reapAfter  time.Time // nobody is taken for gone before it
	retryAt    time.Time // nothing is sent before it
	failures   int
}

func (w *worker) drop() {
	if w.client != nil {
		w.client.Close()
		w.client = nil
	}
}

// run sends what there is and keeps the lease, until ctx ends.
func (b *Bus) run(ctx context.Context) {
	b.work.reapAfter = time.Now().Add(b.grace())
	look := time.NewTicker(b.o.Beat / 2)
	defer look.Stop()
	for {
		b.deliver(ctx)
		select {
		case <-ctx.Done():
			return
		case <-look.C:
			b.beat(ctx)
			b.watch()
		case <-b.own.wake:
		}
	}
}

// exec runs a script of this node's.
func (b *Bus) exec(ctx context.Context, script *rueidis.Lua, limit time.Duration, args []string) ([]rueidis.RedisMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	if b.work.client == nil {
		client, err := rueidis.NewClient(b.redis)
		if err != nil {
			return nil, err
		}
		b.work.client = client
	}
	return script.Exec(ctx, b.work.client, []string{b.prefix}, args).ToArray()
}

// failed backs off. What was sent may have been taken or not, so that all is told anew.
func (b *Bus) failed(ctx context.Context, err error) {
	w := &b.work
	w.registered = false
	w.failures++
	w.retryAt = time.Now().Add(min(2*time.Second, 50*time.Millisecond<<min(w.failures, 6)))
	w.reapAfter = time.Now().Add(b.grace())
	// Told again after a while, for the reason may be another by then.
	if (b.counts.connected.Swap(false) || w.failures == 1 || w.failures%30 == 10) && ctx.Err() == nil {
		b.log.Warn("Redis does not answer; this node goes on with what it knows", slog.Any("error", err))
	}
	b.own.mu.Lock()
	b.own.still.Broadcast()
	b.own.mu.Unlock()
	if w.failures > 2 {
		w.drop() // whatever is wrong with the connection is not wrong with the next
	}
}

func (b *Bus) reached() {
	b.work.failures = 0
	if !b.counts.connected.Swap(true) {
		b.log.Info("connected to Redis", slog.String("node", b.id))
	}
}

// deliver sends what is in line.
func (b *Bus) deliver(ctx context.Context) {
	for ctx.Err() == nil && !time.Now().Before(b.work.retryAt) {
		if !b.work.registered && !b.register(ctx) {
			return
		}
		next := b.take()
		if next == nil {
			return
		}
		if !b.apply(ctx, next) {
			b.counts.dropped.Add(next.messages)
			return
		}
	}
}

// apply sends one batch. To a node without a lease Redis says so, and it registers first.
func (b *Bus) apply(ctx context.Context, next *batch) bool {
	for range 3 {
		args := append([]string{b.id, b.work.epoch}, next.args...)
		answer, err := b.exec(ctx, b.scripts.apply, commandLimit, args)
		if err != nil || len(answer) == 0 {
			b.failed(ctx, err)
			return false
		}
		if state, _ := answer[0].ToString(); state == "ok" && len(answer) == 4 {
			b.reached()
			b.own.taken(next, b.work.epoch)
			b.counts.sent.Add(next.messages)
			b.turned(b.work.epoch, answer[1:])
			return true
		}
		if !b.register(ctx) {
			return false
		}
	}
	return false
}

// turned tells the hub what a script says that it has turned: version, time and parts.
func (b *Bus) turned(epoch string, answer []rueidis.RedisMessage) {
	number, _ := answer[0].ToString()
	at, _ := answer[1].ToString()
	text, _ := answer[2].ToString()
	version, err1 := strconv.ParseInt(number, 10, 64)
	milli, err2 := strconv.ParseInt(at, 10, 64)
	parts, err3 := parseParts(text)
	if err1 == nil && err2 == nil && err3 == nil && len(parts) > 0 {
		b.turn(heard{epoch: epoch, version: version, at: time.UnixMilli(milli), parts: parts})
	}
}

// register tells Redis everything that this node holds.
func (b *Bus) register(ctx context.Context) bool {
	all := b.own.all(func(f hub.Fact) bool { return b.Held(f) == 0 })
	args := append([]string{b.id, rand.Text(), b.work.epoch}, all.args...)
	answer, err := b.exec(ctx, b.scripts.register, transferLimit, args)
	if err != nil || len(answer) != 4 {
		b.failed(ctx, err)
		return false
	}
	epoch, _ := answer[0].ToString()
	if epoch != b.work.epoch {
		b.work.reapAfter = time.Now().Add(b.grace())
	}
	b.work.epoch, b.work.registered, b.work.beatAt = epoch, true, time.Now()
	b.reached()
	b.counts.registered.Add(1)
	b.own.taken(all, epoch)
	b.own.forget()
	b.turned(epoch, answer[1:])
	return true
}

// beat renews the lease each second time, and looks for the gone.
func (b *Bus) beat(ctx context.Context) {
	w := &b.work
	if time.Now().Before(w.retryAt) || !w.registered {
		return
	}
	renew, reap := "0", "0"
	if time.Since(w.beatAt) > b.o.Beat*3/4 {
		renew = "1"
	}
	if time.Now().After(w.reapAfter) {
		reap = "1"
	}
	answer, err := b.exec(ctx, b.scripts.beat, commandLimit, []string{b.id, rand.Text(), milliseconds(leaseBeats * b.o.Beat), renew, reap})
	if err != nil || len(answer) != 6 {
		b.failed(ctx, err)
		return
	}
	b.reached()
	if renew == "1" {
		w.beatAt = time.Now()
	}
	state, _ := answer[0].ToString()
	epoch, _ := answer[1].ToString()
	switch {
	case epoch != w.epoch || state == "lost":
		w.registered = false
		w.reapAfter = time.Now().Add(b.grace())
		b.own.poke()
	case state == "late":
		w.reapAfter = time.Now().Add(b.grace()) // maybe all were cut off
	}
	b.turned(epoch, answer[2:5])
	if reaped, _ := answer[5].ToString(); reaped != "0" && reaped != "" {
		n, _ := strconv.ParseInt(reaped, 10, 64)
		b.counts.reaped.Add(n)
		b.log.Warn("nodes are gone; what they held is taken back", slog.Int64("nodes", n))
	}
}

// watch makes the subscription anew when the beats of this node do not come back by it.
func (b *Bus) watch() {
	if time.Since(time.Unix(0, b.echo.Load())) < b.grace() {
		return
	}
	b.echo.Store(time.Now().UnixNano()) // the next one has its time
	b.subMu.Lock()
	defer b.subMu.Unlock()
	if b.reset != nil {
		b.counts.resets.Add(1)
		b.reset()
	}
}
