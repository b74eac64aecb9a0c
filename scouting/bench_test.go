package scouting_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/google/uuid"

	"github.com/ftcmetrics/ftcmetrics/accounts"
	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/internal/pgtest"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/scouting"
	"github.com/ftcmetrics/ftcmetrics/scouting/seasons"
	"github.com/ftcmetrics/ftcmetrics/teams"
)

// BenchmarkCreate records entries of many teams from several goroutines, each with its
// three events, on a database that does not sync: what is left is our own work and the
// round trips.
func BenchmarkCreate(b *testing.B) {
	pool := pgtest.New(b)
	log := eventlog.New(pool, func(realtime.Channel, int64) {})
	book, err := seasons.Load()
	if err != nil {
		b.Fatal(err)
	}
	people, spaces, entries := accounts.New(pool, log), teams.New(pool, log, make([]byte, 32)), scouting.New(pool, log, book)
	grant, err := people.CreateOwner(b.Context(), accounts.NewOwner{DisplayName: "Mentor"})
	if err != nil {
		b.Fatal(err)
	}
	actor, err := people.Actor(b.Context(), grant.Token)
	if err != nil {
		b.Fatal(err)
	}
	b.SetParallelism(4)
	b.ReportAllocs()
	b.RunParallel(func(pb *testing.PB) {
		team, err := spaces.Create(context.Background(), actor, 8569, "")
		if err != nil {
			b.Error(err)
			return
		}
		code := "EV" + team.ID.String()[:8]
		for pb.Next() {
			_, _, err := entries.Create(context.Background(), actor, scouting.NewEntry{
				ID: uuid.New(), ScoutingTeamID: team.ID, Season: 2025, EventCode: code, MatchNumber: 12,
				Alliance: ftc.Red, ScoutedTeam: 8569, Data: json.RawMessage(form),
			})
			if err != nil {
				b.Error(err)
				return
			}
		}
	})
}
