package redisbus

import (
	"context"
	"strconv"
	"sync"
	"time"

	"github.com/redis/rueidis"

	"github.com/ftcmetrics/ftcmetrics/realtime/inspect"
)

// The bounds of questions between nodes.
const (
	askLimit     = time.Second
	maxAnswer    = 4 << 20          // bytes
	maxAnswering = 4                // questions of others at the same time; more wait
	rememberGone = 10 * time.Minute // how long a node is named that went without a word
)

// asking is how this node asks others and answers them. Questions go to all nodes by one
// channel of Redis, answers to the asker alone by its own: they are no part of the stream
// that is kept in order.
type asking struct {
	places chan struct{} // one for each question being answered

	mu     sync.Mutex // guards the fields below
	answer func(question []byte) []byte
	peers  map[string]*peer     // the other nodes
	open   map[string]*question // of this node, by their ids
	last   int64                // counts the questions of this node

	clientMu sync.Mutex     // guards the fields below; held while a connection is made
	client   rueidis.Client // nil before the first question
	finished bool
}

// peer is another node.
type peer struct {
	heard time.Time
	left  bool // it has said goodbye
}

// question waits for its answers.
type question struct {
	missing map[string]bool // who has not answered
	answers map[string][]byte
	done    chan struct{} // closed when nobody is missing
}

func (a *asking) init() {
	a.places = make(chan struct{}, maxAnswering)
	a.peers, a.open = make(map[string]*peer), make(map[string]*question)
}

// heard notes that a node lives.
func (a *asking) heard(node string) {
	a.mu.Lock()
	defer a.mu.Unlock()
	if p := a.peers[node]; p != nil {
		p.heard = time.Now()
		return
	}
	a.peers[node] = &peer{heard: time.Now()}
	for other, p := range a.peers {
		if time.Since(p.heard) > rememberGone {
			delete(a.peers, other)
		}
	}
}

// known notes a node of which nothing was heard yet.
func (a *asking) known(node string) {
	a.mu.Lock()
	_, known := a.peers[node]
	a.mu.Unlock()
	if !known {
		a.heard(node)
	}
}

// ID returns the name of this node among the others.
func (b *Bus) ID() string { return b.id }

// OnAsk has the questions of other nodes answered; nil is no answer. It is called once.
func (b *Bus) OnAsk(answer func(question []byte) []byte) {
	b.asking.mu.Lock()
	defer b.asking.mu.Unlock()
	b.asking.answer = answer
}

// Ask returns what the other nodes answer within a second, by their names, and who did not.
// A node of which nothing was heard for the time of a lease is not waited for.
func (b *Bus) Ask(ctx context.Context, text []byte) (answers map[string][]byte, silent []inspect.Silent) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	a := &b.asking
	q := &question{missing: map[string]bool{}, answers: map[string][]byte{}, done: make(chan struct{})}
	a.mu.Lock()
	a.last++
	id := strconv.FormatInt(a.last, 10)
	for node, p := range a.peers {
		if !p.left && time.Since(p.heard) <= leaseBeats*b.o.Beat {
			q.missing[node] = true
		}
	}
	waits := len(q.missing) > 0
	a.open[id] = q
	a.mu.Unlock()
	if waits && b.tell(ctx, "ask", "q", b.id, id, string(text)) == nil {
		select {
		case <-q.done:
		case <-ctx.Done():
		}
	}
	a.mu.Lock()
	defer a.mu.Unlock()
	delete(a.open, id)
	for node, p := range a.peers {
		if _, answered := q.answers[node]; !answered && !p.left && time.Since(p.heard) <= rememberGone {
			silent = append(silent, inspect.Silent{ID: node, HeardAt: p.heard.UTC()})
		}
	}
	return q.answers, silent
}

// tell publishes netstrings on a channel of Redis.
func (b *Bus) tell(ctx context.Context, channel string, texts ...string) error {
	client, err := b.asker()
	if err != nil {
		return err
	}
	var raw []byte
	for _, text := range texts {
		raw = appendNetstring(raw, text)
	}
	return client.Do(ctx, client.B().Publish().Channel(b.prefix+channel).Message(string(raw)).Build()).Error()
}

// asker returns the connection that questions and answers go out by.
func (b *Bus) asker() (rueidis.Client, error) {
	a := &b.asking
	a.clientMu.Lock()
	defer a.clientMu.Unlock()
	if a.finished {
		return nil, rueidis.ErrClosing
	}
	if a.client == nil {
		client, err := rueidis.NewClient(b.redis)
		if err != nil {
			return nil, err
		}
		a.client = client
	}
	return a.client, nil
}

// asked takes what came by the channel of questions.
func (b *Bus) asked(ctx context.Context, raw string) {
	var kind, node, id, text string
	n := netstrings{raw}
	if n.take(&kind, &node) != nil || node == b.id {
		return
	}
	if kind == "x" {
		b.asking.mu.Lock()
		defer b.asking.mu.Unlock()
		b.asking.peers[node] = &peer{heard: time.Now(), left: true}
		return
	}
	if kind != "q" || n.take(&id, &text) != nil {
		return
	}
	b.asking.mu.Lock()
	answer := b.asking.answer
	b.asking.mu.Unlock()
	if answer == nil {
		return
	}
	b.running.Go(func() { b.respond(ctx, answer, node, id, text) })
}

// respond answers a question, unless it has waited until the asker has given up.
func (b *Bus) respond(ctx context.Context, answer func([]byte) []byte, node, id, text string) {
	ctx, cancel := context.WithTimeout(ctx, askLimit)
	defer cancel()
	select {
	case b.asking.places <- struct{}{}:
		defer func() { <-b.asking.places }()
	case <-ctx.Done():
		return
	}
	if said := answer([]byte(text)); said != nil && len(said) <= maxAnswer {
		_ = b.tell(ctx, "answer:"+node, b.id, id, string(said)) // the asker names us silent
	}
}

// answered takes what came by this node's own channel.
func (b *Bus) answered(raw string) {
	var node, id, text string
	n := netstrings{raw}
	if n.take(&node, &id, &text) != nil {
		return
	}
	a := &b.asking
	a.mu.Lock()
	defer a.mu.Unlock()
	q := a.open[id]
	if q == nil || !q.missing[node] {
		return
	}
	delete(q.missing, node)
	q.answers[node] = []byte(text)
	if len(q.missing) == 0 {
		close(q.done)
	}
}

// leaveTaking is how long a goodbye may take.
const leaveTaking = 500 * time.Millisecond

// sayGoodbye tells the other nodes that this one goes, so that nobody misses it.
func (b *Bus) sayGoodbye() {
	ctx, cancel := context.WithTimeout(context.Background(), leaveTaking)
	defer cancel()
	if b.counts.connected.Load() {
		_ = b.tell(ctx, "ask", "x", b.id) // they miss it for a while
	}
	a := &b.asking
	a.clientMu.Lock()
	defer a.clientMu.Unlock()
	if a.finished = true; a.client != nil {
		a.client.Close()
	}
}
