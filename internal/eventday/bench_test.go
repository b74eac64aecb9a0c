package eventday

import (
	"context"
	"fmt"
	"log/slog"
	"math"
	"net/http"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
	"github.com/jackc/pgx/v5/pgconn"
)

// clients is how many write at a time, as pgbench -c 8 does.
const clients = 8

// form is a filled form, as wide as those of a real match.
const form = `{"autoLeave":true,"autoClassifiedCount":3,"autoOverflowCount":1,"autoPatternCount":2,"teleopClassifiedCount":12,` +
	`"teleopOverflowCount":2,"teleopDepotCount":4,"teleopPatternCount":5,"endgameBaseStatus":"PARTIAL"}`

// plain is a table as wide as that of entries, with a primary key and nothing else.
const plain = `CREATE TABLE plain_entries (LIKE scouting_entries INCLUDING DEFAULTS, PRIMARY KEY (id))`

// insert is one row of such a table.
const insert = `INSERT INTO %s (id, team_id, scouter_id, season, event_code, level, series, match_number, alliance, scouted_team,
	form_version, data, notes, auto_score, teleop_score, endgame_score, total_score, source, content_hash)
	VALUES ($1::uuid, $2::uuid, $3::uuid, 2025, $4, 'qual', 0, 12, 'RED', 8569, 1, $5::json, '', 14, 52, 5, 71, 'scout', decode(repeat('00', 32), 'hex'))`

// writer does one write as client n.
type writer func(n int) error

// bench is a team for each client, all at one FTC event, so that they share its channels.
type bench struct {
	hall   *hall
	teams  []uuid.UUID
	userID uuid.UUID
	conns  []*pgconn.PgConn
}

func newBench(b *testing.B) *bench {
	b.Helper()
	s := &bench{hall: open(b, slog.LevelInfo)}
	ctx := context.Background()
	actor, err := s.hall.accounts.Actor(ctx, s.hall.owner)
	must(b, err)
	s.userID = actor.UserID
	_, err = s.hall.pool.Exec(ctx, plain)
	must(b, err)
	for range clients {
		s.addClient(b)
	}
	return s
}

func (s *bench) addClient(b *testing.B) {
	b.Helper()
	answer := httptest.NewRecorder()
	s.hall.handler.ServeHTTP(answer, s.request("POST", "/api/user-teams", `{"teamNumber":8569}`))
	id := answer.Body.String()
	_, id, _ = strings.Cut(id, `"id":"`)
	team, err := uuid.Parse(id[:min(36, len(id))])
	must(b, err)
	s.teams = append(s.teams, team)
	conn, err := pgconn.Connect(context.Background(), s.hall.pool.Config().ConnString())
	must(b, err)
	b.Cleanup(func() { _ = conn.Close(context.Background()) }) // the database goes next
	for _, table := range []string{"plain_entries", "scouting_entries"} {
		_, err = conn.Prepare(context.Background(), table, fmt.Sprintf(insert, table), nil)
		must(b, err)
	}
	s.conns = append(s.conns, conn)
}

func (s *bench) request(method, path, body string) *http.Request {
	r := httptest.NewRequest(method, path, strings.NewReader(body))
	r.Header.Set("Content-Type", "application/json")
	r.Header.Set("Authorization", "Bearer "+s.hall.owner)
	return r
}

// post records an entry through the API's handler: with its three events.
func (s *bench) post(n int) error {
	body := `{"id":"` + uuid.NewString() + `","scoutingTeamId":"` + s.teams[n].String() +
		`","season":2025,"eventCode":"USBENCH","matchNumber":12,"alliance":"RED","scoutedTeamNumber":8569,"data":` + form + `}`
	answer := httptest.NewRecorder()
	s.hall.handler.ServeHTTP(answer, s.request("POST", "/api/scouting/entries", body))
	if answer.Code != http.StatusCreated {
		return fmt.Errorf("%d %s", answer.Code, answer.Body)
	}
	return nil
}

// row returns a writer of one row by a prepared statement, without any framework.
func (s *bench) row(table string) writer {
	return func(n int) error {
		args := [][]byte{[]byte(uuid.NewString()), []byte(s.teams[n].String()), []byte(s.userID.String()), []byte("USBENCH"), []byte(form)}
		return s.conns[n].ExecPrepared(context.Background(), table, args, nil, nil).Read().Err
	}
}

// tally is what a kind of writer took, over all its turns.
type tally struct {
	write writer
	took  []time.Duration // of each write
	whole time.Duration
	own   time.Duration // CPU of this process
	them  time.Duration // CPU of PostgreSQL
}

// turn lets all clients write n rows together.
func (s *bench) turn(b *testing.B, y *tally, n int) {
	b.Helper()
	var left atomic.Int64
	left.Store(int64(n))
	took := make([][]time.Duration, clients)
	own, them, start := ownTime(), s.serverTime(b), time.Now()
	var wait sync.WaitGroup
	for c := range clients {
		wait.Go(func() {
			for left.Add(-1) >= 0 {
				begin := time.Now()
				if err := y.write(c); err != nil {
					b.Error(err)
					return
				}
				took[c] = append(took[c], time.Since(begin))
			}
		})
	}
	wait.Wait()
	y.whole += time.Since(start)
	y.own += ownTime() - own
	y.them += s.serverTime(b) - them
	y.took = append(y.took, slices.Concat(took...)...)
}

