package main

import (
	"encoding/json"
	"fmt"
	"io"
	"net"
	"net/http"
	"net/http/httptest"
	"net/http/httputil"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/redis/rueidis"

	"github.com/ftcmetrics/ftcmetrics/internal/doctor"
	"github.com/ftcmetrics/ftcmetrics/internal/porttest"
	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
)

// clinic is a sound server in production behind a proxy, on a database of its own, with Redis.
type clinic struct {
	*process
	back     string // where the proxy passes to
	database string
	redis    *redistest.Server
	proxy    *httptest.Server
	ill      atomic.Value // one of the illnesses
}

var production = []string{"APP_ENV=production", "REALTIME_APP_ID=clinic", "REALTIME_APP_KEY=clinic-key", "REALTIME_APP_SECRET=" + sharedSecret}

// proxyTo passes everything on, and answers 502 where nothing is behind it.
func proxyTo(back string, answer func(*http.Response) error) http.Handler {
	at, _ := url.Parse(back) // the test's own
	return &httputil.ReverseProxy{
		Rewrite: func(r *httputil.ProxyRequest) {
			r.SetURL(at)
			r.Out.Host = r.In.Host
		},
		ModifyResponse: answer,
		ErrorHandler:   func(w http.ResponseWriter, _ *http.Request, _ error) { w.WriteHeader(http.StatusBadGateway) },
	}
}

// ServeHTTP is the clinic's proxy, which may be ill.
func (c *clinic) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	back, answer := c.back, func(*http.Response) error { return nil }
	switch c.ill.Load().(string) {
	case dropsUpgrade:
		r.Header.Del("Upgrade")
		r.Header.Del("Connection")
	case isLate:
		answer = func(at *http.Response) error {
			at.Header.Set("Date", time.Now().Add(-3*time.Minute).UTC().Format(http.TimeFormat))
			return nil
		}
	case isLost:
		back = "http://127.0.0.1:9"
	case keepsPaths:
		if strings.HasPrefix(r.URL.Path, "/app/") {
			http.NotFound(w, r)
			return
		}
	case swallows:
		if strings.HasPrefix(r.URL.Path, "/app/") {
			swallow(w, r, back)
			return
		}
	}
	proxyTo(back, answer).ServeHTTP(w, r)
}

// swallow passes on what a client says, and of the answers only the first ones.
func swallow(w http.ResponseWriter, r *http.Request, back string) {
	near, buffered, err := http.NewResponseController(w).Hijack()
	if err != nil {
		return
	}
	defer near.Close()
	far, err := net.Dial("tcp", strings.TrimPrefix(back, "http://"))
	if err != nil {
		return
	}
	defer far.Close()
	_ = r.Write(far) // what fails is seen by the doctor
	go func() { _, _ = io.Copy(near, io.LimitReader(far, 300)) }()
	_, _ = io.Copy(far, buffered)
}

// The illnesses of a proxy.
const (
	well         = ""
	dropsUpgrade = "drops Upgrade"
	isLate       = "has a late clock"
	isLost       = "has nothing behind it"
	keepsPaths   = "does not pass /app/"
	swallows     = "holds frames back"
)

// newClinic starts everything.
func newClinic(t *testing.T) *clinic {
	t.Helper()
	address := porttest.Address(t)
	c := &clinic{database: alone(t), redis: redistest.New(t), back: "http://" + address}
	c.ill.Store(well)
	c.proxy = httptest.NewServer(c)
	t.Cleanup(c.proxy.Close)
	cmd := program(t.TempDir())
	cmd.Env = append(append(cmd.Env, production...), "HTTP_ADDR="+address, "DATABASE_URL="+c.database, "REDIS_URL="+c.redis.URL(), "PUBLIC_URL="+c.proxy.URL)
	c.process = launch(t, cmd)
	return c
}

// examine runs the doctor with the server's environment and some more.
func (c *clinic) examine(environ []string, args ...string) (int, diagnosis, string) {
	c.t.Helper()
	cmd := c.at(append([]string{"doctor", "--json"}, args...)...)
	cmd.Env = append(append(cmd.Env, "HTTP_ADDR="+strings.TrimPrefix(c.back, "http://"), "METRICS_ADDR="+c.metrics()), environ...)
	return diagnose(c.t, cmd)
}

