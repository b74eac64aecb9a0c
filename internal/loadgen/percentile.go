package loadgen

import (
	"math"
	"math/rand/v2"
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

// resamples is how often interval draws from the values.
const resamples = 4000

// interval returns the bounds within which the median of as many values lies in 95 of 100 times,
// by drawing them anew from those that there are.
func interval(values []float64) (low, high float64) {
	if len(values) == 0 {
		return 0, 0
	}
	dice := rand.New(rand.NewPCG(1, 2)) //nolint:gosec // the same draws each time
	medians, drawn := make([]float64, resamples), make([]float64, len(values))
	for i := range medians {
		for k := range drawn {
			drawn[k] = values[dice.IntN(len(values))]
		}
		medians[i], _ = median(drawn)
	}
	slices.Sort(medians)
	return medians[resamples*25/1000], medians[resamples*975/1000]
}
