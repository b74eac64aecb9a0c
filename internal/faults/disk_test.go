package faults

import (
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
	"time"

	"github.com/google/uuid"
)

// fullDisk makes the tables of entries full: on a small file system of their own where this
// user may mount one, and otherwise by a rule in the database that says what PostgreSQL says
// then. The second proves what the program makes of it, not what PostgreSQL does.
func (s *Site) fullDisk() (fill, free func(), real bool) {
	s.t.Helper()
	dir := s.t.TempDir()
	super := s.Postgres.Connect("postgres", s.Database)
	run := func(sql string) {
		_, err := super.Exec(s.t.Context(), sql)
		must(s.t, err)
	}
	if exec.Command("mount", "-t", "tmpfs", "-o", "size=16m,mode=0777", "none", dir).Run() != nil { //nolint:gosec // the test's own folder
		run(`CREATE FUNCTION full_disk() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'could not extend file: No space left on device' USING ERRCODE = 'disk_full'; END $$`)
		return func() {
				run("CREATE TRIGGER full_disk BEFORE INSERT ON scouting_entries FOR EACH ROW EXECUTE FUNCTION full_disk()")
			},
			func() { run("DROP TRIGGER full_disk ON scouting_entries") }, false
	}
	s.t.Cleanup(func() { _ = syscall.Unmount(dir, syscall.MNT_DETACH) })
	for at := dir; at != "/tmp" && at != "/"; at = filepath.Dir(at) {
		must(s.t, os.Chmod(at, 0o755)) //nolint:gosec // PostgreSQL runs as another user
	}
	space := filepath.Join(dir, "space")
	must(s.t, os.Mkdir(space, 0o700))
	owner, err := os.Stat(filepath.Join(s.Postgres.options.Dir, "pg"))
	must(s.t, err)
	who, _ := owner.Sys().(*syscall.Stat_t)
	must(s.t, os.Chown(space, int(who.Uid), int(who.Gid)))
	run(fmt.Sprintf("CREATE TABLESPACE small LOCATION '%s'", space))
	run("GRANT CREATE ON TABLESPACE small TO ftcmetrics")
	run("ALTER TABLE scouting_entries SET TABLESPACE small")
	ballast := filepath.Join(dir, "ballast")
	return func() {
		file, err := os.Create(ballast) //nolint:gosec // the test's own folder
		must(s.t, err)
		block := make([]byte, 4<<10)
		for err == nil { // until there is no space
			_, err = file.Write(block)
		}
		must(s.t, file.Close())
	}, func() { must(s.t, os.Remove(ballast)) }, true
}

// TestFullDisk is R20: writes are refused with 503 while there is no space, reads and the
// live feed go on, and writes do as soon as there is space again.
func TestFullDisk(t *testing.T) {
	t.Parallel()
	s := NewSite(t, NewPostgres(t, false), 1)
	url := s.Nodes[0].URL()
	hall := s.Follow(HallChannel, inTurn(url))
	load := s.StartLoad(4, time.Millisecond, inTurn(url))
	load.Await(50)
	fill, free, real := s.fullDisk()
	t.Logf("a real file system is filled: %v", real)
	fill()
	Until(t, "writes are refused", func() bool { load.mu.Lock(); defer load.mu.Unlock(); return load.refused >= 20 })
	var list []struct{ ID uuid.UUID }
	s.Coach.Want(t, http.StatusOK, "GET", url+"/api/scouting/entries?scoutingTeamId="+s.Team, "", &list)
	AtLeast(t, "R20.entries_read_meanwhile", float64(len(list)), 1)
	hall.mu.Lock()
	known := len(hall.Applied)
	hall.mu.Unlock()
	Timed(t, "R20.feed_meanwhile_ms", s.told(hall, known), 1500*time.Millisecond) // it is heard, and the disk is full
	s.Coach.Want(t, http.StatusOK, "GET", url+"/ready", "", nil)
	free()
	freed := time.Now()
	load.Await(1)
	Timed(t, "R20.writing_after_s", time.Since(freed), 3*time.Second)
	load.Await(50)
	load.Stop()
	load.Check("R20")
	s.Compare(url, load.Acknowledged, hall).Check(t, "R20")
}