func diagnose(t *testing.T, cmd *exec.Cmd) (int, diagnosis, string) {
	t.Helper()
	code, out, errOut := outcome(cmd)
	var d diagnosis
	if err := json.Unmarshal([]byte(out), &d); err != nil {
		t.Fatalf("exit code %d, printed %s%s", code, out, errOut)
	}
	return code, d, out
}

// plantedFault is one fault and how the doctor has to name it.
type plantedFault struct {
	name        string
	ill         string // of the proxy
	environ     []string
	args        []string
	check       string
	detail      string
	mend        string
	alsoChecked []string // that fail because of the same
}

// finds wants the fault named with its mend, and nothing else to be wrong.
func (f plantedFault) finds(t *testing.T, code int, d diagnosis, text string) {
	t.Helper()
	found := false
	for _, got := range d.Checks {
		switch {
		case got.Check == f.check && got.Status == doctor.Fail && strings.Contains(got.Detail, f.detail) && strings.Contains(got.Mend, f.mend):
			found = true
		case got.Status == doctor.Fail && got.Check != f.check && !strings.Contains(strings.Join(f.alsoChecked, ","), got.Check):
			t.Errorf("a false finding: %+v", got)
		case got.Status != doctor.OK && got.Mend == "":
			t.Errorf("no mend: %+v", got)
		}
	}
	if !found || code != 1 || d.OK {
		t.Errorf("exit code %d; want %s: %q with the mend %q in\n%s", code, f.check, f.detail, f.mend, text)
	}
}

// sound wants every look to be well.
func sound(t *testing.T, code int, d diagnosis, text string, checks ...string) {
	t.Helper()
	for _, f := range d.Checks {
		if f.Status != doctor.OK {
			t.Errorf("a false finding: %+v", f)
		}
	}
	for _, check := range checks {
		if !strings.Contains(text, `"check": "`+check+`"`) {
			t.Errorf("%s was not looked at: %s", check, text)
		}
	}
	if code != 0 || !d.OK {
		t.Errorf("exit code %d", code)
	}
}

// TestDoctor plants faults around a sound server, one at a time.
func TestDoctor(t *testing.T) {
	t.Parallel()
	c := newClinic(t)
	code, d, text := c.examine(nil)
	sound(t, code, d, text, "configuration", "data folder", "database", "redis", "clock", "port", "public address", "websocket", "origin")
	closedPort := porttest.Address(t)
	for _, f := range append(c.networkFaults(t, closedPort), c.storageFaults(t, closedPort)...) {
		t.Run(f.name, func(t *testing.T) {
			c.ill.Store(f.ill)
			defer c.ill.Store(well)
			code, d, text := c.examine(f.environ, f.args...)
			f.finds(t, code, d, text)
		})
	}
	code, d, _ = c.examine([]string{"REALTIME_AP_KEY=x"})
	if code != 0 || d.Checks[0].Status != doctor.Warn || !strings.Contains(d.Checks[0].Detail, "REALTIME_AP_KEY") {
		t.Errorf("a misspelt variable: %d %+v", code, d.Checks[0])
	}
	cmd := c.at("doctor")
	cmd.Env = append(cmd.Env, "HTTP_ADDR="+strings.TrimPrefix(c.back, "http://"), "REDIS_URL=redis://"+closedPort)
	if code, out, _ := outcome(cmd); code != 1 || !regexp.MustCompile(`(?m)^FAIL +redis +nothing listens`).MatchString(out) || !regexp.MustCompile(`(?m)^ +mend: start Redis`).MatchString(out) {
		t.Errorf("for people: %d\n%s", code, out)
	}
}

