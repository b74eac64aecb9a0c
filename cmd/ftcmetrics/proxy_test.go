package main

import (
	"bytes"
	"context"
	"crypto/rand"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
)

// installed finds a program: installed, or fetched by scripts/setup.
func installed(t *testing.T, name string) string {
	t.Helper()
	if path, err := exec.LookPath(name); err == nil {
		return path
	}
	path, err := filepath.Abs("../../.cache/bin/" + name)
	must(t, err)
	if _, err := os.Stat(path); err != nil {
		t.Fatalf("there is no %s: make setup fetches one", name)
	}
	return path
}

// front is a real proxy with the configuration that we hand out.
type front struct {
	url    string
	client *http.Client
}

func (f front) ws() string { return "ws" + strings.TrimPrefix(f.url, "http") }

// runs keeps a proxy running until the test ends.
func runs(t *testing.T, cmd *exec.Cmd, f front) front {
	t.Helper()
	var log bytes.Buffer
	cmd.Stdout, cmd.Stderr = &log, &log
	cmd.SysProcAttr = &syscall.SysProcAttr{Setpgid: true} // a starter may stand before it
	must(t, cmd.Start())
	ended := make(chan struct{})
	go func() {
		_ = cmd.Wait() // it is killed
		close(ended)
	}()
	t.Cleanup(func() {
		_ = syscall.Kill(-cmd.Process.Pid, syscall.SIGKILL)
		<-ended
		if t.Failed() {
			t.Logf("the proxy: %s", log.String())
		}
	})
	until(t, "the proxy serves", func() bool {
		select {
		case <-ended:
			t.Fatalf("the proxy ended: %s", log.String())
		default:
		}
		response, _, err := asked(t, f.client, "GET", f.url+"/ready")
		return err == nil && response.StatusCode == http.StatusOK
	})
	return f
}

// changed is a file of deploy with the places that name one installation filled in. Each
// must be there.
func changed(t *testing.T, name string, pairs ...string) string {
	t.Helper()
	raw, err := os.ReadFile(filepath.Join("../../deploy", name))
	must(t, err)
	text := string(raw)
	for i := 0; i < len(pairs); i += 2 {
		if !strings.Contains(text, pairs[i]) {
			t.Fatalf("%s has no %q", name, pairs[i])
		}
		text = strings.ReplaceAll(text, pairs[i], pairs[i+1])
	}
	path := filepath.Join(t.TempDir(), filepath.Base(name))
	must(t, os.WriteFile(path, []byte(text), 0o600))
	return path
}

// fromElsewhere has a client come from another address than the proxy's, which the nodes trust.
func fromElsewhere(client *http.Client) *http.Client {
	from := net.Dialer{LocalAddr: &net.TCPAddr{IP: net.IPv4(127, 0, 0, 2)}}
	client.Transport.(*http.Transport).DialContext = from.DialContext
	return client
}

// address is the host and port of a node.
func address(url string) string { return strings.TrimPrefix(url, "http://") }

// nginx runs the real nginx before nodes. timeout is proxy_read_timeout.
func nginx(t *testing.T, port, timeout string, nodes ...*process) front {
	t.Helper()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	authority := certified(t, cert, key)
	var upstream strings.Builder
	for _, node := range nodes {
		fmt.Fprintf(&upstream, "server %s max_fails=1 fail_timeout=2s;\n", address(node.url))
	}
	conf := changed(t, "nginx/ftcmetrics.conf", "server 127.0.0.1:3001 max_fails=1 fail_timeout=2s;", upstream.String(),
		"listen 443 ssl", "listen 127.0.0.1:"+port+" ssl", "listen 80;", "listen 127.0.0.1:"+strconv.Itoa(porttest.Port(t))+";",
		"/etc/letsencrypt/live/scouting.example.org/fullchain.pem", cert, "/etc/letsencrypt/live/scouting.example.org/privkey.pem", key,
		"proxy_set_header Host $host;", "proxy_set_header Host $host:"+port+";", // not the usual port
		"proxy_read_timeout 120s", "proxy_read_timeout "+timeout)
	user := ""
	if os.Getuid() == 0 {
		user = "user root;"
	}
	all := filepath.Join(dir, "nginx.conf")
	must(t, os.WriteFile(all, fmt.Appendf(nil, `%s
daemon off; pid %s/pid; error_log stderr warn; worker_processes 1;
events { worker_connections 512; }
http { access_log off; client_body_temp_path %[2]s/body; proxy_temp_path %[2]s/proxy; fastcgi_temp_path %[2]s/f; uwsgi_temp_path %[2]s/u; scgi_temp_path %[2]s/s;
include %s; }
`, user, dir, conf), 0o600))
	return runs(t, exec.Command(installed(t, "nginx"), "-p", dir, "-e", "stderr", "-c", all), front{"https://127.0.0.1:" + port, fromElsewhere(trusting(t, authority))}) //nolint:gosec // the test's own files
}

