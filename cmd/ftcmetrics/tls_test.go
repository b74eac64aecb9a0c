package main

import (
	"context"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"io"
	"log/slog"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"

	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/internal/qr/qrtest"
)

// certified writes a certificate for this machine to two files and returns who signed it.
func certified(t *testing.T, cert, key string) []byte {
	t.Helper()
	pair, authority, err := hallCertificate(t.TempDir(), []string{"127.0.0.1", "localhost"}, slog.New(slog.DiscardHandler))
	must(t, err)
	private, err := x509.MarshalPKCS8PrivateKey(pair.PrivateKey)
	must(t, err)
	must(t, writeOnce(key, pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: private})))
	must(t, writeOnce(cert, pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: pair.Certificate[0]})))
	return authority
}

// trusting is a client that trusts these authorities and nobody else, and makes a new
// connection for each request.
func trusting(t *testing.T, authorities ...[]byte) *http.Client {
	t.Helper()
	pool := x509.NewCertPool()
	for _, one := range authorities {
		if !pool.AppendCertsFromPEM(one) {
			t.Fatal("no certificate")
		}
	}
	return &http.Client{
		Transport:     &http.Transport{TLSClientConfig: &tls.Config{RootCAs: pool}, DisableKeepAlives: true, ForceAttemptHTTP2: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
}

func asked(t *testing.T, client *http.Client, method, url string) (*http.Response, string, error) {
	t.Helper()
	request, err := http.NewRequestWithContext(t.Context(), method, url, http.NoBody)
	must(t, err)
	response, err := client.Do(request)
	if err != nil {
		return nil, "", err
	}
	raw, err := io.ReadAll(response.Body)
	must(t, err)
	must(t, response.Body.Close())
	return response, string(raw), nil
}

// subscribed opens a socket on a channel.
func subscribed(t *testing.T, client *http.Client, url, channel string) *websocket.Conn {
	t.Helper()
	socket, _, err := websocket.Dial(t.Context(), url, &websocket.DialOptions{HTTPClient: client})
	must(t, err)
	t.Cleanup(func() { _ = socket.CloseNow() })
	must(t, socket.Write(t.Context(), websocket.MessageText, []byte(`{"event":"pusher:subscribe","data":{"channel":"`+channel+`"}}`)))
	for range 2 { // the greeting, the success
		_, _, err := socket.Read(t.Context())
		must(t, err)
	}
	return socket
}

// TestTLSFromFiles: https and wss with a certificate from files, which is renewed under
// open sockets.
func TestTLSFromFiles(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	first := certified(t, cert, key)
	cmd := program(pgtest.Folder(t))
	cmd.Env = append(cmd.Env, "TLS_CERT="+cert, "TLS_KEY="+key)
	p := launch(t, cmd)
	client := trusting(t, first)
	response, _, err := asked(t, client, "GET", p.url+"/ready")
	must(t, err)
	if response.StatusCode != http.StatusOK || response.Proto != "HTTP/2.0" || response.Header.Get("Strict-Transport-Security") != "max-age=31536000" {
		t.Errorf("%s %s %v", response.Status, response.Proto, response.Header)
	}
	host := strings.TrimPrefix(p.url, "https://")
	_, config, err := asked(t, client, "GET", p.url+"/api/realtime/config")
	must(t, err)
	if !strings.Contains(config, `"tls":true`) {
		t.Errorf("front ends are told %s", config)
	}
	_, keyOf, _ := strings.Cut(config, `"key":"`)
	keyOf, _, _ = strings.Cut(keyOf, `"`)
	socket := subscribed(t, client, "wss://"+host+"/app/"+keyOf, "hall")
	subscribed(t, client, "wss://"+p.hub+"/app/"+keyOf, "hall")
	if _, _, err := asked(t, trusting(t), "GET", p.url+"/ready"); err == nil {
		t.Error("a client that trusts nobody is content")
	}
	if get(t, "http://"+p.metrics()+"/usage") == "" {
		t.Error("the metrics are not plain")
	}
	if _, err := tls.Dial("tcp", host, &tls.Config{RootCAs: client.Transport.(*http.Transport).TLSClientConfig.RootCAs, MaxVersion: tls.VersionTLS11}); err == nil { //nolint:gosec,noctx // an old client
		t.Error("TLS 1.1 is spoken")
	}

	// By http on the same port.
	response, _, err = asked(t, client, "GET", "http://"+host+"/coach?x=1")
	must(t, err)
	if response.StatusCode != http.StatusPermanentRedirect || response.Header.Get("Location") != p.url+"/coach?x=1" {
		t.Errorf("http leads to %s, %q", response.Status, response.Header.Get("Location"))
	}
	if response, _, err = asked(t, client, "POST", "http://"+host+"/api/sessions"); err != nil || response.StatusCode != http.StatusUpgradeRequired {
		t.Errorf("a POST by http: %v, %v", response, err)
	}

	// Somebody else renews the files.
	second := certified(t, cert, key)
	until(t, "the new certificate is served", func() bool {
		_, _, err := asked(t, trusting(t, second), "GET", p.url+"/ready")
		return err == nil
	})
	if _, _, err := asked(t, client, "GET", p.url+"/ready"); err == nil {
		t.Error("the old certificate is served, too")
	}
	must(t, socket.Ping(quickly(t, socket)))

	// And then breaks them.
	must(t, os.WriteFile(cert, []byte("half a certifi"), 0o600))
	until(t, "the log tells of it", func() bool {
		_, _, err := asked(t, trusting(t, second), "GET", p.url+"/ready")
		must(t, err)
		return len(p.logged(map[string]any{"msg": "the new certificate cannot be used, the old one stays"})) == 1
	})
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.text())
	}
}

