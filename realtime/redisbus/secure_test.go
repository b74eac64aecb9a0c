package redisbus_test

import (
	"bytes"
	"crypto/x509"
	"log/slog"
	"strings"
	"sync"
	"testing"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/redisbus"
)

// text is a log that a test reads while it is written.
type text struct {
	mu  sync.Mutex // guards all
	all bytes.Buffer
}

// Write implements io.Writer.
func (l *text) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.all.Write(p)
}

func (l *text) has(what string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	return strings.Contains(l.all.String(), what)
}

// TestSecureProcesses has programs share a Redis that speaks TLS alone, with a certificate
// that only the file of REDIS_CA_FILE makes good: members cross, also after
// Redis was started again. A program without the file is alone and serves.
func TestSecureProcesses(t *testing.T) {
	t.Parallel()
	authority := redistest.NewAuthority(t)
	redis, program := redistest.NewSecure(t, authority), build(t)
	a := startProcess(t, program, redis.URL(), "REDIS_CA_FILE="+authority.File)
	b := startProcess(t, program, redis.URL(), "REDIS_CA_FILE="+authority.File)
	alone := startProcess(t, program, redis.URL())
	ann, bob, eve := connect(t, a.url), connect(t, b.url), connect(t, alone.url)
	ann.join("presence-x", member("ann"))
	bob.join("presence-x", member("bob"))
	eventually(t, "ann hears of bob", func() bool { return len(ann.users("member_added")) == 1 })
	eve.join("presence-x", member("eve"))
	redis.Kill()
	redis.Restart()
	cid := connect(t, b.url)
	cid.join("presence-x", member("cid"))
	eventually(t, "ann hears of cid", func() bool { return len(ann.users("member_added")) == 2 })
	if got := ann.users("member_added"); got[0] != "bob" || got[1] != "cid" {
		t.Errorf("ann hears of %v", got)
	}
	if got := ann.users("member_removed"); got != nil {
		t.Errorf("%v are taken for gone", got)
	}
}

// TestSecureRefused has nodes that must not believe the Redis they find: each goes on alone
// and says why.
func TestSecureRefused(t *testing.T) {
	t.Parallel()
	authority := redistest.NewAuthority(t)
	secure := redistest.NewSecure(t, authority)
	good := newNodeOf(t, redisbus.Options{URL: secure.URL(), Authorities: authority.Pool()})
	eventually(t, "the good one is connected", func() bool { return good.bus.Stats().Connected })
	far := connect(t, good.url)
	far.join("public-x", "")
	_, port, _ := strings.Cut(secure.Address, ":")
	for name, c := range map[string]struct {
		url         string
		authorities *x509.CertPool
		says        string
	}{
		"another authority": {secure.URL(), redistest.NewAuthority(t).Pool(), "certificate signed by unknown authority"},
		"of this machine":   {secure.URL(), nil, "certificate signed by unknown authority"},
		"another name":      {"rediss://localhost:" + port, authority.Pool(), "wanted to match localhost"},
		"no TLS there":      {strings.Replace(redistest.New(t).URL(), "redis:", "rediss:", 1), authority.Pool(), "context deadline exceeded"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			var log text
			n := newNodeOf(t, redisbus.Options{URL: c.url, Authorities: c.authorities, Logger: slog.New(slog.NewTextHandler(&log, nil))})
			near := connect(t, n.url)
			near.join("public-x", "")
			eventually(t, "the log says why: "+c.says, func() bool { return log.has(c.says) })
			if err := n.hub.Publish(appID, []realtime.Channel{"public-x"}, "score", "7", ""); err != nil {
				t.Fatal(err)
			}
			near.wait("score", 1)
			if s := n.bus.Stats(); s.Connected || s.Sent != 0 || log.has("connected to Redis") {
				t.Errorf("it speaks to Redis: %+v", s)
			}
		})
	}
	if _, err := redisbus.New(redisbus.Options{URL: "redis://" + secure.Address, Authorities: authority.Pool()}); err == nil {
		t.Error("authorities without TLS are taken, as if they protected anything")
	}
}