// caddy runs the real Caddy before nodes.
func caddy(t *testing.T, port string, nodes ...*process) front {
	t.Helper()
	var addresses []string
	for _, node := range nodes {
		addresses = append(addresses, address(node.url))
	}
	const first = "# Caddy before one server or several."
	conf := changed(t, "caddy/Caddyfile", first, "{\n\tadmin off\n}\n"+first)
	dir := t.TempDir()
	cmd := exec.Command(installed(t, "caddy"), "run", "--config", conf, "--adapter", "caddyfile") //nolint:gosec // our own file
	cmd.Env = append(os.Environ(), "FTCMETRICS_SITE=http://127.0.0.1:"+port, "FTCMETRICS_NODES="+strings.Join(addresses, " "),
		"HOME="+dir, "XDG_DATA_HOME="+dir, "XDG_CONFIG_HOME="+dir)
	return runs(t, cmd, front{"http://127.0.0.1:" + port, fromElsewhere(trusting(t))})
}

// behind starts a node that knows its proxy.
func behind(t *testing.T, url, database, redis string, environ ...string) *process {
	t.Helper()
	return shared(t, database, append([]string{"PUBLIC_URL=" + url, "TRUSTED_PROXIES=127.0.0.1", "REDIS_URL=" + redis, "APP_ENV=production", "LOG_LEVEL=debug", "LOG_FORMAT=json"}, environ...)...)
}

// own gives the node's address for the process, whose log names PUBLIC_URL.
func (p *process) own(t *testing.T) *process {
	t.Helper()
	for line := range strings.Lines(p.text()) {
		if _, rest, ok := strings.Cut(line, `"listens":"`); ok {
			at, _, _ := strings.Cut(rest, `"`)
			p.url = "http://" + at
			return p
		}
	}
	t.Fatal("the log does not say where the server listens")
	return nil
}

// TestProxies puts the real nginx and the real Caddy, with the configurations that we hand
// out, before two nodes: pages, requests, pictures and sockets pass, callers keep their
// address and requests their id, strangers' pages stay out, and a node is replaced without
// anybody noticing.
func TestProxies(t *testing.T) {
	for name, start := range map[string]func(t *testing.T, port string, nodes ...*process) front{
		"nginx": func(t *testing.T, port string, nodes ...*process) front { return nginx(t, port, "120s", nodes...) },
		"caddy": caddy,
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			redis, database, port := redistest.New(t), aside(t), strconv.Itoa(porttest.Port(t))
			url := map[string]string{"nginx": "https", "caddy": "http"}[name] + "://127.0.0.1:" + port
			nodes := []*process{behind(t, url, database, redis.URL()).own(t), behind(t, url, database, redis.URL()).own(t)}
			f := start(t, port, nodes...)
			out, err := func() ([]byte, error) {
				cmd := program(t.TempDir(), "owner", "create", "--name", "Coach")
				cmd.Env = append(cmd.Env, "DATABASE_URL="+database)
				return cmd.Output()
			}()
			must(t, err)
			passes(t, f, nodes, strings.TrimSpace(string(out)))
			replaces(t, f, nodes)
		})
	}
}

