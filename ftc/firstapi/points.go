package firstapi

import (
	"bytes"
	"embed"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"path"
	"slices"
	"strings"

	"github.com/ftcmetrics/ftcmetrics/ftc"
)

//go:embed points/*.json
var pointFiles embed.FS

// Points are the parts of an alliance's score that all games share. NoFoul is Auto and
// Teleop and Endgame; Total is NoFoul and FoulsReceived.
type Points struct {
	Total, NoFoul         int
	Auto, Teleop, Endgame int
	FoulsCommitted        int // what the alliance gave away
	FoulsReceived         int // what it was given
	RankingPoints         map[string]bool
}

// PointsBook knows for each season where the server keeps the shared parts. It never
// changes, so any number of goroutines may use it.
type PointsBook struct {
	seasons map[int]pointsFile
}

// sum is so many times each of these fields of the server's.
type sum map[string]int

// pointsFile is one game: how the parts follow from the fields of an alliance's score.
// Teleop has no entry, since games differ in whether it holds the end game; it is what
// auto and end game leave of the points without fouls.
type pointsFile struct {
	Season         int      `json:"season"`
	Total          sum      `json:"total"`
	NoFoul         sum      `json:"noFoul"`
	Auto           sum      `json:"auto"`
	Endgame        sum      `json:"endgame"` // empty where the game has none
	FoulsCommitted sum      `json:"foulsCommitted"`
	RankingPoints  []string `json:"rankingPoints"` // fields that are true or false
	Notes          string   `json:"notes"`
}

// LoadPoints returns the seasons that are built into the binary.
func LoadPoints() (*PointsBook, error) {
	files, err := fs.Sub(pointFiles, "points")
	if err != nil {
		return nil, fmt.Errorf("files of points: %w", err)
	}
	return ReadPoints(files)
}

// ReadPoints returns the seasons of a folder: every *.json in its root is one, and named
// after it. One bad file fails them all, so that a mistake is found at start.
func ReadPoints(files fs.FS) (*PointsBook, error) {
	names, err := fs.Glob(files, "*.json")
	if err != nil {
		return nil, fmt.Errorf("list files of points: %w", err)
	}
	book := &PointsBook{seasons: make(map[int]pointsFile, len(names))}
	for _, name := range names {
		raw, err := fs.ReadFile(files, name)
		if err != nil {
			return nil, fmt.Errorf("read file of points: %w", err)
		}
		file, err := parsePoints(name, raw)
		if err != nil {
			return nil, fmt.Errorf("file of points %s: %w", name, err)
		}
		book.seasons[file.Season] = file
	}
	return book, nil
}

func parsePoints(name string, raw []byte) (pointsFile, error) {
	var file pointsFile
	dec := json.NewDecoder(bytes.NewReader(raw))
	dec.DisallowUnknownFields()
	if err := dec.Decode(&file); err != nil {
		return file, err
	}
	if path.Base(name) != fmt.Sprintf("%d.json", file.Season) {
		return file, fmt.Errorf("it is about season %d", file.Season)
	}
	for part, s := range map[string]sum{"total": file.Total, "noFoul": file.NoFoul, "auto": file.Auto, "foulsCommitted": file.FoulsCommitted} {
		if len(s) == 0 {
			return file, fmt.Errorf("%s has no field", part)
		}
	}
	if file.Endgame == nil || file.RankingPoints == nil {
		return file, errors.New("endgame and rankingPoints are there, even if they are empty")
	}
	return file, nil
}

// wireScore is the score of a match. Its alliances differ by season.
type wireScore struct {
	MatchLevel                              string
	MatchSeries, MatchNumber, Randomization int32
	Alliances                               []json.RawMessage
}

func (b *PointsBook) scoreRow(event ftc.EventKey, level ftc.Level) func([]byte) (Score, error) {
	file, known := b.seasons[event.Season]
	return func(raw []byte) (Score, error) {
		var w wireScore
		if err := json.Unmarshal(raw, &w); err != nil {
			return Score{}, err
		}
		key, ok := matchKey(event, level, w.MatchLevel, w.MatchSeries, w.MatchNumber)
		if !ok {
			return Score{}, errNoKey
		}
		s := Score{MatchKey: key, Randomization: int(w.Randomization)}
		for _, one := range w.Alliances {
			side, ok := allianceScore(one)
			if !ok {
				return Score{}, errNoKey
			}
			if known {
				side.Points, side.Missing = file.points(one)
			}
			s.Alliances = append(s.Alliances, side)
		}
		exchangeFouls(s.Alliances)
		return s, nil
	}
}

func allianceScore(raw json.RawMessage) (AllianceScore, bool) {
	var w struct{ Alliance string }
	if json.Unmarshal(raw, &w) != nil {
		return AllianceScore{}, false
	}
	side := ftc.Alliance(strings.ToUpper(w.Alliance))
	return AllianceScore{Alliance: side, Details: raw}, side == ftc.Red || side == ftc.Blue
}

// exchangeFouls gives each alliance what the other one committed.
func exchangeFouls(sides []AllianceScore) {
	if len(sides) != 2 || sides[0].Points == nil || sides[1].Points == nil {
		return
	}
	sides[0].Points.FoulsReceived = sides[1].Points.FoulsCommitted
	sides[1].Points.FoulsReceived = sides[0].Points.FoulsCommitted
}

// points reads the shared parts from an alliance's score, or names the fields it lacks.
func (f *pointsFile) points(raw json.RawMessage) (*Points, []string) {
	var members map[string]json.RawMessage
	if json.Unmarshal(raw, &members) != nil {
		return nil, nil
	}
	r := fieldReader{fields: small(members)}
	p := &Points{
		Total: r.sum(f.Total), NoFoul: r.sum(f.NoFoul), Auto: r.sum(f.Auto), Endgame: r.sum(f.Endgame),
		FoulsCommitted: r.sum(f.FoulsCommitted), RankingPoints: make(map[string]bool, len(f.RankingPoints)),
	}
	p.Teleop = p.NoFoul - p.Auto - p.Endgame
	for _, name := range f.RankingPoints {
		p.RankingPoints[name] = r.flag(name)
	}
	if len(r.missing) > 0 {
		slices.Sort(r.missing)
		return nil, slices.Compact(r.missing)
	}
	return p, nil
}

// fieldReader reads fields of a score and remembers those that are not there.
type fieldReader struct {
	fields  map[string]json.RawMessage // by names in small letters
	missing []string
}

func (r *fieldReader) sum(s sum) int {
	total := 0
	for name, times := range s {
		total += times * r.number(name)
	}
	return total
}

// maxPoints is more than any score has.
const maxPoints = 1_000_000

func (r *fieldReader) number(name string) int {
	var n *float64
	if json.Unmarshal(r.fields[strings.ToLower(name)], &n) != nil || n == nil || *n != math.Trunc(*n) || math.Abs(*n) > maxPoints {
		r.missing = append(r.missing, name)
		return 0
	}
	return int(*n)
}

func (r *fieldReader) flag(name string) bool {
	var set *bool
	if json.Unmarshal(r.fields[strings.ToLower(name)], &set) != nil || set == nil {
		r.missing = append(r.missing, name)
		return false
	}
	return *set
}
