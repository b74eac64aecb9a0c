package redisbus

import (
	"context"
	"errors"
	"log/slog"
	"strconv"
	"strings"
	"time"

	"github.com/redis/rueidis"

	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

// incoming is a message as it came, or with "" that a subscription has begun.
type incoming struct{ text string }

// hearer is what only the goroutine that hears touches.
type hearer struct {
	client     rueidis.Client // nil while there is none
	behind     bool           // everything has to be read
	graceUntil time.Time      // facts that are not in Redis any more are kept until then; zero without a grace
	cachedFrom int64          // Redis' time of the newest event of a cache channel that is known
}

// listen keeps a subscription until ctx ends. Each has a connection of its own.
func (b *Bus) listen(ctx context.Context) {
	for failures := 0; ctx.Err() == nil; failures++ {
		began := time.Now()
		err := b.subscribe(ctx)
		if ctx.Err() != nil {
			return
		}
		if time.Since(began) > 10*time.Second {
			failures = 0
		}
		b.log.Debug("the subscription to Redis ended", slog.Any("error", err))
		pause := time.NewTimer(min(2*time.Second, 20*time.Millisecond<<min(failures, 7)))
		select {
		case <-ctx.Done():
		case <-pause.C:
		}
		pause.Stop()
	}
}

func (b *Bus) subscribe(ctx context.Context) error {
	client, err := rueidis.NewClient(b.redis)
	if err != nil {
		return err
	}
	defer client.Close()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	b.subMu.Lock()
	b.reset = cancel
	b.subMu.Unlock()
	ctx = rueidis.WithOnSubscriptionHook(ctx, func(s rueidis.PubSubSubscription) {
		if s.Kind == "subscribe" && s.Channel == b.prefix+"bus" {
			b.enqueue(incoming{})
			b.own.poke()
		}
	})
	channels := client.B().Subscribe().Channel(b.prefix+"bus", b.prefix+"ask", b.prefix+"answer:"+b.id).Build()
	return client.Receive(ctx, channels, func(m rueidis.PubSubMessage) {
		switch m.Channel {
		case b.prefix + "bus":
			b.enqueue(incoming{m.Message})
		case b.prefix + "ask":
			b.asked(ctx, m.Message)
		default:
			b.answered(m.Message)
		}
	})
}

// enqueue never waits: who waited would make Redis end the connection.
func (b *Bus) enqueue(m incoming) {
	select {
	case b.inbox <- m:
	default:
		b.missed.Store(true)
		b.counts.missed.Add(1)
	}
}

// hear works off what came, until ctx ends.
func (b *Bus) hear(ctx context.Context) {
	h := &b.hearing
	h.behind = true
	look := time.NewTicker(b.o.Beat / 4)
	defer look.Stop()
	defer func() {
		if h.client != nil {
			h.client.Close()
		}
	}()
	for {
		select {
		case <-ctx.Done():
			return
		case m := <-b.inbox:
			b.follow(ctx, m)
		case <-look.C:
			over := !h.graceUntil.IsZero() && time.Now().After(h.graceUntil)
			if h.behind || over || b.missed.Swap(false) {
				b.readAll(ctx)
			}
		}
	}
}

// follow works off one message.
func (b *Bus) follow(ctx context.Context, in incoming) {
	if in.text == "" {
		b.readAll(ctx)
		return
	}
	m, err := parseHeard(in.text)
	if err != nil {
		b.counts.missed.Add(1)
		b.hearing.behind = true
		return
	}
	before := m.version
	if m.changes {
		before--
	}
	if m.epoch != b.view.epoch || before > b.view.version || b.missed.Swap(false) {
		b.readAll(ctx)
	}
	next := m.changes && m.epoch == b.view.epoch && m.version == b.view.version+1
	b.obey(m, next)
	if next {
		b.view.mu.Lock()
		b.view.version = m.version
		b.view.mu.Unlock()
	}
}

// obey does what a message says. Its facts count if it is the next one; what is in Redis
// already was read with everything.
func (b *Bus) obey(m heard, next bool) {
	mine := m.node == b.id
	if mine {
		b.turn(m)
	} else {
		b.counts.heard.Add(1)
		b.asking.heard(m.node)
	}
	for i := 0; i < len(m.parts); i++ {
		switch p := m.parts[i]; {
		case p.kind == 'b' && mine:
			b.echo.Store(time.Now().UnixNano())
		case p.kind == 'g' && next:
			b.change(p.a, nil)
		case mine:
		case p.kind == 'w' && next:
			b.change(m.node, b.factsOf(m.parts))
		case p.kind == 'f' && next:
			b.setOne(m.node, p)
		case p.kind == 't':
			if f, err := parseFact(p.a); err == nil {
				b.node.Turn(f, p.b == "+", false, m.at)
			}
		case p.kind == 'e':
			b.pass(p.a)
		case p.kind == 'h':
			hint := b.onHint.Load()
			if seq, err := strconv.ParseInt(p.b, 10, 64); err == nil && hint != nil {
				(*hint)(realtime.Channel(p.a), seq)
			}
		}
	}
}

func (b *Bus) pass(text string) {
	message, err := parseMessage(text)
	if err != nil || !b.node.Hear(message) {
		b.counts.missed.Add(1)
	}
}

func (b *Bus) factsOf(parts []part) []fact {
	var facts []fact
	for _, p := range parts {
		if p.kind != 'f' {
			continue
		}
		if f, err := parseValue(p.a, p.b+" "+p.info); err == nil {
			facts = append(facts, f)
		}
	}
	return facts
}

func (b *Bus) setOne(node string, p part) {
	f, err := parseValue(p.a, p.b+" "+p.info)
	if err != nil {
		return
	}
	b.view.mu.Lock()
	changed := b.view.set(node, f.Fact, f.n, f.info)
	b.view.mu.Unlock()
	if changed {
		b.node.Change(f.Fact)
	}
}

// change makes the facts of another node just those given.
func (b *Bus) change(node string, facts []fact) {
	if node == b.id {
		return // what this node holds it knows better
	}
	b.view.mu.Lock()
	changed := b.view.replace(node, facts)
	b.view.mu.Unlock()
	for _, f := range changed {
		b.node.Change(f)
	}
}

// readAll reads what all nodes hold and compares. After Redis has lost everything, nodes
// that are not registered again are kept for the grace.
func (b *Bus) readAll(ctx context.Context) {
	h := &b.hearing
	h.behind = true
	answer, err := b.ask(ctx, b.scripts.read, b.id)
	if err != nil || len(answer) < 2 {
		return
	}
	epoch, _ := answer[0].ToString()
	number, _ := answer[1].ToString()
	version, err := strconv.ParseInt(number, 10, 64)
	if err != nil || epoch == "" {
		return // nobody is registered yet
	}
	now := time.Now()
	if b.view.epoch != "" && b.view.epoch != epoch {
		h.graceUntil = now.Add(b.grace())
		b.log.Warn("Redis has lost what it knew; everything is told anew")
	}
	there := map[string]bool{b.id: true}
	for i := 2; i+1 < len(answer); i += 2 {
		node, _ := answer[i].ToString()
		if node != b.id {
			b.asking.known(node)
		}
		values, err := answer[i+1].ToArray()
		if err != nil {
			return
		}
		there[node] = true
		b.change(node, factsIn(values))
	}
	if now.After(h.graceUntil) {
		b.dropOthers(there, !h.graceUntil.IsZero())
		h.graceUntil = time.Time{}
	}
	b.view.mu.Lock()
	b.view.epoch, b.view.version = epoch, version
	b.view.mu.Unlock()
	b.counts.reads.Add(1)
	h.behind = b.readCached(ctx) != nil
	b.begun.Do(func() { close(b.ready) })
}

// factsIn reads the fields and values of a node's hash.
func factsIn(values []rueidis.RedisMessage) []fact {
	var facts []fact
	for k := 0; k+1 < len(values); k += 2 {
		text, _ := values[k].ToString()
		value, _ := values[k+1].ToString()
		if f, err := parseValue(text, value); err == nil {
			facts = append(facts, f)
		}
	}
	return facts
}

// dropOthers drops the nodes that are not there. If Redis has lost them too, nobody has
// reaped them: the first of the nodes that are left tells the webhooks.
func (b *Bus) dropOthers(there map[string]bool, lost bool) {
	first := b.id
	for node := range there {
		first = min(first, node)
	}
	var gone []string
	b.view.mu.RLock()
	for node := range b.view.nodes {
		if !there[node] {
			gone = append(gone, node)
		}
	}
	b.view.mu.RUnlock()
	for _, node := range gone {
		var over []hub.Fact
		b.view.mu.RLock()
		for f := range b.view.nodes[node] {
			over = append(over, f)
		}
		b.view.mu.RUnlock()
		b.change(node, nil)
		for _, f := range over {
			if lost && b.Held(f) == 0 && !b.own.holds(f) {
				b.node.Turn(f, false, first == b.id, time.Now())
			}
		}
	}
}

// readCached reads the events of cache channels that are newer than those known.
func (b *Bus) readCached(ctx context.Context) error {
	h := &b.hearing
	from, newest := h.cachedFrom, h.cachedFrom
	for skip := 0; ; skip += 100 {
		answer, err := b.ask(ctx, b.scripts.cached, b.id, strconv.FormatInt(from, 10), strconv.Itoa(skip))
		if err != nil || len(answer) == 0 {
			return errors.Join(err, ctx.Err())
		}
		text, _ := answer[0].ToString()
		at, _ := strconv.ParseInt(text, 10, 64)
		for i := 1; i+2 < len(answer); i += 3 {
			age, err := strconv.ParseInt(b.remember(answer[i:i+3]), 10, 64)
			if err == nil {
				newest = max(newest, at-age)
			}
		}
		if len(answer) < 1+3*100 {
			h.cachedFrom = newest
			return nil
		}
	}
}

// remember gives one cached event to the hub, and returns its age.
func (b *Bus) remember(answer []rueidis.RedisMessage) string {
	field, _ := answer[0].ToString()
	event, _ := answer[1].ToString()
	age, _ := answer[2].ToString()
	appID, channel, ok := strings.Cut(field, "\n")
	var name, data string
	n := netstrings{event}
	if milli, err := strconv.ParseInt(age, 10, 64); ok && err == nil && n.take(&name, &data) == nil {
		b.node.Remember(appID, realtime.Channel(channel), name, data, time.Now().Add(-time.Duration(milli)*time.Millisecond))
	}
	return age
}

// ask runs a script on the hearer's own connection, which a slow batch does not hold up.
func (b *Bus) ask(ctx context.Context, script *rueidis.Lua, args ...string) ([]rueidis.RedisMessage, error) {
	ctx, cancel := context.WithTimeout(ctx, transferLimit)
	defer cancel()
	if b.hearing.client == nil {
		client, err := rueidis.NewClient(b.redis)
		if err != nil {
			return nil, err
		}
		b.hearing.client = client
	}
	answer, err := script.Exec(ctx, b.hearing.client, []string{b.prefix}, args).ToArray()
	if err != nil {
		b.hearing.client.Close()
		b.hearing.client = nil
	}
	return answer, err
}
