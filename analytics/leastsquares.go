package analytics

import (
	"fmt"

	"gonum.org/v1/gonum/mat"
)

// rankTolerance is the part of the largest eigenvalue of the Gram matrix below which an
// eigenvalue counts as zero. The Gram matrix holds small whole numbers and is exact, so
// eigenvalues that are zero come out near 1e-16; the least other one of 64 teams in a chain,
// which is as near to zero as a schedule comes, is 1e-4.
const rankTolerance = 1e-11

// design is the system of least squares: a row for each alliance, an unknown for each team.
type design struct {
	rows []row
	gram *mat.SymDense // rows transposed times rows: who played with whom, how often
}

func newDesign(teams int, rows []row) *design {
	d := &design{rows: rows, gram: mat.NewSymDense(teams, nil)}
	for _, r := range rows {
		for i, a := range r.teams {
			d.gram.SetSym(a, a, d.gram.At(a, a)+1)
			for _, b := range r.teams[i+1:] {
				d.gram.SetSym(a, b, d.gram.At(a, b)+1)
			}
		}
	}
	return d
}

// played returns the matches of the team at a place.
func (d *design) played(place int) int { return int(d.gram.At(place, place)) }

// back returns, for each team and column, the sum over the team's rows of what is left of
// the row's value when the fit is taken off.
func (d *design) back(fit *mat.Dense) *mat.Dense {
	sums := mat.NewDense(d.gram.SymmetricDim(), columns, nil)
	for _, r := range d.rows {
		left := r.values
		for _, team := range r.teams {
			for column := range left {
				left[column] -= fit.At(team, column)
			}
		}
		for _, team := range r.teams {
			for column, value := range left {
				sums.Set(team, column, sums.At(team, column)+value)
			}
		}
	}
	return sums
}

// leastNorm returns the least squares solution of each column, of least norm where several
// fit equally well. It inverts the Gram matrix on the eigenvectors that the rows determine;
// the second pass, on what the first left over, wins back digits that squaring the system
// costs where schedules are nearly singular.
func (d *design) leastNorm() *mat.Dense {
	teams := d.gram.SymmetricDim()
	inverse := d.pseudoInverse()
	solution := mat.NewDense(teams, columns, nil)
	for range 2 {
		var step mat.Dense
		step.Mul(inverse, d.back(solution))
		solution.Add(solution, &step)
	}
	return solution
}

// pseudoInverse inverts the Gram matrix where it can be inverted.
func (d *design) pseudoInverse() *mat.Dense {
	teams := d.gram.SymmetricDim()
	var eigen mat.EigenSym
	if !eigen.Factorize(d.gram, true) {
		panic(fmt.Sprintf("analytics: the eigenvalues of %d teams do not converge", teams)) // finite symmetric matrices do
	}
	values := eigen.Values(nil) // ascending
	var vectors, inverse mat.Dense
	eigen.VectorsTo(&vectors)
	scaled := mat.NewDense(teams, teams, nil)
	for column, value := range values {
		if value <= rankTolerance*values[teams-1] {
			continue
		}
		for i := range teams {
			scaled.Set(i, column, vectors.At(i, column)/value)
		}
	}
	inverse.Mul(scaled, vectors.T())
	return &inverse
}

// ridge returns the solution of one column that weighs squared errors against the squared
// distance from the prior, which is an even share of the mean alliance's value.
func (d *design) ridge(column int, lambda float64) *mat.VecDense {
	teams := d.gram.SymmetricDim()
	prior := d.evenShare(column)
	gram := mat.NewSymDense(teams, nil)
	gram.CopySym(d.gram)
	fit := mat.NewDense(teams, columns, nil)
	for i := range teams {
		gram.SetSym(i, i, gram.At(i, i)+lambda)
		fit.Set(i, column, prior)
	}
	var factor mat.Cholesky
	if !factor.Factorize(gram) {
		panic("analytics: a Gram matrix plus a positive diagonal is positive definite")
	}
	solution := mat.NewVecDense(teams, nil)
	// The factor's condition is at most the largest number of matches, so there is no error to tell.
	_ = factor.SolveVecTo(solution, d.back(fit).ColView(column))
	for i := range teams {
		solution.SetVec(i, solution.AtVec(i)+prior)
	}
	return solution
}

// evenShare returns what a robot adds if all add the same.
func (d *design) evenShare(column int) float64 {
	var sum, robots float64
	for _, r := range d.rows {
		sum += r.values[column]
		robots += float64(len(r.teams))
	}
	if robots == 0 {
		return 0
	}
	return sum / robots
}
