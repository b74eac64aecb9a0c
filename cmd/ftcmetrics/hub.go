package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"

	"github.com/ftcmetrics/ftcmetrics/realtime/hub"
)

type hubCommand struct {
	config
	tlsSettings
}

// Run serves sockets and the Pusher HTTP API until the invocation's context ends.
func (c *hubCommand) Run(in *invocation) error {
	if err := errors.Join(c.checkHub(), c.tlsSettings.check()); err != nil {
		return err
	}
	if err := c.fillSecrets(); err != nil {
		return err
	}
	logger := c.logger(in.err)
	warnUnheeded(logger, in.environ, true)
	secure, err := c.secure(c.DataDir, logger)
	if err != nil {
		return err
	}
	l, err := listen(c.HubAddr, c.MetricsAddr, "")
	if err != nil {
		return err
	}
	r, err := c.newRealtime(c.ownApp(c.CORSOrigins), hub.Options{Logger: c.realtimeLogger(logger)}, l.hubPort())
	if err != nil {
		return errors.Join(err, l.close(context.Background()))
	}
	l.serve(logger, secure, r.mountHub(), r.metrics.handler())
	in.parsed = nil // 4 MiB, of which a hub that is to hold thousands of sockets in 50 would have twice that
	debug.FreeOSMemory()
	logger.Info("serving", slog.String("hub", l.hubAddress()), slog.String("metrics", l.metricsAddress()), slog.String("app", c.AppID), slog.String("key", c.AppKey))
	var telling sync.WaitGroup
	work, stop := context.WithCancel(context.Background())
	if c.RealtimeDebug {
		telling.Go(func() { r.tell(work, c.realtimeLogger(logger)) })
	}
	var failed error
	select {
	case <-in.ctx.Done():
	case failed = <-l.failed:
	}
	logger.Info("stopping")
	limit, cancel := context.WithTimeout(context.Background(), c.HubShutdownGrace)
	defer cancel()
	err = errors.Join(failed, r.drain(limit, logger), l.close(limit))
	r.close(limit)
	stop()
	telling.Wait()
	return err
}

// checkHub refuses what a hub alone would not be safe with.
func (c config) checkHub() error {
	if err := c.check(c.HubAddr, c.MetricsAddr); err != nil {
		return err
	}
	if c.production() && len(c.CORSOrigins) == 0 {
		return fmt.Errorf("%w: set CORS_ORIGINS to the pages that may open sockets", errProduction)
	}
	return nil
}
