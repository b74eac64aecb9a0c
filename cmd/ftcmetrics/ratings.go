package main

import (
	"context"
	"time"

	"github.com/ftcmetrics/ftcmetrics/realtime"
)

// rateEach is the pause between two looks for results that nobody gave a hint of, such as
// those of an import by another program.
const rateEach = 10 * time.Second

// rate keeps the ratings in step with the results, beside other nodes.
func (n *node) rate(ctx context.Context) {
	pause := rateEach
	if n.pace.tick > 0 {
		pause = 10 * n.pace.tick
	}
	n.ratings.Run(ctx, pause)
}

// hintRatings says that something was told on the channel. What is told while the node is
// being assembled the first look finds.
func (n *node) hintRatings(channel realtime.Channel) {
	if n.ratings != nil {
		n.ratings.Hint(channel)
	}
}