// call asks through the proxy.
func (f front) call(t *testing.T, method, path, token, contentType string, body io.Reader, header ...string) (*http.Response, string) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, f.url+path, body)
	must(t, err)
	request.Header.Set("Content-Type", contentType)
	if token != "" {
		request.Header.Set("Authorization", "Bearer "+token)
	}
	for i := 0; i < len(header); i += 2 {
		request.Header.Set(header[i], header[i+1])
	}
	response, err := f.client.Do(request)
	must(t, err)
	raw, err := io.ReadAll(response.Body)
	must(t, err)
	must(t, response.Body.Close())
	return response, string(raw)
}

func passes(t *testing.T, f front, nodes []*process, token string) {
	t.Helper()
	const asJSON = "application/json"
	_, answer := f.call(t, "POST", "/api/user-teams", token, asJSON, strings.NewReader(`{"teamNumber":8569}`))
	_, team, _ := strings.Cut(answer, `"id":"`)
	team, _, _ = strings.Cut(team, `"`)

	// A socket of a page of this site, and one of a stranger's.
	socket, _, err := websocket.Dial(t.Context(), f.ws()+"/app/shared-key?protocol=7", &websocket.DialOptions{HTTPClient: f.client, HTTPHeader: http.Header{"Origin": {f.url}}})
	must(t, err)
	defer socket.CloseNow() //nolint:errcheck // it has served
	must(t, socket.Write(t.Context(), websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"event-2025-PROXY"}}`)))
	for range 2 { // the greeting, the success
		_, _, err := socket.Read(t.Context())
		must(t, err)
	}
	if _, response, err := websocket.Dial(t.Context(), f.ws()+"/app/shared-key", &websocket.DialOptions{HTTPClient: f.client, HTTPHeader: http.Header{"Origin": {"https://evil.example"}}}); err == nil || response == nil || response.StatusCode != http.StatusForbidden {
		t.Errorf("a socket of a stranger's page: %v", err)
	}
	response, answer := f.call(t, "POST", "/api/scouting/entries", token, asJSON,
		strings.NewReader(`{"scoutingTeamId":"`+team+`","season":2025,"eventCode":"PROXY","matchNumber":1,"alliance":"RED","scoutedTeamNumber":731,"data":{}}`))
	if response.StatusCode != http.StatusCreated {
		t.Fatalf("%s: %s", response.Status, answer)
	}
	if _, frame, err := socket.Read(t.Context()); err != nil || !strings.Contains(string(frame), "scouting:new-entry") {
		t.Errorf("the socket got %s, %v", frame, err)
	}
	// The id that the proxy gave, whatever the caller says, is in the log of one node.
	id := response.Header.Get("X-Request-Id")
	until(t, "the request has the proxy's id in the log", func() bool {
		return len(id) > 16 && len(nodes[0].logged(map[string]any{"msg": "request", "request": id}))+len(nodes[1].logged(map[string]any{"msg": "request", "request": id})) == 1
	})
	if response, _ := f.call(t, "GET", "/api/seasons", "", asJSON, nil, "X-Request-Id", "from-a-stranger"); response.Header.Get("X-Request-Id") == "from-a-stranger" {
		t.Error("a stranger chooses the id")
	}
	// A picture of 8 MiB gets to the server, which says what it thinks of it.
	big := make([]byte, 8<<20-1000)
	_, _ = rand.Read(big)
	response, answer = f.call(t, "POST", "/api/scouting/media/pictures?scoutingTeamId="+team+"&season=2025&scoutedTeamNumber=731", token, "image/jpeg", bytes.NewReader(big))
	if response.Header.Get("Content-Type") != "application/problem+json" || response.StatusCode != http.StatusUnsupportedMediaType {
		t.Errorf("a picture of 8 MiB: %s %s", response.Status, answer)
	}
	// Callers keep their address: what one of them does wrong is not counted for the other.
	wrong := func(from string) int {
		response, _ := f.call(t, "POST", "/api/join", "", asJSON, strings.NewReader(`{"code":"ABCDEFGH","displayName":"x"}`), "X-Forwarded-For", from)
		return response.StatusCode
	}
	for range 60 {
		wrong("203.0.113.7")
	}
	if status := wrong("203.0.113.8"); status != http.StatusTooManyRequests {
		t.Errorf("by another X-Forwarded-For one goes on guessing: %d", status)
	}
	for path, want := range map[string]string{"/docs": "text/html", "/metrics": "text/plain", "/openapi.json": "application/json"} {
		if response, _ := f.call(t, "GET", path, "", asJSON, nil); !strings.HasPrefix(response.Header.Get("Content-Type"), want) {
			t.Errorf("%s: %s", path, response.Header.Get("Content-Type"))
		}
	}
}

// replaces stops one node as an upgrade does while people read on: nobody gets an error.
func replaces(t *testing.T, f front, nodes []*process) {
	t.Helper()
	ctx, stop := context.WithCancel(t.Context())
	var asking sync.WaitGroup
	var answered, failed atomic.Int64
	var first atomic.Value
	for range 4 {
		asking.Go(func() {
			for ctx.Err() == nil {
				request, err := http.NewRequestWithContext(ctx, "GET", f.url+"/api/seasons", http.NoBody)
				if err != nil {
					continue
				}
				response, err := f.client.Do(request)
				switch {
				case ctx.Err() != nil:
				case err != nil:
					failed.Add(1)
					first.CompareAndSwap(nil, err.Error())
				case response.StatusCode != http.StatusOK:
					failed.Add(1)
					first.CompareAndSwap(nil, response.Status)
				default:
					answered.Add(1)
				}
				if err == nil {
					_, _ = io.Copy(io.Discard, response.Body) // of no interest
					_ = response.Body.Close()
				}
			}
		})
	}
	before := answered.Load()
	until(t, "requests are answered", func() bool { return answered.Load() > before+20 })
	if code := nodes[0].stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, nodes[0].text())
	}
	before = answered.Load()
	until(t, "requests are answered after it", func() bool { return answered.Load() > before+50 })
	stop()
	asking.Wait()
	if failed.Load() > 0 {
		t.Errorf("%d of %d requests failed while a node stopped: %v", failed.Load(), answered.Load(), first.Load())
	}
}

// TestProxyPatience: a socket on which nothing happens lives on behind nginx, because its
// read timeout is more than 2.5 times the activity timeout; and would not with less. Both
// are a fifteenth of what we hand out.
func TestProxyPatience(t *testing.T) {
	t.Parallel()
	redis, database := redistest.New(t), aside(t)
	ports := []string{strconv.Itoa(porttest.Port(t)), strconv.Itoa(porttest.Port(t))}
	node := behind(t, "https://127.0.0.1:"+ports[0], database, redis.URL(), "HUB_ACTIVITY_TIMEOUT=2s", "CORS_ORIGINS=https://127.0.0.1:"+ports[1]).own(t)
	for i, c := range []struct {
		timeout string
		lives   bool
	}{{"8s", true}, {"1s", false}} {
		t.Run(c.timeout, func(t *testing.T) {
			t.Parallel()
			f := nginx(t, ports[i], c.timeout, node)
			socket := subscribed(t, f.client, f.ws()+"/app/shared-key?protocol=7", "hall")
			defer socket.CloseNow() //nolint:errcheck // it has served
			// As a stock client: it answers the hub's pings and says nothing else.
			ctx, cancel := context.WithTimeout(t.Context(), 12*time.Second)
			defer cancel()
			for {
				_, frame, err := socket.Read(ctx)
				if errors.Is(ctx.Err(), context.DeadlineExceeded) {
					if !c.lives {
						t.Error("the socket lives")
					}
					return
				}
				if err != nil {
					if c.lives {
						t.Errorf("the socket was cut: %v", err)
					}
					return
				}
				if strings.Contains(string(frame), "pusher:ping") {
					must(t, socket.Write(ctx, websocket.MessageText, []byte(`{"event":"pusher:pong","data":{}}`)))
				}
			}
		})
	}
}
