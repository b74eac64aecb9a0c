package faults

import (
	"bytes"
	"context"
	"math/rand/v2"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/google/uuid"
)

// goroutines is how many the node says it has.
func (n *Node) goroutines() int {
	a, err := NewClient("", patience).Ask(context.Background(), "GET", "http://"+n.Metrics+"/metrics", "")
	if err != nil {
		return -1
	}
	_, rest, _ := strings.Cut(string(a.Body), "\ngo_goroutines ")
	count, _, _ := strings.Cut(rest, "\n")
	number, err := strconv.Atoi(count)
	if err != nil {
		return -1
	}
	return number
}

// TestGarbage is the short form of R13 on the real program: sockets and the API get
// thousands of messages and requests that are nonsense. Nothing panics, nothing stays, and
// who behaves does not notice. The fuzz targets are the long form.
func TestGarbage(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 1)
	node := s.Nodes[0]
	hall := s.Follow(HallChannel, inTurn(node.URL()))
	before := node.goroutines()
	AtLeast(t, "R13.goroutines_before", float64(before), 1)
	var vandals sync.WaitGroup
	for v := range 8 {
		vandals.Go(func() {
			random := rand.New(rand.NewPCG(uint64(v), 11)) //nolint:gosec // chance, not secrecy
			for range 40 {
				spoil(t.Context(), random, node.Address)
			}
			client := NewClient("", patience)
			defer client.http.CloseIdleConnections()
			for range 250 {
				pray(t.Context(), random, client, node.URL())
			}
		})
	}
	var slowest time.Duration
	for n := range 50 {
		began := time.Now()
		s.Coach.Want(t, http.StatusCreated, "POST", node.URL()+"/api/scouting/entries", EntryBody(uuid.NewString(), s.Team, 1), nil)
		Until(t, "the hall hears of it", func() bool { hall.mu.Lock(); defer hall.mu.Unlock(); return len(hall.Applied) > n })
		slowest = max(slowest, time.Since(began))
	}
	vandals.Wait()
	Timed(t, "R13.slowest_delivery_ms", slowest, time.Second)
	Figure(t, "R13.panics", float64(strings.Count(node.Log(), "panic")), 0)
	Figure(t, "R13.answers_500", float64(strings.Count(node.Log(), `"status":500`)), 0)
	Figure(t, "R13.spectator_sockets_lost", float64(hall.sessions-1), 0)
	t.Logf("%d goroutines before, %d now", before, node.goroutines())
	Until(t, "the goroutines are back at what they were", func() bool { n := node.goroutines(); return n > 0 && n <= before+5 })
}

// spoil sends one socket nonsense until it is closed, or 30 times.
func spoil(ctx context.Context, random *rand.Rand, address string) {
	socket, response, err := websocket.Dial(ctx, "ws://"+address+"/app/"+Key+"?protocol=7", nil)
	if response != nil && response.Body != nil {
		_ = response.Body.Close()
	}
	if err != nil {
		return
	}
	defer socket.CloseNow() //nolint:errcheck // it is over
	seeds := []string{
		`{"event":"pusher:subscribe","data":{"channel":"event-USNCRA"}}`, `{"event":"pusher:subscribe","data":{"channel":"private-x","auth":"a:b"}}`,
		`{"event":"pusher:signin","data":{"auth":"a:b","user_data":"{}"}}`, `{"event":"client-x","channel":"event-USNCRA","data":{}}`, `{"event":"pusher:ping","data":{}}`, `[[[[`, ``,
	}
	for range 30 {
		message := []byte(seeds[random.IntN(len(seeds))])
		for range random.IntN(4) {
			if len(message) > 0 {
				message[random.IntN(len(message))] = byte(random.IntN(256))
			}
		}
		kind := websocket.MessageText
		if random.IntN(20) == 0 {
			kind = websocket.MessageBinary
		}
		if socket.Write(ctx, kind, message) != nil {
			return
		}
	}
}

// pray sends one request that means nothing.
func pray(ctx context.Context, random *rand.Rand, client *Client, url string) {
	paths := []string{"/api/scouting/entries", "/api/pusher/auth", "/api/join", "/apps/app/events", "/apps/app/batch_events", "/api/channels/event-USNCRA/events?after=9999999999999999999", "/api/channels/%00/events", "/api/events/%ff", "/api/setup", "/"}
	bodies := []string{"", "{", `{"id":1}`, `null`, `{"channel_name":"private-team-x","socket_id":"1.1"}`, strings.Repeat("[", 5000), string(bytes.Repeat([]byte{0xff, 0}, 500))}
	methods := []string{"GET", "POST", "PUT", "PATCH", "DELETE"}
	// What comes of it is seen in the log and on the others.
	_, _ = client.Ask(ctx, methods[random.IntN(len(methods))], url+paths[random.IntN(len(paths))], bodies[random.IntN(len(bodies))])
}
