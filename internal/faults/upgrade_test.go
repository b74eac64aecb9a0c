package faults

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// ofTomorrow is a migration as ours are: it adds, so that a program that does not know it can
// go on until it is replaced.
const ofTomorrow = `-- +goose Up
ALTER TABLE scouting_entries ADD COLUMN of_tomorrow text;
CREATE INDEX ON scouting_entries (of_tomorrow);
CREATE TABLE tomorrow (entry uuid PRIMARY KEY REFERENCES scouting_entries (id) ON DELETE CASCADE);
INSERT INTO tomorrow SELECT id FROM scouting_entries;
`

// tomorrow builds the program with one migration more: the next version, to which the present
// one is the older program.
func tomorrow(t testing.TB) string {
	t.Helper()
	return altered(t, map[string]string{filepath.Join(folder(t, "github.com/ftcmetrics/ftcmetrics/schema"), "99999_tomorrow.sql"): ofTomorrow})
}

// await waits until nodes that were launched at once serve.
func await(t *testing.T, nodes []*Node, serving []<-chan struct{}) {
	t.Helper()
	for i, up := range serving {
		select {
		case <-up:
		case <-nodes[i].Done():
			t.Fatalf("a node that starts beside others ends:\n%s", nodes[i].Log())
		case <-time.After(patience):
			t.Fatal("nodes that start at once wait for each other")
		}
	}
}

// TestUpgrade is R23: nodes that start at once on an empty database make its schema once. Then
// the next version takes their place, one node after the other and under load: it migrates
// while the older program writes, and nobody notices. The older one does not start on what the
// newer one has made.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	postgres := NewPostgres(t, false)
	s := &Site{t: t, Postgres: postgres, Database: postgres.NewDatabase()}
	var serving []<-chan struct{}
	for range 3 {
		n := NewNode(t, Program(t), "DATABASE_URL="+postgres.URL(s.Database))
		s.Nodes, serving = append(s.Nodes, n), append(serving, n.Launch())
	}
	await(t, s.Nodes, serving)
	s.checkMigrations(t, "R23.first_start")

	s.Token = s.Nodes[0].Command("owner", "create", "--name", "Coach")
	s.Coach = NewClient(s.Token, patience)
	var team struct{ ID string }
	s.Coach.Want(t, http.StatusCreated, "POST", s.Nodes[0].URL()+"/api/user-teams", `{"teamNumber":8569}`, &team)
	s.Team = team.ID
	balancer := NewBalancer(t, 300*time.Millisecond, s.URLs()...)
	hall := s.Follow(HallChannel, inTurn(balancer.URL()))
	load := s.StartLoad(4, time.Millisecond, inTurn(balancer.URL()))
	load.Await(50)
	newer := tomorrow(t)
	older := s.Nodes[2]
	for _, n := range s.Nodes {
		n.path = newer
	}
	s.replace(balancer, s.Nodes[:2])
	s.checkMigrations(t, "R23.upgrade")
	AtLeast(t, "R23.migrated", float64(postgres.Number(s.Database, "SELECT max(version_id) FROM goose_db_version")), 99999)
	atOlder := s.StartLoad(2, time.Millisecond, inTurn(older.URL())) // it is the only one of its version
	atOlder.Await(50)
	atOlder.Stop()
	atOlder.Check("R23.older")
	Figure(t, "R23.failed_posts_at_the_older_node", float64(atOlder.Failed()), 0)
	s.refused(t)
	s.replace(balancer, s.Nodes[2:])
	load.Await(50)
	load.Stop()
	load.Check("R23")
	Figure(t, "R23.failed_posts", float64(load.Failed()), 0)
	for id := range atOlder.Acknowledged {
		load.Acknowledged[id] = true
	}
	s.Compare(s.Nodes[0].URL(), load.Acknowledged, hall).Check(t, "R23")
}

// replace stops nodes and starts what their path names now, one after the other.
func (s *Site) replace(balancer *Balancer, nodes []*Node) {
	s.t.Helper()
	all := s.Nodes
	s.Nodes = nodes
	s.rolling(balancer)
	s.Nodes = all
}

// checkMigrations wants none to have run twice.
func (s *Site) checkMigrations(t *testing.T, name string) {
	t.Helper()
	twice := s.Postgres.Number(s.Database, "SELECT count(*) - count(DISTINCT version_id) FROM goose_db_version")
	Figure(t, name+".migrations_run_twice", float64(twice), 0)
}

// refused wants the present program not to start on what a newer one has made.
func (s *Site) refused(t *testing.T) {
	t.Helper()
	late := NewNode(t, Program(t), "DATABASE_URL="+s.Postgres.URL(s.Database))
	serving := late.Launch()
	select {
	case <-late.Done():
		if code := late.Wait(); code != 1 || !strings.Contains(late.Log(), "start the newer program") {
			t.Errorf("the older program on a newer schema: exit code %d\n%s", code, late.Log())
		}
	case <-serving:
		t.Error("the older program serves on a schema that it does not know")
	case <-time.After(patience):
		t.Error("the older program neither starts on a newer schema nor says why")
	}
}
