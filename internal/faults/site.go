package faults

import (
	"net/http"
	"strings"
	"testing"
	"time"
)

// Key is the realtime app's key of every node.
const Key = "app-key-of-tests"

// Site is a server as a team has it: one database, one or several nodes, a coach.
type Site struct {
	Postgres *Postgres
	Database string
	Nodes    []*Node
	Coach    *Client
	Token    string
	Team     string // id

	t testing.TB
}

// NewSite starts nodes on a fresh database of the cluster; without a cluster, one node with
// the database that is embedded in it. env is for all of them.
func NewSite(t testing.TB, postgres *Postgres, nodes int, env ...string) *Site {
	t.Helper()
	s := &Site{t: t, Postgres: postgres}
	if postgres != nil {
		s.Database = postgres.NewDatabase()
		env = append([]string{"DATABASE_URL=" + postgres.URL(s.Database)}, env...)
	}
	for range nodes {
		n := NewNode(t, Program(t), env...)
		n.Start()
		s.Nodes = append(s.Nodes, n)
	}
	s.Token = s.Nodes[0].Command("owner", "create", "--name", "Coach")
	if !strings.HasPrefix(s.Token, "ftc_owner_") {
		t.Fatalf("owner create printed %q", s.Token)
	}
	s.Coach = NewClient(s.Token, 20*time.Second)
	var team struct{ ID string }
	s.Coach.Want(t, http.StatusCreated, "POST", s.Nodes[0].URL()+"/api/user-teams", `{"teamNumber":8569}`, &team)
	s.Team = team.ID
	return s
}

// TeamChannel is the team's private channel.
func (s *Site) TeamChannel() string { return "private-team-" + s.Team }

// HallChannel is the public channel of the FTC event that entries are of.
const HallChannel = "event-USNCRA"

// URLs are where the nodes are.
func (s *Site) URLs() []string {
	var list []string
	for _, n := range s.Nodes {
		list = append(list, n.URL())
	}
	return list
}
