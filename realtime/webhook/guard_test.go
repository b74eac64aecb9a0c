package webhook

import (
	"context"
	"errors"
	"net"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
)

// names is a name service: each look-up of a name gets its next answer, the last one again
// and again.
type names map[string][][]string

func (n names) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	answers := n[host]
	if len(answers) == 0 {
		return nil, &net.DNSError{Err: "no such host", Name: host, IsNotFound: true}
	}
	if len(answers) > 1 {
		n[host] = answers[1:]
	}
	var addrs []netip.Addr
	for _, text := range answers[0] {
		addrs = append(addrs, netip.MustParseAddr(text))
	}
	return addrs, nil
}

func TestAddresses(t *testing.T) {
	for _, text := range []string{
		"127.0.0.1", "127.8.9.1", "0.0.0.0", "0.1.2.3", "10.0.0.1", "172.16.0.1", "172.31.255.255", "192.168.1.1", "169.254.169.254", "100.64.0.1",
		"100.100.100.200", "100.127.255.255", "192.0.0.192", "192.0.2.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.1.1.1", "240.0.0.1",
		"255.255.255.255", "168.63.129.16", "::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:169.254.169.254", "::7f00:1", "fe80::1", "fe80::1%eth0", "fec0::1",
		"fc00::1", "fd00:ec2::254", "ff02::1", "64:ff9b::7f00:1", "64:ff9b:1::1", "2002:7f00:1::", "2001::1", "2001:db8::1", "100::1", "3fff::1",
	} {
		if public(netip.MustParseAddr(text)) {
			t.Errorf("%s is taken to be public", text)
		}
	}
	for _, text := range []string{"8.8.8.8", "1.1.1.1", "93.184.215.14", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "2606:4700::1111", "2a00:1450:4001::200e", "2001:4860:4860::8888"} {
		if !public(netip.MustParseAddr(text)) {
			t.Errorf("%s is not taken to be public", text)
		}
	}
}

func TestDial(t *testing.T) {
	g := guard{resolver: names{
		"inside.example":  {{"127.0.0.1"}},
		"mapped.example":  {{"::ffff:127.0.0.1"}},
		"cloud.example":   {{"169.254.169.254"}},
		"both.example":    {{"10.0.0.1", "::1"}},
		"2130706433":      {{"127.0.0.1"}}, // as the C library's resolver answers
		"0177.0.0.1":      {{"127.0.0.1"}},
		"nothing.example": {{}},
	}}
	for address, say := range map[string]string{
		"127.0.0.1:443": "no public address", "[::1]:443": "no public address", "[::ffff:127.0.0.1]:443": "no public address", "0.0.0.0:443": "no public address",
		"inside.example:443": "no public address", "mapped.example:443": "no public address", "cloud.example:80": "no public address",
		"both.example:443": "::1 is no public address", "2130706433:443": "no public address", "0177.0.0.1:443": "no public address",
		"nothing.example:443": "has no address", "missing.example:443": "no such host", "inside.example:http": "port", "no-port": "missing port",
	} {
		conn, err := g.dial(t.Context(), "tcp", address)
		if err == nil {
			_ = conn.Close()
		}
		if err == nil || !strings.Contains(err.Error(), say) {
			t.Errorf("%s: %v, want %q in it", address, err, say)
		}
	}
	// The last door: what a socket is about to connect to, wherever it comes from.
	if g.control("tcp4", "127.0.0.1:80", nil) == nil || g.control("tcp6", "[::1]:80", nil) == nil || g.control("tcp", "nonsense", nil) == nil {
		t.Error("the dialer's control lets a private address pass")
	}
	if err := g.control("tcp4", "8.8.8.8:443", nil); err != nil {
		t.Error(err)
	}
}

// TestRebinding has a name that is public when it is checked and private a moment later.
func TestRebinding(t *testing.T) {
	asked := 0
	g := guard{resolver: lookup(func(string) []netip.Addr {
		asked++
		if asked == 1 {
			return []netip.Addr{netip.MustParseAddr("8.8.8.8")}
		}
		return []netip.Addr{netip.MustParseAddr("127.0.0.1")}
	})}
	ctx, cancel := context.WithCancel(t.Context())
	cancel() // 8.8.8.8 is not to be disturbed
	if _, err := g.dial(ctx, "tcp", "rebind.example:443"); !errors.Is(err, context.Canceled) || asked != 1 {
		t.Errorf("first: %v after %d look-ups", err, asked)
	}
	if _, err := g.dial(t.Context(), "tcp", "rebind.example:443"); err == nil || !strings.Contains(err.Error(), "no public address") || asked != 2 {
		t.Errorf("second: %v after %d look-ups", err, asked)
	}
}

type lookup func(host string) []netip.Addr