// networkFaults are on the way between browsers and the server.
func (c *clinic) networkFaults(t *testing.T, closedPort string) []plantedFault {
	t.Helper()
	secure := httptest.NewTLSServer(proxyTo(c.back, nil))
	t.Cleanup(secure.Close)
	pageless := httptest.NewServer(http.NotFoundHandler())
	t.Cleanup(pageless.Close)
	return []plantedFault{
		{name: "a proxy that drops Upgrade", ill: dropsUpgrade, check: "websocket", detail: "drops Upgrade", mend: "proxy_set_header Upgrade"},
		{name: "a proxy that is not there", environ: []string{"PUBLIC_URL=http://" + closedPort}, check: "public address", detail: "nothing listens", mend: "the server itself runs"},
		{name: "a proxy with nothing behind it", ill: isLost, check: "public address", detail: "behind it nothing does", mend: "correct the address that the proxy passes to"},
		{name: "a proxy that does not pass all paths", ill: keepsPaths, check: "websocket", detail: "404", mend: "pass /app/"},
		{name: "a proxy that holds frames back", ill: swallows, check: "websocket", detail: "nothing comes", mend: "buffering"},
		{name: "a name that is not known", environ: []string{"PUBLIC_URL=https://scouting.invalid"}, check: "public address", detail: "", mend: "correct PUBLIC_URL"},
		{name: "a certificate that nobody trusts", environ: []string{"PUBLIC_URL=" + secure.URL}, check: "public address", detail: "certificate", mend: "renew it"},
		{name: "another server", environ: []string{"PUBLIC_URL=" + pageless.URL}, check: "public address", detail: "something else answers", mend: "correct PUBLIC_URL"},
		{name: "a clock that is late", ill: isLate, check: "clock", detail: "ahead of", mend: "NTP"},
		{name: "an origin that may not connect", args: []string{"--origin=https://app.example.org"}, check: "origin", detail: "https://app.example.org may not open sockets", mend: "CORS_ORIGINS"},
		{name: "an origin that is none", environ: []string{"CORS_ORIGINS=scouting.example.org/"}, check: "origin", detail: "is no origin", mend: "scheme and host"},
		{name: "another app", environ: []string{"REALTIME_APP_KEY=another-key"}, check: "public address", detail: "has the app clinic-key", mend: "environment"},
		{name: "another secret", environ: []string{"REALTIME_APP_SECRET=" + strings.Repeat("y", 40)}, check: "websocket", detail: "nothing can be published", mend: "REALTIME_APP_SECRET"},
		{name: "a port that is taken", environ: []string{"METRICS_ADDR=" + strings.TrimPrefix(pageless.URL, "http://")}, check: "port", detail: "METRICS_ADDR", mend: "ss -ltnp"},
		{name: "an address of another machine", environ: []string{"METRICS_ADDR=192.0.2.1:9601"}, check: "port", detail: "no address of this machine", mend: "METRICS_ADDR"},
		{name: "an external server that is not there", environ: []string{"REALTIME_DRIVER=soketi", "REALTIME_HOST=127.0.0.1", "REALTIME_PORT=" + portIn(closedPort)}, check: "realtime server", detail: "nothing listens", mend: "SOKETI_HOST", alsoChecked: []string{"websocket"}},
		{name: "an external server's secret", environ: []string{"REALTIME_DRIVER=soketi", "REALTIME_HOST=127.0.0.1", "REALTIME_PORT=" + portIn(c.hub), "REALTIME_APP_SECRET=" + strings.Repeat("y", 40)}, check: "realtime server", detail: "refuses the app's key or secret", mend: "REALTIME_APP_SECRET", alsoChecked: []string{"websocket"}},
		{name: "an external server's app", environ: []string{"REALTIME_DRIVER=soketi", "REALTIME_HOST=127.0.0.1", "REALTIME_PORT=" + portIn(c.hub), "REALTIME_APP_ID=nobody"}, check: "realtime server", detail: "does not know the app", mend: "REALTIME_APP_ID", alsoChecked: []string{"websocket"}},
	}
}

func portIn(address string) string {
	_, number, _ := net.SplitHostPort(address)
	return number
}

