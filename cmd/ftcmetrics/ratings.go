package main

import (
	"context"
	"time"
)

// rateEach is the pause between two looks for results that nobody gave a hint of.
const rateEach = 5 * time.Second

// rate keeps the ratings in step with the results, beside other nodes.
func (n *node) rate(ctx context.Context) {
	pause := rateEach
	if n.pace.tick > 0 {
		pause = 10 * n.pace.tick
	}
	n.ratings.Run(ctx, pause)
}
