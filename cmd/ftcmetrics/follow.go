package main

import (
	"context"
	"errors"
	"log/slog"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc/firstapi"
	"github.com/ftcmetrics/ftcmetrics/ftc/follow"
)

// pace is the clock by which FTC events are followed, and how often. The zero pace is the
// usual one; tests have their own.
type pace struct {
	now                         func() time.Time // nil: the machine's clock
	every, tick, spacing, pause time.Duration
}

func (p pace) clock() func() time.Time {
	if p.now == nil {
		return time.Now
	}
	return p.now
}

var errHalfCredentials = errors.New("FTC_API_USERNAME and FTC_API_TOKEN go together: set both or neither")

// source is the official API, or nil without credentials.
func (c serveConfig) source(logger *slog.Logger, p pace) (firstapi.Source, error) {
	if c.FTCUsername == "" && c.FTCToken == "" {
		logger.Info("official FTC events are not followed: FTC_API_USERNAME and FTC_API_TOKEN are not set")
		return nil, nil
	}
	if c.FTCUsername == "" || c.FTCToken == "" {
		return nil, errHalfCredentials
	}
	return firstapi.New(firstapi.Options{URL: c.FTCURL, Username: c.FTCUsername, Token: c.FTCToken, Spacing: p.spacing, Pause: p.pause, Log: logger})
}

// follow keeps FTC events in step, on one of all nodes.
func (n *node) follow() (func(context.Context), error) {
	source, err := n.config.source(n.logger, n.pace)
	if err != nil {
		return nil, err
	}
	f := follow.New(follow.Options{
		Pool: n.database.pool, Log: n.log, Live: n.live, Source: source,
		Now: n.pace.clock(), Every: n.pace.every, Tick: n.pace.tick, Logger: n.logger,
	})
	return func(ctx context.Context) {
		follow.Lead(ctx, n.database.pool.Config().ConnConfig, n.logger, f.Run)
	}, nil
}
