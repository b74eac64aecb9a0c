package loadgen

import (
	"math"
	"slices"
	"time"
)

// percentile returns the nearest-rank percentile p, from 0 to 100, in milliseconds. It
// sorts the samples.
func percentile(samples []time.Duration, p float64) float64 {
	if len(samples) == 0 {
		return 0
	}
	slices.Sort(samples)
	rank := int(math.Ceil(p / 100 * float64(len(samples))))
	return samples[min(max(rank, 1), len(samples))-1].Seconds() * 1e3
}

// median returns the middle of the values, and false if there are none.
func median(values []float64) (float64, bool) {
	if len(values) == 0 {
		return 0, false
	}
	values = slices.Sorted(slices.Values(values))
	return (values[(len(values)-1)/2] + values[len(values)/2]) / 2, true
}
