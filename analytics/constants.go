package analytics

// Version1 is the version of the rating that EPA1 defines. Ratings of different versions
// are not comparable; whoever stores one stores its version too.
const Version1 = "epa/1"

// Constants define one version of EPA. Version names the whole set: a set with any other
// value is another version.
type Constants struct {
	Version string

	// The season context.
	Decay        float64 // what each alliance row leaves of the weight of those before it
	PriorWeight  float64 // alliance rows that the season's prior stands for
	PriorSpread  float64 // deviation of alliance scores before any is known, as a part of their mean
	SigmaFloor   float64 // points; the least deviation that predictions assume
	AllianceSize float64 // robots that share an alliance's mean at first sight

	// Ratings.
	FirstPenalty float64 // deviations, as a part of the mean, that a team starts below the mean
	AlphaFirst   float64 // learning rate of a team's first matches
	AlphaLast    float64 // and of its later ones
	AlphaFrom    int     // qualification matches up to which the first rate holds
	AlphaTo      int     // and from which the last one does; linear between
	PlayoffRate  float64 // what a playoff match teaches, as a part of the rate
	Kept         float64 // part of the distance from the mean that a team keeps into the next season

	// Predictions.
	Slope float64 // powers of ten in the odds for a difference of one deviation
}

// EPA1 returns the constants of epa/1. "Tuned" means chosen by hand near the best values on
// the 4,457 qualification matches of FTC season 2015-16; docs/ratings.md tells more of each.
func EPA1() Constants {
	return Constants{
		Version: Version1,

		Decay:        0.9976921765270234, // 0.5^(1/300), tuned; a literal, so that every machine has the same bits
		PriorWeight:  4,                  // chosen: two matches outweigh a wrong prior
		PriorSpread:  0.7,                // chosen: wide, for a new game's scores are unknown
		SigmaFloor:   5,                  // chosen: a guard, no season's scores are that even
		AllianceSize: 2,                  // FTC's rule

		FirstPenalty: 0.6,     // tuned
		AlphaFirst:   0.40,    // tuned; Statbotics has 1/3
		AlphaLast:    0.25,    // tuned; Statbotics has 1/5
		AlphaFrom:    2,       // tuned; Statbotics has 6
		AlphaTo:      12,      // Statbotics
		PlayoffRate:  1. / 3., // Statbotics; no FTC data to check it on
		Kept:         0.6,     // Statbotics; no FTC data to check it on

		Slope: 0.65, // tuned; Statbotics has 0.625
	}
}

// alpha returns the learning rate of a team that has learned n qualification matches.
func (c Constants) alpha(n int) float64 {
	switch {
	case n <= c.AlphaFrom:
		return c.AlphaFirst
	case n >= c.AlphaTo:
		return c.AlphaLast
	}
	share := float64(n-c.AlphaFrom) / float64(c.AlphaTo-c.AlphaFrom)
	return c.AlphaFirst - float64(share*(c.AlphaFirst-c.AlphaLast))
}

// Prior is what alliances of a season are expected to score before any has.
type Prior struct {
	Total   float64 `json:"total"`
	Auto    float64 `json:"auto"`
	Teleop  float64 `json:"teleop"`
	Endgame float64 `json:"endgame"`
}

// DefaultPrior returns the prior of a season that names none.
func DefaultPrior() Prior { return Prior{Total: 60, Auto: 20, Teleop: 20, Endgame: 20} }