// ownTime is the CPU time of this process so far.
func ownTime() time.Duration {
	var usage syscall.Rusage
	if syscall.Getrusage(syscall.RUSAGE_SELF, &usage) != nil {
		return 0
	}
	return time.Duration(usage.Utime.Nano() + usage.Stime.Nano())
}

// serverTime is the CPU time of PostgreSQL's processes so far, where the kernel tells it.
func (s *bench) serverTime(b *testing.B) time.Duration {
	b.Helper()
	rows, err := s.hall.pool.Query(context.Background(), `SELECT pid FROM pg_stat_activity`)
	must(b, err)
	defer rows.Close()
	total := time.Duration(0)
	for rows.Next() {
		var pid int
		must(b, rows.Scan(&pid))
		raw, err := os.ReadFile("/proc/" + strconv.Itoa(pid) + "/stat")
		if err != nil {
			continue // it has ended
		}
		_, rest, _ := strings.Cut(string(raw), ") ")
		fields := strings.Fields(rest)
		for _, field := range fields[11:13] { // user and system time in hundredths of a second
			ticks, err := strconv.Atoi(field)
			must(b, err)
			total += time.Duration(ticks) * 10 * time.Millisecond
		}
	}
	return total
}

func (y *tally) rate() float64 { return float64(len(y.took)) / y.whole.Seconds() }

func (y *tally) report(b *testing.B, name string) {
	slices.Sort(y.took)
	at := func(part float64) float64 {
		i := int(math.Ceil(part*float64(len(y.took)))) - 1
		return float64(y.took[i].Microseconds())
	}
	n := float64(len(y.took))
	b.ReportMetric(y.rate(), name+"/s")
	b.ReportMetric(at(0.5), name+"-p50-µs")
	b.ReportMetric(at(0.99), name+"-p99-µs")
	b.ReportMetric(float64((y.own+y.them).Microseconds())/n, name+"-cpu-µs")
	b.ReportMetric(float64(y.own.Microseconds())/n, name+"-own-cpu-µs")
}

var tpsLine = regexp.MustCompile(`tps = ([0-9.]+)`)

// pgbench returns how many rows a second PostgreSQL's own pgbench writes into the plain table,
// or 0 where it is not installed.
func (s *bench) pgbench(b *testing.B) float64 {
	b.Helper()
	program, err := exec.LookPath("pgbench")
	if err != nil {
		return 0
	}
	row := fmt.Sprintf(insert, "plain_entries")
	for i, value := range []string{"gen_random_uuid()", "'" + s.teams[0].String() + "'", "'" + s.userID.String() + "'", "'USBENCH'", `'"` + strings.Repeat("x", len(form)-2) + `"'`} {
		row = strings.Replace(row, "$"+strconv.Itoa(i+1), value, 1)
	}
	script := filepath.Join(b.TempDir(), "insert.sql")
	must(b, os.WriteFile(script, []byte(strings.ReplaceAll(row, "\n", " ")+";\n"), 0o600))
	run := exec.CommandContext(b.Context(), program, "-n", "-M", "prepared", "-c", strconv.Itoa(clients), "-j", "2", "-T", "3", "-f", script, s.hall.pool.Config().ConnString()) //nolint:gosec // what it is given is made here
	said, err := run.CombinedOutput()
	if err != nil {
		b.Fatalf("pgbench: %v %s", err, said)
	}
	found := tpsLine.FindSubmatch(said)
	if found == nil {
		b.Fatalf("pgbench says %s", said)
	}
	tps, err := strconv.ParseFloat(string(found[1]), 64)
	must(b, err)
	return tps
}

// BenchmarkPostEntry holds POST /api/scouting/entries, through the API's handler with a
// team for each client at one FTC event and all events logged, against bare rows of the
// same cluster: of a plain table of the same width (ratio), and of the table of entries with its
// indexes and foreign keys (ratio-same-table). The three take turns, so that a busy machine is
// equally busy for all.
func BenchmarkPostEntry(b *testing.B) {
	s := newBench(b)
	plain, same, post := &tally{write: s.row("plain_entries")}, &tally{write: s.row("scouting_entries")}, &tally{write: s.post}
	for _, y := range []*tally{post, plain, same} { // statements get prepared, pools filled
		s.turn(b, y, 4*clients)
		*y = tally{write: y.write}
	}
	b.ResetTimer()
	for done := 0; done < b.N; {
		n := min(max(b.N/20, 1), b.N-done)
		for _, y := range []*tally{plain, post, same} {
			s.turn(b, y, n)
		}
		done += n
	}
	b.StopTimer()
	plain.report(b, "plain")
	post.report(b, "post")
	b.ReportMetric(post.rate()/plain.rate(), "ratio")
	b.ReportMetric(post.rate()/same.rate(), "ratio-same-table")
	if rate := s.pgbench(b); rate > 0 {
		b.ReportMetric(rate, "pgbench/s")
		b.ReportMetric(post.rate()/rate, "ratio-pgbench")
	}
	b.ReportMetric(0, "ns/op") // three kinds of writes make no one time
}