func (l lookup) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return l(host), nil
}

// TestNothingArrives sends through the whole client at a server of this machine.
func TestNothingArrives(t *testing.T) {
	e := &endpoints{t: t}
	server := httptest.NewTLSServer(e)
	defer server.Close()
	_, port, err := net.SplitHostPort(server.Listener.Addr().String())
	must(t, err)
	g := guard{resolver: names{"inside.example": {{"127.0.0.1"}}}}
	s, err := newSender(Options{Apps: []App{testApp(Endpoint{URL: "https://inside.example:" + port})}}, g.transport())
	must(t, err)
	s.Notify("app1", occupiedNotice("a"))
	stop(t, s)
	if len(e.requests()) != 0 || s.Stats("app1").Dropped != 1 {
		t.Errorf("%d requests, %+v", len(e.requests()), s.Stats("app1"))
	}
}

func TestRedirectIsNotFollowed(t *testing.T) {
	inside := &endpoints{t: t}
	target := httptest.NewServer(inside)
	defer target.Close()
	server := httptest.NewServer(http.RedirectHandler(target.URL, http.StatusFound))
	defer server.Close()
	s, err := New(Options{AnyAddress: true, Apps: []App{testApp(Endpoint{URL: server.URL})}})
	must(t, err)
	s.Notify("app1", occupiedNotice("a"))
	stop(t, s)
	if stats := s.Stats("app1"); len(inside.requests()) != 0 || stats.Delivered != 0 || stats.Failed == 0 {
		t.Errorf("%d requests, %+v", len(inside.requests()), stats)
	}
}

func TestCheck(t *testing.T) {
	for _, c := range []struct {
		endpoint Endpoint
		dev      bool
		say      string // "" means that it is fit
	}{
		{Endpoint{URL: "https://app.example.org/hook?a=b"}, false, ""},
		{Endpoint{URL: "https://8.8.8.8/hook"}, false, ""},
		{Endpoint{URL: "http://127.0.0.1:8080/hook"}, true, ""},
		{Endpoint{URL: "http://app.example.org"}, false, "APP_ENV=dev"},
		{Endpoint{URL: "ftp://app.example.org"}, true, "https://"},
		{Endpoint{URL: "file:///etc/passwd"}, true, "not an address"},
		{Endpoint{URL: ""}, true, "not an address"},
		{Endpoint{URL: "https://"}, false, "not an address"},
		{Endpoint{URL: "https://me:pw@app.example.org"}, false, "headers"},
		{Endpoint{URL: "https://127.0.0.1"}, false, "no public address"},
		{Endpoint{URL: "https://[::1]/"}, false, "no public address"},
		{Endpoint{URL: "https://[::ffff:7f00:1]/"}, false, "no public address"},
		{Endpoint{URL: "https://169.254.169.254/latest"}, false, "no public address"},
		{Endpoint{URL: "https://2130706433/"}, false, "no public address"},
		{Endpoint{URL: "https://0x7f000001/"}, false, "no public address"},
		{Endpoint{URL: "https://0177.0.0.1/"}, false, "no public address"},
		{Endpoint{URL: "https://127.1/"}, false, "no public address"},
		{Endpoint{URL: "https://LOCALHOST./"}, false, "no public address"},
		{Endpoint{URL: "https://a.localhost/"}, false, "no public address"},
		{Endpoint{URL: "https://a.example", EventTypes: []string{"channel_empty"}}, false, "channel_empty"},
		{Endpoint{URL: "https://a.example", Headers: map[string]string{"Authorization": "Bearer x"}}, false, ""},
		{Endpoint{URL: "https://a.example", Headers: map[string]string{"x-pusher-key": "x"}}, false, "set by the server"},
		{Endpoint{URL: "https://a.example", Headers: map[string]string{"Transfer-Encoding": "x"}}, false, "set by the server"},
		{Endpoint{URL: "https://a.example", Headers: map[string]string{"host": "x"}}, false, "set by the server"},
		{Endpoint{URL: "https://a.example", Headers: map[string]string{"a b": "x"}}, false, "no header's name"},
		{Endpoint{URL: "https://a.example", Headers: map[string]string{"": "x"}}, false, "no header's name"},
		{Endpoint{URL: "https://a.example", Headers: map[string]string{"X-A": "x\r\nEvil: y"}}, false, "control"},
	} {
		err := c.endpoint.Check(c.dev)
		if (c.say == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.say) {
			t.Errorf("%+v: %v, want %q", c.endpoint, err, c.say)
		}
	}
	_, err := New(Options{Apps: []App{testApp(Endpoint{URL: "https://127.0.0.1"})}})
	if err == nil || !strings.Contains(err.Error(), "app app1, webhook 1: url:") {
		t.Errorf("New: %v", err)
	}
}
