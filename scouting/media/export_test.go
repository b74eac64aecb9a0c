package media

import (
	"context"
	"time"
)

// Shares is how many shares of memory there are.
const Shares = maxMemory / share

// Enter is enter, for tests of who waits for whom.
func (d *Darkroom) Enter(ctx context.Context, shares int) (func(), error) {
	return d.enter(ctx, shares)
}

// Limit makes the darkroom refuse sooner.
func (d *Darkroom) Limit(pixels int, effort time.Duration) { d.pixels, d.effort = pixels, effort }
