package httpapi_test

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"net/http"
	"runtime"
	"slices"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"
)

// The statuses that our own answers have, and those of net/http for what is no HTTP.
var (
	ourStatuses = []int{200, 400, 401, 403, 404, 405, 413, 415}
	netStatuses = []int{400, 417, 431, 501, 505}
)

const (
	attackers = 4
	attacks   = 2500 // by each of them
)

// TestHostileRequests sends 10,000 requests, most of which are wrong in one way or
// another, while a backend publishes to a subscribed socket.
func TestHostileRequests(t *testing.T) {
	r := newRig(t)
	conn, _ := r.subscriber("live", "")
	client := &http.Client{Transport: &http.Transport{}}
	r.client.HTTPClient = client
	warmUp := &assault{rig: r, client: client, hostile: hostile{rand.New(rand.NewPCG(0, 0))}}
	for range 200 {
		warmUp.run(warmUp.next())
	}
	client.CloseIdleConnections()
	goroutines, heap := runtime.NumGoroutine(), heapInUse()

	heard := make(chan error, 1)
	go func() { heard <- hearAll(t.Context(), conn, attacks) }()
	counts := map[string]int{}
	var wait sync.WaitGroup
	var mu sync.Mutex // guards counts
	for i := range attackers {
		wait.Go(func() {
			a := &assault{rig: r, client: client, hostile: hostile{rand.New(rand.NewPCG(1, uint64(i)))}}
			for n := range attacks {
				if i == 0 {
					if err := r.client.Trigger("live", "score", strconv.Itoa(n)); err != nil {
						t.Errorf("event %d: %v", n, err)
					}
				}
				outcome := a.run(a.next())
				mu.Lock()
				counts[outcome]++
				mu.Unlock()
			}
		})
	}
	wait.Wait()
	if err := <-heard; err != nil {
		t.Error(err)
	}
	client.CloseIdleConnections()
	until(t, "the goroutines end", func() bool { return runtime.NumGoroutine() <= goroutines })
	until(t, "the memory is free again", func() bool { return heapInUse() < heap+4<<20 })
	t.Log(counts)
	for _, status := range ourStatuses {
		if status != 403 && counts["ours "+strconv.Itoa(status)] == 0 {
			t.Errorf("no request was answered with %d", status)
		}
	}
}

// hearAll reads the events of the backend: each once, in order, and no other.
func hearAll(ctx context.Context, conn *websocket.Conn, events int) error {
	ctx, cancel := context.WithTimeout(ctx, 5*time.Minute)
	defer cancel()
	for n := range events {
		_, text, err := conn.Read(ctx)
		if err != nil {
			return fmt.Errorf("event %d: %w", n, err)
		}
		if want := fmt.Sprintf(`{"event":"score","channel":"live","data":"%d"}`, n); string(text) != want {
			return fmt.Errorf("got %s, want %s", text, want)
		}
	}
	return nil
}

func heapInUse() uint64 {
	var m runtime.MemStats
	runtime.GC()
	runtime.GC() // what the first put out of the pools
	runtime.ReadMemStats(&m)
	return m.HeapAlloc
}

// until waits for the condition.
func until(t *testing.T, what string, done func() bool) {
	t.Helper()
	limit, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	defer cancel()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !done() {
		select {
		case <-again.C:
		case <-limit.Done():
			t.Fatalf("%s: not within 20 s", what)
		}
	}
}

// assault sends attacks and looks at what comes back.
type assault struct {
	*rig
	hostile
	client *http.Client
}

// run sends the request, by net/http if it can, and says in a word what came of it.
func (a *assault) run(request attack) string {
	proper := strings.HasPrefix(request.kind, "forged") || strings.HasPrefix(request.kind, "rotten")
	if proper && a.IntN(2) == 0 {
		return a.runClient(request)
	}
	answers, err := a.exchange(request)
	if err != nil {
		a.t.Errorf("%s: %v", request.kind, err)
	}
	if len(answers) == 0 {
		if proper {
			a.t.Errorf("%s: no answer", request.kind)
		}
		return "none"
	}
	for _, answer := range answers[1:] { // to what a wrong length left over
		if problem := a.judge(answer, false); problem != "" {
			a.t.Errorf("%s, afterwards: %s", request.kind, problem)
		}
	}
	return a.verdict(request, answers[0], proper)
}

