package faults

import (
	"bytes"
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/internal/redistest"
)

// cpu is the CPU time that a process has taken, and its children that have ended.
func cpu(b *testing.B, pid int) time.Duration {
	b.Helper()
	raw, err := os.ReadFile(filepath.Join("/proc", strconv.Itoa(pid), "stat"))
	if err != nil {
		return 0 // it has ended
	}
	var ticks int
	for _, field := range strings.Fields(string(raw[bytes.LastIndexByte(raw, ')')+1:]))[11:15] {
		n, err := strconv.Atoi(field)
		must(b, err)
		ticks += n
	}
	return time.Duration(ticks) * 10 * time.Millisecond
}

// spent is the CPU time of all nodes, and of PostgreSQL.
func (s *Site) spent(b *testing.B) (nodes, postgres time.Duration) {
	b.Helper()
	for _, n := range s.Nodes {
		nodes += cpu(b, n.PID())
	}
	postmaster := s.Postgres.pid()
	postgres = cpu(b, postmaster)
	for _, pid := range children(postmaster) {
		postgres += cpu(b, pid)
	}
	return nodes, postgres
}

// cost runs call b.N times from eight clients and reports the CPU time of each.
func (s *Site) cost(b *testing.B, call func(client *Client)) {
	b.Helper()
	ours, postgres := s.spent(b)
	b.ResetTimer()
	var clients sync.WaitGroup
	const at = 8
	for c := range at {
		clients.Go(func() {
			client := NewClient(s.Token, patience)
			for range (b.N + at - 1 - c) / at {
				call(client)
			}
		})
	}
	clients.Wait()
	b.StopTimer()
	<-time.After(1500 * time.Millisecond) // what it caused is done, too
	oursThen, postgresThen := s.spent(b)
	b.ReportMetric(float64((oursThen-ours).Microseconds())/float64(b.N), "node-us/op")
	b.ReportMetric(float64((postgresThen-postgres).Microseconds())/float64(b.N), "postgres-us/op")
}

// BenchmarkCalls is what calls cost the program and PostgreSQL, each in CPU time: a signed
// subscription, reads of a channel's log, and an entry. docs/scaling.md builds on it.
func BenchmarkCalls(b *testing.B) {
	s := NewSite(b, NewPostgres(b, false), 1)
	url := s.Nodes[0].URL()
	post := func(client *Client) {
		client.Want(b, http.StatusCreated, "POST", url+"/api/scouting/entries", EntryBody(uuid.NewString(), s.Team, 1), nil)
	}
	for range 100 {
		post(s.Coach)
	}
	get := func(after int) func(client *Client) {
		return func(client *Client) {
			client.Want(b, http.StatusOK, "GET", fmt.Sprintf("%s/api/channels/%s/events?after=%d", url, s.TeamChannel(), after), "", nil)
		}
	}
	b.Run("auth", func(b *testing.B) {
		s.cost(b, func(client *Client) {
			client.Want(b, http.StatusOK, "POST", url+"/api/pusher/auth", `{"socket_id":"1.2","channel_name":"`+s.TeamChannel()+`"}`, nil)
		})
	})
	b.Run("catchup-none", func(b *testing.B) { s.cost(b, get(100)) })
	b.Run("catchup-20", func(b *testing.B) { s.cost(b, get(80)) })
	b.Run("entry", func(b *testing.B) { s.cost(b, post) })
}

// BenchmarkEntryOnNodes is an entry with sockets on its three channels at each of so many
// nodes: every node reads its events from PostgreSQL. With a hall of 200 besides it holds the
// model of internal/capacity to a run.
func BenchmarkEntryOnNodes(b *testing.B) {
	for _, c := range []struct{ nodes, hall int }{{1, 0}, {3, 0}, {1, 200}, {3, 200}} {
		b.Run(fmt.Sprintf("nodes=%d/hall=%d", c.nodes, c.hall), func(b *testing.B) {
			s := NewSite(b, NewPostgres(b, false), c.nodes, "REDIS_URL="+redistest.New(b).URL())
			where := inTurn(s.URLs()...)
			for range c.hall {
				g := NewGuest(b, "", where, HallChannel)
				g.Visit()
				Until(b, "a spectator is there", func() bool { return g.Sessions() > 0 })
			}
			for _, url := range s.URLs() {
				g := NewGuest(b, s.Token, inTurn(url), s.TeamChannel(), HallChannel, "event-2025-USNCRA")
				g.Visit()
				Until(b, "the guest is there", func() bool { return g.Sessions() > 0 })
			}
			s.cost(b, func(client *Client) {
				client.Want(b, http.StatusCreated, "POST", s.Nodes[0].URL()+"/api/scouting/entries", EntryBody(uuid.NewString(), s.Team, 1), nil)
				<-time.After(20 * time.Millisecond) // as scouts, not as a machine: events are not read in batches
			})
		})
	}
}
