package faults

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// TestUpgrade is R23: nodes that start at once on an empty database make its schema once,
// and a program refuses a database that a newer one has migrated, while a node that is
// there already goes on.
func TestUpgrade(t *testing.T) {
	t.Parallel()
	postgres := NewPostgres(t, false)
	database := postgres.NewDatabase()
	var nodes []*Node
	var serving []<-chan struct{}
	for range 3 {
		n := NewNode(t, Program(t), "DATABASE_URL="+postgres.URL(database))
		nodes, serving = append(nodes, n), append(serving, n.Launch())
	}
	for i, up := range serving {
		select {
		case <-up:
		case <-nodes[i].Done():
			t.Fatalf("a node that starts beside others:\n%s", nodes[i].Log())
		case <-time.After(patience):
			t.Fatal("nodes that start at once wait for each other")
		}
	}
	twice := postgres.Number(database, "SELECT count(*) - count(DISTINCT version_id) FROM goose_db_version")
	Figure(t, "R23.migrations_run_twice", float64(twice), 0)

	s := &Site{t: t, Postgres: postgres, Database: database, Nodes: nodes}
	s.Token = nodes[0].Command("owner", "create", "--name", "Coach")
	s.Coach = NewClient(s.Token, patience)
	var team struct{ ID string }
	s.Coach.Want(t, http.StatusCreated, "POST", nodes[0].URL()+"/api/user-teams", `{"teamNumber":8569}`, &team)
	s.Team = team.ID
	load := s.StartLoad(4, time.Millisecond, inTurn(nodes[0].URL()))
	load.Await(50)
	// A newer program adds to the schema, as ours do, while this one writes.
	postgres.Exec(database, "ALTER TABLE scouting_entries ADD COLUMN of_tomorrow text; CREATE INDEX ON scouting_entries (of_tomorrow)")
	postgres.Exec(database, "INSERT INTO goose_db_version (version_id, is_applied) VALUES (99999, true)")
	old := NewNode(t, Program(t), "DATABASE_URL="+postgres.URL(database))
	old.Launch()
	if code := old.Wait(); code != 1 || !strings.Contains(old.Log(), "start the newer program") {
		t.Errorf("on a newer schema: exit code %d\n%s", code, old.Log())
	}
	load.Await(50)
	load.Stop()
	Figure(t, "R23.failed_posts_of_the_old_node", float64(load.Failed()), 0)
	s.Compare(nodes[0].URL(), load.Acknowledged).Check(t, "R23")
}