// storageFaults are behind the server, and in its secrets.
func (c *clinic) storageFaults(t *testing.T, closedPort string) []plantedFault {
	t.Helper()
	locked := redistest.New(t)
	client, err := rueidis.NewClient(rueidis.ClientOption{InitAddress: []string{locked.Address}, DisableCache: true})
	must(t, err)
	must(t, client.Do(t.Context(), client.B().ConfigSet().ParameterValue().ParameterValue("requirepass", "right").Build()).Error())
	client.Close()
	newer, moved := c.copyOf(t, "newer"), c.copyOf(t, "moved")
	c.exec(t, newer, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (9999, true)")
	c.exec(t, moved, `CREATE SCHEMA early; CREATE FUNCTION early.clock_timestamp() RETURNS timestamptz LANGUAGE sql AS $$ SELECT pg_catalog.clock_timestamp() - interval '1 hour' $$;
		ALTER DATABASE moved SET search_path = early, pg_catalog, public`)
	known := t.TempDir()
	must(t, os.WriteFile(filepath.Join(known, "secrets.json"), []byte(`{}`), 0o644)) //nolint:gosec // that is the fault
	file := filepath.Join(known, "secrets.json")
	return []plantedFault{
		{name: "a database that is not there", environ: []string{"DATABASE_URL=postgres://scout@" + closedPort + "/ftc"}, check: "database", detail: "nothing listens", mend: "start PostgreSQL"},
		{name: "a user that it does not know", environ: []string{"DATABASE_URL=" + strings.Replace(c.database, "ftcmetrics", "stranger", 1)}, check: "database", detail: "does not let the user", mend: "correct user and password"},
		{name: "a database that was never made", environ: []string{"DATABASE_URL=" + otherDatabase(c.database, "nowhere")}, check: "database", detail: `"nowhere" does not exist`, mend: "createdb"},
		{name: "a database that is too old", environ: []string{"DATABASE_URL=" + oldPostgres(t, c.database)}, check: "database", detail: "it is PostgreSQL 14.", mend: "upgrade it to 15"},
		{name: "a database of a newer program", environ: []string{"DATABASE_URL=" + newer}, check: "database", detail: "schema 9999", mend: "newer program"},
		{name: "a database whose clock is late", environ: []string{"DATABASE_URL=" + moved}, check: "clock", detail: "1h0m0s ahead of that of the database", mend: "NTP"},
		{name: "no database address", environ: []string{"DATABASE_URL=postgres://%"}, check: "database", detail: "cannot be read", mend: "postgres://user"},
		{name: "a Redis that is not there", environ: []string{"REDIS_URL=redis://" + closedPort}, check: "redis", detail: "nothing listens", mend: "start Redis"},
		{name: "a Redis with a wrong password", environ: []string{"REDIS_URL=redis://:wrong@" + locked.Address}, check: "redis", detail: "refuses the password", mend: "REDIS_URL"},
		{name: "a Redis that wants a password", environ: []string{"REDIS_URL=redis://" + locked.Address}, check: "redis", detail: "wants a password", mend: "redis://:password@"},
		{name: "a Redis without TLS", environ: []string{"REDIS_URL=rediss://" + locked.Address}, check: "redis", detail: locked.Address, mend: "rediss://"},
		{name: "a secret that is short", environ: []string{"PROXY_SECRET=short"}, check: "secrets", detail: "PROXY_SECRET has fewer than 32", mend: "openssl rand"},
		{name: "a secret that everybody knows", environ: []string{"REALTIME_APP_SECRET=ftcmetrics-secret"}, check: "secrets", detail: "everybody knows", mend: "openssl rand", alsoChecked: []string{"websocket"}},
		{name: "secrets for everybody's eyes", environ: []string{"DATA_DIR=" + known}, check: "data folder", detail: "others can read " + file, mend: "chmod 600 " + file},
		{name: "a data folder that is a file", environ: []string{"DATA_DIR=" + file}, check: "data folder", detail: "is no folder", mend: "DATA_DIR"},
	}
}

// exec runs SQL in a database.
func (c *clinic) exec(t *testing.T, url, sql string) {
	t.Helper()
	conn, err := pgx.Connect(t.Context(), url)
	must(t, err)
	_, err = conn.Exec(t.Context(), sql)
	must(t, err)
	must(t, conn.Close(t.Context()))
}

// copyOf makes another database with this program's schema beside the clinic's.
func (c *clinic) copyOf(t *testing.T, name string) string {
	t.Helper()
	c.exec(t, c.database, "CREATE DATABASE "+name)
	at := otherDatabase(c.database, name)
	command(t, at, "migrate")
	return at
}

// otherDatabase is the address of another database of the cluster.
func otherDatabase(at, name string) string {
	return regexp.MustCompile(`/ftcmetrics(\?|$)`).ReplaceAllString(at, "/"+name+"$1")
}

// oldPostgres stands before a real PostgreSQL and has it say that it is 14.
func oldPostgres(t *testing.T, at string) string {
	t.Helper()
	config, err := pgx.ParseConfig(at)
	must(t, err)
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	must(t, err)
	t.Cleanup(func() { _ = listener.Close() }) // it is over
	version := regexp.MustCompile(`(server_version\x00)\d\d\.`)
	go func() {
		for {
			near, err := listener.Accept()
			if err != nil {
				return
			}
			far, err := net.Dial("unix", fmt.Sprintf("%s/.s.PGSQL.%d", config.Host, config.Port))
			if err != nil {
				_ = near.Close()
				continue
			}
			go func() { _, _ = io.Copy(far, near); _ = far.Close() }()
			go func() {
				defer near.Close()
				for buffer := make([]byte, 64<<10); ; {
					n, err := far.Read(buffer)
					if err != nil {
						return
					}
					_, _ = near.Write(version.ReplaceAll(buffer[:n], []byte("${1}14.")))
				}
			}()
		}
	}()
	return fmt.Sprintf("postgres://%s@%s/%s?sslmode=disable", config.User, listener.Addr(), config.Database)
}

// TestDoctorOfADisk examines a folder that has no room and takes no file, whoever asks: that
// of the processes.
func TestDoctorOfADisk(t *testing.T) {
	t.Parallel()
	code, d, text := diagnose(t, program("/proc", "doctor", "--json"))
	for _, f := range []plantedFault{
		{name: "no room", check: "data folder", detail: "0 MiB are free", mend: "make room"},
		{name: "no writing", check: "data folder", detail: "cannot write", mend: "chown"},
	} {
		f.finds(t, code, d, text)
	}
}

// TestDoctorOfOthers has a sound API beside a sound hub elsewhere, a sound server in dev, and
// one that does not run.
func TestDoctorOfOthers(t *testing.T) {
	t.Parallel()
	hub := program(t.TempDir(), "hub")
	hub.Env = append(hub.Env, "REALTIME_APP_ID=clinic", "REALTIME_APP_KEY=clinic-key", "REALTIME_APP_SECRET="+sharedSecret)
	h := launch(t, hub)
	cmd := program(t.TempDir())
	cmd.Env = append(cmd.Env, "REALTIME_DRIVER=soketi", "REALTIME_APP_ID=clinic", "REALTIME_APP_KEY=clinic-key", "REALTIME_APP_SECRET="+sharedSecret, "REALTIME_HOST=127.0.0.1", "REALTIME_PORT="+portIn(h.hub))
	p := launch(t, cmd)
	code, d, text := diagnose(t, p.at("doctor", "--json"))
	sound(t, code, d, text, "realtime server", "websocket", "database")

	alone := serve(t, t.TempDir())
	code, d, text = diagnose(t, alone.at("doctor", "--json", "--clock-url", alone.url))
	sound(t, code, d, text, "websocket", "database", "clock")
	if strings.Contains(text, "made in") {
		t.Errorf("it did not look into the running database: %s", text)
	}

	dir := t.TempDir()
	code, d, text = diagnose(t, program(dir, "doctor", "--json"))
	if last := d.Checks[len(d.Checks)-1]; code != 0 || last.Status != doctor.Warn || !strings.Contains(last.Mend, "start it") {
		t.Errorf("before the first start: %d %s", code, text)
	}
	if list, err := os.ReadDir(dir); err != nil || len(list) != 0 {
		t.Errorf("the doctor leaves %v in the folder, %v", list, err)
	}
}