// quickly has the socket read, so that it hears pongs, and gives a ping some seconds.
func quickly(t *testing.T, socket *websocket.Conn) context.Context {
	t.Helper()
	ctx, cancel := context.WithTimeout(t.Context(), 20*time.Second)
	t.Cleanup(cancel)
	return socket.CloseRead(ctx)
}

// TestTLSSilence: who connects and says nothing is cut, and keeps nobody else out.
func TestTLSSilence(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cert, key := filepath.Join(dir, "cert.pem"), filepath.Join(dir, "key.pem")
	authority := certified(t, cert, key)
	cmd := program(pgtest.Folder(t))
	cmd.Env = append(cmd.Env, "TLS_CERT="+cert, "TLS_KEY="+key)
	p := launch(t, cmd)
	var silent []net.Conn
	for range 200 {
		conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "https://"))
		must(t, err)
		defer conn.Close()
		silent = append(silent, conn)
	}
	response, _, err := asked(t, trusting(t, authority), "GET", p.url+"/ready")
	if err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("%v, %v", response, err)
	}
	for _, conn := range silent {
		must(t, conn.SetReadDeadline(time.Now().Add(30*time.Second)))
		if _, err := conn.Read(make([]byte, 1)); err == nil || os.IsTimeout(err) {
			t.Fatalf("a silent connection stays: %v", err)
		}
	}
}

func TestTLSSettings(t *testing.T) {
	for name, c := range map[string]struct {
		environ []string
		say     string
	}{
		"a certificate without a key": {[]string{"TLS_CERT=/nonexistent"}, "TLS_CERT and TLS_KEY go together"},
		"a certificate that is away":  {[]string{"TLS_CERT=/nonexistent", "TLS_KEY=/nonexistent"}, "no such file"},
		"a certificate and domains":   {[]string{"TLS_CERT=a", "TLS_KEY=b", "TLS_DOMAINS=scout.example.org"}, "or TLS_DOMAINS"},
		"a hall with a certificate":   {[]string{"HALL=true", "TLS_CERT=a", "TLS_KEY=b"}, "HALL makes a certificate of its own"},
		"a hall with a short secret":  {[]string{"HALL=true", "REALTIME_APP_SECRET=short"}, "fewer than 32"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			cmd := program(t.TempDir())
			cmd.Env = append(cmd.Env, c.environ...)
			if out, err := cmd.CombinedOutput(); err == nil || !strings.Contains(string(out), c.say) {
				t.Errorf("%v, %q", err, out)
			}
		})
	}
}

