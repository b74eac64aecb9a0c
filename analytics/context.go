package analytics

import "math"

// vector holds a value for each component: auto, teleop, endgame.
type vector [3]float64

// sum adds in the order of the components.
func (v vector) sum() float64 { return v[0] + v[1] + v[2] }

// Context is what alliances of the season score lately: sums in which each row counts a
// little less than the next. The products below stand in conversions because a compiler
// may otherwise fuse them with the sum, which gives other last bits on other machines.
type Context struct {
	Weight     float64    `json:"weight"`
	Total      float64    `json:"total"`
	Squares    float64    `json:"squares"` // of the totals
	Components [3]float64 `json:"components"`
}

func newContext(p Prior, c Constants) Context {
	spread := float64(c.PriorSpread * p.Total)
	return Context{
		Weight:     c.PriorWeight,
		Total:      float64(c.PriorWeight * p.Total),
		Squares:    float64(c.PriorWeight * (float64(p.Total*p.Total) + float64(spread*spread))),
		Components: [3]float64{c.PriorWeight * p.Auto, c.PriorWeight * p.Teleop, c.PriorWeight * p.Endgame},
	}
}

// add counts one alliance's points; decay is what one row leaves of the weight of those before.
func (c *Context) add(p Points, decay float64) {
	c.Weight = float64(c.Weight*decay) + 1
	c.Total = float64(c.Total*decay) + p.NoFoul
	c.Squares = float64(c.Squares*decay) + float64(p.NoFoul*p.NoFoul)
	for i, x := range p.components() {
		c.Components[i] = float64(c.Components[i]*decay) + x
	}
}

// mean returns the mean score of an alliance.
func (c *Context) mean() float64 { return c.Total / c.Weight }

// sigma returns the deviation of alliance scores, at least floor.
func (c *Context) sigma(floor float64) float64 {
	mean := c.mean()
	variance := c.Squares/c.Weight - float64(mean*mean)
	return max(floor, math.Sqrt(max(0, variance)))
}

// share returns each component's mean for one of size robots, times factor and never
// below 0.
func (c *Context) share(factor, size float64) vector {
	var v vector
	for i, sum := range c.Components {
		v[i] = max(0, float64(sum/c.Weight/size*factor))
	}
	return v
}
