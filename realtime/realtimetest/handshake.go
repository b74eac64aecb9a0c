package realtimetest

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"time"

	"github.com/coder/websocket"
)

func handshakeRows() []row {
	return []row{
		{name: "connection_established", check: checkEstablished},
		{name: "protocol_versions_5_to_7", check: checkSpokenVersions},
		{name: "other_versions_4006_4007_4008", needs: []Feature{Versions}, check: func(r *rig) {
			for version, code := range map[string]int{"1": 4007, "2": 4007, "3": 4007, "4": 4007, "8": 4007, "-7": 4007, "x": 4006, "7.0": 4006, "": 4008} {
				r.dial("/app/"+r.app.Key+"?client=js&protocol="+version, nil, false).expectClose(code)
			}
		}},
		{name: "wrong_path_4005", needs: []Feature{Versions}, check: func(r *rig) {
			for _, path := range []string{"/", "/nothing", "/apps", "/application/" + r.app.Key} {
				r.dial(path+clientQuery, nil, false).expectClose(4005)
			}
		}},
		{name: "unknown_key_4001", check: func(r *rig) { r.dial("/app/no-such-key"+clientQuery, nil, false).expectClose(4001) }},
		{name: "disabled_app_4003", app: AppOff, check: func(r *rig) { r.open(r.app).expectClose(4003) }},
		{name: "over_quota_4004", app: AppFew, check: checkQuota},
		{name: "error_before_close", check: func(r *rig) {
			s := r.dial("/app/no-such-key"+clientQuery, nil, false)
			if _, before := s.ended(); len(before) != 1 || before[0].Event != refused || !strings.Contains(before[0].text(), `"code":4001`) {
				r.Errorf("before the close came %+v", before)
			}
		}},
		{name: "permessage_deflate", needs: []Feature{Compression}, check: checkCompression},
		{name: "unauthorized_socket_4009", needs: []Feature{AuthorizationTimeout}, app: AppStrict, check: checkAuthorizationTimeout},
	}
}

var (
	socketIDForm = regexp.MustCompile(`\A\d+\.\d+\z`) // what server libraries sign for
	timeoutForm  = regexp.MustCompile(`"activity_timeout":[1-9][0-9]*[,}]`)
)

func checkEstablished(r *rig) {
	ids := map[string]bool{}
	for range 3 {
		s := r.open(r.app)
		f := s.expect(established)
		if len(f.Data) == 0 || f.Data[0] != '"' {
			r.Errorf("data is no string: %s", f.Data)
		}
		if !timeoutForm.MatchString(f.text()) {
			r.Errorf("no activity_timeout above 0: %s", f.text())
		}
		s = r.connect()
		if !socketIDForm.MatchString(s.id) || ids[s.id] {
			r.Errorf("socket id %q", s.id)
		}
		ids[s.id] = true
	}
}

func checkSpokenVersions(r *rig) {
	for _, query := range []string{"?protocol=5", "?protocol=6", "?protocol=7", "?protocol=7&flash=false&version=4.4.0&client=java-client", ""} {
		s := r.dial("/app/"+r.app.Key+query, nil, false)
		s.greet()
		s.join(r.name(""), "")
	}
}

// checkQuota opens sockets until one is refused. A limit may count for each node or for
// all of them.
func checkQuota(r *rig) {
	var open []*socket
	for range fewSockets*len(r.server.Nodes) + 1 {
		s := r.open(r.app)
		f, alive := s.take()
		if !alive || f.Event != established {
			if len(open) < fewSockets {
				r.Errorf("refused after %d", len(open))
			}
			s.expectClose(4004)
			r.must(open[0].conn.Close(websocket.StatusNormalClosure, ""))
			open[0].ended()
			r.until("a place is free again", func() bool {
				f, alive := r.open(r.app).take()
				return alive && f.Event == established
			})
			return
		}
		open = append(open, s)
	}
	r.Errorf("%d sockets are open, none was refused", len(open))
}

// until waits for a condition that a look at the server tells.
func (r *rig) until(what string, met func() bool) {
	r.Helper()
	late := time.NewTimer(r.waiting)
	defer late.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for !met() {
		select {
		case <-again.C:
		case <-late.C:
			r.Fatalf("%s: not within %v", what, r.waiting)
		}
	}
}

func checkCompression(r *rig) {
	ctx, cancel := context.WithTimeout(r.Context(), r.waiting)
	defer cancel()
	conn, answer, err := websocket.Dial(ctx, "ws://"+r.node()+"/app/"+r.app.Key+clientQuery, //nolint:bodyclose // it never needs to be closed
		&websocket.DialOptions{CompressionMode: websocket.CompressionContextTakeover})
	r.must(err)
	r.Cleanup(func() { _ = conn.CloseNow() })
	if extensions := answer.Header.Get("Sec-WebSocket-Extensions"); !strings.Contains(extensions, "permessage-deflate") {
		r.Errorf("Sec-WebSocket-Extensions: %q", extensions)
	}
	if answer.StatusCode != http.StatusSwitchingProtocols {
		r.Errorf("status %d", answer.StatusCode)
	}
	if _, raw, err := conn.Read(ctx); err != nil || !strings.Contains(string(raw), established) {
		r.Errorf("%s %v", raw, err)
	}
}

// checkAuthorizationTimeout has one socket without a permission, and one with.
func checkAuthorizationTimeout(r *rig) {
	private, public := r.connect(), r.connect()
	private.join(r.name("private-"), "")
	public.join(r.name(""), "")
	public.expectClose(4009)
	private.quiet()
}
