package main

import (
	"bufio"
	"bytes"
	"net"
	"net/http"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
)

// slow is a client that sends one byte a second.
type slow struct {
	conn   net.Conn
	began  time.Time
	closed chan time.Duration // gets how long the server bore it
}

// TestSlowClientsKeepNobodyOut has 500 clients send their headers at one byte a second, on
// the API's address and on the hub's: each is closed within 10 s, and others are answered
// meanwhile.
func TestSlowClientsKeepNobodyOut(t *testing.T) {
	t.Parallel()
	const clients = 500
	p := serve(t, pgtest.Folder(t))
	addresses := []string{strings.TrimPrefix(p.url, "http://"), p.hub}
	all := make([]*slow, clients)
	for i := range all {
		conn, err := net.Dial("tcp", addresses[i%2])
		must(t, err)
		t.Cleanup(func() { _ = conn.Close() })
		s := &slow{conn: conn, began: time.Now(), closed: make(chan time.Duration, 1)}
		_, err = conn.Write([]byte("GET /app/x?protocol=7 HTTP/1.1\r\nHost: x\r\nX-Slow: "))
		must(t, err)
		go func() {
			_, _ = bufio.NewReader(conn).ReadString(0) // returns when the server has closed
			s.closed <- time.Since(s.began)
		}()
		all[i] = s
	}
	stop := make(chan struct{})
	var work sync.WaitGroup
	work.Go(func() { // the trickle
		for ticker := time.NewTicker(time.Second); ; {
			select {
			case <-stop:
				return
			case <-ticker.C:
			}
			for _, s := range all {
				_, _ = s.conn.Write([]byte("x")) // some are closed already
			}
		}
	})
	served, longest := 0, time.Duration(0)
	work.Go(func() {
		for ticker := time.NewTicker(20 * time.Millisecond); ; {
			select {
			case <-stop:
				return
			case <-ticker.C:
			}
			began := time.Now()
			if status, err := ask("GET", p.url+"/api/health", "", "", nil); err != nil || status != http.StatusOK {
				t.Errorf("another client is answered %d, %v", status, err)
			}
			served, longest = served+1, max(longest, time.Since(began))
		}
	})
	for i, s := range all {
		select {
		case took := <-s.closed:
			if took > 10*time.Second {
				t.Errorf("client %d was borne for %v", i, took)
			}
		case <-time.After(time.Until(s.began.Add(20 * time.Second))):
			t.Fatalf("client %d is still connected", i)
		}
	}
	close(stop)
	work.Wait()
	if served < 20 {
		t.Errorf("others were answered %d times", served)
	}
	t.Logf("others were answered %d times, at most after %v", served, longest)
}

// TestLimitsHoldWithoutRedis: the limit is counted in the process, so that a Redis which is
// away opens nothing.
func TestLimitsHoldWithoutRedis(t *testing.T) {
	t.Parallel()
	redis, database := redistest.New(t), aside(t)
	p := shared(t, database, "REDIS_URL="+redis.URL(), "RATE_LIMIT=30")
	metric := func(what string) func() bool {
		return func() bool { return strings.Contains(get(t, "http://"+p.metrics()+"/metrics"), what) }
	}
	until(t, "Redis is there", metric("ftcmetrics_bus_connected 1"))
	redis.Kill()
	until(t, "Redis is away", metric("ftcmetrics_bus_connected 0"))
	answers := make(map[int]int)
	for range 50 {
		status, err := ask("GET", p.url+"/api/seasons/1999", "", "", nil)
		must(t, err)
		answers[status]++
	}
	if answers[http.StatusNotFound] != 30 || answers[http.StatusTooManyRequests] != 20 {
		t.Errorf("answers: %v", answers)
	}
}

// TestForeignPagesOpenNoSocket shakes hands with the program in production, as pages of
// several origins, on both addresses.
func TestForeignPagesOpenNoSocket(t *testing.T) {
	t.Parallel()
	cmd := program(pgtest.Folder(t), "serve")
	cmd.Env = append(cmd.Env, "APP_ENV=production", "CORS_ORIGINS=https://scout.example,https://front.example",
		"REALTIME_APP_ID=own", "REALTIME_APP_KEY=own-key", "REALTIME_APP_SECRET="+sharedSecret)
	p := launch(t, cmd)
	for _, base := range []string{p.hub, strings.TrimPrefix(p.url, "http://")} {
		for origin, want := range map[string]int{
			"https://scout.example": http.StatusSwitchingProtocols, "https://front.example": http.StatusSwitchingProtocols,
			"https://evil.example": http.StatusForbidden, "null": http.StatusForbidden, "http://scout.example": http.StatusForbidden,
			"https://scout.example.evil.example": http.StatusForbidden, "https://evil.example/https://scout.example": http.StatusForbidden,
		} {
			socket, answer, err := websocket.Dial(t.Context(), "ws://"+base+"/app/own-key?protocol=7", &websocket.DialOptions{HTTPHeader: http.Header{"Origin": {origin}}})
			if answer == nil || answer.StatusCode != want {
				t.Errorf("%s at %s: %v, want %d", origin, base, err, want)
			}
			if err == nil {
				_ = socket.CloseNow()
			}
		}
	}
}

// TestSecretsThatEverybodyKnows tries each seed default as each part of the app.
func TestSecretsThatEverybodyKnows(t *testing.T) {
	t.Parallel()
	for _, word := range weak {
		for _, name := range []string{"REALTIME_APP_ID", "REALTIME_APP_KEY", "REALTIME_APP_SECRET"} {
			t.Run(name+"="+word, func(t *testing.T) {
				t.Parallel()
				cmd := program(t.TempDir())
				cmd.Env = append(cmd.Env, "APP_ENV=production", "PUBLIC_URL=https://x.example", "REALTIME_APP_ID=a1", "REALTIME_APP_KEY=k1", "REALTIME_APP_SECRET="+sharedSecret,
					name+"="+strings.ToUpper(word))
				var out bytes.Buffer
				cmd.Stdout, cmd.Stderr = &out, &out
				must(t, cmd.Start())
				impatient := time.AfterFunc(patience, func() { _ = cmd.Process.Kill() }) // one that takes the word serves
				defer impatient.Stop()
				_ = cmd.Wait() // how it ended is in ProcessState
				if code := cmd.ProcessState.ExitCode(); code != 1 || !strings.Contains(out.String(), name+" has a value that everybody knows") {
					t.Errorf("exit code %d: %s", code, out.String())
				}
			})
		}
	}
}
