package ratings

import (
	"context"
	"log/slog"
	"regexp"
	"strconv"
	"sync"
	"time"

	"github.com/ftcmetrics/ftcmetrics/ftc"
	"github.com/ftcmetrics/ftcmetrics/realtime"
	"github.com/ftcmetrics/ftcmetrics/realtime/eventlog"
)

// matchChannel is the channel with the season on which results are told.
var matchChannel = regexp.MustCompile(`\Amatch-([0-9]{4})-(.+)-[QP][0-9]+-[0-9]+\z`)

// hints are FTC events with news.
type hints struct {
	wake chan struct{} // holds one while there are events

	mu     *sync.Mutex // guards events
	events map[ftc.EventKey]bool
}

func newHints() hints {
	return hints{wake: make(chan struct{}, 1), mu: new(sync.Mutex), events: make(map[ftc.EventKey]bool)}
}

// Hint says that something was told on the channel; of a match, that is a result perhaps.
// It does not block, and losing a call costs latency only.
func (s *Service) Hint(channel realtime.Channel) {
	parts := matchChannel.FindStringSubmatch(string(channel))
	if parts == nil {
		return
	}
	season, err := strconv.Atoi(parts[1])
	if err != nil {
		return
	}
	s.hints.mu.Lock()
	s.hints.events[ftc.EventKey{Season: season, Code: parts[2]}] = true
	s.hints.mu.Unlock()
	select {
	case s.hints.wake <- struct{}{}:
	default:
	}
}

func (h *hints) take() map[ftc.EventKey]bool {
	h.mu.Lock()
	defer h.mu.Unlock()
	taken := h.events
	h.events = make(map[ftc.EventKey]bool)
	return taken
}

// Run rates until ctx ends: what hints tell of at once, everything each time the pause has
// passed. Any number of nodes may run it; a season is rated by one at a time.
func (s *Service) Run(ctx context.Context, pause time.Duration) {
	ticker := time.NewTicker(pause)
	defer ticker.Stop()
	var told time.Time
	for {
		err := s.RateAll(ctx)
		for err == nil {
			select {
			case <-ctx.Done():
				return
			case <-s.hints.wake:
				err = s.rateHinted(ctx)
				continue
			case <-ticker.C:
			}
			err = s.RateAll(ctx)
		}
		if ctx.Err() == nil && time.Since(told) > time.Minute {
			s.logger.WarnContext(ctx, "results cannot be rated", slog.Any("error", err))
			told = time.Now()
		}
		select {
		case <-ctx.Done():
			return
		case <-ticker.C:
		}
	}
}

func (s *Service) rateHinted(ctx context.Context) error {
	for key := range s.hints.take() {
		if _, err := s.Rate(ctx, key.Season, key.Code); err != nil {
			return err
		}
	}
	return nil
}

// RateAll brings every season in step with its results, and after it the next one, which
// carries over from it.
func (s *Service) RateAll(ctx context.Context) error {
	for {
		seasons, err := s.q.SeasonsToRate(ctx, s.constants.Version)
		if err != nil {
			return eventlog.Translate(err)
		}
		if len(seasons) == 0 {
			return s.Foresee(ctx)
		}
		for _, season := range seasons {
			if _, err := s.Rate(ctx, int(season), ""); err != nil {
				return err
			}
		}
	}
}