// TestHall is what happens before the first match: a laptop is started, people read the
// code from its screen, trust its certificate, and are in, by https and wss.
func TestHall(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	cmd := program(dir, "serve", "--hall")
	cmd.Env = append(cmd.Env, "LOG_FORMAT=json") // for the test to read
	p := launch(t, cmd)
	until(t, "the code is printed", func() bool { return strings.Contains(p.text(), "Everybody on this network") })
	if said := qrtest.Read(t, drawing(p.text())); said[0] != p.url {
		t.Errorf("the code says %q, the server is at %s", said[0], p.url)
	}
	lan := lanAddresses()
	if len(lan) > 0 && !strings.HasPrefix(p.url, "https://"+lan[0].String()+":") {
		t.Errorf("the server is at %s, this machine at %v", p.url, lan)
	}

	// The page and the certificate are there before anybody trusts it.
	plain := "http" + strings.TrimPrefix(p.url, "https")
	_, page, err := asked(t, trusting(t), "GET", plain+"/connect")
	must(t, err)
	if !strings.Contains(page, p.url) || !strings.Contains(page, "<svg ") {
		t.Errorf("the page does not show where to go: %s", page)
	}
	_, authority, err := asked(t, trusting(t), "GET", plain+"/connect/ftcmetrics.crt")
	must(t, err)
	client := trusting(t, []byte(authority))
	response, _, err := asked(t, client, "GET", p.url+"/ready")
	must(t, err)
	if response.StatusCode != http.StatusOK || response.Header.Get("Strict-Transport-Security") != "" {
		t.Errorf("%s %v", response.Status, response.Header)
	}
	if _, _, err := asked(t, trusting(t), "GET", p.url+"/ready"); err == nil {
		t.Error("a client that does not trust it is content")
	}
	token := owner(t, dir)
	_, config, err := asked(t, client, "GET", p.url+"/api/realtime/config")
	must(t, err)
	_, key, _ := strings.Cut(config, `"key":"`)
	key, _, _ = strings.Cut(key, `"`)
	subscribed(t, client, "wss"+strings.TrimPrefix(p.url, "https")+"/app/"+key, "event-HALL")

	otherReaders(t, p, client, authority, token)

	// After a restart it is the same authority, so nobody has to trust it again.
	if code := p.stop(); code != 0 {
		t.Errorf("exit code %d:\n%s", code, p.text())
	}
	p = launch(t, func() *exec.Cmd {
		cmd := program(dir, "serve", "--hall")
		cmd.Env = append(cmd.Env, "LOG_FORMAT=json")
		return cmd
	}())
	if response, _, err := asked(t, client, "GET", p.url+"/ready"); err != nil || response.StatusCode != http.StatusOK {
		t.Errorf("after a restart: %v, %v", response, err)
	}
	if info, err := os.Stat(filepath.Join(dir, "hall", "authority.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the authority's key: %v, %v", info, err)
	}
}

// otherReaders has another reader of certificates agree, also on other names of the laptop,
// and a browser on the laptop itself led to the address that others use.
func otherReaders(t *testing.T, p *process, client *http.Client, authority, token string) {
	t.Helper()
	file := filepath.Join(t.TempDir(), "authority.pem")
	must(t, os.WriteFile(file, []byte(authority), 0o600))
	_, port, _ := net.SplitHostPort(strings.TrimPrefix(p.url, "https://"))
	for _, url := range []string{p.url, "https://localhost:" + port, "https://127.0.0.1:" + port} {
		out, err := exec.Command("curl", "-sS", "--noproxy", "*", "--cacert", file, "-H", "Authorization: Bearer "+token, url+"/api/me").CombinedOutput() //nolint:gosec // the test's own server
		if err != nil || !strings.Contains(string(out), `"displayName":"Coach"`) {
			t.Errorf("curl %s: %v, %s", url, err, out)
		}
	}
	// The laptop's own browser is led to the address that others use.
	request, err := http.NewRequestWithContext(t.Context(), "GET", "https://localhost:"+port+"/team/invites", http.NoBody)
	must(t, err)
	request.Header.Set("Sec-Fetch-Mode", "navigate")
	response, err := client.Do(request)
	must(t, err)
	must(t, response.Body.Close())
	if response.StatusCode != http.StatusTemporaryRedirect || response.Header.Get("Location") != p.url+"/team/invites" {
		t.Errorf("%s, %q", response.Status, response.Header.Get("Location"))
	}
}

// TestHallAuthorityIsForHallsOnly: whoever trusts a laptop does not trust it for the
// internet, even if somebody takes its key.
func TestHallAuthorityIsForHallsOnly(t *testing.T) {
	authority, key, err := hallAuthority(t.TempDir(), []string{"192.168.1.5"}, slog.New(slog.DiscardHandler))
	must(t, err)
	roots := x509.NewCertPool()
	roots.AddCert(authority)
	for host, ok := range map[string]bool{"192.168.7.9": true, "box.local": true, "127.0.0.1": true, "8.8.8.8": false, "mail.example.org": false} {
		leaf := &x509.Certificate{SerialNumber: serial(), NotAfter: time.Now().Add(time.Hour), ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageServerAuth}}
		if ip := net.ParseIP(host); ip != nil {
			leaf.IPAddresses = []net.IP{ip}
		} else {
			leaf.DNSNames = []string{host}
		}
		raw, err := x509.CreateCertificate(rand.Reader, leaf, authority, &key.PublicKey, key)
		must(t, err)
		forged, err := x509.ParseCertificate(raw)
		must(t, err)
		if _, err := forged.Verify(x509.VerifyOptions{Roots: roots, DNSName: host}); (err == nil) != ok {
			t.Errorf("%s: %v", host, err)
		}
	}
}

// drawing is the code of half blocks in a text.
func drawing(text string) string {
	var lines []string
	for line := range strings.Lines(text) {
		if strings.ContainsAny(line, "█▀▄") {
			lines = append(lines, strings.TrimSuffix(line, "\n"))
		}
	}
	return strings.Join(lines, "\n")
}