func (a *assault) runClient(request attack) string {
	r, err := http.NewRequestWithContext(a.t.Context(), request.method, a.server.URL+request.target, bytes.NewReader(request.body))
	if err != nil {
		a.t.Errorf("%s: %v", request.kind, err)
		return "none"
	}
	answer, err := a.client.Do(r)
	if err != nil {
		if !strings.HasSuffix(request.kind, "huge") { // the server may close before all is sent
			a.t.Errorf("%s: %v", request.kind, err)
		}
		return "none"
	}
	defer answer.Body.Close()
	body, err := io.ReadAll(answer.Body)
	if err != nil {
		a.t.Errorf("%s: %v", request.kind, err)
	}
	return a.verdict(request, reply{answer, body}, true)
}

// reply is an answer that has been read.
type reply struct {
	*http.Response
	body []byte
}

// exchange sends the request on a connection of its own and reads all answers.
func (a *assault) exchange(request attack) ([]reply, error) {
	conn, err := net.Dial("tcp", a.server.Listener.Addr().String())
	if err != nil {
		return nil, err
	}
	defer conn.Close()
	if err := conn.SetDeadline(time.Now().Add(time.Minute)); err != nil {
		return nil, err
	}
	var sent sync.WaitGroup
	defer sent.Wait()
	sent.Go(func() {
		_, _ = conn.Write(request.text()) // the server may close before all is sent
		_ = conn.(*net.TCPConn).CloseWrite()
	})
	raw, err := io.ReadAll(conn)
	_ = conn.Close()
	if err != nil && len(raw) == 0 {
		return nil, err
	}
	var replies []reply
	in := bufio.NewReader(bytes.NewReader(raw))
	for method := request.method; ; method = http.MethodGet {
		answer, err := http.ReadResponse(in, &http.Request{Method: method})
		if errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF) {
			return replies, nil
		}
		if err != nil {
			return nil, fmt.Errorf("%q: %w", raw, err)
		}
		body, err := io.ReadAll(answer.Body)
		if err != nil {
			return nil, fmt.Errorf("%q: %w", raw, err)
		}
		if answer.StatusCode != http.StatusContinue {
			replies = append(replies, reply{answer, body})
		}
	}
}

// verdict looks at the answer to the request.
func (a *assault) verdict(request attack, answer reply, proper bool) string {
	if problem := a.judge(answer, request.method == http.MethodHead); problem != "" {
		a.t.Errorf("%s: %s", request.kind, problem)
	}
	ours := answer.Header.Get("Content-Type") == "application/json"
	if request.forged && answer.StatusCode < 400 || proper && !ours {
		a.t.Errorf("%s: %.300s: %d %s", request.kind, request.text(), answer.StatusCode, answer.body)
	}
	if ours {
		return "ours " + strconv.Itoa(answer.StatusCode)
	}
	return "others " + strconv.Itoa(answer.StatusCode)
}

// judge says what is wrong with an answer.
func (a *assault) judge(answer reply, empty bool) string {
	say := fmt.Sprintf("%d %s %q", answer.StatusCode, answer.Header.Get("Content-Type"), answer.body)
	switch status := answer.StatusCode; {
	case answer.Header.Get("Content-Type") == "application/json":
		if !slices.Contains(ourStatuses, status) || empty != (len(answer.body) == 0) {
			return say
		}
		var body struct {
			Error, Code string
			Status      int
		}
		if err := json.Unmarshal(answer.body, &body); !empty && (err != nil || status != 200 && (body.Error == "" || body.Code == "" || body.Status != status)) {
			return say
		}
	case status == http.StatusUpgradeRequired: // at /app/
	case status == 200 && string(answer.body) == "OK": // at /
	case !slices.Contains(netStatuses, status) || !answer.Close:
		return say
	}
	return ""
}
