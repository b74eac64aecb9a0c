package main

import (
	"context"
	"log/slog"
	"runtime"
	"strconv"
	"time"

	"github.com/ftcmetrics/ftcmetrics/api"
	"github.com/ftcmetrics/ftcmetrics/queries"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
	"github.com/ftcmetrics/ftcmetrics/schema"
)

// facts are what operators are told of this node.
func (n *node) facts(ctx context.Context) (api.ServerFacts, error) {
	c, pool := n.config, n.database.pool
	row, err := queries.New(pool).DatabaseFacts(ctx)
	if err != nil {
		return api.ServerFacts{}, eventlog.Translate(err)
	}
	applied, known, err := schema.Version(ctx, pool.Config().ConnString())
	if err != nil {
		return api.ServerFacts{}, eventlog.Translate(err)
	}
	stat := pool.Stat()
	return api.ServerFacts{
		Version: version(), Go: runtime.Version(), Host: hostname(), StartedAt: n.startedAt.UTC(), UptimeSeconds: int64(time.Since(n.startedAt).Seconds()),
		Driver: c.RealtimeDriver, Production: c.production(),
		Database: api.DatabaseFacts{
			Embedded: n.database.embedded != nil, Version: row.Version, Bytes: row.Bytes, Migration: applied, Known: known,
			Pool: api.PoolFacts{
				Max: stat.MaxConns(), Open: stat.TotalConns(), Busy: stat.AcquiredConns(), Waits: stat.EmptyAcquireCount(), WaitedMS: stat.EmptyAcquireWaitTime().Milliseconds(),
			},
		},
		EventRetention: kept(c.EventRetention), AuditRetention: kept(c.AuditRetention),
		Backup: "ftcmetrics backup " + time.Now().UTC().Format("ftcmetrics-2006-01-02.backup"), Settings: n.settings,
	}, nil
}

// kept is a retention as people say it.
func kept(age time.Duration) string {
	switch day := 24 * time.Hour; {
	case age == 0:
		return "for ever"
	case age%day == 0:
		return strconv.Itoa(int(age/day)) + " days"
	}
	return age.String()
}

const sayEvery = 5 * time.Second // how often a node says how its relay goes

// say tells operators on all nodes how this node's way to sockets goes, until ctx ends.
func (n *node) say(ctx context.Context) {
	ticker := time.NewTicker(sayEvery)
	defer ticker.Stop()
	for {
		if err := n.log.Tell(ctx, n.standing()); err != nil && ctx.Err() == nil {
			n.logger.DebugContext(ctx, "operators cannot be told of this node", slog.Any("error", err))
		}
		select {
		case <-ctx.Done():
			last, cancel := context.WithTimeout(context.WithoutCancel(ctx), time.Second)
			_ = n.log.Forget(last, n.realtime.id) // who stays silent is seen to be gone
			cancel()
			return
		case <-ticker.C:
		}
	}
}

func (n *node) standing() eventlog.NodeSays {
	says := eventlog.NodeSays{Node: n.realtime.id, Host: hostname(), Driver: n.config.RealtimeDriver}
	if r := n.delivery.relay; r != nil {
		s := r.Stats()
		says.Behind, says.Published, says.Failures, says.Trouble = s.Behind, s.Published, s.Failed, s.Trouble.Text
		if !s.Trouble.At.IsZero() {
			says.FailedAt = &s.Trouble.At
		}
	}
	return says
}
